"""The work of `scripts/check-real-server`, inside of the environment that has the server.

Makes a tiny model of random weights, starts the server on it, and asks it: its health, one
answer after another, many at once, several samples a call. What the model says is noise;
that every request gets an answer with its counts is what is checked.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent


def make_model(path):
    """A llama of two layers and a vocabulary of bytes and printable characters."""
    import gguf
    import numpy

    width, heads, layers, inner = 64, 4, 2, 128
    tokens = [b"<unk>", b"<s>", b"</s>"] + [b"<0x%02X>" % byte for byte in range(256)]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256
    letters = ["\u2581"] + [chr(code) for code in range(33, 127)]
    tokens += [letter.encode() for letter in letters]
    kinds += [gguf.TokenType.NORMAL] * len(letters)

    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny-random")
    writer.add_context_length(8192)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_rope_dimension_count(width // heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(rank) for rank in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"
    )
    random = numpy.random.default_rng(20261120)

    def matrix(name, rows, columns):
        writer.add_tensor(name, (random.standard_normal((rows, columns)) * 0.05).astype(numpy.float32))

    def ones(name):
        writer.add_tensor(name, numpy.ones(width, dtype=numpy.float32))

    matrix("token_embd.weight", len(tokens), width)
    for layer in range(layers):
        block = f"blk.{layer}."
        ones(block + "attn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"{block}{part}.weight", width, width)
        ones(block + "ffn_norm.weight")
        matrix(block + "ffn_gate.weight", inner, width)
        matrix(block + "ffn_up.weight", inner, width)
        matrix(block + "ffn_down.weight", width, inner)
    ones("output_norm.weight")
    matrix("output.weight", len(tokens), width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


XLLAMACPP = """
import sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_parallel = 8
params.n_ctx = 8 * 8192
params.cpuparams.n_threads = 2
params.port = int(sys.argv[2])
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
while True:
    time.sleep(60)
"""


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(kind, model, log):
    """The server's process and its base URL, once it answers."""
    port = free_port()
    if kind == "xllamacpp":
        command = [sys.executable, "-c", XLLAMACPP, model, str(port)]
    else:
        command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--port", str(port),
                   "--n_ctx", "8192", "--model_alias", "tiny-random"]
    # A group of its own, so that nothing of it is left behind.
    server = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, start_new_session=True)
    base_url = f"http://127.0.0.1:{port}/v1"
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{base_url}/models", timeout=5) as response:
                return server, base_url, json.load(response)["data"][0]["id"]
        except OSError:
            time.sleep(0.5)
    stop(server)
    log.seek(0)
    raise SystemExit(f"the server did not start:\n{log.read().decode(errors='replace')[-3000:]}")


def stop(server):
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def ask(base_url, model, requests, concurrency, samples=1):
    command = [os.environ["UNITMILL_ASK"], base_url, model, requests, concurrency, 200, samples]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(f"the client failed:\n{done.stderr}")
    result = json.loads(done.stdout)
    print(f"{requests} requests, {concurrency} at once, {samples} samples each: {result['seconds']:.1f} s, "
          f"{result['completion_tokens']} tokens, {result['resent']} resent")
    if result["answers"] != requests * samples or result["completion_tokens"] < requests * samples:
        raise SystemExit(f"answers or tokens are missing: {result}")


def mill(base_url, model, folder):
    """A part of the demonstration corpus; random text passes nothing, and every answer is
    an attempt with its reason."""
    command = [os.environ.get("UNITMILL_PROGRAM", "unitmill"), "run", "recipes/quickstart.yaml",
               "--out", f"{folder}/run"]
    settings = ["input.0.path=data/demo/**/text*.py", "sandbox.env=standard", "fix.rounds=1"]
    for agent in ("tests", "fix", "refine"):
        settings += [f"models.{agent}.provider=openai", f"models.{agent}.base_url={base_url}",
                     f"models.{agent}.model={model}", f"models.{agent}.max_tokens=64"]
    for setting in settings:
        command += ["--set", setting]
    subprocess.run(command, cwd=ROOT, check=True, timeout=600)


def main():
    kind, model = sys.argv[1], pathlib.Path(sys.argv[2])
    make_model(model)
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+b") as log:
        server, base_url, name = start(kind, model, log)
        try:
            print(f"{kind} at {base_url} has {name}")
            ask(base_url, name, 4, 1)
            ask(base_url, name, 64, 32)
            ask(base_url, name, 8, 4, samples=3)
            if "--run" in sys.argv:
                mill(base_url, name, folder)
        finally:
            stop(server)
    print("all answered")


if __name__ == "__main__":
    main()
