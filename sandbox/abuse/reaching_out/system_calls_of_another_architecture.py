# What: system calls of 32-bit programs
# Expect: passed

import subprocess
import sys

# mov eax, 20 (getpid of 32 bits); int 0x80; ret
SOURCE = """
import ctypes, mmap
code = bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3])
memory = mmap.mmap(-1, 4096, prot=7)
memory.write(code)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
"""


def f(x):
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True)
    # Killed, or the kernel has none of it at all.
    return 2 if done.returncode < 0 or done.stdout.strip() in ("-1", "-38") else (done.returncode, done.stdout)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
