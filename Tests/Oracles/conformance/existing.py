"""Reads the cases of a folder as tasks, to compute them again or with other numbers."""

import json
import pathlib

import numpy as np
import safetensors.numpy

from . import parameters, textproto
from .case import Constant, Task


def tasks(folder, pattern="*", seed=None):
    """The tasks of a folder with a manifest; a seed draws other numbers of the same shapes."""
    folder = pathlib.Path(folder)
    for entry in json.loads((folder / "manifest.json").read_text())["cases"]:
        if pathlib.PurePath(entry["path"]).match(pattern):
            yield _task(folder / entry["path"], entry, seed)


def _task(path, entry, seed):
    facts = json.loads((path / "case.json").read_text())
    stored = safetensors.numpy.load_file(path / "data.safetensors")

    def read(name):
        array = stored[name]
        logical = facts["logical_dtypes"].get(name)
        if logical == "complex64":
            return array[..., 0] + 1j * array[..., 1]
        return array.astype(parameters.named_dtype(logical)) if logical else array

    constants = {}
    for name, about in facts["constants"].items():
        mask = f"constants/{name}.mask"
        values = read(f"constants/{name}.values").astype(parameters.named_dtype(about["dtype"]))
        constants[name] = Constant(
            about["kind"], values, stored.get(mask), about["streamed"])
    values = read("input.values").astype(parameters.named_dtype(facts["dtype"]))
    task = Task(
        entry["family"], entry["name"], textproto.parse((path / "spec.textproto").read_text()),
        values, stored["input.mask"], constants, facts["seed"], facts["note"])
    if seed is None:
        task.variables = {n: read(n) for n in stored if n.startswith(("params/", "batch_stats/"))}
        task.cotangent = read("cotangent") if "cotangent" in stored else None
    else:
        redraw(task, seed)
    return task


def redraw(task, seed):
    """Draws other input and constants, in the range that the valid ones have now."""
    task.seed = seed
    random = np.random.default_rng([seed, len(task.name)])
    gaps = "gaps" in task.name
    old = task.mask
    task.mask = parameters.mask(random, *old.shape, gaps)
    task.values = _like(random, task.values, old, task.mask)
    for constant in task.constants.values():
        if constant.mask is None:
            if constant.values.dtype.kind == "f":
                constant.values = random.standard_normal(constant.values.shape).astype(np.float32)
            continue
        was = constant.mask
        constant.mask = parameters.mask(random, *was.shape, gaps)
        if constant.values.dtype.kind == "f":
            constant.values = _like(random, constant.values, was, constant.mask)


def _like(random, values, old_mask, mask):
    valid = values[old_mask]
    if values.dtype.kind in "iu":
        low, high = (int(valid.min()), int(valid.max())) if valid.size else (0, 1)
        garbage = int(values.max()) + 1
        return parameters.integers(
            random, values.shape, mask, values.dtype, low, high + 1, max(garbage, high + 1))
    positive = values.dtype.kind == "f" and valid.size and valid.min() > 0
    return parameters.floats(
        random, values.shape, mask, values.dtype, float(valid.min()) if positive else None)
