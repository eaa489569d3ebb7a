"""One conformance case: what goes in, what comes out, how close another result must be."""

import dataclasses
import fractions
import functools
import json
import pathlib
import zlib

import jax.numpy as jnp
import numpy as np
import safetensors.numpy

from . import configs, parameters, reference, textproto

LOW_PRECISION = ("bfloat16", "float16")
RELATIVE, GRADIENT_RELATIVE = 1e-5, 2e-5
# A tolerance is this many times what a change of about two units in the last place does,
HEADROOM = 8
# and at least this share of the largest value (of outputs, of gradients).
FLOOR, GRADIENT_FLOOR = 4e-6, 1e-5
# bfloat16 and float16: shares of the largest value.
LOW_FLOOR, LOW_GRADIENT_FLOOR = 2e-2, 5e-2
# Layer and step of the original may differ by this share of the largest value.
STEP_SHARE = 3e-5


@dataclasses.dataclass
class Constant:
    """A conditioning or attention source; `mask` only for sequences."""

    kind: str
    values: np.ndarray
    mask: np.ndarray | None = None
    streamed: bool = False


@dataclasses.dataclass
class Task:
    """A case to be computed."""

    family: str
    name: str
    spec: dict
    values: np.ndarray
    mask: np.ndarray
    constants: dict = dataclasses.field(default_factory=dict)
    seed: int = 0
    note: str = ""
    # Given numbers; what is missing is drawn.
    variables: dict | None = None
    cotangent: np.ndarray | None = None
    wants_gradients: bool = True

    @property
    def path(self):
        return f"{self.family}/{self.name}"


@dataclasses.dataclass
class Case:
    """The computed facts and tensors of a task."""

    task: Task
    facts: dict
    tensors: dict
    # Why there are no steps in it though the layer steps: another's must equal the layer's output.
    disagreement: Exception | None = None

    @property
    def entry(self):
        """The line of the manifest."""
        return {
            "path": self.task.path, "family": self.task.family, "name": self.task.name,
            "layer": self.facts["layer"], "supports_step": self.facts["supports_step"],
            "has_step": "step.values" in self.tensors}

    def write(self, folder):
        path = pathlib.Path(folder) / self.task.path
        path.mkdir(parents=True, exist_ok=True)
        (path / "spec.textproto").write_text(textproto.render(self.task.spec))
        (path / "case.json").write_text(json.dumps(self.facts, indent=1) + "\n")
        stored = {name: np.array(a, order="C") for name, a in self.tensors.items()}
        safetensors.numpy.save_file(stored, path / "data.safetensors")


def compute(task, versions):
    """Computes a case; an error where the original gives none."""
    random = np.random.default_rng([task.seed, zlib.crc32(task.path.encode())])
    config = configs.layer_config(task.spec)
    model = reference.Reference(config, task.values, task.mask, task.constants)
    variables = task.variables or parameters.draw(model.variable_shapes, random)
    constants = model.constant_arrays(task.constants)
    run = Run(task, model, variables, constants, random)
    facts = {"layer": configs.layer_class(task.spec).__name__, "family": task.family}
    facts |= run.input_facts() | run.static_facts() | run.results()
    facts |= {
        "constants": {
            name: {"kind": c.kind, "dtype": str(c.values.dtype), "shape": list(c.values.shape),
                   "streamed": c.streamed}
            for name, c in task.constants.items()},
        "stream_constants": any(c.streamed for c in task.constants.values()),
        "params": {name: list(array.shape) for name, array in variables.items()},
        "emits": [n.removesuffix(".values") for n in run.tensors
                  if n.startswith("emits/") and n.endswith(".values")],
        "logical_dtypes": run.logical_dtypes, "seed": task.seed, "note": task.note} | versions
    if run.disagreement:
        facts["note"] = f"no steps: {run.disagreement}"
    return Case(task, facts, run.tensors, run.disagreement)


