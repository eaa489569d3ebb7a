extension TraceRecorder {
  /// The recorder for JAX.
  static let jaxPieces: [String] = [
    #"""
    """Records values of a JAX model, for `workbench diagnose offline.safetensors stream.safetensors`. The whole first:
    r = Recorder(); r.begin(T, x); y, kept = model.apply(params, x, capture_intermediates=True, mutable=["intermediates"])
    r.tree(kept); r.save("offline.safetensors", "layer"), not under jit, which loses the order of calls. Then in blocks:
    r = Recorder(); for each block: r.begin(t, x, h=state); …; r.tree(kept); and r.save("stream.safetensors", "step")
    Without Flax, or under jit, in the model: y = r.tap("encoder/conv", y) gives y back and records it."""
    import json, struct, numpy as np, jax
    """#,
    constants,
    #"""

    def array(x): return np.array(x.astype("float32") if x.dtype == jax.numpy.bfloat16 else x)

    class Recorder:
        def __init__(self): self.blocks, self.parts, self.inputs, self.ops = [], {}, {}, {}
        def begin(self, size, x=None, **states):  # before each block: its timesteps, its input, the states handed in
            self.blocks.append(int(size))
            for name, value in {"input/x": x, **{"state/" + n: s for n, s in states.items()}}.items(): self.put(name, value)
    """#,
    put,
    #"""
        def tree(self, kept, path=()):  # what Flax captured
            for key, value in kept.get("intermediates", kept).items():
                if hasattr(value, "items"): self.tree(value, path + (key,))
                for y in value if isinstance(value, tuple) else (): self.put("/".join(path) or "model", y)
        def tap(self, name, y):
            jax.debug.callback(lambda y: self.put(name, y), y, ordered=True)
            return y
    """#,
    saving,
  ]
}
