"""Microseconds of a step in LiteRT, ONNX Runtime and here, and of an LSTM step beside ONNX's own LSTM operator:
alone, and with the mask and the shapes of state that a step has here.

usage: export_speed.py WORKBENCH, with ai-edge-litert, onnx, onnxruntime and numpy. One thread each; medians of
interleaved rounds. LiteRT is called through its Python signature runner, which costs some 20 µs a call.
"""
import json, os, subprocess, sys, tempfile, time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, onnx, onnxruntime
from ai_edge_litert.interpreter import Interpreter

SPECS = {
    "LSTM 64": ("lstm { units: 64 }", "64"),
    "LSTM 256": ("lstm { units: 256 }", "256"),
    "conv-LSTM": ('serial { layers { conv1d { filters: 128 kernel_size: 5 strides: 1 dilation_rate: 1 padding: "causal" } }'
                  " layers { relu { } } layers { lstm { units: 128 } } layers { dense { features: 32 } } }", "80"),
    "depthwise ×8": ("serial {" + ' layers { residual { layers { depthwise_conv1d { kernel_size: 5 strides: 1 dilation_rate: 1 padding: "causal" } }'
                     " layers { dense { features: 64 } } layers { relu { } } } }" * 8 + " }", "64"),
}


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def own_lstm(path, units, channels, masked=False):
    """One step of an LSTM by ONNX's operator; masked, it keeps the state where the mask is false."""
    h = onnx.helper
    rng = np.random.default_rng(0)
    info = lambda name, *shape: h.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    weights = {"W": (1, 4 * units, channels), "R": (1, 4 * units, units), "B": (1, 8 * units)}
    constants = [onnx.numpy_helper.from_array(rng.normal(size=s).astype(np.float32), n) for n, s in weights.items()]
    zeros = lambda *shape: np.zeros(shape, np.float32)
    if masked:
        flag = lambda name: h.make_tensor_value_info(name, onnx.TensorProto.BOOL, (1, 1))
        node = h.make_node
        nodes = [node("Reshape", ["h", "wide"], ["h0"]), node("Reshape", ["c", "wide"], ["c0"]),
                 node("LSTM", ["X", "W", "R", "B", "", "h0", "c0"], ["", "h2", "c2"], hidden_size=units),
                 node("Where", ["mask", "h2", "h0"], ["Y"]), node("Where", ["mask", "c2", "c0"], ["c3"]),
                 node("Reshape", ["Y", "flat"], ["h1"]), node("Reshape", ["c3", "flat"], ["c1"]), node("Identity", ["mask"], ["mask1"])]
        constants += [onnx.numpy_helper.from_array(np.array(s), n) for n, s in (("wide", [1, 1, units]), ("flat", [1, units]))]
        graph = h.make_graph(nodes, "lstm", [info("X", 1, 1, channels), flag("mask"), info("h", 1, units), info("c", 1, units)],
                             [info("Y", 1, 1, units), flag("mask1"), info("h1", 1, units), info("c1", 1, units)], constants)
        feeds = {"X": zeros(1, 1, channels), "mask": np.ones((1, 1), bool), "h": zeros(1, units), "c": zeros(1, units)}
    else:
        node = h.make_node("LSTM", ["X", "W", "R", "B", "", "h", "c"], ["Y", "h1", "c1"], hidden_size=units)
        graph = h.make_graph([node], "lstm", [info("X", 1, 1, channels), info("h", 1, 1, units), info("c", 1, 1, units)],
                             [info("Y", 1, 1, 1, units), info("h1", 1, 1, units), info("c1", 1, 1, units)], constants)
        feeds = {"X": zeros(1, 1, channels), "h": zeros(1, 1, units), "c": zeros(1, 1, units)}
    onnx.save(h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=8), path)
    run = session(path).run
    return lambda: run(None, feeds)


def calls(folder, name):
    """Functions that run a step once."""
    manifest = json.load(open(f"{folder}/{name}.tflite/manifest.json"))
    entry = next(s for s in manifest["signatures"] if s["name"] == "step")
    feeds = {p["name"]: np.ones(p["shape"], p["dtype"]) for p in entry["inputs"]}
    runner = Interpreter(model_path=f"{folder}/{name}.tflite/model.tflite", num_threads=1).get_signature_runner("step")
    run = session(f"{folder}/{name}.onnx/step.onnx").run
    return {"LiteRT": lambda: runner(**feeds), "ONNX Runtime": lambda: run(None, feeds)}


workbench = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    print("| step of | ours | LiteRT | ONNX Runtime | ONNX's operator | with mask and states |\n|---|---|---|---|---|---|")
    for number, (title, (text, channels)) in enumerate(SPECS.items()):
        spec = f"{folder}/{number}.textproto"
        open(spec, "w").write(text)
        for form in ("tflite", "onnx"):
            subprocess.run([workbench, "export", spec, "--to", form, "--channels", channels, "--no-layer", "-o", f"{folder}/{number}.{form}"],
                           check=True, stdout=subprocess.DEVNULL)
        timed = calls(folder, str(number))
        if title.startswith("LSTM"):
            units = int(title.split()[1])
            timed["operator"] = own_lstm(f"{folder}/own.onnx", units, int(channels))
            timed["masked"] = own_lstm(f"{folder}/masked.onnx", units, int(channels), masked=True)
        times = {key: [] for key in timed}
        for _ in range(300):
            for key, call in timed.items():
                for _ in range(3): call()
                start = time.perf_counter()
                for _ in range(10): call()
                times[key].append((time.perf_counter() - start) / 10 * 1e6)
        bench = subprocess.run([workbench, "bench", spec, "--channels", channels, "--seconds", "1", "--json"], check=True, capture_output=True)
        ours = json.loads(bench.stdout)["step"]["us_median"]
        cells = [ours] + [np.median(times[k]) if k in times else None for k in ("LiteRT", "ONNX Runtime", "operator", "masked")]
        print(f"| {title} | " + " | ".join("–" if c is None else f"{c:.1f}" for c in cells) + " |", flush=True)
