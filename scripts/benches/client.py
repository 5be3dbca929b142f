"""What the model client costs, against the server's own ceiling and Python's `openai` client.

One fake model server after another, each with the time that an answer takes; `wrk` (Debian
package) finds out how many answers a second the server gives over that many connections, and
the client gets as many calls in flight. All of them share the cores of this machine, the
server among them, so rounds are interleaved and ratios reported, never rates alone: the
client's answers a second as a part of wrk's, and CPU seconds a request as a part of what
Python's client takes for the same requests against the same server.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(
    os.environ.get("UNITMILL_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "unitmill"
)

POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [==[%s]==]
"""

PYTHON_CLIENT = """
import asyncio, json, resource, sys, time
from openai import AsyncOpenAI

async def main(base_url, requests, concurrency, prompt):
    client = AsyncOpenAI(base_url=base_url, api_key="none", timeout=300)
    numbers = iter(range(requests))
    async def worker():
        for number in numbers:
            await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": f"{number} {prompt}"}],
                temperature=0.2, top_p=1.0, max_tokens=64, seed=number)
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"requests": requests, "seconds": time.monotonic() - begun, "cpu_seconds": cpu}))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), "word " * (int(sys.argv[4]) // 5)))
"""


def build():
    """The client's side and the fake server, in the release profile."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or CACHE / "target")
    subprocess.run(
        ["cargo", "build", "--release", "--locked", "-p", "unitmill-llm", "-p", "unitmill-testkit",
         "--example", "ask", "--bin", "fake-model-server"],
        cwd=ROOT, env={**os.environ, "CARGO_TARGET_DIR": str(target)}, check=True, stdout=sys.stderr,
    )
    return target / "release" / "examples" / "ask", target / "release" / "fake-model-server"


def python_client():
    """A Python that has the `openai` package."""
    folder = CACHE / "bench-client"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", "import openai"], capture_output=True).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "openai"], check=True)
    return python


def ceiling(base_url, connections, seconds, script):
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", script,
         f"{base_url}/chat/completions"],
        capture_output=True, text=True, check=True,
    )
    for line in done.stdout.splitlines():
        if line.startswith("Requests/sec:"):
            return float(line.split()[1])
    raise SystemExit(f"wrk said nothing of its rate:\n{done.stdout}{done.stderr}")


def run_client(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench client", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement, about")
    parser.add_argument("--latencies-ms", default="200,100,50,0", help="that an answer takes, one server each")
    parser.add_argument("--prompt", type=int, default=2000, help="characters of a prompt")
    arguments = parser.parse_args()
    if subprocess.run(["which", "wrk"], capture_output=True).returncode:
        raise SystemExit("wrk is missing: apt-get install wrk")
    ask, server_program = build()
    python = python_client()
    prompt = "0 " + "word " * (arguments.prompt // 5)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}],
                       "temperature": 0.2, "top_p": 1.0, "max_tokens": 64, "seed": 0})

    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "post.lua"
        script.write_text(POST % body)
        python_script = pathlib.Path(folder) / "python_client.py"
        python_script.write_text(PYTHON_CLIENT)
        for latency in map(int, arguments.latencies_ms.split(",")):
            server = subprocess.Popen(
                [server_program, "--latency-ms", str(latency), "--idle-exit-s", "60"],
                stdout=subprocess.PIPE, text=True,
            )
            base_url = server.stdout.readline().strip()
            try:
                measure(arguments, latency, base_url, script, [python, python_script], ask)
            finally:
                server.kill()
                server.wait()


def measure(arguments, latency, base_url, script, python, ask):
    shares, ours, theirs = [], [], []
    for number in range(arguments.rounds):
        top = ceiling(base_url, arguments.concurrency, arguments.seconds, script)
        requests = int(top * arguments.seconds)
        run = run_client([ask, base_url, "m", requests, arguments.concurrency, arguments.prompt])
        again = ceiling(base_url, arguments.concurrency, arguments.seconds, script)
        # The server's ceiling on both sides of the run: the machine may have been busier.
        top = (top + again) / 2
        slow = run_client([*python, base_url, 2000, arguments.concurrency, arguments.prompt])
        shares.append(run["requests"] / run["seconds"] / top)
        ours.append(run["cpu_seconds"] / run["requests"])
        theirs.append(slow["cpu_seconds"] / slow["requests"])
        print(f"  round {number}: wrk {top:.0f}/s, unitmill {run['requests'] / run['seconds']:.0f}/s "
              f"({shares[-1]:.2f}), CPU a request {ours[-1] * 1e6:.0f} us, openai {theirs[-1] * 1e6:.0f} us",
              file=sys.stderr)
    share = statistics.median(shares)
    cpu = statistics.median(ours) / statistics.median(theirs)
    print(f"answers in {latency} ms, {arguments.concurrency} in flight: {share:.1%} of the server's ceiling, "
          f"{statistics.median(ours) * 1e6:.0f} us of CPU a request, {cpu:.1%} of Python's openai "
          f"({statistics.median(theirs) * 1e6:.0f} us)")


if __name__ == "__main__":
    main()
