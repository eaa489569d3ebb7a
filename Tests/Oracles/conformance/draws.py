"""Random layers: a registry of families, each a list of functions that draw one."""

import dataclasses
import zlib

import numpy as np

from . import parameters, textproto
from .case import Constant, Task

FAMILIES = {}


class Dice:
    """Random choices for drawing layers."""

    def __init__(self, random):
        self.random = random

    def int(self, low, high):
        """A number from low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def ints(self, count, low, high):
        return tuple(self.int(low, high) for _ in range(count))

    def real(self, low, high):
        """A number that is short in decimals."""
        return round(float(self.random.uniform(low, high)), 3)

    def chance(self, probability=0.5):
        return bool(self.random.uniform() < probability)

    def pick(self, *options):
        return options[int(self.random.integers(len(options)))]

    def maybe(self, value, probability=0.5):
        """The value, or None, which leaves a field out."""
        return value if self.chance(probability) else None

    def shuffled(self, items):
        return [items[i] for i in self.random.permutation(len(items))]

    def channels(self, ranks=(1, 1, 2), low=1, high=5):
        """A channel shape of one of the ranks."""
        return self.ints(self.pick(*ranks), low, high)

    def activation(self, probability=0.4):
        names = ("RELU", "RELU6", "LEAKY_RELU", "ELU", "SELU", "CELU", "GELU", "GELU_EXACT",
                 "SWISH", "SIGMOID", "HARD_SIGMOID", "LOG_SIGMOID", "TANH", "HARD_TANH",
                 "SOFTPLUS", "SOFT_SIGN", "HARD_SWISH", "MISH", "ABS", "SQUARE", "IDENTITY")
        return self.maybe(textproto.Word(f"ACTIVATION_{self.pick(*names)}"), probability)

    def dtype(self, probability=0.1):
        """A narrow floating dtype, rarely."""
        kind = self.pick("BFLOAT16", "BFLOAT16", "FLOAT16")
        return self.maybe(textproto.Word(f"DTYPE_{kind}"), probability)


@dataclasses.dataclass
class Wanted:
    """A constant to draw. `time` None is that of the input."""

    kind: str
    channels: tuple = ()
    time: tuple | None = None
    streamed: bool = False
    role: str = "values"


@dataclasses.dataclass
class Draw:
    """A drawn layer and the input that it wants."""

    spec: dict
    channels: tuple
    dtype: str = "float32"
    # Floats lie above this number; None: around zero.
    low: float | None = None
    # Integers: lowest, one above the highest, one above the highest where invalid.
    integers: tuple | None = None
    time: tuple = (7, 18)
    constants: dict = dataclasses.field(default_factory=dict)
    wants_gradients: bool = True


def layer(kind, **fields):
    """A `SequenceLayer` message with one layer."""
    return {kind: [textproto.message(**fields)]}


def word(name):
    """An enum value, or None."""
    return None if name is None else textproto.Word(name)


def family(name):
    """Registers a function that draws a layer under a family."""

    def register(function):
        FAMILIES.setdefault(name, []).append(function)
        return function

    return register


def chosen(names):
    """Family names with `all` spelled out."""
    for name in names:
        if name != "all" and name not in FAMILIES:
            raise SystemExit(f"no family {name}; there are {', '.join(sorted(FAMILIES))}")
    return sorted(FAMILIES) if "all" in names else names


def task(family_name, seed, number):
    """Case `number` of a family: the functions of the family take turns."""
    functions = FAMILIES[family_name]
    function = functions[number % len(functions)]
    random = np.random.default_rng([seed, zlib.crc32(family_name.encode()), number])
    dice = Dice(random)
    drawn = function(dice)
    batch = dice.pick(1, 2, 3, 3)
    time = dice.int(*drawn.time)
    gaps = dice.chance(0.2)
    mask = parameters.mask(random, batch, time, gaps)
    shape = (batch, time, *drawn.channels)
    dtype = parameters.named_dtype(drawn.dtype)
    if drawn.integers:
        values = parameters.integers(random, shape, mask, dtype, *drawn.integers)
    else:
        values = parameters.floats(random, shape, mask, dtype, drawn.low)
    constants = {name: _constant(dice, wanted, mask, gaps)
                 for name, wanted in drawn.constants.items()}
    name = f"{function.__name__.strip('_')}_{seed}_{number:03d}"
    return Task(family_name, name, drawn.spec, values, mask, constants, seed,
                wants_gradients=drawn.wants_gradients)


def _constant(dice, wanted, input_mask, gaps):
    random, (batch, time) = dice.random, input_mask.shape
    if wanted.time is not None:
        time = dice.int(*wanted.time)
    if wanted.kind == "array" and wanted.role == "values":
        values = random.standard_normal((batch, *wanted.channels)).astype(np.float32)
        return Constant("array", values, None, wanted.streamed)
    if wanted.role == "values":
        mask = parameters.mask(random, batch, time, gaps)
        shape = (batch, time, *wanted.channels)
        values = parameters.floats(random, shape, mask, np.dtype(np.float32))
        return Constant("sequence", values, mask, wanted.streamed)
    if wanted.role == "positions":
        values = np.cumsum(random.integers(0, 3, (batch, time)), axis=1).astype(np.int32)
    else:
        values = np.sort(random.integers(0, 4, (batch, time)), axis=1).astype(np.int32)
    mask = input_mask if wanted.kind == "sequence" else None
    return Constant(wanted.kind, values, mask, wanted.streamed)
