"""The process that zygotes are forked from, so that nothing is imported twice.

A nursery has imported some modules and waits on a packet socket. A packet names further
groups of modules, one heavy package each, and carries the socket of a zygote that is to
hold them all. For the first group the nursery keeps a fork of itself that has imported it,
a nursery too, and hands the packet on to that one; when no group is left, it forks the
zygote. The socket's end is the end of everything.

Never reads a payload, never runs untrusted code.
"""

import ctypes
import json
import os
import signal
import socket

PACKET = 64 << 10
PASSING = b'{"ready":false}'
PR_SET_PDEATHSIG = 1


class Nursery:
    def __init__(self, recorder):
        self._recorder = recorder
        self._control = socket.socket(fileno=0)
        self._grown = {}
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        self.preloaded, self.missing = [], []

    def load(self, modules):
        for name in modules:
            (self.preloaded if self._recorder.load(name) else self.missing).append(name)

    def serve(self):
        """Returns in a process that is to be a zygote; its socket is standard input."""
        # Ended zygotes are nobody's to wait for.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self._control.sendall(b'{"ready":true}')
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 1)
            if not data:
                os._exit(0)
            groups = json.loads(data)["groups"]
            # A fork copies only the calling thread. Whoever reads this looks whether there
            # are others, whose locks would stay locked for ever.
            os.write(descriptors[0], PASSING)
            if groups:
                self._hand_on(groups, descriptors)
            elif os.fork() == 0:
                self._leave_family(socket.socket(fileno=descriptors[0]))
                self._control.detach()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return
            for descriptor in descriptors:
                os.close(descriptor)

    def _leave_family(self, control):
        """In a fork: with a socket of its own as standard input."""
        self._control.detach()
        self._control = socket.socket(fileno=os.dup2(control.fileno(), 0))
        control.close()
        for other in self._grown.values():
            other.close()
        self._grown = {}
        if self._prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), None, None, None) < 0:
            raise OSError(ctypes.get_errno(), "prctl(PDEATHSIG)")

    def _hand_on(self, groups, descriptors):
        name = tuple(groups[0])
        packet = json.dumps({"groups": groups[1:]}).encode()
        for _ in range(2):
            grown = self._grown.get(name)
            if grown is None:
                grown = self._grow(name)
                if grown is None:
                    # The new nursery, which now finds this packet waiting.
                    return
                self._grown[name] = grown
            try:
                socket.send_fds(grown, [packet], descriptors)
                return
            except OSError:
                # It has died, of an import perhaps, and gets one more chance; if that ends
                # like this too, the zygote's socket closes and the supervisor knows.
                grown.close()
                del self._grown[name]

    def _grow(self, modules):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork():
            theirs.close()
            return ours
        ours.close()
        self._leave_family(theirs)
        self.load(modules)
        return None