class Run:
    """Collects the tensors of a case."""

    def __init__(self, task, model, variables, constants, random):
        self.task, self.model, self.random = task, model, random
        self.variables, self.constants = variables, constants
        self.tensors, self.logical_dtypes = {}, {}
        self.disagreement = None
        self.put("input.values", task.values)
        self.put("input.mask", task.mask)
        for name, array in variables.items():
            self.put(name, array)
        for name, constant in task.constants.items():
            self.put(f"constants/{name}.values", constant.values)
            if constant.mask is not None:
                self.put(f"constants/{name}.mask", constant.mask)
        text = textproto.render(task.spec).lower()
        kinds = [str(a.dtype) for a in (task.values, *variables.values())]
        self.is_low = any(d in kinds or f"dtype_{d}" in text for d in LOW_PRECISION)

    def put(self, name, array):
        """Stores an array in one of the three stored types and notes its logical type."""
        array = np.asarray(array)
        if array.dtype == np.complex64:
            self.logical_dtypes[name] = "complex64"
            array = np.stack([array.real, array.imag], axis=-1)
        elif str(array.dtype) in LOW_PRECISION:
            self.logical_dtypes[name] = str(array.dtype)
            array = array.astype(np.float32)
        elif array.dtype.kind in "iu":
            array = array.astype(np.int32)
        self.tensors[name] = array

    def input_facts(self):
        values = self.task.values
        return {
            "batch": values.shape[0], "time": values.shape[1], "training": False,
            "channel_shape": list(values.shape[2:]), "dtype": str(values.dtype)}

    def static_facts(self):
        layer = self.model.bound(self.variables)
        ratio = fractions.Fraction(layer.output_ratio)
        facts = {
            "supports_step": bool(layer.supports_step),
            "output_ratio": f"{ratio.numerator}/{ratio.denominator}",
            "block_size": int(layer.block_size), "input_latency": int(layer.input_latency),
            "output_latency": int(layer.output_latency)}
        try:
            fields = layer.receptive_field_per_step
            facts["receptive_field"] = field_ends(layer.receptive_field)
            facts["receptive_field_per_step"] = {
                str(step): field_ends(ends) for step, ends in fields.items()}
        except Exception:
            facts["receptive_field"] = facts["receptive_field_per_step"] = "unavailable"
        spec = jnp.dtype(layer.get_output_dtype(
            self.task.values.dtype, constants=self.model.sequences(self.constants)))
        facts["declared_output_dtype"] = str(spec)
        return facts

    def results(self):
        """Computes and stores the outputs; the facts that come with them."""
        task, model = self.task, self.model
        arrays = (self.variables, task.values, task.mask, self.constants)
        spec = model.output_spec(*arrays)
        if 0 in spec.shape[2:]:
            raise reference.Refused(f"output of shape {spec.shape} without elements")
        self.is_low = self.is_low or str(spec.dtype) in LOW_PRECISION
        facts = {"gradients": "present"}
        cotangent = self.cotangent(spec)
        compute = functools.partial(model.run_with_gradients, cotangent=cotangent)
        if cotangent is None:
            facts["gradients"] = "not computed"
        else:
            try:
                y, emits, gradients = compute(*arrays)
            except NotImplementedError as error:
                facts["gradients"] = f"the original has no gradient: {error}"
        if facts["gradients"] != "present":
            compute = lambda *numbers: (*model.run(*numbers), {})
            y, emits, gradients = compute(*arrays)
        self.put_output(y, emits)
        if not all(np.isfinite(g.astype(wide(g))).all() for g in gradients.values()):
            facts["gradients"], gradients = "the original's gradients are not finite", {}
        others = [compute(*self.moved()) for _ in range(2)] if spec.dtype.kind in "fcV" else []
        absolute = self.output_tolerance(y, [other[0] for other in others])
        facts |= {
            "output_channel_shape": list(spec.shape[2:]), "output_dtype": str(spec.dtype),
            "tolerance": {"rtol": LOW_FLOOR if self.is_low else RELATIVE, "atol": absolute},
            "grad_rtol": LOW_GRADIENT_FLOOR if self.is_low else GRADIENT_RELATIVE,
            "grad_atol": self.put_gradients(gradients, [other[2] for other in others])}
        if gradients:
            self.put("cotangent", cotangent)
        elif facts["gradients"] == "present":
            facts["gradients"] = "nothing to differentiate by"
        try:
            self.step(y, absolute)
        except reference.Disagreement as error:
            self.disagreement = error
        return facts

    def put_output(self, y, emits):
        if not np.isfinite(y.values.astype(wide(y.values))).all():
            raise reference.Refused("non-finite values in the valid output")
        self.put("output.values", y.values)
        self.put("output.mask", y.mask)
        for name, leaf in reference.emitted(emits).items():
            if hasattr(leaf, "mask"):
                self.put(f"{name}.values", reference.cleared(leaf.values, leaf.mask))
                self.put(f"{name}.mask", leaf.mask)
            else:
                self.put(f"{name}.values", leaf)

    def step(self, y, absolute):
        task, model = self.task, self.model
        if not model.bound(self.variables).supports_step:
            return
        steps = model.steps(self.variables, task.values, task.mask, self.constants)
        scale = largest(y.values)
        limit = max(absolute, (LOW_FLOOR if self.is_low else STEP_SHARE) * scale)
        difference = reference.compare(y, steps)
        if difference > limit:
            raise reference.Disagreement(
                f"layer and step values differ by {difference:.3g} (scale {scale:.3g})")
        self.put("step.values", steps.values)
        self.put("step.mask", steps.mask)

    def cotangent(self, spec):
        """Random numbers like the output, or None where there are to be no gradients."""
        if not self.task.wants_gradients or not jnp.issubdtype(spec.dtype, jnp.inexact):
            return None
        if self.task.cotangent is not None:
            return self.task.cotangent
        numbers = self.random.uniform(-1, 1, spec.shape)
        if spec.dtype == np.complex64:
            numbers = numbers + 1j * self.random.uniform(-1, 1, spec.shape)
            return numbers.astype(np.complex64)
        return numbers.astype(np.float32)

    # Tolerances.

    def moved(self):
        """All numbers, moved by about two units in the last place."""

        def move(array):
            if not reference.is_float(array) and not reference.is_complex(array):
                return array
            if str(array.dtype) in LOW_PRECISION:
                return array
            signs = self.random.choice([-1.0, 1.0], array.shape)
            return (array * (1 + 2 * np.finfo(np.float32).eps * signs)).astype(array.dtype)

        variables = {name: move(array) for name, array in self.variables.items()}
        constants = {name: (move(a), m) for name, (a, m) in self.constants.items()}
        return variables, move(self.task.values), self.task.mask, constants

    def output_tolerance(self, y, others):
        if not others:
            return 0.0
        shift = max(reference.compare(y, other) for other in others)
        floor = LOW_FLOOR if self.is_low else FLOOR
        return rounded(max(HEADROOM * shift, floor * largest(y.values), 1e-30))

    def put_gradients(self, gradients, others):
        """Stores gradients; their absolute tolerances."""
        tolerances = {}
        floor = LOW_GRADIENT_FLOOR if self.is_low else GRADIENT_FLOOR
        for name, gradient in gradients.items():
            shift = max(largest(difference(gradient, other[name])) for other in others)
            tolerances[name] = rounded(max(HEADROOM * shift, floor * largest(gradient), 1e-30))
            self.put(name, gradient.astype(np.float32) if is_low(gradient) else gradient)
        return tolerances


def is_low(array):
    return str(array.dtype) in LOW_PRECISION


def wide(array):
    return np.complex128 if jnp.issubdtype(array.dtype, jnp.complexfloating) else np.float64


def largest(array):
    return float(np.abs(array.astype(wide(array))).max(initial=0.0))


def difference(a, b):
    return a.astype(wide(a)) - b.astype(wide(b))


def rounded(number):
    return float(f"{number:.3g}")


def field_ends(ends):
    """A receptive field as JSON: numbers, "inf", "-inf", or null."""
    if ends is None:
        return None
    return [("inf" if end > 0 else "-inf") if np.isinf(end) else int(end) for end in ends]
