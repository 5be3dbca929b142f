"""Functions that are hard for a sandbox."""

import itertools
import os
import threading
import time


def wait_for(path: str, attempts: int = 3) -> bool:
    """Wait until a file appears, a second at a time."""
    for _ in range(attempts):
        if os.path.exists(path):
            return True
        time.sleep(0.01)
    return False


def collatz_forever(start: int):
    """Never ends: it forgets to stop at 1."""
    for step in itertools.count():
        start = start // 2 if start % 2 == 0 else 3 * start + 1
        if step < 0:
            return step


def leave(code: int) -> int:
    """Ends the process instead of returning."""
    os._exit(code)
    return code


def parallel_sum(numbers: list[int]) -> int:
    """Sum by two threads."""
    halves = [numbers[::2], numbers[1::2]]
    totals = [0, 0]

    def work(i):
        totals[i] = sum(halves[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(totals)
