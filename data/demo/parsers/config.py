"""Reading settings."""

import ast
import configparser
import json
import os.path
import shlex
from collections import ChainMap
from string import Template

DEFAULTS = {"host": "localhost", "port": "8080", "debug": "no"}


def read_ini(text: str) -> dict[str, dict[str, str]]:
    """Sections of an INI text as dictionaries.

    >>> read_ini("[a]\\nx = 1\\n")
    {'a': {'x': '1'}}
    """
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


def with_defaults(settings: dict[str, str]) -> dict[str, str]:
    """Settings completed by the defaults, in alphabetical order."""
    return dict(sorted(ChainMap(settings, DEFAULTS).items()))


def parse_bool(text: str) -> bool:
    """Whether a setting means yes."""
    value = json.loads(text.lower()) if text.strip().lower() in ("true", "false") else text
    if isinstance(value, bool):
        return value
    word = value.strip().lower()
    if word in {"yes", "on", "1", "y"}:
        return True
    if word in {"no", "off", "0", "n", ""}:
        return False
    raise ValueError(f"neither yes nor no: {text!r}")


def parse_options(line: str) -> dict[str, object]:
    """Options of a command line: `--key value`, `--flag`; the rest under `rest`."""
    options, rest = {}, []
    words = shlex.split(line)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            rest.append(word)
        elif words and not words[0].startswith("--"):
            options[word[2:]] = words.pop(0)
        else:
            options[word[2:]] = True
    return {**options, "rest": rest}


def literal(text: str):
    """The value that a text stands for, or the text itself.

    >>> literal("[1, 2]")
    [1, 2]
    >>> literal("plain text")
    'plain text'
    """
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def fill_template(template: str, values: dict[str, str]) -> str:
    """Put values into `$name` places; unknown ones stay."""
    return Template(template).safe_substitute(values)


def flatten(settings: dict, prefix: str = "") -> dict[str, object]:
    """Nested settings with dotted keys."""
    flat = {}
    for key, value in settings.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, dict):
            flat.update(flatten(value, name))
        else:
            flat[name] = value
    return flat


def config_path(name: str, folder: str = "/etc/app") -> str:
    """Where the settings of a program lie."""
    stem, suffix = os.path.splitext(os.path.basename(name))
    return os.path.join(folder, stem + (suffix or ".ini"))
