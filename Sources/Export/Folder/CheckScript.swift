/// The script `check.py` of an export: it runs every function in the official runtime and compares.
enum CheckScript {
  static func text(for target: ExportTarget) -> String {
    let runtime =
      switch target {
      case .liteRT: liteRT
      case .onnx: onnx
      case .stableHLO: stableHLO
      }
    return head + runtime + tail
  }

  private static let head = #"""
    """Runs the functions of an export in the official runtime and compares them with what Sequence Workbench gave.

    python3 check.py [FOLDER…]   exit 0: equal within the tolerance of the manifest, 1: a difference, 3: not installed
    """
    import json, os, struct, sys

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


    def say(text):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


    def need(name, package):
        try:
            return __import__(name, fromlist=["_"])
        except ImportError:
            say(f"check.py: {name.split('.')[0]} is not installed; python3 -m pip install {package} numpy")
            sys.exit(3)


    np = need("numpy", "numpy")


    def safetensors(path):
        """The arrays of a safetensors file."""
        with open(path, "rb") as file:
            data = file.read()
        size = struct.unpack("<Q", data[:8])[0]
        types = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8",
                 "U8": "u1", "U32": "<u4", "BOOL": "?", "BF16": "<u2"}
        arrays = {}
        for name, entry in json.loads(data[8:8 + size]).items():
            start, end = entry["data_offsets"]
            array = np.frombuffer(data[8 + size + start:8 + size + end], types[entry["dtype"]]).reshape(entry["shape"])
            if entry["dtype"] == "BF16":
                array = array.view(need("ml_dtypes", "ml_dtypes").bfloat16)
            arrays[name] = array
        return arrays


    """#

  private static let liteRT = #"""
    def load(folder, manifest):
        """A function that runs a signature on a list of arrays."""
        litert = need("ai_edge_litert.interpreter", "ai-edge-litert")
        plain = litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        options = {"experimental_op_resolver_type": plain} if os.environ.get("CHECK_PLAIN") else {}
        model = litert.Interpreter(model_path=os.path.join(folder, "model.tflite"), num_threads=1, **options)

        def run(signature, inputs):
            runner = model.get_signature_runner(signature["name"])
            results = runner(**{port["name"]: value for port, value in zip(signature["inputs"], inputs)})
            return [results[port["name"]] for port in signature["outputs"]]

        return run


    """#

  private static let onnx = #"""
    def load(folder, manifest):
        """A function that runs a signature on a list of arrays."""
        runtime = need("onnxruntime", "onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        if os.environ.get("CHECK_PLAIN"):
            options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        sessions = {}

        def run(signature, inputs):
            file = signature["file"]
            if file not in sessions:
                if os.environ.get("CHECK_MODEL"):
                    need("onnx", "onnx").checker.check_model(os.path.join(folder, file), full_check=True)
                sessions[file] = runtime.InferenceSession(os.path.join(folder, file), options, providers=["CPUExecutionProvider"])
            feeds = {port["name"]: value for port, value in zip(signature["inputs"], inputs)}
            return sessions[file].run([port["name"] for port in signature["outputs"]], feeds)

        return run


    """#

  private static let stableHLO = #"""
    def load(folder, manifest):
        """A function that runs a signature on a list of arrays."""
        need("jax", "jax")
        import dataclasses
        import jax
        from jax import export
        from jaxlib.mlir.dialects import stablehlo

        ports = [port for signature in manifest["signatures"] for port in signature["inputs"] + signature["outputs"]]
        if any(port["dtype"] in ("float64", "int64") for port in ports):
            jax.config.update("jax_enable_x64", True)
        weights = safetensors(os.path.join(folder, "model.safetensors"))
        functions = {}

        def compiled(signature):
            types = [jax.ShapeDtypeStruct(port["shape"], jax.numpy.dtype(port["dtype"])) for port in signature["inputs"]]
            results = [jax.ShapeDtypeStruct(port["shape"], jax.numpy.dtype(port["dtype"])) for port in signature["outputs"]]
            template = export.export(jax.jit(lambda *a: [jax.numpy.zeros(r.shape, r.dtype) for r in results], keep_unused=True))(*types)
            with open(os.path.join(folder, signature["file"])) as file:
                text = file.read()
            code = stablehlo.serialize_portable_artifact_str(text, stablehlo.get_current_version())
            return jax.jit(dataclasses.replace(template, mlir_module_serialized=code).call)

        def run(signature, inputs):
            if signature["file"] not in functions:
                functions[signature["file"]] = compiled(signature)
            trained = [weights[port["name"]] for port in signature["inputs"][len(inputs):]]
            return [np.asarray(value) for value in functions[signature["file"]](*inputs, *trained)]

        return run


    """#

  private static let tail = #"""
    def difference(got, want, valid, peak):
        """How far two arrays are apart as a share of the largest number, and where; at valid timesteps if there is a mask."""
        if got.shape != want.shape:
            return float("inf"), (), got.shape, want.shape
        # NumPy's own floating dtypes are of kind f, bfloat16 is of kind V.
        exact = want.dtype.kind in "biu"
        got, want = (a if exact else a.astype(np.float64) for a in (got, want))
        if valid is not None:
            shape = valid.shape + (1,) * (want.ndim - valid.ndim)
            got, want = (np.where(valid.reshape(shape), a, np.zeros((), a.dtype)) for a in (got, want))
        same = (got == want) | ((got != got) & (want != want))
        if same.all():
            return 0.0, None, None, None
        if exact:
            gap = np.where(same, 0, np.inf)
        else:
            with np.errstate(invalid="ignore"):
                gap = np.where(same, 0, np.abs(got - want) / peak)
            gap = np.where(np.isnan(gap), np.inf, gap)
        place = np.unravel_index(np.argmax(gap), gap.shape)
        return float(gap[place]), tuple(int(i) for i in place), got[place], want[place]


    def peak(data, signature, output):
        """The largest number of an output in all runs; what is 0 but for rounding is no measure."""
        arrays = [data[f"{signature['name']}/{number}/out/{output}"].astype(np.float64) for number in range(signature["runs"])]
        return max([1e-3] + [np.abs(a[np.isfinite(a)]).max() for a in arrays if np.isfinite(a).any()])


    def check(folder):
        with open(os.path.join(folder, "manifest.json")) as file:
            manifest = json.load(file)
        data = safetensors(os.path.join(folder, "check.safetensors"))
        run, tolerance, holds = load(folder, manifest), manifest["tolerance"], True
        for signature in manifest["signatures"]:
            worst, trouble = 0.0, None
            peaks = [peak(data, signature, n) for n in range(len(signature["outputs"]))]
            masks = {port["name"]: n for n, port in enumerate(signature["outputs"]) if port["name"].endswith("/mask")}
            for number in range(signature["runs"]):
                prefix = f"{signature['name']}/{number}"
                count = sum(port["role"] not in ("parameter", "variable") for port in signature["inputs"])
                got = run(signature, [data[f"{prefix}/in/{n}"] for n in range(count)])
                want = [data[f"{prefix}/out/{n}"] for n in range(len(signature["outputs"]))]
                for n, port in enumerate(signature["outputs"]):
                    name = port["name"].split("/values")[0] + "/mask"
                    valid = want[masks[name]] if "/values" in port["name"] and name in masks else None
                    gap, place, ours, theirs = difference(np.asarray(got[n]), want[n], valid, peaks[n])
                    worst = max(worst, gap)
                    if gap > tolerance and trouble is None:
                        trouble = f"run {number}, {port['name']}{list(place)}: found {ours}, expected {theirs}"
            say(f"{'FAIL' if trouble else 'ok  '} {signature['name']}: {signature['runs']} run{'s' * (signature['runs'] != 1)}, worst difference {worst:.1e} of the largest number" + (f"; {trouble}" if trouble else ""))
            holds = holds and trouble is None
        return holds


    if __name__ == "__main__":
        holds = True
        folders = sys.argv[1:] or [os.path.dirname(os.path.abspath(__file__))]
        for folder in folders:
            if len(folders) > 1:
                say(folder)
            try:
                holds = check(folder) and holds
            except Exception as error:  # of one folder among many
                if len(folders) == 1:
                    raise
                say(f"FAIL {type(error).__name__}: {str(error)[:300]}")
                holds = False
        sys.exit(0 if holds else 1)

    """#
}
