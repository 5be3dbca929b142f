//! What every mode has to withstand, and what only some promise.

use unitmill_model::Verdict::{Denied, Failed, OutOfMemory, OutputLimit, Passed, Timeout};
use unitmill_model::{Isolation, Job, Verdict};

use super::support;

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) job: Job,
    pub(crate) expected: Verdict,
}

const ONE: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

fn row(name: &'static str, code: &str, expected: Verdict) -> Row {
    let mut job = support::pair(code, ONE);
    job.limits.cpu_ms = 2_000;
    Row {
        name,
        job,
        expected,
    }
}

/// Passes if what the function attempts is refused.
fn refused(name: &'static str, attempt: &str) -> Row {
    let code = format!(
        "def f(x):\n    import os, signal, socket, sys\n    try:\n        {attempt}\n    except OSError:\n        return 2\n    return 0"
    );
    row(name, &code, Passed)
}

pub(crate) fn of(isolation: Isolation) -> Vec<Row> {
    let mut rows = everywhere();
    if isolation != Isolation::Full {
        rows.extend(without_groups());
    }
    if isolation == Isolation::Container {
        rows.extend(without_namespaces());
    }
    rows
}

#[rustfmt::skip]
fn everywhere() -> Vec<Row> {
    vec![
        row("honest", "def f(x):\n    return x + 1", Passed),
        row("wrong", "def f(x):\n    return x", Failed),
        row("wrong, and says where it is", "import os\ndef f(x):\n    return os.getcwd() + '/' + __file__", Failed),
        row("threads", "import threading
def f(x):
    done = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done) // 10", Passed),
        row("files of its own", "import os, pathlib, shutil, tempfile
def f(x):
    with open('a', 'w') as file:
        file.write('text')
    os.mkdir('b')
    os.rename('a', 'b/c')
    os.symlink('b/c', 'd')
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        shutil.copyfile('d', os.path.join(folder, 'e'))
        assert file.name.startswith(os.environ['TMPDIR'])
    pathlib.Path('f').touch()
    assert os.getcwd() == os.environ['HOME'] == os.path.dirname(os.path.abspath('x'))
    return 2 if open('d').read() == 'text' else 0", Passed),
        row("signals to itself", "import os, signal
def f(x):
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    return len(seen)", Passed),
        row("event loop", "import asyncio\nasync def g():\n    await asyncio.sleep(0.01)\n    return 2\ndef f(x):\n    return asyncio.run(g())", Passed),
        // Limits.
        row("CPU loop", "def f(x):\n    while True:\n        pass", Timeout),
        row("CPU loop in C", "import re\ndef f(x):\n    return re.match('(a+)+$', 'a' * 60 + 'b')", Timeout),
        row("fork bomb", "import os\ndef f(x):\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass", Timeout),
        row("thread bomb", "import threading, time
def f(x):
    try:
        for _ in range(100000):
            threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    except RuntimeError:
        return 2", Passed),
        row("memory bomb", "def f(x):\n    a = []\n    while True:\n        a.append(bytearray(1 << 20))", OutOfMemory),
        row("mapped memory bomb", "import mmap\ndef f(x):\n    a = []\n    while True:\n        try:\n            m = mmap.mmap(-1, 8 << 20)\n        except OSError:\n            raise MemoryError\n        m.write(b'x' * (8 << 20))\n        a.append(m)", OutOfMemory),
        row("output flood", "def f(x):\n    while True:\n        print('x' * 1000)", OutputLimit),
        row("file too large", "def f(x):\n    try:\n        with open('a', 'wb') as file:\n            file.truncate(1 << 40)\n    except OSError as error:\n        return 2 if error.errno == 27 else error.errno", Passed),
        row("descriptors used up", "def f(x):\n    a = []\n    try:\n        while True:\n            a.append(open('/dev/null'))\n    except OSError as error:\n        return 2 if error.errno == 24 else error.errno", Passed),
        // Reaching out.
        refused("loopback", "socket.create_connection(('127.0.0.1', 80), 1)"),
        refused("outside", "socket.create_connection(('1.1.1.1', 53), 1)"),
        refused("unix socket", "socket.socket(socket.AF_UNIX)"),
        refused("datagram to a named socket", "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '/dev/log')"),
        refused("shadow", "open('/etc/shadow').read()"),
        refused("host name", "open('/etc/hostname').read()"),
        refused("variables of init", "open('/proc/1/environ').read()"),
        refused("own memory", "open('/proc/self/mem').read()"),
        refused("list of processes", "os.listdir('/proc')"),
        refused("homes", "os.listdir('/root') or os.listdir('/home') or os.mkdir('/x')"),
        refused("write outside", "open('/var/tmp/left', 'w')"),
        refused("write to the environment", "open(os.path.join(sys.prefix, 'x.pth'), 'w')"),
        refused("change the environment", "os.chmod(sys.executable, 0o777)"),
        refused("become root", "os.setuid(0) or os.setgid(0) or os.chown('.', 1, 1)"),
        refused("device", "os.mknod('disk', 0o60660, os.makedev(254, 0)) or open('disk')"),
        row("kill everybody", "import os, signal\ndef f(x):\n    for pid in (-1, os.getpid()):\n        try:\n            os.kill(pid, signal.SIGKILL)\n        except OSError:\n            pass\n    return 2", Passed),
        row("kill the parent", "import os, signal\ndef f(x):\n    parent = os.getppid()\n    if not parent:\n        return 2\n    try:\n        os.kill(parent, 0)\n    except OSError:\n        return 2", Passed),
        row("environment variables", "import os\ndef f(x):\n    return 2 if not any('CARGO' in n or 'UNITMILL' in n for n in os.environ) else 0", Passed),
        row("a forbidden call kills", "import sys, os\ndef f(x):\n    os.execv(sys.executable, [sys.executable, '-c', 'import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)'])", Denied),
        // Traces.
        row("leaves a mess", "import os
def f(x):
    top = os.getcwd()
    for folder in (top, os.environ['TMPDIR']):
        open(os.path.join(folder, 'left'), 'w').close()
        os.chdir(folder)
        for _ in range(300):
            os.mkdir('n' * 100)
            os.chdir('n' * 100)
    os.chdir(top)
    os.mkdir('locked', 0)
    return 2", Passed),
        row("finds none", "import os\ndef f(x):\n    return 2 if not os.path.exists('left') and set(os.listdir(os.environ['TMPDIR'])) <= {'work', '.shm'} else 0", Passed),
    ]
}

#[rustfmt::skip]
fn without_groups() -> Vec<Row> {
    vec![
        refused("no children", "os.fork()"),
        refused("no programs", "os.posix_spawn(sys.executable, [sys.executable, '-c', ''], {})"),
        refused("no memory files", "os.memfd_create('x')"),
    ]
}

#[rustfmt::skip]
fn without_namespaces() -> Vec<Row> {
    vec![
        refused("write to the host's folders", "open('/tmp/left', 'w')"),
        refused("shared memory", "open('/dev/shm/unitmill_left', 'w')"),
        refused("permissions", "open('a', 'w').close() or os.chmod('a', 0)"),
        refused("times of the environment", "os.utime(sys.executable)"),
        refused("signals to init", "os.kill(1, 0)"),
        refused("signals to its group", "os.kill(0, 0)"),
        refused("priorities of others", "os.setpriority(os.PRIO_USER, 0, 19)"),
        refused("owner of a descriptor", "__import__('fcntl').fcntl(0, 8, 1)"),
        refused("files of another slot", "os.listdir(os.path.join(os.environ['TMPDIR'], '..'))"),
    ]
}

/// For an environment with numpy and its kin.
#[rustfmt::skip]
pub(crate) fn with_packages() -> Vec<Row> {
    let mut rows = vec![
        row("arrays", "import numpy as np\nimport pandas as pd\ndef f(x):\n    return pd.DataFrame({'a': np.arange(x + 1)})['a'].sum() + 1", Passed),
        row("a model", "import numpy as np\nfrom sklearn.linear_model import LinearRegression\ndef f(x):\n    model = LinearRegression().fit(np.arange(9).reshape(-1, 1), np.arange(9))\n    return round(model.predict([[x + 1]])[0], 3)", Passed),
        row("arrays without end", "import numpy as np\ndef f(x):\n    a = []\n    while True:\n        a.append(np.ones(10 ** 6))", OutOfMemory),
    ];
    for row in &mut rows {
        row.job.packages = ["numpy", "pandas", "sklearn"].map(str::to_owned).to_vec();
    }
    rows
}

/// Sleeps for longer than any test takes, with a file of its own.
pub(crate) fn endless() -> Job {
    let code = "import time\ndef f(x):\n    open('left', 'w').close()\n    time.sleep(100)";
    let mut job = support::pair(code, ONE);
    job.limits.wall_ms = 100_000;
    job
}
