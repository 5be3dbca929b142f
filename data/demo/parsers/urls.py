from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
import html
import mimetypes


def normalize_url(url: str) -> str:
    """Lower-case scheme and host, drop the fragment and a default port, sort the query.

    >>> normalize_url("HTTP://Example.org:80/a?b=2&a=1#top")
    'http://example.org/a?a=1&b=2'
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    if parts.port and parts.port != default:
        host += f":{parts.port}"
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", query, ""))


def query_value(url: str, name: str, default: str = "") -> str:
    """A parameter of an address."""
    return dict(parse_qsl(urlsplit(url).query)).get(name, default)


def relative_path(path: str, root: str = "/srv") -> str:
    """Path below a root; an error for paths outside."""
    return str(PurePosixPath(path).relative_to(root))


def path_suffixes(path: str) -> list[str]:
    return PurePosixPath(path).suffixes


def link(url: str, label: str = "") -> str:
    """An HTML link.

    >>> link("/a b?x=1&y=2", "a < b")
    '<a href="/a%20b?x=1&amp;y=2">a &lt; b</a>'
    """
    address = html.escape(quote(url, safe="/?=&:#"))
    return f'<a href="{address}">{html.escape(label or url)}</a>'


def guess_type(name: str) -> str:
    """Media type by the suffix of a file name."""
    return mimetypes.guess_type(name, strict=True)[0] or "application/octet-stream"


def breadcrumbs(path: str) -> list[tuple[str, str]]:
    """Name and address of every folder on the way."""
    parts = [part for part in PurePosixPath(path).parts if part != "/"]
    return [(part, "/" + "/".join(parts[:i + 1])) for i, part in enumerate(parts)]
