"""The examples of the original that its JAX release can build, small, from their specs."""

import pathlib
import zlib

import numpy as np

from . import parameters, textproto
from .case import Constant, Task

# Channels, timesteps, and constants as (channels, timesteps).
MODELS = {
    "gemma3n-audio-encoder": ((8,), 64, {}),
    "transformer-encoder": ((8,), 12, {}),
    "transformer-decoder": ((8,), 12, {"source": (8, 7)}),
    "conformer-encoder": ((5,), 24, {}),
}


def tasks(folder, seed):
    """A task for each example whose spec lies in `folder`/models."""
    for name, (channels, time, constants) in MODELS.items():
        path = pathlib.Path(folder) / "models" / name / "spec.textproto"
        random = np.random.default_rng([seed, zlib.crc32(name.encode())])

        def sequence(length, extents):
            mask = parameters.mask(random, 2, length, False)
            shape = (2, length, *extents)
            return parameters.floats(random, shape, mask, np.dtype(np.float32), None), mask

        values, mask = sequence(time, channels)
        given = {}
        for constant, (width, length) in constants.items():
            source, source_mask = sequence(length, (width,))
            given[constant] = Constant("sequence", source, source_mask)
        yield Task("models", name, textproto.parse(path.read_text()), values, mask, given, seed)
