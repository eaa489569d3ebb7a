"""Runs Silero VAD at 16 kHz with ONNX Runtime, and writes its weights by the names of the package's safetensors.

    python silero.py FOLDER [CACHE]

FOLDER/weights.safetensors has the arrays of silero_vad_16k_op15.onnx, named as those of silero_vad_16k.safetensors,
which are another training of the same model; FOLDER/case.safetensors has `input` [1, t] and `probability` [t / 512].
The wheel is fetched as in onnx_models.py. Needs onnx, onnxruntime, numpy and safetensors.
"""

import pathlib
import sys

import onnx_models
from onnx_models import numpy, onnx, onnxruntime, safetensors

NAMES = {
    "stft.forward_basis_buffer": "stft_conv.weight",
    **{f"encoder.{n}.reparam_conv.{kind}": f"conv{n + 1}.{kind}"
       for n in range(4) for kind in ("weight", "bias")},
    **{f"decoder.rnn.{name}": f"lstm_cell.{name}"
       for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")},
    "decoder.decoder.2.weight": "final_conv.weight",
    "decoder.decoder.2.bias": "final_conv.bias",
}
CHUNKS = 40


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cache = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "~/.cache/onnx-models").expanduser()
    cache.mkdir(parents=True, exist_ok=True)
    home = onnx_models.fetch(cache, "silero-vad==6.2.3")
    path = next(home.rglob("silero_vad_16k_op15.onnx"))
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    safetensors.numpy.save_file(
        {name: numpy.ascontiguousarray(stored[f"model.{own}"]) for own, name in NAMES.items()},
        folder / "weights.safetensors")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    # Tones that come and go in noise: probabilities of more than one size.
    random = numpy.random.default_rng(3)
    times = numpy.arange(CHUNKS * 512) / 16000
    voice = sum(numpy.sin(2 * numpy.pi * 140 * n * times) / n for n in range(1, 20))
    signal = 0.02 * random.standard_normal(times.size) + 0.2 * voice * (numpy.sin(5 * times) > 0)
    signal = signal.astype(numpy.float32)
    state = numpy.zeros((2, 1, 128), numpy.float32)
    past = numpy.zeros(64, numpy.float32)
    given = []
    for chunk in signal.reshape(CHUNKS, 512):
        x = numpy.concatenate([past, chunk])[None]
        y, state = session.run(None, {"input": x, "state": state, "sr": numpy.array(16000)})
        past = chunk[-64:]
        given.append(y[0, 0])
    safetensors.numpy.save_file(
        {"input": signal[None], "probability": numpy.array(given, numpy.float32)},
        folder / "case.safetensors")
    print(f"{CHUNKS} chunks, probabilities from {min(given):.3f} to {max(given):.3f}")


if __name__ == "__main__":
    main()
