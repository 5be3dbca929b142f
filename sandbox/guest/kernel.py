"""What a run asks of the kernel, through ctypes.

A run is a fork that gives up everything before it reads a byte of its payload: its own
process, mount, message and host-name namespaces, a scratch file system of its own, an
unprivileged user of its slot, no capability, Landlock, and a system call filter that
allows little. Any step that fails ends the run with a message; none is skipped.

In a fork the first touch of every object costs a page of memory and more time than the
system call that it leads to. So a lane lays out a run's calls beforehand, arguments and
all, and the run only goes down the list.

Where the recipe names the mode without namespaces (`Container`), Landlock, a tighter filter
and a scratch folder on the host's file system take their place.
"""

import ctypes
import errno
import fcntl
import os
import resource
import struct
import tempfile
import time

CLONE_THREAD = 0x00010000
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000

MS_NOSUID = 2
MS_NODEV = 4

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_SECUREBITS = 28
# User 0 without capabilities stays without them, whatever it executes.
NO_ROOT_LOCKED = 3
SECCOMP_MODE_FILTER = 2

SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446
LANDLOCK_RULE_PATH_BENEATH = 1
SYS_CLOSE_RANGE = 436
SYS_PROCESS_MADVISE = 440
# The calling process, where a descriptor of one is asked for.
PIDFD_SELF = (1 << 64) - 10_000
MADV_POPULATE_WRITE = 23
# `UIO_MAXIOV`.
MOST_PLACES = 1024

# Landlock rights on files, by the interface version that brought them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
RIGHTS_OF_KIND = {
    "folder": EXECUTE | READ_FILE | READ_DIR,
    "file": EXECUTE | READ_FILE,
    "device": READ_FILE | WRITE_FILE,
}
FS_RIGHTS_OF_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}
# Version 4: no binding and no connecting of TCP sockets.
NETWORK_RIGHTS = 3
# Version 6: no abstract sockets and no signals to outside.
SCOPES = 3

SIGKILL = 9

# Where a run finds its channel.
CHANNEL = 3
SCRATCH = "/tmp"
WORK = "/tmp/work"


class Refused(Exception):
    """A step of isolating a run that the kernel refused."""


_long = ctypes.c_ulong


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


class _Rule(ctypes.Structure):
    """The kernel's `struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("place", ctypes.c_int32)]


def _filter(words):
    """The instructions, and the kernel's structure that points at them."""
    program = ctypes.create_string_buffer(struct.pack(f"<{len(words)}Q", *words))
    return program, _Filter(len(words), ctypes.addressof(program))


