import textwrap


def hang_indent(text, width=40, indent=4):
    """Wrap a paragraph so that all lines but the first are indented."""
    return textwrap.fill(
        " ".join(text.split()), width=width, subsequent_indent=" " * indent
    )


def box(lines: list[str], corner: str = "+") -> str:
    """Draw a frame around some lines of text.

    >>> print(box(["one", "three"]))
    +-------+
    | one   |
    | three |
    +-------+
    """
    width = max((len(line) for line in lines), default=0)
    edge = corner + "-" * (width + 2) + corner
    middle = [f"| {line.ljust(width)} |" for line in lines]
    return "\n".join([edge, *middle, edge])


def columns(words: list[str], width: int = 30, gap: int = 2) -> list[str]:
    """Lay words out in equally wide columns, row by row."""
    if not words:
        return []
    cell = max(map(len, words)) + gap
    per_row = max(1, width // cell)
    rows = []
    for start in range(0, len(words), per_row):
        row = "".join(word.ljust(cell) for word in words[start:start + per_row])
        rows.append(row.rstrip())
    return rows


def dedent_and_number(text: str) -> list[str]:
    """Remove the common indentation, then number the lines that are not blank."""
    numbered = []
    for line in textwrap.dedent(text).splitlines():
        if line.strip():
            numbered.append(f"{len(numbered) + 1}: {line}")
    return numbered


def shorten_middle(text: str, width: int = 20) -> str:
    """Cut the middle of a text that is too long; both ends stay readable."""
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    keep = width - 3
    head = keep - keep // 2
    return textwrap.shorten(text[:head], head, placeholder="") + "..." + text[len(text) - keep // 2:]
