"""The two loops of trusted code: the zygote forks lanes, a lane forks runs.

A lane serves one slot, one run at a time, over its packet socket:

- `{"run": ...}` with two descriptors (the run's channel, its output pipe) starts a run;
- `{"kill": true}` ends it, with all its descendants;
- the answer comes when everything of the run is gone: how it ended and what it used;
- a run that is asked for with `"look": true`, a rehearsal, does not end: the supervisor looks
  at its memory and kills it. The first packet to every lane says where all runs write to.

Never reads from a run's channel.
"""

import json
import os
import select
import signal
import socket
import sys
import time
import traceback

PACKET = 64 << 10
DESCRIPTORS = 8
# A run that could not be isolated ends with this; the supervisor takes it for a failure
# of the sandbox, never for a verdict, and only if nothing came through the channel.
NOT_ISOLATED = 113
CPUS = os.cpu_count() or 1


def _receive(connection):
    data, descriptors, _, _ = socket.recv_fds(connection, PACKET, DESCRIPTORS)
    return (json.loads(data) if data else None), descriptors


def _answer(connection, message):
    connection.sendall(json.dumps(message).encode())


def serve_zygote(sandbox, finder, ready):
    control = socket.socket(fileno=0)
    # Ended lanes are nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _answer(control, dict(ready, version=list(sys.version_info[:3])))
    while True:
        request, descriptors = _receive(control)
        if request is None:
            os._exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.detach()
            lane = socket.socket(fileno=os.dup2(descriptors[0], 0))
            _become_lane(sandbox, finder, lane, descriptors, request)
        for descriptor in descriptors:
            os.close(descriptor)


def _become_lane(sandbox, finder, lane, descriptors, request):
    try:
        # A run stays where its memory was copied from.
        os.sched_setaffinity(0, bench["share"](request["turn"], request["turns"]))
        bench["on"]["turn"] = request["turn"]
        sandbox.own_lane()
        for group in descriptors[1:]:
            os.write(group, b"0")
        for descriptor in descriptors:
            os.close(descriptor)
    except BaseException as error:
        _answer(lane, {"error": f"{type(error).__name__}: {error}"})
        os._exit(1)
    _answer(lane, {"ready": True, "foresees": sandbox.can_foresee()})
    sandbox.foresee(lane)
    serve_lane(sandbox, finder, lane)


def serve_lane(sandbox, finder, lane):
    known = request = None
    while True:
        data, descriptors, _, _ = socket.recv_fds(lane, PACKET, DESCRIPTORS)
        if not data:
            os._exit(0)
        # Most runs are asked for in the same words as the one before.
        if data != known:
            known, request = data, json.loads(data)
        if "run" not in request:
            # A kill that crossed the answer on its way.
            continue
        try:
            sandbox.plan(request["run"], *descriptors)
            child = sandbox.fork()
        except BaseException as error:
            _answer(lane, {"error": f"{type(error).__name__}: {error}"})
            os._exit(1)
        if child == 0:
            _start_run(sandbox, finder, descriptors[1], request["look"])
            os._exit(NOT_ISOLATED)
        for descriptor in descriptors:
            os.close(descriptor)
        _answer(lane, _wait(lane, child, request["run"]["cpu_s"]))


def _start_run(sandbox, finder, output, look):
    try:
        sandbox.fetch()
        channel = sandbox.isolate()
    except BaseException:
        os.dup2(output, 2)
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(NOT_ISOLATED)
    if bench["WORK"] != sandbox.work:
        bench["WORK"] = sandbox.work
    sandbox.disappear()
    bench["run"](channel, finder, _wait_for_looks if look else os._exit)


def _wait_for_looks(status):
    """The end of a rehearsal: what it is looked at for is to be there still."""
    if status:
        os._exit(status)
    while True:
        time.sleep(3600)


def _wait(lane, child, cpu_s):
    """Waits for the run's first process, and so for all of it: the kernel reports it only
    when nothing else is left in its process namespace.

    Ends the run when that process has used up its CPU time, counted more exactly than by
    `RLIMIT_CPU`, which stands behind it for the others.
    """
    handle = os.pidfd_open(child)
    # The kernel's number for the CPU clock of another process.
    clock = (~child << 3) | 2
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.register(lane.fileno(), select.POLLIN)
        killed = over_cpu = False
        patience = cpu_s / CPUS
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(patience * 1000)}
            if lane.fileno() in ready:
                request, _ = _receive(lane)
                os.kill(child, signal.SIGKILL)
                if request is None:
                    os._exit(0)
                killed = True
            if handle in ready:
                break
            if killed or over_cpu:
                patience = 1.0
                continue
            left = cpu_s - time.clock_gettime(clock)
            if left <= 0:
                os.kill(child, signal.SIGKILL)
                over_cpu = True
            patience = max(left / CPUS, 0.01)
        _, status, usage = os.wait4(child, 0)
    finally:
        os.close(handle)
    return {
        "status": status,
        "over_cpu": over_cpu,
        "user_s": usage.ru_utime,
        "system_s": usage.ru_stime,
    }
