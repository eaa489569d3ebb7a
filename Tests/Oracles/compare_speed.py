#!/usr/bin/env python3
"""Times JAX SequenceLayers and `workbench bench` on the same stacks, in turn, and prints a table.

    swift build -c release && python3 Tests/Oracles/compare_speed.py

Both run each of the stacks of Tests/Fixtures/stacks in every round, one after the other, so that
they see the same neighbours; the table has medians over the rounds and their ratios, as Markdown.
`--python` names a Python that has sequence-layers and jax; without it a virtual environment is made
and filled from PyPI.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STACKS = {
    # Name: channels, timesteps of the layer-wise run, block size.
    "conv-lstm": ((80,), 1000, 2),
    "transformer": ((256,), 512, 1),
    "audio": ((), 160000, 320),
    "wavenet-dw": ((64,), 16000, 1),
    "wavenet-full": ((64,), 16000, 1),
}


def peer_stack(name):
    """The JAX layers of a stack of Tests/Fixtures/stacks."""
    import jax
    import sequence_layers.jax as sl

    def blocks(count, width, heads, hidden):
        for _ in range(count):
            turn = sl.ApplyRotaryPositionalEncoding.Config
            yield sl.Residual.Config([
                sl.RMSNormalization.Config(name="norm"),
                sl.DotProductSelfAttention.Config(
                    num_heads=heads, units_per_head=64, max_past_horizon=512, name="attention",
                    query_network=turn(max_wavelength=10000.0, name="rotary_q"),
                    key_network=turn(max_wavelength=10000.0, name="rotary_k")),
                sl.Flatten.Config(),
                sl.Dense.Config(width, use_bias=False, name="out"),
            ])
            yield sl.Residual.Config([
                sl.RMSNormalization.Config(name="norm"),
                sl.Dense.Config(hidden, use_bias=False, activation=jax.nn.gelu, name="up"),
                sl.Dense.Config(width, use_bias=False, name="down"),
            ])

    if name == "conv-lstm":
        layers = [
            sl.Conv1D.Config(64, 5, padding="causal", name="conv1"), sl.Relu.Config(),
            sl.Conv1D.Config(64, 5, strides=2, padding="causal", name="conv2"), sl.Relu.Config(),
            sl.LSTM.Config(128, name="lstm"), sl.Dense.Config(32, name="out"),
        ]
    elif name == "transformer":
        layers = [*blocks(4, 256, 4, 1024), sl.RMSNormalization.Config(name="norm")]
    elif name == "audio":
        layers = [
            sl.STFT.Config(
                frame_length=400, frame_step=160, fft_length=512, time_padding="causal",
                output_magnitude=True, name="stft"),
            sl.LinearToMelSpectrogram.Config(80, 16000.0, 20.0, 7600.0),
            sl.Conv1D.Config(128, 3, strides=2, padding="causal", name="subsample"),
            sl.Relu.Config(), *blocks(2, 128, 2, 512),
        ]
    elif name == "wavenet-dw":
        layers = [
            sl.Residual.Config([
                sl.DepthwiseConv1D.Config(
                    kernel_size=3, dilation_rate=2**i, padding="causal", name="depth"),
                sl.Relu.Config(), sl.Conv1D.Config(64, 1, padding="causal", name="point"),
            ]) for i in range(10)
        ]
    else:
        layers = [
            sl.Residual.Config([
                sl.Conv1D.Config(64, 3, dilation_rate=2**i, padding="causal", name="conv"),
                sl.Relu.Config(),
            ]) for i in range(10)
        ]
    return sl.Serial.Config(layers).make()


def seconds_of(function, count):
    durations = []
    for _ in range(count):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def run_peer(name):
    """Times one stack in this process and prints one JSON line."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    import sequence_layers.jax as sl

    channels, length, block = STACKS[name]
    model = peer_stack(name)
    numbers = np.random.default_rng(1)

    def sequence(count):
        values = numbers.standard_normal((1, count, *channels)).astype(np.float32)
        return sl.Sequence(jnp.asarray(values), jnp.ones((1, count), jnp.bool_))

    parameters = model.init(
        jax.random.PRNGKey(0), sequence(16 * block), training=False, method=model.layer)
    start = model.apply(
        parameters, 1, sl.ChannelSpec(channels, jnp.float32), training=False,
        method=model.get_initial_state)

    step = jax.jit(lambda p, x, s: model.apply(p, x, s, training=False, method=model.step))
    x = sequence(block)
    box = [start]

    def one_step():
        y, box[0] = step(parameters, x, box[0])
        y.values.block_until_ready()

    for _ in range(50):
        one_step()
    called = seconds_of(one_step, 400)

    turns = 200
    blocks = jnp.stack([sequence(block).values for _ in range(turns)])

    def scan(p, s, xs):
        def body(s, values):
            mask = jnp.ones(values.shape[:2], jnp.bool_)
            y, s = model.apply(p, sl.Sequence(values, mask), s, training=False, method=model.step)
            return s, y.values

        return jax.lax.scan(body, s, xs)

    scanned = jax.jit(scan)
    jax.block_until_ready(scanned(parameters, start, blocks))
    inside = seconds_of(
        lambda: jax.block_until_ready(scanned(parameters, start, blocks)), 7) / turns

    layer = jax.jit(lambda p, x: model.apply(p, x, training=False, method=model.layer))
    whole = sequence(length)
    layer(parameters, whole).values.block_until_ready()
    layered = seconds_of(
        lambda: layer(parameters, whole).values.block_until_ready(), 20)
    print(json.dumps({"step": called * 1e6, "scan": inside * 1e6, "layer": layered * 1e3}))


