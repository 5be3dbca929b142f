"""Tables and trees in text formats."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import zip_longest
import re


class _Collector(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.extend(value for name, value in attrs if name == "href")

    def handle_data(self, data):
        self.text.append(data)


def links_in(markup: str) -> list[str]:
    """Targets of the links of a page."""
    collector = _Collector()
    collector.feed(markup)
    collector.close()
    return collector.links


def plain_text(markup: str) -> str:
    """Text of a page with single spaces.

    >>> plain_text("<p>one <b>two</b></p>")
    'one two'
    """
    collector = _Collector()
    collector.feed(markup)
    collector.close()
    return re.sub(r"\s+", " ", "".join(collector.text)).strip()


def xml_to_dict(text: str) -> dict:
    """Children and text of an XML element, recursively; repeated children overwrite."""
    def convert(element):
        if len(element) == 0:
            return (element.text or "").strip()
        return {child.tag: convert(child) for child in element}

    root = ET.fromstring(text)
    return {root.tag: convert(root)}


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown with aligned columns."""
    columns = list(zip_longest(header, *rows, fillvalue=""))
    widths = [max(3, *(len(str(cell)) for cell in column)) for column in columns]
    lines = []
    for cells in zip(*columns):
        lines.append("| " + " | ".join(str(c).ljust(w) for c, w in zip(cells, widths)) + " |")
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def headings(markdown: str) -> list[tuple[int, str]]:
    """Level and text of the headings."""
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#{1,6})\s+(.+)$", markdown, re.M)]
