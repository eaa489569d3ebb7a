"""Normalisation."""

from ..draws import Draw, family, layer


def axes(dice, rank):
    """Some channel axes of an array with that many, counted from either end."""
    chosen = dice.shuffled(range(rank))[: dice.int(1, rank)]
    return [a - rank if dice.chance() else a + 2 for a in chosen]


@family("normalization")
def per_step(dice):
    channels = dice.channels((1, 1, 2, 3), 2, 5)
    kind = dice.pick("layer_normalization", "rms_normalization", "l2_normalize")
    fields = {"axis": dice.maybe(axes(dice, len(channels))),
              "epsilon": dice.maybe(dice.pick(1e-3, 1e-5, 0.1), 0.4)}
    if kind != "l2_normalize":
        fields |= {"use_scale": dice.chance(0.7), "param_dtype": dice.dtype(0.05),
                   "reductions_in_at_least_fp32": dice.maybe(dice.chance(), 0.2)}
    if kind == "layer_normalization":
        fields["use_bias"] = dice.chance(0.7)
    return Draw(layer(kind, **fields), channels,
                dtype=dice.pick("float32", "float32", "float32", "bfloat16"))


@family("normalization")
def group(dice):
    channels = list(dice.channels((1, 1, 2, 3), 1, 4))
    axis, groups = dice.int(0, len(channels) - 1), dice.pick(1, 2, 3)
    channels[axis] *= groups
    axis = dice.pick(axis + 2, axis - len(channels))
    return Draw(layer("group_normalization", num_groups=groups, axis=axis,
                      cumulative=dice.chance(0.6), use_bias=dice.chance(0.7),
                      use_scale=dice.chance(0.7), epsilon=dice.maybe(1e-3)), tuple(channels),
                dtype=dice.pick("float32", "float32", "float32", "bfloat16"))


@family("normalization")
def batch(dice):
    channels = dice.channels((1, 1, 2, 3), 1, 4)
    axis = dice.int(0, len(channels) - 1)
    return Draw(layer("batch_normalization", axis=dice.pick(axis + 2, axis - len(channels)),
                      epsilon=dice.maybe(1e-5), use_bias=dice.chance(0.7),
                      use_scale=dice.chance(0.7), momentum=dice.maybe(0.9),
                      use_fast_variance=dice.maybe(False, 0.3), param_dtype=dice.dtype(0.05),
                      name=dice.maybe("norm", 0.2)), channels)