def _keep(value):
    """Lets an object live for ever. A run throws away all that leads to system calls, and
    that should not take the time to take it apart."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))


def prepare(settings):
    """The isolation that the recipe names."""
    return (Container if settings["isolation"] == "container" else Sandbox)(settings)


class Sandbox:
    """The isolation of runs; everything that can be prepared before the fork is."""

    work = WORK
    _network_rights = 0

    def __init__(self, settings):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.syscall.restype = ctypes.c_long
        # One that keeps the interpreter's lock. `os.fork` would go through what modules have
        # registered for a process with threads, which this one is not.
        self._fork = ctypes.PyDLL(None).fork
        self._program, self._filter = _filter(settings["run_filter"])
        # Where a lane installs most of its runs' filter for them, and they the rest.
        self._lane_filter = _filter(settings["lane_filter"]) if settings["lane_filter"] else None
        self._landlock = settings["landlock"]
        self._own_processes = None
        self._nothing = None
        self._places = None
        self._planned = None
        self._plan = ()
        self._foreseen = None
        self._foresight = ctypes.create_string_buffer(16 * MOST_PLACES)
        self._files = [("/", RIGHTS_OF_KIND["folder"]), ("/dev", READ_DIR | RIGHTS_OF_KIND["device"])]
        for value in (self._libc, self._fork, self._program, self._filter, self._files):
            _keep(value)

    def _check(self, result, step):
        if result < 0:
            number = ctypes.get_errno()
            raise Refused(f"{step}: {os.strerror(number)}")
        return result

    def own_lane(self):
        """To be called once in a fresh lane: what all of its runs use."""
        self.die_with_parent()
        # The way back from a child's namespace.
        self._own_processes = os.pidfd_open(os.getpid())
        self._nothing = os.open("/dev/null", os.O_RDONLY)
        if self._landlock:
            self._places = [os.open(path, os.O_PATH) for path, _ in self._files]
        if self._lane_filter is not None:
            self._install(self._lane_filter[1])
        # See `disappear`.
        _keep(vars(self))

    def _install(self, instructions):
        words = (_long(SECCOMP_MODE_FILTER), _long(ctypes.addressof(instructions)))
        result = self._libc.prctl(PR_SET_SECCOMP, *words, _long(0), _long(0))
        self._check(result, "prctl(SECCOMP)")

    def disappear(self):
        """In a run: leaves nothing behind that leads to system calls. What it held is not
        given back, since that would touch the memory of each of it."""
        self.__dict__ = {}

    def can_foresee(self):
        """Whether this kernel gives a process its memory in many places at once, as it does
        from version 6.15 on."""
        return self._libc.syscall(*self._advice(None, 0)) == 0

    def foresee(self, lane):
        """In a lane: receives where in memory nearly every run writes to, as start and length
        of each place, whole pages. How many there are is chance, and what a lane allocates must
        not hang on chance: it would show in the addresses of what its runs allocate."""
        places = lane.recv_into(self._foresight) // 16
        self._foreseen = self._advice(self._foresight, places) if places else None
        _keep(self._foreseen)

    def fetch(self):
        """In a run, first of all: copies at once the memory that would be copied page by page,
        each with a fault of its own. Saves time and changes nothing else, so nobody asks
        whether it has worked."""
        if self._foreseen is not None:
            self._libc.syscall(*self._foreseen)

    def _advice(self, places, count):
        words = (_long(PIDFD_SELF), places, _long(count), _long(MADV_POPULATE_WRITE), _long(0))
        return (_long(SYS_PROCESS_MADVISE), *words)

    def wait_until_alone(self):
        """Waits for the kernel to have taken away threads that have ended: a process with
        more than one is not forked."""
        for _ in range(1000):
            # Changes nothing, and succeeds in a process with one thread only.
            if self._libc.unshare(CLONE_THREAD) == 0:
                return
            if ctypes.get_errno() != errno.EINVAL:
                # Forbidden, as container filters do. Ending takes a thread microseconds.
                time.sleep(0.1)
                return
            time.sleep(0.001)
        raise Refused("a thread of the zygote does not end")

    def die_with_parent(self):
        result = self._libc.prctl(PR_SET_PDEATHSIG, _long(SIGKILL), _long(0), _long(0), _long(0))
        self._check(result, "prctl(PDEATHSIG)")

    def plan(self, request, channel, output):
        """To be called before the fork."""
        wanted = (request, channel, output)
        if wanted != self._planned:
            self._plan = self._lay_out(request, channel, output)
            self._planned = wanted
            _keep(self._plan)

    def fork(self):
        """Forks the first process of a new process namespace."""
        libc = self._libc
        self._check(libc.unshare(CLONE_NEWPID), "unshare(CLONE_NEWPID)")
        child = self._check(self._fork(), "fork")
        if child:
            self._check(libc.setns(self._own_processes, CLONE_NEWPID), "setns(CLONE_NEWPID)")
        return child

    def isolate(self):
        """Gives up everything, as planned. Returns the channel's descriptor; all others but
        standard input, output and error are closed."""
        for step, call, arguments, keep in self._plan:
            result = call(*arguments)
            if result < 0:
                self._check(result, step)
            if keep is not None:
                keep.value = result
        return CHANNEL

    def _lay_out(self, request, channel, output):
        """The calls of a run, each with its name."""
        libc = self._libc
        user = request["user"]
        calls = []

        def add(call, *arguments, name=None, keep=None):
            calls.append((name or call.__name__, call, arguments, keep))

        def control(option, *arguments):
            words = [_long(word) for word in (*arguments, 0, 0, 0, 0)[:4]]
            add(libc.prctl, option, *words, name=f"prctl({option})")

        control(PR_SET_PDEATHSIG, SIGKILL)
        add(libc.unshare, CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
        options = (
            f"mode=0700,uid={user},gid={user},"
            f"size={request['scratch_bytes']},nr_inodes={request['scratch_files']}"
        )
        flags = _long(MS_NOSUID | MS_NODEV)
        add(libc.mount, b"scratch", SCRATCH.encode(), b"tmpfs", flags, options.encode())
        for name, limits in request["rlimits"].items():
            limit = ctypes.create_string_buffer(struct.pack("<QQ", *limits))
            add(libc.prlimit, 0, getattr(resource, name), limit, None)
        if user:
            add(libc.setgroups, _long(0), None)
            add(libc.setresgid, user, user, user)
            add(libc.setresuid, user, user, user)
            # The change of user has cleared it.
            control(PR_SET_PDEATHSIG, SIGKILL)
        else:
            control(PR_SET_SECUREBITS, NO_ROOT_LOCKED)
        add(libc.capset, struct.pack("<Ii", 0x20080522, 0), bytes(24))
        add(libc.mkdir, WORK.encode(), 0o700)
        add(libc.mkdir, f"{SCRATCH}/.shm".encode(), 0o700)
        add(libc.chdir, WORK.encode())
        if self._landlock:
            self._lay_out_rules(add)
        add(libc.dup2, self._nothing, 0)
        add(libc.dup2, output, 1)
        add(libc.dup2, output, 2)
        if channel == CHANNEL:
            add(libc.fcntl, channel, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        else:
            add(libc.dup3, channel, CHANNEL, os.O_CLOEXEC)
        every = _long(0xFFFFFFFF)
        add(libc.syscall, _long(SYS_CLOSE_RANGE), _long(CHANNEL + 1), every, _long(0))
        control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._filter))
        return tuple(calls)

    def _lay_out_rules(self, add):
        syscall = self._libc.syscall
        attribute, size, rights = self._rights()
        # Both are known only once the calls before have answered.
        rules, place = _long(0), _Rule(rights, 0)
        add(syscall, _long(SYS_LANDLOCK_CREATE_RULESET), attribute, _long(size), _long(0),
            name="landlock_create_ruleset", keep=rules)  # fmt: skip
        add(self._libc.open, SCRATCH.encode(), os.O_PATH, name="open(scratch)", keep=ctypes.c_int.from_buffer(place, 8))
        known = [_Rule(allowed & rights, fd) for (_, allowed), fd in zip(self._files, self._places)]
        for rule in (*known, place):
            add(syscall, _long(SYS_LANDLOCK_ADD_RULE), rules, _long(LANDLOCK_RULE_PATH_BENEATH),
                ctypes.byref(rule), _long(0), name="landlock_add_rule")  # fmt: skip
        add(syscall, _long(SYS_LANDLOCK_RESTRICT_SELF), rules, _long(0),
            name="landlock_restrict_self")  # fmt: skip

    def _rights(self):
        """What a set of rules is about: the kernel's structure, its size, all file rights."""
        version = min(self._landlock, max(FS_RIGHTS_OF_VERSION))
        rights = (1 << FS_RIGHTS_OF_VERSION[version]) - 1
        network = self._network_rights if version >= 4 else 0
        scopes = SCOPES if version >= 6 else 0
        size = 24 if version >= 6 else 16 if version >= 4 else 8
        return struct.pack("<QQQ", rights, network, scopes), size, rights

    def _restrict_files(self, scratch):
        syscall, check = self._libc.syscall, self._check
        attribute, size, rights = self._rights()
        rules = syscall(_long(SYS_LANDLOCK_CREATE_RULESET), attribute, _long(size), _long(0))
        check(rules, "landlock_create_ruleset")
        for path, allowed in (*self._files, (scratch, rights)):
            place = os.open(path, os.O_PATH)
            rule = ctypes.byref(_Rule(allowed & rights, place))
            words = (_long(rules), _long(LANDLOCK_RULE_PATH_BENEATH), rule, _long(0))
            check(syscall(_long(SYS_LANDLOCK_ADD_RULE), *words), "landlock_add_rule")
            os.close(place)
        result = syscall(_long(SYS_LANDLOCK_RESTRICT_SELF), _long(rules), _long(0))
        check(result, "landlock_restrict_self")
        os.close(rules)


