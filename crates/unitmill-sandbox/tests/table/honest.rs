//! Programs that mean well: the verdict is what `python -m unittest` would say.

use unitmill_model::Verdict::{
    Error, Failed, ImportError, NoTests, OutOfMemory, Passed, SyntaxError,
};

use super::{Row, row};

const ONE: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("plain", "def f(x):\n    return x + 1", ONE, Passed),
        row("wrong", "def f(x):\n    return x", ONE, Failed),
        row("raises", "def f(x):\n    return 1 / 0", ONE, Error),
        row("recursion", "def f(x):\n    return f(x)", ONE, Error),
        row("name missing", "", ONE, Error),
        row("syntax error in code", "def f(x)\n    return x", ONE, SyntaxError),
        row("syntax error in tests", "def f(x):\n    return 2", "class T(:", SyntaxError),
        row("bad indentation", "def f(x):\n\treturn 2\n        return 3", ONE, SyntaxError),
        row("import of nothing", "import no_such_module_at_all", ONE, ImportError),
        row("import of no such name", "from math import no_such_name", ONE, ImportError),
        row("error at import", "def f(x):\n    return 2\nraise ValueError('no')", ONE, Error),
        row("memory error at import", "raise MemoryError", ONE, OutOfMemory),
        row("syntax error at run time", "def f(x):\n    return eval('1 +')", ONE, Error),
        row("main guard", "def f(x):\n    return 2", &format!("{ONE}
if __name__ == '__main__':
    unittest.main()
"), Passed),
        row("several classes", "def f(x):\n    return 2", "import unittest
class A(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)
class B(unittest.TestCase):
    def test_b(self):
        self.assertNotEqual(f(1), 3)
", Passed),
        row("failure and error is error", "def f(x):\n    return 2", "import unittest
class A(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 3)
    def test_b(self):
        f(1)()
", Error),
        row("set-up and tear-down", "def f(x):\n    return x + 1", "import unittest
log = []
def setUpModule():
    log.append('module')
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.value = 1
    def setUp(self):
        self.addCleanup(log.append, 'cleanup')
    def tearDown(self):
        log.append('down')
    def test_a(self):
        self.assertEqual(f(self.value), 2)
    def test_b(self):
        self.assertEqual(log, ['module', 'down', 'cleanup'])
", Passed),
        row("setUpClass fails", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise ValueError('no class')
    def test_a(self):
        self.assertEqual(f(1), 2)
", Error),
        row("setUpModule fails", "def f(x):\n    return 2", "import unittest
def setUpModule():
    raise ValueError('no module')
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)
", Error),
        row("tearDown fails", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    def tearDown(self):
        raise ValueError('no')
    def test_a(self):
        self.assertEqual(f(1), 2)
", Error),
        row("tearDownClass fails", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        raise ValueError('no')
    def test_a(self):
        self.assertEqual(f(1), 2)
", Error),
        row("cleanup fails", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.addCleanup(lambda: self.fail('in clean-up'))
        self.assertEqual(f(1), 2)
", Failed),
        row("subtests pass", "def f(x):\n    return x + 1", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        for i in range(5):
            with self.subTest(i=i):
                self.assertEqual(f(i), i + 1)
", Passed),
        row("a subtest fails", "def f(x):\n    return x + 1", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        for i in range(5):
            with self.subTest(i=i):
                self.assertEqual(f(i), 3)
", Failed),
        row("subtests fail and err", "def f(x):\n    return 1 // x", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertEqual(f(i), 3)
", Error),
        row("skips beside a pass", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)
    @unittest.skip('later')
    def test_b(self):
        self.fail()
    def test_c(self):
        self.skipTest('not now')
    @unittest.skipIf(True, 'never')
    def test_d(self):
        self.fail()
@unittest.skip('whole class')
class U(unittest.TestCase):
    def test_e(self):
        self.fail()
", Passed),
        row("setUpClass skips", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest('not here')
    def test_a(self):
        self.fail()
class U(unittest.TestCase):
    def test_b(self):
        self.assertEqual(f(1), 2)
", Passed),
        row("all skipped", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    @unittest.skip('later')
    def test_b(self):
        self.fail()
", NoTests),
        row("expected failure beside a pass", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 2)
    @unittest.expectedFailure
    def test_b(self):
        self.assertEqual(f(1), 3)
", Passed),
        row("only an expected failure", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    @unittest.expectedFailure
    def test_b(self):
        self.assertEqual(f(1), 3)
", NoTests),
        row("unexpected success", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    @unittest.expectedFailure
    def test_b(self):
        self.assertEqual(f(1), 2)
", Failed),
        row("asynchronous", "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1", "import unittest
class T(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.value = 1
    async def test_a(self):
        self.assertEqual(await f(self.value), 2)
    async def test_b(self):
        async with asyncio.timeout(5) if hasattr(asyncio, 'timeout') else asyncio.Lock():
            self.assertEqual(await asyncio.gather(f(1), f(2)), [2, 3])
", Passed),
        row("asynchronous, wrong", "async def f(x):\n    return x", "import unittest
class T(unittest.IsolatedAsyncioTestCase):
    async def test_a(self):
        self.assertEqual(await f(1), 2)
", Failed),
        row("mock", "import os\ndef f(x):\n    return os.getcwd() + str(x)", "import unittest
from unittest import mock
from unittest.mock import patch, MagicMock
class T(unittest.TestCase):
    @patch('os.getcwd', return_value='/here')
    def test_a(self, getcwd):
        self.assertEqual(f(1), '/here1')
        getcwd.assert_called_once_with()
    def test_b(self):
        with mock.patch('solution.os') as fake:
            fake.getcwd.return_value = 'x'
            self.assertEqual(f(2), 'x2')
    def test_c(self):
        self.assertEqual([1, MagicMock()], [1, mock.ANY])
", Passed),
        row("class decorated with patch", "import os\ndef f(x):\n    return os.getcwd()", "import unittest
from unittest.mock import patch
@patch('os.getcwd', lambda: 'here')
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 'here')
", Passed),
        row("builtins patched and restored", "def f(x):\n    print(input())\n    return len(open('a').read())", "import unittest
from unittest.mock import patch, mock_open
class T(unittest.TestCase):
    def test_a(self):
        with patch('builtins.open', mock_open(read_data='abc')), patch('builtins.input', lambda: 'y'), patch('builtins.print') as p:
            self.assertEqual(f(1), 3)
            p.assert_called_with('y')
", Passed),
        row("mock not imported", "def f(x):\n    return 2", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        with unittest.mock.patch('os.getcwd'):
            self.assertEqual(f(1), 2)
", Error),
        row("submodule not imported", "import xml\ndef f(x):\n    return xml.dom.minidom", ONE, Error),
        row("submodules imported", "import xml.dom.minidom, concurrent.futures, logging.handlers, importlib.util
import xml.etree.ElementTree as ET
def f(x):
    ET.fromstring('<a/>'); logging.handlers; importlib.util
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda y: y + 1, [x]))[0]", ONE, Passed),
        row("standard output", "def f(x):\n    print('x' * 1000)\n    return 2", ONE, Passed),
        row("captured output", "def f(x):\n    print('hello')", "import contextlib, io, unittest
class T(unittest.TestCase):
    def test_a(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            f(1)
        self.assertEqual(out.getvalue(), 'hello\\n')
", Passed),
        row("files", "def f(path):\n    with open(path) as file:\n        return file.read()", "import os, pathlib, shutil, tempfile, unittest
class T(unittest.TestCase):
    def test_a(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'a.txt')
            pathlib.Path(path).write_text('hi')
            self.assertEqual(f(path), 'hi')
        self.assertFalse(os.path.exists(folder))
    def test_b(self):
        with open('here.txt', 'w') as file:
            file.write('x')
        self.assertEqual(f('here.txt'), 'x')
        self.assertIn('here.txt', os.listdir())
        os.remove('here.txt')
        os.makedirs('a/b'); shutil.rmtree('a')
    def test_c(self):
        with tempfile.NamedTemporaryFile('w+') as file:
            file.write('y'); file.flush()
            self.assertEqual(f(file.name), 'y')
    def test_d(self):
        self.assertEqual(os.path.expanduser('~'), os.getcwd())
", Passed),
        row("own source", "import inspect, pickle, dataclasses
@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
def f(x):
    return inspect.getsource(f)", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertIn('inspect.getsource', f(1))
    def test_b(self):
        self.assertEqual(pickle.loads(pickle.dumps(Point(1))), Point(1, 0))
    def test_c(self):
        self.assertEqual(__name__, 'solution')
        self.assertTrue(__file__.endswith('solution.py'))
", Passed),
        row("named tuples, enums, logging, warnings", "import collections, enum, logging, typing, warnings
P = collections.namedtuple('P', 'a b')
class C(enum.Enum):
    RED = 1
class N(typing.NamedTuple):
    a: int = 1
def f(x):
    logging.getLogger('a').warning('careful')
    warnings.warn('old', DeprecationWarning)
    return P(1, 2).b", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        with self.assertLogs('a', level='WARNING') as logs, self.assertWarns(DeprecationWarning):
            self.assertEqual(f(1), 2)
        self.assertEqual(len(logs.output), 1)
        self.assertIs(C(1), C.RED)
", Passed),
        row("doctest in a test", "def f(x):\n    '''\n    >>> f(1)\n    2\n    '''\n    return x + 1", "import doctest, unittest, sys
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(doctest.testmod(sys.modules['solution']).failed, 0)
def load_tests(loader, tests, ignore):
    tests.addTests(doctest.DocTestSuite('solution'))
    return tests
", Passed),
        row("threads", "import threading
def f(x):
    found = []
    threads = [threading.Thread(target=found.append, args=(i,)) for i in range(8)]
    for t in threads: t.start()
    for t in threads: t.join()
    return len(found)", "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 8)
", Passed),
        row("a thread that is left behind", "import threading, time
def f(x):
    threading.Thread(target=time.sleep, args=(60,)).start()
    return 2", ONE, Passed),
        row("processes", "import multiprocessing
def g(x):
    return x * x
def f(x):
    with multiprocessing.get_context('fork').Pool(2) as pool:
        return sum(pool.map(g, range(4)))", "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 14)
", Passed),
        row("a child interpreter", "import subprocess, sys
def f(x):
    return int(subprocess.run([sys.executable, '-c', 'print(1 + 1)'], capture_output=True, text=True, check=True).stdout)", ONE, Passed),
        row("random numbers are the seed's", "import random\ndef f(x):\n    return random.random()", "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), random.Random(0).random())
", Passed),
        row("alarm handled", "import signal, time
class Late(Exception): pass
def late(*_):
    raise Late
def f(x):
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        time.sleep(5)
    except Late:
        return 2", ONE, Passed),
        row("inherited tests", "def f(x):\n    return 2", "import unittest
class Base:
    value = 2
    def test_a(self):
        self.assertEqual(f(1), self.value)
class T(Base, unittest.TestCase):
    def test_b(self):
        pass
class U(Base, unittest.TestCase):
    value = 2
", Passed),
        row("unittest adjusted", "def f(x):\n    return 2", "import unittest
unittest.TestCase.maxDiff = None
unittest.TestLoader.sortTestMethodsUsing = None
unittest.TestCase.assertItemsEqual = unittest.TestCase.assertCountEqual
class T(unittest.TestCase):
    longMessage = False
    def test_a(self):
        self.run = 1
        self.id = 2
        self.debug = True
        self.assertItemsEqual([f(1)], [2])
    def assertTwo(self, value):
        self.assertEqual(value, 2)
    def test_b(self):
        self.assertTwo(f(1))
", Passed),
        row("equality of own", "class V:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        return self.x == other.x
def f(x):
    return V(x + 1)", "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), V(2))
        self.assertEqual([f(1)], [V(2)])
", Passed),
        row("star import and globals", "from math import *\nTOTAL = 0\ndef f(x):\n    global TOTAL\n    TOTAL += 1\n    return int(sqrt(4))", ONE, Passed),
        row("generators, closures, decorators", "import functools, itertools, contextlib
def twice(g):
    @functools.wraps(g)
    def inner(*a):
        return g(*a) * 2
    return inner
@contextlib.contextmanager
def here():
    yield 1
@functools.lru_cache
@twice
def f(x):
    with here() as one:
        return next(itertools.islice((i for i in itertools.count(one)), 0, 1))", ONE, Passed),
        row("a memory error that is caught", "def f(x):\n    try:\n        raise MemoryError\n    except MemoryError:\n        return 2", ONE, Passed),
        row("a memory error that is not", "def f(x):\n    raise MemoryError", ONE, OutOfMemory),
        row("byte order mark", "\u{feff}def f(x):\n    return 2", ONE, Passed),
        row("CRLF", "def f(x):\r\n    return 2\r\n", ONE, Passed),
        row("unicode", "def f(größe):\n    return len('é日')", ONE, Passed),
        row("lone surrogates", "def f(x):\n    print(ascii('\\ud800'))\n    return len('\\ud800\\udfff')", ONE, Passed),
        row("a lone surrogate in a message", "def f(x):\n    raise ValueError('\\ud800')", ONE, Error),
    ]
}
