extension TraceRecorder {
  /// The recorder for ONNX Runtime.
  static let onnxruntimePieces: [String] = [
    #"""
    """Records what every node of an ONNX model gives, for `workbench diagnose offline.safetensors stream.safetensors`.
    r = Recorder("model.onnx"); for the whole, or each block: y, state = r.run(t, {"x": x, "state": state}, x="x")
    r.save("offline.safetensors", "layer") for the whole, which comes first; r.save("stream.safetensors", "step") for blocks"""
    import json, struct, numpy as np, onnxruntime as ort
    """#,
    constants,
    #"""

    def number(data, i, value=0, shift=0):  # of protobuf, and where it ends
        while data[i] > 127: value, shift, i = value | (data[i] & 127) << shift, shift + 7, i + 1
        return value | data[i] << shift, i + 1
    def fields(data, i=0):  # of a protobuf message: their numbers and bytes
        while i < len(data):
            tag, i = number(data, i)
            size, i = number(data, i) if tag & 7 in (0, 2) else ({1: 8, 5: 4}[tag & 7], i)
            yield tag >> 3, data[i:(i := i + (size if tag & 7 else 0))]
    def field(n, data): return bytes([n << 3 | 2, *(len(data) >> 7 * k & 127 | 128 for k in range(4)), len(data) >> 28]) + data

    class Recorder:
        def __init__(self, path):
            self.blocks, self.parts, self.inputs, self.ops, options = [], {}, {}, {}, ort.SessionOptions()
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
            model, extra = open(path, "rb").read(), b""
            graph = [part for n, g in fields(model) if n == 7 for part in fields(g)]
            self.outputs = [v.decode() for n, o in graph if n == 12 for k, v in fields(o) if k == 1]
            for node in [list(fields(part)) for n, part in graph if n == 1]:
                sources, names, op = ([v.decode() for n, v in node if n == k and v] for k in (1, 2, 4))
                for y in names: self.inputs[y], self.ops[y] = sources, op[0]
                extra += b"".join(field(12, field(1, y.encode())) for y in names if y not in self.outputs)
            self.session = ort.InferenceSession(model + field(7, extra), options)  # the two graphs are read as one
        def run(self, size, feeds, x):  # x: the name of the input with time, beside the states
            values = dict(zip([y.name for y in self.session.get_outputs()], self.session.run(None, feeds)))
            named = {("input/" if name == x else "state/") + name: value for name, value in feeds.items()}
            self.blocks.append(int(size))
            for name, value in {**named, **{y: values[y] for y in self.ops}}.items():
                self.parts.setdefault(name, []).append((len(self.blocks) - 1, np.array(value)))
            return [values[y] for y in self.outputs]
    """#,
    saving,
  ]
}
