extension TraceRecorder {
  /// The recorder for PyTorch.
  static let torchPieces: [String] = [
    #"""
    """Records what every module of a PyTorch model gives, for `workbench diagnose offline.safetensors stream.safetensors`.
    The whole first: r = Recorder(model); r.begin(T, x); model(x); r.save("offline.safetensors", "layer"); r.stop()
    Then in blocks: r = Recorder(model); for each block: r.begin(t, x, h=state); y, state = model(x, state)
                    r.save("stream.safetensors", "step", latency=0)"""
    import json, struct, numpy as np, torch
    """#,
    constants,
    #"""

    def array(x): return (x.float() if x.dtype == torch.bfloat16 else x).detach().cpu().numpy().copy()

    class Recorder:
        def __init__(self, model):
            self.blocks, self.parts, self.inputs, self.ops, self.made = [], {}, {}, {}, {}
            self.hooks = [m.register_forward_hook(lambda m, a, y, n=n.replace(".", "/"): self.after(n, m, a, y))
                          for n, m in model.named_modules() if n]
        def stop(self): [hook.remove() for hook in self.hooks]
        def begin(self, size, x=None, **states):  # before each block: its timesteps, its input, the states handed in
            self.blocks, self.made = self.blocks + [int(size)], {id(x): ("input/x", x)}
            for name, value in {"input/x": x, **{"state/" + n: s for n, s in states.items()}}.items(): self.put(name, value)
    """#,
    put,
    #"""
        def after(self, name, module, args, output):
            known = [self.made.get(id(a), (None,))[0] for a in args if torch.is_tensor(a)]
            children = [key for key in self.parts if key.startswith(name + "/")]
            for i, y in enumerate(output) if isinstance(output, (tuple, list)) else [("", output)]:
                key = self.put(f"{name}/{i}".rstrip("/"), y)
                self.ops[key], self.made[id(y)] = type(module).__name__, (key, y)
                if known and None not in known: self.inputs[key] = known + children
    """#,
    saving,
  ]
}
