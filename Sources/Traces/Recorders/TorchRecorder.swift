extension TraceRecorder {
  /// The recorder for PyTorch.
  static let torchPieces: [String] = [
    #"""
    """Records what the modules of a PyTorch model give and keep, for `workbench diagnose offline.safetensors stream.safetensors`.
    The whole first: r = Recorder(model); r.begin(T, x); model(x); r.save("offline.safetensors", "layer"); r.stop()
    In blocks: r = Recorder(model); for each: r.begin(t, x, h=state); y, state = model(x, state); r.save("stream.safetensors", "step")"""
    import json, struct, functools as ft, numpy as np, torch
    """#,
    constants,
    #"""
    OWN = vars(torch.nn.Module())  # what every module has
    def array(x): return (x.float() if x.dtype == torch.bfloat16 else x).detach().cpu().numpy().copy() if hasattr(x, "detach") else np.array(x)
    class Recorder:
        def __init__(self, model):
            self.model, self.blocks, self.parts, self.inputs, self.ops, self.first, self.hooks = model, [], {}, {}, {}, {}, []
            for n, m in [(n.replace(".", "/"), m) for n, m in model.named_modules() if n]:
                self.hooks += [m.register_forward_pre_hook(ft.partial(self.pre, n)), m.register_forward_hook(ft.partial(self.post, n))]
        def stop(self): [hook.remove() for hook in self.hooks]
        def begin(self, size, x=None, **states):  # before each block: its timesteps, its input, the states handed in
            self.blocks, self.made = self.blocks + [int(size)], {id(x): ("input/x", x)}
            for name, value in {"input/x": x, **{"state/" + n: s for n, s in states.items()}}.items(): self.put(name, value)
            for name, m in self.model.named_modules():
                kept = {k: v if type(v) is not int else np.array(v) for k, v in {**vars(m), **m._buffers}.items() if k not in OWN}
                self.put(f"state/{name}".rstrip("/").replace(".", "/"), kept, self.changes)
        def changes(self, name, value):  # what modules keep is recorded from the block on in which it has changed
            self.first.setdefault(name, array(value) if len(self.blocks) == 1 else None)
            return name in self.parts or not np.array_equal(self.first[name], array(value))
    """#,
    put,
    #"""
        def pre(self, name, module, args):  # what no module made: an input, such as cache and block joined, and states
            for i, a in [(i, a) for i, a in enumerate(args) if id(a) not in self.made]:
                if i > 0: self.put(f"state/{name}/{i}", a, self.changes)
                elif torch.is_tensor(a): self.made[id(a)] = (self.put(f"{name}/in", a), a)
        def post(self, name, module, args, output):
            known = [self.made[id(a)][0] for a in args if id(a) in self.made]
            known += [key for key in self.parts if key.startswith(name + "/") and key != name + "/in"]
            for i, y in enumerate(output) if isinstance(output, (tuple, list)) else [("", output)]:
                key = self.put(f"{name}/{i}".rstrip("/"), y)
                self.ops[key], self.made[id(y)] = type(module).__name__, (key, y)
                if known: self.inputs.setdefault(key, known)
    """#,
    saving,
  ]
}