def peer_python(given, folder):
    """A Python that has the peer, made if none is given."""
    if given:
        return given
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "sequence-layers", "jax"], check=True)
    return str(python)


def output(*command):
    return subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, text=True).stdout.strip()


def run_ours(workbench, name, threads, seconds):
    channels, length, _ = STACKS[name]
    document = json.loads(output(
        workbench, "bench", ROOT / "Tests/Fixtures/stacks" / f"{name}.textproto",
        "--channels", ",".join(map(str, channels)), "--time", length, "--threads", threads,
        "--seconds", seconds, "--json"))
    return document["step"]["us_median"], document["layer"]["ms_median"]


def machine():
    model = platform.processor() or platform.machine()
    if pathlib.Path("/proc/cpuinfo").exists():
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}"


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", help="a Python with sequence-layers and jax")
    parser.add_argument("--venv", default=pathlib.Path.home() / ".cache/sequence-workbench/peers",
                        type=pathlib.Path, help="where to make one otherwise")
    parser.add_argument("--workbench", default=ROOT / ".build/release/workbench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--stacks", default=",".join(STACKS), help="some of them, with commas")
    parser.add_argument("--peer", choices=STACKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return run_peer(options.peer)

    python = peer_python(options.python, options.venv)
    versions = output(
        python, "-c", "import importlib.metadata as m; "
        "print('sequence-layers', m.version('sequence-layers') + ', jax', m.version('jax'))")
    before = os.getloadavg()[0]
    found = {}
    for _ in range(options.rounds):
        for name in options.stacks.split(","):
            peer = json.loads(output(python, __file__, "--peer", name).splitlines()[-1])
            one = run_ours(options.workbench, name, 1, options.seconds)
            two = run_ours(options.workbench, name, 2, options.seconds)
            found.setdefault(name, []).append(
                (peer["step"], peer["scan"], *one, peer["layer"], *two))
    after = os.getloadavg()[0]

    print(f"{machine()}; load {before:.1f} before and {after:.1f} after; "
          f"{versions}; workbench {output(options.workbench, '--version')}; "
          f"medians of {options.rounds} rounds, each peer in turn.\n")
    print("| stack | JAX call µs | in scan µs | our step, 1 thread µs | × call | × scan "
          "| JAX layer ms | ours, 1 thread ms | × | ours, 2 threads ms | × |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, rounds in found.items():
        call, scan, step, layer1, layer, _, layer2 = map(statistics.median, zip(*rounds))
        cells = [number(call), number(scan), number(step), f"{call / step:.1f}",
                 f"{scan / step:.1f}", number(layer), number(layer1), f"{layer / layer1:.1f}",
                 number(layer2), f"{layer / layer2:.1f}"]
        print(f"| {name} | {' | '.join(cells)} |")
    return None


if __name__ == "__main__":
    main()
