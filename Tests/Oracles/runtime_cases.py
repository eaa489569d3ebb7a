"""Writes cases of ONNX Runtime's own operators: FOLDER/NAME.onnx and FOLDER/NAME.safetensors, as onnx_cases.py does.

    python runtime_cases.py FOLDER

What each gives is what ONNX Runtime gives here. Needs the packages onnx, onnxruntime, numpy and safetensors.
"""

import pathlib
import sys

try:
    import numpy
    import onnx
    import onnxruntime
    import safetensors.numpy
except ImportError as error:
    sys.exit(f"cannot make the cases: {error}")

random = numpy.random.default_rng(5)


def floats(*shape):
    return random.standard_normal(shape).astype(numpy.float32)


def bytes_(*shape):
    return random.integers(0, 256, shape).astype(numpy.uint8)


def scale(*shape):
    return (random.random(shape) * 0.02 + 0.01).astype(numpy.float32)


# name: operator, inputs (None where one is left out), attributes, outputs
CASES = {
    "fused_conv": ("FusedConv", [floats(1, 4, 9), floats(6, 4, 3), floats(6)],
                   {"activation": "Relu", "pads": [1, 1]}, 1),
    "fused_conv_leaky": ("FusedConv", [floats(1, 4, 9), floats(6, 2, 3)],
                         {"activation": "LeakyRelu", "activation_params": [0.3], "group": 2}, 1),
    "fused_matmul": ("FusedMatMul", [floats(2, 5, 3), floats(2, 4, 5)],
                     {"transA": 1, "transB": 1, "alpha": 0.5}, 1),
    "fused_gemm": ("FusedGemm", [floats(3, 4), floats(4, 5), floats(5)], {"activation": "Tanh"}, 1),
    "integer_to_float": ("MatMulIntegerToFloat",
                         [bytes_(3, 4), bytes_(4, 5), scale(1), scale(5), bytes_(1), bytes_(5),
                          floats(5)], {}, 1),
    "dynamic_matmul": ("DynamicQuantizeMatMul",
                       [floats(3, 4), bytes_(4, 5), scale(1), bytes_(1), floats(5)], {}, 1),
    "gelu": ("Gelu", [floats(3, 4)], {}, 1),
    "bias_gelu": ("BiasGelu", [floats(3, 4), floats(4)], {}, 1),
    "fast_gelu": ("FastGelu", [floats(3, 4), floats(4)], {}, 1),
    "quick_gelu": ("QuickGelu", [floats(3, 4)], {}, 1),
    "skip_norm": ("SkipLayerNormalization",
                  [floats(1, 3, 4), floats(1, 3, 4), floats(4), floats(4), floats(4)], {}, 1),
    "skip_simplified_norm": ("SkipSimplifiedLayerNormalization",
                             [floats(1, 3, 4), floats(1, 3, 4), floats(4)], {}, 1),
    "dynamic_lstm": ("DynamicQuantizeLSTM",
                     [floats(6, 1, 5), bytes_(1, 5, 16), bytes_(1, 4, 16), floats(1, 32), None,
                      floats(1, 1, 4), floats(1, 1, 4), None, scale(1), bytes_(1), scale(1),
                      bytes_(1)], {"hidden_size": 4}, 3),
}
# Weights have to be constants there.
STORED = {"DynamicQuantizeLSTM": [1, 2, 8, 9, 10, 11], "DynamicQuantizeMatMul": [1, 2, 3]}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (operator, inputs, attributes, count) in CASES.items():
        names = [f"i{n}" if value is not None else "" for n, value in enumerate(inputs)]
        stored = STORED.get(operator, [])
        given = {f"i{n}": v for n, v in enumerate(inputs) if v is not None and n not in stored}
        outputs = [f"o{n}" for n in range(count)]
        node = onnx.helper.make_node(operator, names, outputs, domain="com.microsoft", **attributes)
        info = onnx.helper.make_tensor_value_info
        kind = onnx.helper.np_dtype_to_tensor_dtype
        graph = onnx.helper.make_graph(
            [node], name, [info(n, kind(v.dtype), v.shape) for n, v in given.items()],
            [info(n, onnx.TensorProto.FLOAT, None) for n in outputs],
            [onnx.numpy_helper.from_array(inputs[n], f"i{n}") for n in stored])
        model = onnx.helper.make_model(
            graph, ir_version=8, opset_imports=[
                onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("com.microsoft", 1)])
        data = model.SerializeToString()
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        results = session.run(None, given)
        arrays = {f"input/{n}": v for n, v in enumerate(given.values())}
        arrays |= {f"output/{n}": numpy.array(v, order="C") for n, v in enumerate(results)}
        (folder / f"{name}.onnx").write_bytes(data)
        safetensors.numpy.save_file(arrays, folder / f"{name}.safetensors")
    print(f"{len(CASES)} cases of ONNX Runtime {onnxruntime.__version__}")


if __name__ == "__main__":
    main()
