"""Records runs of an export in ONNX Runtime and expects `workbench diagnose` to find a lost state in its layer.

usage: record_export.py WORKBENCH, with onnxruntime and numpy. The whole sequence and the steps are recorded by
`workbench recorder onnxruntime`; without a fault they must be equal but for rounding, and with a state that
begins anew in one step the first wrong place must be the layer whose state it is.
"""
import json, subprocess, sys, tempfile
import numpy as np

SPEC = """serial {
  layers { dense { name: "front" features: 8 } }
  layers { conv1d { name: "c1" filters: 8 kernel_size: 3 strides: 1 dilation_rate: 1 padding: "causal" } }
  layers { relu { } }
  layers { residual { name: "res"
    layers { conv1d { name: "c2" filters: 8 kernel_size: 3 strides: 1 dilation_rate: 2 padding: "causal" } }
    layers { tanh { } } } }
  layers { lstm { name: "rnn" units: 6 } }
  layers { dense { name: "head" features: 2 } }
}"""
TIME, LOST = 24, 7
workbench = sys.argv[1]


def record(folder, recorder, fault):
    """Records both runs; the state named by `fault` is lost behind one step."""
    manifest = json.load(open(f"{folder}/out/manifest.json"))
    step = next(s for s in manifest["signatures"] if s["name"] == "step")
    x = np.random.default_rng(0).normal(size=(1, TIME, 4)).astype(np.float32)
    mask = np.ones((1, TIME), bool)
    whole = recorder(f"{folder}/out/layer.onnx")
    whole.run(TIME, {"x/values": x, "x/mask": mask}, x="x/values")
    whole.save(f"{folder}/offline.safetensors", "layer")
    start = {p["name"]: np.zeros(p["shape"], p["dtype"]) for p in step["inputs"] if p["role"] == "state"}
    state, steps = dict(start), recorder(f"{folder}/out/step.onnx")
    for t in range(TIME):
        feeds = {"x/values": x[:, t:t + 1], "x/mask": mask[:, t:t + 1], **state}
        results = dict(zip(steps.outputs, steps.run(1, feeds, x="x/values")))
        state = {old: results[new] for old, new in step["states"]}
        if t == LOST and fault:
            state[fault] = start[fault]
    steps.save(f"{folder}/stream.safetensors", "step")


with tempfile.TemporaryDirectory() as folder:
    open(f"{folder}/spec.textproto", "w").write(SPEC)
    export = [workbench, "export", f"{folder}/spec.textproto", "--to", "onnx", "--channels", "4", "--time", str(TIME)]
    subprocess.run([*export, "-o", f"{folder}/out"], check=True, stdout=subprocess.DEVNULL)
    program = subprocess.run([workbench, "recorder", "onnxruntime"], check=True, capture_output=True, text=True).stdout
    scope = {}
    exec(program, scope)
    holds = True
    for fault, place in [(None, None), ("state/c1/buffer", "c1"), ("state/res/c2/buffer", "res/c2"), ("state/rnn/h", "rnn"), ("state/rnn/c", "rnn")]:
        record(folder, scope["Recorder"], fault)
        answer = subprocess.run([workbench, "diagnose", f"{folder}/offline.safetensors", f"{folder}/stream.safetensors"], capture_output=True, text=True)
        wrong = [line for line in answer.stdout.splitlines() if line.startswith("first wrong place")]
        good = answer.returncode == 0 and not wrong if fault is None else len(wrong) == 1 and wrong[0].startswith(f"first wrong place: {place}, ") and f" t {LOST + 1}, " in wrong[0]
        print("ok  " if good else "FAIL", fault or "nothing lost", "->", wrong[0] if wrong else "equal but for rounding")
        holds = holds and good
    sys.exit(0 if holds else 1)
