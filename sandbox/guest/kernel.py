"""What a run asks of the kernel, through ctypes.

A run is a fork that gives up everything before it reads a byte of its payload: its own
process, mount, message and host-name namespaces, a scratch file system of its own, an
unprivileged user of its slot, no capability, Landlock, and a system call filter that
allows little. Any step that fails ends the run with a message; none is skipped.

Where the recipe names the mode without namespaces (`Container`), Landlock, a tighter filter
and a scratch folder on the host's file system take their place.
"""

import ctypes
import os
import resource
import struct
import tempfile

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000

MS_NOSUID = 2
MS_NODEV = 4

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_SECUREBITS = 28
# User 0 without capabilities stays without them, whatever it executes.
NO_ROOT_LOCKED = 3
SECCOMP_MODE_FILTER = 2

SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446
LANDLOCK_RULE_PATH_BENEATH = 1

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


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def prepare(settings):
    """The isolation that the recipe names."""
    return (Container if settings["isolation"] == "container" else Sandbox)(settings)


class Sandbox:
    """The isolation of runs; everything that can be prepared before the fork is."""

    work = WORK
    _network_rights = 0

    def __init__(self, settings):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.mount.argtypes = [
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_ulong,
            ctypes.c_char_p,
        ]
        self._libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
        self._libc.syscall.restype = ctypes.c_long
        words = settings["run_filter"]
        self._program = ctypes.create_string_buffer(struct.pack(f"<{len(words)}Q", *words))
        self._filter = _Filter(len(words), ctypes.addressof(self._program))
        self._landlock = settings["landlock"]
        self._own_processes = None
        self._files = [("/", RIGHTS_OF_KIND["folder"]), ("/dev", READ_DIR | RIGHTS_OF_KIND["device"])]

    def _check(self, result, step):
        if result < 0:
            number = ctypes.get_errno()
            raise Refused(f"{step}: {os.strerror(number)}")
        return result

    def own_lane(self):
        """To be called once in a fresh lane: the way back from a child's namespace."""
        self.die_with_parent()
        self._own_processes = os.pidfd_open(os.getpid())

    def die_with_parent(self):
        self._check(self._libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "prctl(PDEATHSIG)")

    def fork(self):
        """Forks the first process of a new process namespace."""
        libc = self._libc
        self._check(libc.unshare(CLONE_NEWPID), "unshare(CLONE_NEWPID)")
        child = os.fork()
        if child:
            self._check(libc.setns(self._own_processes, CLONE_NEWPID), "setns(CLONE_NEWPID)")
        return child

    def isolate(self, request, channel, output):
        """Gives up everything. Returns the channel's descriptor; all others but standard
        input, output and error are closed."""
        libc, check = self._libc, self._check
        self.die_with_parent()
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if channel == CHANNEL:
            os.set_inheritable(channel, False)
        else:
            os.dup2(channel, CHANNEL, inheritable=False)
        # The jail has closed all others, so there are few and low ones.
        os.closerange(CHANNEL + 1, 1024)

        self._leave_host(request)
        for name, (soft, hard) in request["rlimits"].items():
            resource.setrlimit(getattr(resource, name), (soft, hard))
        user = request["user"]
        if user:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            # The change of user has cleared it.
            self.die_with_parent()
        self._drop_capabilities(user)
        self._make_work()
        if self._landlock:
            self._restrict_files()
        check(
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._filter), 0, 0),
            "prctl(SECCOMP)",
        )
        return CHANNEL

    def _leave_host(self, request):
        """Namespaces, and a file system that is nobody else's."""
        libc, check = self._libc, self._check
        check(libc.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS), "unshare")
        user = request["user"]
        options = (
            f"mode=0700,uid={user},gid={user},"
            f"size={request['scratch_bytes']},nr_inodes={request['scratch_files']}"
        )
        check(
            libc.mount(b"scratch", SCRATCH.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options.encode()),
            "mount(scratch)",
        )

    def _make_work(self):
        os.mkdir(WORK, 0o700)
        os.mkdir(f"{SCRATCH}/.shm", 0o700)
        os.chdir(WORK)

    def _drop_capabilities(self, user):
        if not user:
            check = self._libc.prctl(PR_SET_SECUREBITS, NO_ROOT_LOCKED, 0, 0, 0)
            self._check(check, "prctl(SECUREBITS)")
        header = struct.pack("<Ii", 0x20080522, 0)
        self._check(self._libc.capset(header, bytes(24)), "capset")

    def _restrict_files(self, scratch=SCRATCH):
        libc, check = self._libc, self._check
        version = min(self._landlock, max(FS_RIGHTS_OF_VERSION))
        rights = (1 << FS_RIGHTS_OF_VERSION[version]) - 1
        network = self._network_rights if version >= 4 else 0
        scopes = SCOPES if version >= 6 else 0
        attribute = struct.pack("<QQQ", rights, network, scopes)
        size = 24 if version >= 6 else 16 if version >= 4 else 8
        rules = check(
            libc.syscall(SYS_LANDLOCK_CREATE_RULESET, attribute, ctypes.c_size_t(size), 0),
            "landlock_create_ruleset",
        )
        for path, allowed in (*self._files, (scratch, rights)):
            place = os.open(path, os.O_PATH)
            rule = struct.pack("<Qi", allowed & rights, place)
            check(
                libc.syscall(SYS_LANDLOCK_ADD_RULE, rules, LANDLOCK_RULE_PATH_BENEATH, rule, 0),
                "landlock_add_rule",
            )
            os.close(place)
        check(libc.syscall(SYS_LANDLOCK_RESTRICT_SELF, rules, 0), "landlock_restrict_self")
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
        self._scratch = None

    def own_lane(self):
        super().die_with_parent()
        self._lane = os.getpid()

    def die_with_parent(self):
        super().die_with_parent()
        if os.getppid() != self._lane:
            raise Refused("the lane has died")

    def fork(self):
        return os.fork()

    def _leave_host(self, request):
        self._scratch = request["scratch"]
        self.work = f"{self._scratch}/work"
        for at in self._own_process_at:
            struct.pack_into("<I", self._program, at, os.getpid())

    def _make_work(self):
        os.mkdir(self.work, 0o700)
        os.chdir(self.work)
        os.environ.update(HOME=self.work, TMPDIR=self._scratch)
        # What a library's import has found out in the interpreter's own folder.
        tempfile.tempdir = None

    def _drop_capabilities(self, user):
        # Nobody but root has any, and nobody is root any more.
        header = struct.pack("<Ii", 0x20080522, 0)
        self._check(self._libc.capset(header, bytes(24)), "capset")

    def _restrict_files(self):
        super()._restrict_files(self._scratch)
