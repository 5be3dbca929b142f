"""Which lines of one file were executed.

Installed before the audit hook, which would take it for somebody's attempt to trace the
harness. From Python 3.12 on each line is reported once and then costs nothing; before, a
trace function watches the frames of the one file only, and only those of the main thread.
"""

import json
import sys
import types


def start(path):
    """Starts watching the file; returns the reader."""
    return _Monitored(path) if hasattr(sys, "monitoring") else _Traced(path)


def _codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _executable(code):
    lines = set()
    for one in _codes(code):
        lines.update(line for _, _, line in one.co_lines() if line)
    return lines


class _Reader:
    def __init__(self, path):
        self._path = path
        self._executed = set()
        self._executable = set()
        self._taken = set()

    def _again(self):
        """Reports lines again that were reported once."""

    def lines(self):
        """The result, as JSON text."""
        return json.dumps(
            {
                "executable": sorted(self._executable),
                "executed": sorted((self._taken | self._executed) & self._executable),
            }
        )

    def take(self):
        """The lines executed since the last time, which are then forgotten for the next."""
        taken = sorted(self._executed)
        self._taken.update(taken)
        self._executed.clear()
        self._again()
        return taken


class _Monitored(_Reader):
    def __init__(self, path):
        super().__init__(path)
        monitoring = sys.monitoring
        executed, disable = self._executed, monitoring.DISABLE

        def line(code, number):
            executed.add(number)
            return disable

        monitoring.use_tool_id(monitoring.COVERAGE_ID, "unitmill")
        monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, line)

        self._again = monitoring.restart_events

    def watch(self, code):
        monitoring = sys.monitoring
        self._executable = _executable(code)
        for one in _codes(code):
            monitoring.set_local_events(monitoring.COVERAGE_ID, one, monitoring.events.LINE)


class _Traced(_Reader):
    def __init__(self, path):
        super().__init__(path)
        executed = self._executed

        def trace(frame, event, argument):
            if frame.f_code.co_filename != path:
                return None
            if event == "line":
                executed.add(frame.f_lineno)
            return trace

        self._trace = trace
        # Not for threads: `threading` would set the function again in each of them, which is
        # what the hook takes for somebody else's. Their lines count as not executed.
        sys.settrace(trace)

    def watch(self, code):
        self._executable = _executable(code)
