"""Random parameters and inputs, by their names, shapes and element types."""

import math

import ml_dtypes
import numpy as np


def draw(shapes, random):
    """An array for every variable, of a size that keeps activations near one."""
    return {name: _variable(name, spec.shape, random).astype(spec.dtype)
            for name, spec in shapes.items()}


def _variable(path, shape, random):
    leaf = path.rsplit("/", 1)[-1]
    normal = random.standard_normal(shape)
    if leaf == "kernel":
        inputs = shape[0] if "projection" in path else math.prod(shape[:-1])
        return normal / math.sqrt(max(inputs, 1))
    if leaf == "embedding":
        return 0.6 * normal
    if leaf == "scale":
        return 1 + 0.2 * normal
    if leaf in ("var", "sigma"):
        return random.uniform(0.6, 1.6, shape)
    if leaf == "a_param":
        return random.uniform(-4, -2.5, shape)
    if leaf in ("alpha_log", "beta_log", "mean", "negative_slope"):
        return 0.2 * normal
    return 0.4 * normal


def mask(random, batch, time, gaps):
    """One full row, one that ends early, then all but empty ones; or rows with gaps."""
    if gaps:
        return random.uniform(size=(batch, time)) < 0.6
    lengths = [time, int(random.integers(time // 2, time + 1))]
    lengths += [int(random.integers(0, 3)) for _ in range(batch)]
    return np.arange(time) < np.array(lengths[:batch])[:, None]


def floats(random, shape, mask_, dtype, low=None):
    """Values near one, above `low` if that is given, and large garbage where invalid."""
    def sample(scale):
        numbers = random.standard_normal(shape) * scale
        if np.dtype(dtype).kind == "c":
            numbers = numbers + 1j * random.standard_normal(shape) * scale
        return numbers

    values = sample(1.0)
    if low is not None:
        values = np.abs(values) + low
    invalid = ~mask_.reshape(mask_.shape + (1,) * (len(shape) - 2))
    return np.where(invalid, sample(1000.0), values).astype(dtype)


def integers(random, shape, mask_, dtype, low, high, garbage=None):
    """Integers from low to high - 1; where invalid, up to `garbage` if that is given."""
    values = random.integers(low, high, shape)
    invalid = ~mask_.reshape(mask_.shape + (1,) * (len(shape) - 2))
    other = random.integers(low, garbage or high, shape)
    return np.where(invalid, other, values).astype(dtype)


def named_dtype(name):
    """A numpy type by name, with the short floating types."""
    return np.dtype(getattr(ml_dtypes, name, name) if name == "bfloat16" else name)
