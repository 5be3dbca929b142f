//! Programs that attack: each class of the list in the specification at least once.

use unitmill_model::Verdict::{
    Denied, Error, Failed, Incomplete, NoTests, OutOfMemory, OutputLimit, Passed, Tampered, Timeout,
};

use super::{Row, row};

const ONE: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

const LATER: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
";

/// Reaching out: the function says whether it got there.
fn reach(name: &'static str, attempt: &str) -> Row {
    let code = format!(
        "def f(x):\n    import os, socket, sys\n    try:\n        {attempt}\n    except OSError:\n        return 2\n    return 0"
    );
    row(name, &code, ONE, Passed)
}

fn native(name: &'static str, number: u32, arguments: &str) -> Row {
    // Through a child interpreter, whose `ctypes` nobody watches: the kernel has to.
    let code = format!("import subprocess, sys
SOURCE = '''
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall({number}{arguments}))
'''
def f(x):
    done = subprocess.run([sys.executable, '-c', SOURCE], capture_output=True, text=True)
    assert done.returncode == -31 or done.stdout.strip() == '-1', (done.returncode, done.stdout, done.stderr)
    return 2");
    row(name, &code, ONE, Passed)
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        // Faked success.
        row("_exit at import", "import os\nos._exit(0)", ONE, Incomplete),
        row("_exit in a test", "import os\ndef f(x):\n    os._exit(0)", ONE, Incomplete),
        row("sys.exit at import", "import sys\nsys.exit(0)", ONE, Incomplete),
        row("SystemExit at import", "raise SystemExit(0)", ONE, Incomplete),
        row("exit() at import", "exit()", ONE, Incomplete),
        row("sys.exit in a test", "import sys\ndef f(x):\n    sys.exit(0)", ONE, Error),
        row("KeyboardInterrupt", "def f(x):\n    raise KeyboardInterrupt", ONE, Incomplete),
        row("unittest.main at import", "def f(x):\n    return 3", &format!("{ONE}\nunittest.main()"), Incomplete),
        row("atexit", "import atexit, os\natexit.register(os._exit, 0)\ndef f(x):\n    return 3", ONE, Failed),
        row("zero tests", "def f(x):\n    return 3", "import unittest\nclass T(unittest.TestCase):\n    pass", NoTests),
        row("tests deleted", "def f(x):\n    return 3", &format!("{ONE}\ndel T"), Incomplete),
        row("test deleted", "def f(x):\n    return 3", &format!("{ONE}\ndel T.test_it"), Incomplete),
        row("test replaced", "def f(x):\n    return 3", &format!("{ONE}\nT.test_it = lambda self: None"), Tampered),
        row("test replaced later", "import sys\ndef f(x):\n    sys.modules['solution'].T.test_z = lambda self: None\n    return 2", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)
    def test_z(self):
        self.assertEqual(f(1), 3)
", Tampered),
        row("class built by somebody else", "import builtins
build = builtins.__build_class__
def fake(function, name, *bases, **keywords):
    made = build(function, name, *bases, **keywords)
    if name == 'T':
        made.test_it = lambda self: None
    return made
builtins.__build_class__ = fake
def f(x):
    return 3", ONE, Tampered),
        row("all skipped from inside", "import unittest\ndef f(x):\n    raise unittest.SkipTest('no')", ONE, NoTests),
        row("run patched", "import unittest\nunittest.TestCase.run = lambda self, result=None: result.addSuccess(self)\ndef f(x):\n    return 3", ONE, Tampered),
        row("run patched fully", "import unittest
def run(self, result=None):
    result.startTest(self)
    result.addSuccess(self)
    result.stopTest(self)
unittest.TestCase.run = run
def f(x):
    return 3", ONE, Tampered),
        row("assertEqual patched", "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\ndef f(x):\n    return 3", ONE, Tampered),
        row("assertEqual's code patched", "import unittest\nunittest.TestCase.assertEqual.__code__ = (lambda *a, **k: None).__code__\ndef f(x):\n    return 3", ONE, Tampered),
        row("assertEqual of the instance patched", "import sys\ndef f(x):\n    sys._getframe(1).f_locals['self'].assertEqual = lambda *a: None\n    return 3", LATER, Tampered),
        row("assertEqual of the class patched", "import sys\ndef f(x):\n    type(sys._getframe(1).f_locals['self']).assertEqual = lambda *a: None\n    return 3", ONE, Tampered),
        row("failureException patched", "import unittest\nclass Quiet(Exception): pass\nunittest.TestCase.fail = lambda *a: None\ndef f(x):\n    return 3", ONE, Tampered),
        row("TestResult patched", "import unittest\nfor name in ('addError', 'addFailure'):\n    setattr(unittest.TestResult, name, lambda *a: None)\ndef f(x):\n    return 3", ONE, Tampered),
        row("every TestResult patched", "import unittest
def walk(kind):
    for sub in kind.__subclasses__():
        walk(sub)
        for name in ('addError', 'addFailure'):
            setattr(sub, name, lambda self, test, error: self.addSuccess(test))
walk(unittest.TestResult)
def f(x):
    return 3", ONE, Tampered),
        row("call method patched", "import unittest\nunittest.TestCase._callTestMethod = lambda self, method: None\ndef f(x):\n    return 3", ONE, Tampered),
        row("suite patched", "import unittest\nunittest.TestSuite.run = lambda self, result, debug=False: result\ndef f(x):\n    return 3", ONE, Tampered),
        row("loader patched", "import unittest\nunittest.TestLoader.loadTestsFromModule = lambda *a, **k: unittest.TestSuite()\ndef f(x):\n    return 3", ONE, Tampered),
        row("outcome class patched", "import unittest.case
class Outcome(unittest.case._Outcome):
    success = property(lambda self: True, lambda self, value: None)
unittest.case._Outcome = Outcome
def f(x):
    return 3", ONE, Tampered),
        row("print patched", "import builtins\nbuiltins.print = lambda *a: None\ndef f(x):\n    return 3", ONE, Failed),
        row("isinstance patched", "import builtins\nbuiltins.isinstance = lambda *a: True\ndef f(x):\n    return 2", ONE, Tampered),
        row("equal to everything", "class All:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return All()", ONE, Failed),
        row("equal to everything, in a list", "class All:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return [All()]", "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), [2])
", Failed),
        row("settrace", "import sys\ndef f(x):\n    sys.settrace(lambda *a: None)\n    return 2", ONE, Tampered),
        row("alarm that ends the process", "import os, signal, time\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\nsignal.alarm(1)\ndef f(x):\n    time.sleep(2)\n    return 3", ONE, Incomplete),
        row("gc search", "import gc, unittest
def f(x):
    for thing in gc.get_objects():
        if isinstance(thing, unittest.TestResult):
            thing.addSuccess(thing)
    return 2", ONE, Tampered),
        row("gc search, quietly", "import gc
def f(x):
    try:
        gc.get_referrers(f)
    except Exception:
        pass
    return 2", ONE, Tampered),
        row("frame search for the result", "import sys, unittest
def f(x):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, unittest.TestResult):
                value.addSuccess(frame.f_locals.get('self'))
                value.stopTest(frame.f_locals.get('self'))
        frame = frame.f_back
    return 3", ONE, Tampered),
        row("frame search, outcome redirected", "import sys, unittest
def f(x):
    frame = sys._getframe()
    while frame:
        outcome = frame.f_locals.get('outcome')
        if outcome is not None:
            outcome.result = unittest.TestResult()
            outcome.__class__ = type('Always', (type(outcome),), {'success': property(lambda self: True, lambda self, value: None)})
            break
        frame = frame.f_back
    return 3", ONE, Incomplete),
        row("frames of other threads", "import sys\ndef f(x):\n    return len(str(sys._current_frames()))", ONE, Tampered),
        row("audit hook", "import sys\nseen = []\nsys.addaudithook(lambda *a: seen.append(a))\ndef f(x):\n    return 2", ONE, Tampered),
        row("forged records", "import os
def f(x):
    record = b'{\"test\":\"T.test_it\",\"status\":\"passed\",\"message\":\"\",\"exception\":\"\"}'
    for number in range(256):
        try:
            os.write(number, record)
        except OSError:
            pass
    os._exit(0)", ONE, Tampered),
        row("stray bytes, then honest", "import os\ndef f(x):\n    for number in range(3, 32):\n        try:\n            os.write(number, b'x')\n        except OSError:\n            pass\n    return 2", ONE, Tampered),
        row("ctypes", "import ctypes\ndef f(x):\n    ctypes.CDLL(None)\n    return 2", ONE, Tampered),
        row("ctypes, quietly", "import ctypes\ndef f(x):\n    try:\n        ctypes.string_at(id(f), 16)\n    except Exception:\n        pass\n    return 2", ONE, Tampered),
        row("under a library's name", "import os\ndef f(x):\n    exec(compile('import gc', os.__file__, 'exec'))\n    return 2", ONE, Tampered),
        row("sys.modules replaced", "import sys, types
fake = types.ModuleType('unittest')
class TestCase:
    pass
fake.TestCase = TestCase
fake.main = lambda: None
sys.modules['unittest'] = fake
def f(x):
    return 3", ONE, Incomplete),
        row("sys.modules emptied", "import sys\nsys.modules.clear()\ndef f(x):\n    return 3", ONE, None),
        row("standard output closed", "import os, sys\nsys.stdout.close()\nos.close(1); os.close(2)\ndef f(x):\n    return 3", ONE, Failed),
        row("every descriptor closed", "import os\nos.closerange(0, 64)\ndef f(x):\n    return 2", ONE, Incomplete),
        row("a fork that comes back", "import os\ndef f(x):\n    os.fork()\n    return 3", ONE, Failed),
        row("a fork that exits well", "import os\ndef f(x):\n    if os.fork():\n        os.wait()\n        return 3\n    os._exit(0)", ONE, Failed),
        // Resources.
        row("sleep", "import time\ndef f(x):\n    time.sleep(100)", ONE, Timeout),
        row("busy loop", "def f(x):\n    while True:\n        pass", ONE, Timeout),
        row("busy loop in C", "import re\ndef f(x):\n    re.match(r'(a+)+$', 'a' * 40 + 'b')", ONE, Timeout),
        row("a large power", "def f(x):\n    return len(str(9 ** 9 ** 9))", ONE, Timeout),
        row("SIGXCPU and SIGTERM ignored", "import signal\nfor s in (signal.SIGXCPU, signal.SIGTERM):\n    signal.signal(s, signal.SIG_IGN)\ndef f(x):\n    while True:\n        pass", ONE, Timeout),
        row("memory in one piece", "def f(x):\n    a = bytearray(1 << 40)\n    return 2", ONE, OutOfMemory),
        row("memory bit by bit", "def f(x):\n    a = []\n    while True:\n        a.append(bytearray(1 << 20))", ONE, OutOfMemory),
        row("memory by mmap", "import mmap\ndef f(x):\n    a = []\n    while True:\n        m = mmap.mmap(-1, 16 << 20)\n        m.write(b'x' * (16 << 20))\n        a.append(m)", ONE, OutOfMemory),
        row("memory by eight children", "import os, time
def f(x):
    for _ in range(8):
        if os.fork() == 0:
            a = bytearray(64 << 20)
            for i in range(0, len(a), 4096):
                a[i] = 1
            time.sleep(1)
            os._exit(0)
    for _ in range(8):
        os.wait()
    return 2", ONE, OutOfMemory),
        row("memory at import", "a = [0]\nwhile True:\n    a = a + a", ONE, OutOfMemory),
        row("fork bomb", "import os\ndef f(x):\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass", ONE, Timeout),
        row("process limit", "import os, signal
def f(x):
    children = []
    try:
        while len(children) < 1000:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except BlockingIOError:
        return 2 if 50 < len(children) < 70 else len(children)", ONE, Passed),
        row("thread bomb", "import threading, time
def f(x):
    try:
        for _ in range(100000):
            threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    except RuntimeError:
        return 2", ONE, Passed),
        row("output flood", "def f(x):\n    while True:\n        print('x' * 1000)", ONE, OutputLimit),
        row("error flood", "import os\ndef f(x):\n    while True:\n        os.write(2, b'x' * 65536)", ONE, OutputLimit),
        row("flood and exit", "import os\nos.write(1, b'x' * 1200000)\ndef f(x):\n    return 2", ONE, OutputLimit),
        row("scratch filled", "def f(x):\n    try:\n        for n in range(100):\n            with open(f'a{n}', 'wb') as file:\n                file.write(bytes(32 << 20))\n    except OSError as error:\n        return 2 if error.errno == 28 else error.errno", ONE, Passed),
        row("file too large", "def f(x):\n    try:\n        with open('a', 'wb') as file:\n            file.truncate(1 << 40)\n    except OSError as error:\n        return 2 if error.errno == 27 else error.errno", ONE, Passed),
        row("many small files", "def f(x):\n    try:\n        for n in range(1000000):\n            open(f'a{n}', 'w').close()\n    except OSError as error:\n        return 2 if error.errno == 28 else error.errno", ONE, Passed),
        row("descriptors used up", "def f(x):\n    a = []\n    try:\n        while True:\n            a.append(open('/dev/null'))\n    except OSError as error:\n        return 2 if error.errno == 24 else error.errno", ONE, Passed),
        row("deep recursion in C", "import sys\nsys.setrecursionlimit(10**9)\ndef f(x):\n    return f(x)", ONE, None),
        row("a large literal", "def f(x):\n    return eval('[' + '1,' * 20000000 + ']')", ONE, None),
        // Survivors.
        row("daemon", "import os, time
def f(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    os.wait()
    return 2", ONE, Passed),
        row("child that ignores SIGTERM", "import os, signal, time
def f(x):
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
    return 2", ONE, Passed),
        row("left in /dev/shm", "from multiprocessing import shared_memory\ndef f(x):\n    open('/dev/shm/left', 'w').write('x')\n    open('/tmp/left', 'w').write('x')\n    shared_memory.SharedMemory('unitmill_left', True, 4096)\n    return 2", ONE, Passed),
        row("kill everybody", "import os, signal\ndef f(x):\n    try:\n        os.kill(-1, signal.SIGKILL)\n    except OSError:\n        pass\n    return 2", ONE, Passed),
        // Reaching out.
        reach("loopback", "socket.create_connection(('127.0.0.1', 80), 1)"),
        reach("loopback 6", "socket.create_connection(('::1', 80), 1)"),
        reach("outside", "socket.create_connection(('1.1.1.1', 53), 1)"),
        reach("names", "socket.getaddrinfo('example.org', 80)"),
        reach("unix socket", "socket.socket(socket.AF_UNIX)"),
        reach("abstract socket", "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"),
        reach("netlink", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"),
        reach("vsock", "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)"),
        reach("proc of init", "open('/proc/1/environ').read()"),
        reach("proc of self", "open('/proc/self/mem').read()"),
        reach("shadow", "open('/etc/shadow').read()"),
        reach("home", "os.listdir('/root/.ssh')"),
        reach("kernel", "os.listdir('/sys/kernel')"),
        reach("write to site-packages", "open(os.path.join(os.path.dirname(os.__file__), 'site-packages', 'sitecustomize.py'), 'w')"),
        reach("write to the standard library", "open(os.__file__, 'a')"),
        reach("write to the environment", "open(os.path.join(sys.prefix, 'x.pth'), 'w')"),
        reach("write to the root", "os.mkdir('/x')"),
        reach("write to the harness", "open('/unitmill/judge.py', 'a')"),
        reach("setuid", "os.setuid(0)"),
        reach("chroot", "os.chroot('/tmp')"),
        reach("nice", "os.nice(-5)"),
        reach("device", "os.mknod('disk', 0o60660, os.makedev(254, 0)) or open('disk')"),
        reach("kill the parent", "os.kill(os.getppid(), 9) if os.getppid() else os.mkdir('/x')"),
        row("environment variables", "import os\ndef f(x):\n    return 2 if not any('CARGO' in n or 'KEY' in n for n in os.environ) else 0", ONE, Passed),
        row("nobody else is here", "import os
def f(x):
    found = 0
    # One: the number of the judge's thread.
    for pid in range(2, 5000):
        try:
            os.kill(pid, 0)
            found += 1
        except ProcessLookupError:
            pass
    return 2 if found <= 1 else found", ONE, Passed),
        row("descriptors inherited", "import os
def f(x):
    found = []
    for number in range(4, 256):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return 2 if not found else found", ONE, Passed),
        row("ptrace at first hand", "import os, _ctypes, ctypes\nhandle = ctypes.CDLL\ndef f(x):\n    return 2\nhandle(None)", ONE, Tampered),
    ];
    rows.extend([
        native("ptrace", 101, ", 0, 0, 0, 0"),
        native("process_vm_readv", 310, ", 1, 0, 0, 0, 0, 0"),
        native("mount", 165, ", b'a', b'/tmp', b'tmpfs', 0, 0"),
        native("unshare", 272, ", 0x10000000"),
        native("setns", 308, ", 0, 0"),
        native(
            "clone into a user namespace",
            56,
            ", 0x10000000, 0, 0, 0, 0",
        ),
        native("pivot_root", 155, ", b'/tmp', b'/tmp'"),
        native("keyctl", 250, ", 0, 0, 0"),
        native("io_uring_setup", 425, ", 8, 0"),
        native("bpf", 321, ", 0, 0, 0"),
        native("perf_event_open", 298, ", 0, 0, 0, 0, 0"),
        native("userfaultfd", 323, ", 0"),
        native("shmget", 29, ", 1, 4096, 0o1666"),
        native("socket by number", 41, ", 2, 1, 0"),
    ]);
    rows.push(row(
        "a forbidden call kills",
        "import sys, os\ndef f(x):\n    os.execv(sys.executable, [sys.executable, '-c', 'import ctypes; ctypes.CDLL(None).syscall(101, 0, 0, 0, 0)'])",
        ONE,
        Denied,
    ));
    rows
}
