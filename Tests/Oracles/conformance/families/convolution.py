"""Convolutions and their transposes."""

from ..draws import Draw, family, layer

PADDINGS = ("valid", "same", "causal", "causal_valid", "reverse_causal", "reverse_causal_valid",
            "semicausal", "semicausal_full")
TRANSPOSED = ("valid", "same", "causal", "causal", "semicausal_full")


def common(dice):
    """Options that all convolutions have."""
    constraint = None
    weight_norm = dice.maybe(True, 0.12)
    if not weight_norm and dice.chance(0.12):
        kind = dice.pick("l2_weight_normalization", "spectral_weight_normalization")
        constraint = {kind: [{}]}
        if kind.startswith("spectral") and dice.chance(0.3):
            constraint[kind][0]["n_power_iteration"] = [dice.int(2, 3)]
    return {"use_bias": dice.chance(0.7), "activation": dice.activation(0.3),
            "use_weight_norm": weight_norm, "kernel_constraint": constraint,
            "compute_dtype": dice.dtype(0.04), "param_dtype": dice.dtype(0.04)}


def spatial(dice):
    """A padding of a spatial axis."""
    if dice.chance(0.3):
        left, right = dice.ints(2, 0, 2)
        return {"explicit": [{"left": [left], "right": [right]}]}
    return {"mode": [dice.pick(*PADDINGS)]}


@family("conv1d")
def conv1d(dice):
    groups = dice.pick(1, 1, 1, 2, 3)
    return Draw(layer("conv1d", filters=groups * dice.int(1, 3), kernel_size=dice.int(1, 6),
                      strides=dice.pick(1, 1, 1, 2, 3, 4), dilation_rate=dice.pick(1, 1, 2, 3),
                      padding=dice.pick(*PADDINGS), groups=groups, **common(dice)),
                (groups * dice.int(1, 3),), time=(1, 20))


@family("depthwise_conv1d")
def depthwise(dice):
    return Draw(layer("depthwise_conv1d", kernel_size=dice.int(1, 6),
                      strides=dice.pick(1, 1, 1, 2, 3), dilation_rate=dice.pick(1, 1, 2, 3),
                      depth_multiplier=dice.maybe(dice.int(1, 3)), padding=dice.pick(*PADDINGS),
                      **common(dice)), (dice.int(1, 4),), time=(1, 20))


@family("conv1d_transpose")
def transpose(dice):
    groups = dice.pick(1, 1, 1, 2)
    return Draw(layer("conv1d_transpose", filters=groups * dice.int(1, 3),
                      kernel_size=dice.int(1, 6), strides=dice.pick(1, 2, 2, 3, 4),
                      dilation_rate=dice.pick(1, 1, 1, 2, 3), padding=dice.pick(*TRANSPOSED),
                      groups=groups, **common(dice)), (groups * dice.int(1, 3),), time=(1, 10))


def sizes(dice, count, low, high):
    """One number for all axes, or one each."""
    return dice.ints(count if dice.chance(0.7) else 1, low, high)


@family("conv2d")
def conv2d(dice):
    groups = dice.pick(1, 1, 2)
    return Draw(layer("conv2d", filters=groups * dice.int(1, 2), kernel_size=sizes(dice, 2, 1, 4),
                      strides=sizes(dice, 2, 1, 3), dilation_rate=sizes(dice, 2, 1, 2),
                      time_padding=dice.pick(*PADDINGS), spatial_padding=spatial(dice),
                      groups=groups, **common(dice)),
                (dice.int(3, 7), groups * dice.int(1, 2)), time=(2, 12))


@family("conv2d_transpose")
def transpose2d(dice):
    groups = dice.pick(1, 1, 2)
    return Draw(layer("conv2d_transpose", filters=groups * dice.int(1, 2),
                      kernel_size=sizes(dice, 2, 1, 4), strides=sizes(dice, 2, 1, 3),
                      dilation_rate=sizes(dice, 2, 1, 2), time_padding=dice.pick(*TRANSPOSED),
                      spatial_padding={"mode": [dice.pick("valid", "same", "causal",
                                                          "semicausal_full")]},
                      groups=groups, **common(dice)),
                (dice.int(2, 5), groups * dice.int(1, 2)), time=(2, 7))


@family("conv3d")
def conv3d(dice):
    return Draw(layer("conv3d", filters=dice.int(1, 2), kernel_size=sizes(dice, 3, 1, 3),
                      strides=sizes(dice, 3, 1, 2), dilation_rate=sizes(dice, 3, 1, 2),
                      time_padding=dice.pick(*PADDINGS),
                      spatial_padding=[spatial(dice), spatial(dice)], **common(dice)),
                (dice.int(3, 5), dice.int(3, 4), dice.int(1, 2)), time=(3, 8))
