/// What the recorders of all frameworks have in common: Python with NumPy.
extension TraceRecorder {
  /// The shapes of a run over the whole, by name, and the names of element types.
  ///
  /// The axis on which the shapes of blocks are others than those of the whole is time.
  static let constants = #"""
    WHOLE, TYPES = {}, dict(float64="F64", float32="F32", float16="F16", int64="I64", int32="I32", uint8="U8", bool="BOOL")
    """#

  /// Takes arrays, and what holds arrays, under a name.
  static let put = #"""
        def put(self, name, x, wanted=None):  # an array, or a tuple, list or dict of some
            for k, v in getattr(x, "items", lambda: enumerate(x) if isinstance(x, (tuple, list)) else ())(): self.put(f"{name}/{k}", v, wanted)
            key, n, block = name, 0, len(self.blocks) - 1  # called again within one block: name#1, name#2, …
            while self.parts.get(key, [(-1,)])[-1][0] == block: key, n = f"{name}#{n + 1}", n + 1
            if hasattr(x, "shape") and (not wanted or wanted(name, x)): self.parts.setdefault(key, []).append((block, array(x)))
            return key
    """#

  /// Finds the axis of time and writes the file.
  static let saving = #"""
        def axis(self, name, shapes):  # of time; None if there is none
            whole = WHOLE[name] = shapes[0] if len(self.blocks) == 1 else WHOLE.get(name, ())
            differ = {a for s in shapes for a, size in enumerate(whole) if s[a:a + 1] != (size,)}
            found = differ if len(self.blocks) > 1 else [a for a in (1, 2, 0, 3) if whole[a:a + 1] == (self.blocks[0],)][:1]
            return [*found][0] if len(found) == 1 else None
        def save(self, path, kind, latency=0):  # kind: "layer" for the whole, "step" for blocks
            arrays, values, header, end = {}, {}, {}, 0
            for name, parts in self.parts.items():
                each, axis = [a for _, a in parts], None if name[:6] == "state/" else self.axis(name, [a.shape for _, a in parts])
                sizes = axis is not None and [sum(a.shape[axis] for b, a in parts if b == k) for k in range(len(self.blocks))]
                values[name] = {"time": axis, "stacked": axis is None, "sizes": sizes or None}
                if axis is not None: arrays[name] = np.concatenate(each, axis)
                elif len({a.shape for a in each}) == 1: arrays[name] = np.stack(each)
                else: arrays.update({f"{name}@{k}": a for k, a in parts})
            about = {"format": "sequence-trace 1", "kind": kind, "blocks": self.blocks, "order": list(self.parts),
                     "values": values, "latency": latency, "inputs": self.inputs, "ops": self.ops}
            for name, a in arrays.items():
                arrays[name] = a = np.ascontiguousarray(a if a.dtype.name in TYPES else a.astype("float32"))
                header[name] = {"dtype": TYPES[a.dtype.name], "shape": a.shape, "data_offsets": [end, end := end + a.nbytes]}
            text = json.dumps({"__metadata__": {"sequence-trace": json.dumps(about)}, **header}).encode()
            open(path, "wb").write(b"".join([struct.pack("<Q", len(text)), text, *(a.tobytes() for a in arrays.values())]))
    """#
}