class Container(Sandbox):
    """Isolation without namespaces.

    A run cannot fork, so its one process is all that there is to end. Landlock lets it open
    nothing but the environment, the system's libraries, five devices and its scratch folder,
    which the supervisor empties after it; the filter lets it signal nobody but itself.
    """

    _network_rights = NETWORK_RIGHTS

    def __init__(self, settings):
        super().__init__(settings)
        if not self._landlock:
            raise Refused("Landlock: this kernel has none")
        self._files = [(path, RIGHTS_OF_KIND[kind]) for path, kind in settings["readable"]]
        own = struct.pack("<I", settings["own_process"])
        program = self._program.raw
        # Behind code (2 bytes) and jumps (1 each) comes what an instruction compares with.
        self._own_process_at = [
            at + 4 for at in range(0, len(program) - 7, 8) if program[at + 4 : at + 8] == own
        ]
        self._lane = None
        self._run = None

    def own_lane(self):
        super().die_with_parent()
        self._lane = os.getpid()
        _keep(vars(self))

    def die_with_parent(self):
        super().die_with_parent()
        if os.getppid() != self._lane:
            raise Refused("the lane has died")

    def plan(self, request, channel, output):
        self._run = (request, channel, output)

    def fork(self):
        return os.fork()

    def isolate(self):
        libc, check = self._libc, self._check
        request, channel, output = self._run
        scratch, user = request["scratch"], request["user"]
        self.die_with_parent()
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if channel == CHANNEL:
            os.set_inheritable(channel, False)
        else:
            os.dup2(channel, CHANNEL, inheritable=False)
        # The jail has closed all others, so there are few and low ones.
        os.closerange(CHANNEL + 1, 1024)
        for at in self._own_process_at:
            struct.pack_into("<I", self._program, at, os.getpid())
        for name, (soft, hard) in request["rlimits"].items():
            resource.setrlimit(getattr(resource, name), (soft, hard))
        if user:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            # The change of user has cleared it.
            self.die_with_parent()
        # Nobody but root has any, and nobody is root any more.
        check(libc.capset(struct.pack("<Ii", 0x20080522, 0), bytes(24)), "capset")
        self.work = f"{scratch}/work"
        os.mkdir(self.work, 0o700)
        os.chdir(self.work)
        os.environ.update(HOME=self.work, TMPDIR=scratch)
        # What a library's import has found out in the interpreter's own folder.
        tempfile.tempdir = None
        self._restrict_files(scratch)
        self._install(self._filter)
        return CHANNEL
