"""Pooling over time and space."""

from ..draws import Draw, family, layer
from .convolution import PADDINGS, sizes, spatial


@family("pooling")
def pooling1d(dice):
    kind = dice.pick("max", "min", "average")
    integral = kind != "average" and dice.chance(0.15)
    return Draw(layer(f"{kind}_pooling1d", pool_size=dice.int(1, 5),
                      strides=dice.pick(1, 1, 2, 3, 4), dilation_rate=dice.pick(1, 1, 1, 2, 3),
                      padding=dice.pick(*PADDINGS),
                      masked_average=dice.maybe(True) if kind == "average" else None),
                dice.channels((0, 1, 1, 2)), dtype="int32" if integral else "float32",
                integers=(-9, 10, 1000) if integral else None, time=(1, 18))


def nd(dice, count):
    kind = dice.pick("max", "min", "average")
    paddings = [spatial(dice) for _ in range(count)]
    return Draw(layer(f"{kind}_pooling{count + 1}d", pool_size=sizes(dice, count + 1, 1, 3),
                      strides=sizes(dice, count + 1, 1, 3),
                      dilation_rate=sizes(dice, count + 1, 1, 2),
                      time_padding=dice.pick(*PADDINGS), spatial_padding=paddings,
                      masked_average=dice.maybe(True) if kind == "average" else None),
                (*dice.ints(count, 3, 6), dice.int(1, 2)), time=(3, 11))


@family("pooling_nd")
def pooling2d(dice):
    return nd(dice, 1)


@family("pooling_nd")
def pooling3d(dice):
    return nd(dice, 2)
