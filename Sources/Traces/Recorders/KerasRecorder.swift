extension TraceRecorder {
  /// The recorder for Keras.
  static let kerasPieces: [String] = [
    #"""
    """Records what every layer of a functional or sequential Keras model gives, for `workbench diagnose`. The whole first:
    r = Recorder(model); y = r.run(T, x); r.save("offline.safetensors", "layer")
    Then in blocks: r = Recorder(streaming); for each block: y, state = r.run(t, [x, state])
                    r.save("stream.safetensors", "step", latency=0)"""
    import json, struct, numpy as np, keras
    """#,
    constants,
    #"""

    def array(x): return np.array(keras.ops.convert_to_numpy(keras.ops.cast(x, "float32") if "bfloat16" in str(x.dtype) else x))

    class Recorder:
        def __init__(self, model):
            self.blocks, self.parts, self.inputs, self.ops = [], {}, {}, {}
            self.layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
            self.all = keras.Model(model.inputs, [model.outputs, [layer.output for layer in self.layers]])
            for layer in self.layers:
                feeds = [tensor._keras_history.operation for tensor in keras.tree.flatten(layer.input)]
                names = ["input/x" if isinstance(feed, keras.layers.InputLayer) else feed.name for feed in feeds]
                self.inputs[layer.name], self.ops[layer.name] = names, type(layer).__name__
        def put(self, name, value): self.parts.setdefault(name, []).append((len(self.blocks) - 1, array(value)))
        def run(self, size, x):  # x: the input, or a list of it and the states behind it
            self.blocks.append(int(size))
            for i, value in enumerate(x if isinstance(x, (list, tuple)) else [x]): self.put(f"state/{i}" if i else "input/x", value)
            outputs, values = self.all(x, training=False)
            for layer, value in zip(self.layers, values):
                for i, y in enumerate(value) if isinstance(value, (list, tuple)) else [("", value)]:
                    self.put(f"{layer.name}/{i}".rstrip("/"), y)
            return outputs[0] if len(outputs) == 1 else outputs
    """#,
    saving,
  ]
}
