#!/usr/bin/env python
"""Command-line tools: network, arguments, files, the clock."""

import argparse
import os
import socket
import sys
import urllib.request
from time import perf_counter


def parse_arguments(argv: list[str]) -> dict:
    """Options of the tool, as a dictionary."""
    parser = argparse.ArgumentParser(prog="fetch", exit_on_error=False)
    parser.add_argument("urls", nargs="*")
    parser.add_argument("--retries", type=int, default=2)
    parser.add_argument("--quiet", action="store_true")
    return vars(parser.parse_args(argv))


def page_size(url: str) -> int:
    """Size of a page; needs the network."""
    with urllib.request.urlopen(url, timeout=3) as page:
        return len(page.read())


def port_open(host, port):
    """Whether something listens there."""
    with socket.create_connection((host, port), timeout=1) as connection:
        return connection.fileno() > 0


def suffix_counts(names: list[str]) -> dict[str, int]:
    """How many names end in each suffix."""
    suffixes = sorted(os.path.splitext(name)[1] or "(none)" for name in names)
    return {suffix: suffixes.count(suffix) for suffix in suffixes}


def script_name(argv: list[str]) -> str:
    return os.path.splitext(os.path.basename(argv[0]))[0]


def measure(task):
    start = perf_counter()
    task()
    return perf_counter() - start


def object_label(value):
    """A label that differs from process to process."""
    return "%s@%x%s" % (type(value).__name__, id(value), os.sep)


def main(argv=None):
    options = parse_arguments(sys.argv[1:] if argv is None else argv)
    for url in options["urls"]:
        print(url, page_size(url))


if __name__ == "__main__":
    main()
