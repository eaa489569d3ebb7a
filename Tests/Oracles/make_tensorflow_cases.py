"""Makes conformance cases of layers that only the original's TensorFlow library has.

    python Tests/Oracles/make_tensorflow_cases.py OUT --from DIR [--filter GLOB] [--redraw SEED]

Reads the specs, inputs and constants of a folder of cases, computes output, steps and gradients with
`sequence_layers.tensorflow`, and writes cases for `workbench conform OUT`. With `--redraw` parameters,
input and constants are other numbers of the same shapes. That library requires inputs that are 0 where
invalid; the case keeps garbage there.

    pip install sequence-layers==0.2 tensorflow-cpu tf-keras tensorflow-probability attrs safetensors
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import safetensors.numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
from sequence_layers import tensorflow as sl  # noqa: E402

from conformance import tensorflow_layers, textproto  # noqa: E402

# A tolerance is this many times what a change of two units in the last place does, and at least this
# share of the largest value.
HEADROOM, FLOOR, GRADIENT_FLOOR = 8, 4e-6, 1e-5


class Numbers:
    """Input, constants and parameters of a case."""

    def __init__(self, path, seed):
        self.facts = json.loads((path / "case.json").read_text())
        self.stored = safetensors.numpy.load_file(path / "data.safetensors")
        self.random = np.random.default_rng(seed)
        self.redraws = seed is not None

    def array(self, name):
        old = self.stored[name]
        if not self.redraws or old.dtype.kind != "f":
            return old
        return self.random.standard_normal(old.shape).astype(np.float32)

    def sequence(self, name):
        """Values with garbage where the mask is off, and the mask."""
        mask = self.stored[f"{name}.mask"]
        values = self.array(f"{name}.values")
        if self.redraws and values.dtype.kind == "f":
            values[~mask] = 1000 * np.sign(values[~mask])
        return values, mask


def moved(array, random):
    if array.dtype.kind != "f":
        return array
    signs = random.choice([-1.0, 1.0], array.shape)
    return (array * (1 + 2 * np.finfo(np.float32).eps * signs)).astype(np.float32)


def masked(values, mask):
    """A sequence that is 0 where invalid, as the library expects it."""
    return sl.Sequence(tf.constant(values), tf.constant(mask.astype(np.float32))).mask_invalid()


class Case:
    """Computes one case."""

    def __init__(self, spec, numbers):
        self.numbers = numbers
        tf.keras.backend.clear_session()  # Names of cells begin anew.
        self.layer = tensorflow_layers.layer(spec)
        self.input = numbers.sequence("input")
        self.constants = {}
        for name, about in numbers.facts["constants"].items():
            place = f"constants/{name}"
            self.constants[name] = (
                numbers.sequence(place) if about["kind"] == "sequence"
                else (numbers.array(f"{place}.values"), None))
        x, constants = self.given(self.input, self.constants)
        self.layer.layer(x, training=False, constants=constants)
        self.variables = {self.name(v): v for v in self.layer.trainable_variables}
        self.parameters = {n: numbers.array(n) for n in self.variables if n in numbers.stored}
        missing = set(self.variables) - set(self.parameters)
        if missing:
            raise KeyError(f"the case has no {sorted(missing)}")

    def name(self, variable):
        """The path of a variable, without the scope of the root layer."""
        path = variable.name.split(":")[0]
        root = self.layer.name + "/"
        return "params/" + (path[len(root):] if path.startswith(root) else path)

    def given(self, pair, constants):
        return masked(*pair), {
            name: tf.constant(values) if mask is None else masked(values, mask)
            for name, (values, mask) in constants.items()}

    def run(self, pair, constants, parameters, cotangent=None):
        """Output, and gradients where a cotangent is given."""
        for name, value in parameters.items():
            self.variables[name].assign(value)
        x, constants = self.given(pair, constants)
        with tf.GradientTape() as tape:
            tape.watch(x.values)
            y = self.layer.layer(x, training=False, constants=constants).mask_invalid()
            loss = 0.0 if cotangent is None else tf.reduce_sum(y.values * cotangent)
        if cotangent is None:
            return y, {}
        sources = {"grad/input": x.values} | {
            f"grad/{name}": v for name, v in self.variables.items()}
        gradients = tape.gradient(
            loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        found = {n: tf.convert_to_tensor(g).numpy() for n, g in gradients.items()}
        found["grad/input"] = found["grad/input"] * _wide(self.input[1], found["grad/input"])
        return y, found

    def steps(self):
        x, constants = self.given(self.input, self.constants)
        y = sl.utils.step_by_step_static(self.layer, x, training=False, constants=constants)
        return (y[0] if isinstance(y, tuple) else y).mask_invalid()

    def write(self, path, spec_text):
        numbers, facts = self.numbers, dict(self.numbers.facts)
        arguments = (self.input, self.constants, self.parameters)
        y, _ = self.run(*arguments)
        tensors = {"input.values": self.input[0], "input.mask": self.input[1], **self.parameters}
        for name, (values, mask) in self.constants.items():
            tensors[f"constants/{name}.values"] = values
            if mask is not None:
                tensors[f"constants/{name}.mask"] = mask
        floating = y.values.dtype.is_floating and self.input[0].dtype.kind == "f"
        cotangent = None
        if floating and facts.get("gradients", "present") == "present":
            cotangent = numbers.random.uniform(-1, 1, y.values.shape).astype(np.float32)
        y, gradients = self.run(*arguments, cotangent)
        random = np.random.default_rng(1)
        other_pair = (moved(self.input[0], random), self.input[1])
        other = self.run(
            other_pair, {n: (moved(v, random), m) for n, (v, m) in self.constants.items()},
            {n: moved(v, random) for n, v in self.parameters.items()}, cotangent)
        self.run(*arguments)
        tensors["output.values"] = y.values.numpy()
        tensors["output.mask"] = y.mask.numpy() > 0
        facts["tolerance"] = {
            "rtol": 1e-5, "atol": _tolerance(y.values.numpy(), other[0].values.numpy(), FLOOR)}
        facts["grad_atol"] = {
            n: _tolerance(g, other[1][n], GRADIENT_FLOOR) for n, g in gradients.items()}
        if gradients:
            tensors |= gradients | {"cotangent": cotangent}
        if facts["supports_step"]:
            stepped = self.steps()
            tensors["step.values"] = stepped.values.numpy()
            tensors["step.mask"] = stepped.mask.numpy() > 0
        facts["emits"] = []
        facts["tensorflow"] = tf.__version__
        path.mkdir(parents=True, exist_ok=True)
        (path / "spec.textproto").write_text(spec_text)
        (path / "case.json").write_text(json.dumps(facts, indent=1) + "\n")
        safetensors.numpy.save_file(
            {n: np.ascontiguousarray(_stored(a)) for n, a in tensors.items()},
            path / "data.safetensors")
        return "step.values" in tensors


def _stored(array):
    """Complex numbers as pairs of real ones."""
    return np.stack([array.real, array.imag], -1) if array.dtype == np.complex64 else array


def _wide(mask, values):
    return mask.reshape(mask.shape + (1,) * (values.ndim - 2)).astype(values.dtype)


def _tolerance(a, b, floor):
    shift = float(np.abs(a - b).max(initial=0))
    largest = float(np.abs(a).max(initial=0))
    return float(f"{max(HEADROOM * shift, floor * largest, 1e-30):.3g}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder to write")
    parser.add_argument("--from", dest="source", type=pathlib.Path, required=True)
    parser.add_argument("--filter", action="append", help="only paths that match")
    parser.add_argument("--redraw", type=int, metavar="SEED", help="other numbers")
    options = parser.parse_args()
    manifest = json.loads((options.source / "manifest.json").read_text())
    entries, skipped = [], []
    for entry in manifest["cases"]:
        path = pathlib.PurePath(entry["path"])
        if options.filter and not any(path.match(pattern) for pattern in options.filter):
            continue
        text = (options.source / path / "spec.textproto").read_text()
        try:
            case = Case(textproto.parse(text), Numbers(options.source / path, options.redraw))
            entry["has_step"] = case.write(options.out / path, text)
        except Exception as error:  # Whatever the original raises is its answer.
            skipped.append(f"{path}\n  reason: {type(error).__name__}: {error}\n")
            print(f"{path}: skipped: {error}", file=sys.stderr)
            continue
        entries.append(entry)
        print(f"{path}: made", file=sys.stderr)
    options.out.mkdir(parents=True, exist_ok=True)
    about = {
        "set": options.out.name, "count": len(entries), "tensorflow": tf.__version__,
        "upstream": f"sequence_layers {importlib.metadata.version('sequence-layers')} "
        "(tensorflow API)", "made_by": "Tests/Oracles/make_tensorflow_cases.py",
        "cases": entries}
    (options.out / "manifest.json").write_text(json.dumps(about, indent=1) + "\n")
    (options.out / "skipped.txt").write_text("".join(skipped))
    print(f"{len(entries)} made, {len(skipped)} skipped")


if __name__ == "__main__":
    main()
