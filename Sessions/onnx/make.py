"""Makes the models of onnx.session: one small causal model, offline and in two streaming exports.

    python make.py

offline.onnx takes a whole sequence; streaming.onnx takes a block and its states; in stale.onnx the second
convolution hands on the oldest timesteps of cache and block instead of the newest. Weights are sines, so no
package but onnx and numpy is needed.
"""

import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent


def weight(name, *shape, scale=0.5):
    seed = sum(map(ord, name))
    count = int(numpy.prod(shape))
    values = numpy.sin(numpy.arange(count) * 1.7 + seed).astype(numpy.float32) * scale
    return numpy_helper.from_array(values.reshape(shape), name)


def number(name, *values):
    return numpy_helper.from_array(numpy.array(values, numpy.int64), name)


def model(streams, stale=False):
    weights = [
        weight("encoder.conv.weight", 8, 4, 3), weight("encoder.conv.bias", 8, scale=0.1),
        weight("encoder.depthwise.weight", 8, 1, 5), weight("decoder.gru.W", 1, 24, 8, scale=0.4),
        weight("decoder.gru.R", 1, 24, 8, scale=0.4), weight("decoder.gru.B", 1, 48, scale=0.1),
        weight("decoder.out.weight", 8, 2), number("last", 2**62), number("time", 2),
        number("one", 1)]
    nodes, inputs, outputs = [], [], []

    def node(op, given, made, scope, **attributes):
        nodes.append(helper.make_node(op, given, [made] if isinstance(made, str) else made,
                                      name=f"/{scope}/{op}", **attributes))

    def causal(x, y, scope, taps, channels, *operands, group=1, oldest=False):
        kept = taps - 1
        if not streams:
            node("Conv", [x, *operands], y, scope, kernel_shape=[taps], pads=[kept, 0], group=group)
            return
        name = scope.split("/")[-1] + "_cache"
        inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, kept]))
        outputs.append(helper.make_tensor_value_info("new_" + name, TensorProto.FLOAT, [1, channels, kept]))
        node("Concat", [name, x], f"{y}_joined", scope, axis=2)
        node("Conv", [f"{y}_joined", *operands], y, scope, kernel_shape=[taps], group=group)
        weights.extend([number(f"{y}_start", 0 if oldest else -kept), number(f"{y}_kept", kept)])
        end = f"{y}_kept" if oldest else "last"
        node("Slice", [f"{y}_joined", f"{y}_start", end, "time"], "new_" + name, scope)

    causal("x", "conv", "encoder/conv", 3, 4, "encoder.conv.weight", "encoder.conv.bias")
    node("Relu", ["conv"], "relu", "encoder/relu")
    causal("relu", "depthwise", "encoder/depthwise", 5, 8, "encoder.depthwise.weight", group=8,
           oldest=stale)
    node("Transpose", ["depthwise"], "steps", "decoder", perm=[2, 0, 1])
    gru = ["steps", "decoder.gru.W", "decoder.gru.R", "decoder.gru.B"]
    if streams:
        inputs.append(helper.make_tensor_value_info("h", TensorProto.FLOAT, [1, 1, 8]))
        outputs.append(helper.make_tensor_value_info("hn", TensorProto.FLOAT, [1, 1, 8]))
        gru += ["", "h"]
    node("GRU", gru, ["hidden", "hn"], "decoder/gru", hidden_size=8, linear_before_reset=1)
    node("Squeeze", ["hidden", "one"], "flat", "decoder")
    node("MatMul", ["flat", "decoder.out.weight"], "logits", "decoder/out")
    node("Transpose", ["logits"], "y", "decoder/out", perm=[1, 0, 2])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, "t"])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "t", 2])
    graph = helper.make_graph(nodes, "causal", [x, *inputs], [y, *outputs], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="make.py")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made.SerializeToString()


(HERE / "offline.onnx").write_bytes(model(streams=False))
(HERE / "streaming.onnx").write_bytes(model(streams=True))
(HERE / "stale.onnx").write_bytes(model(streams=True, stale=True))
