"""Recurrent layers."""

from ..draws import Draw, family, layer


@family("recurrent")
def lstm(dice):
    return Draw(layer("lstm", units=dice.int(1, 6), use_bias=dice.chance(0.8),
                      activation=dice.activation(0.3), recurrent_activation=dice.activation(0.1),
                      compute_dtype=dice.dtype(0.05), param_dtype=dice.dtype(0.05)),
                (dice.int(1, 5),), time=(1, 18))


@family("recurrent")
def rglru(dice):
    heads = dice.pick(1, 2, 3)
    only_real = dice.chance(0.7)
    units = heads * dice.int(1, 3) * (1 if only_real else 2)
    return Draw(layer("rglru", units=units, num_heads=heads, only_real=only_real,
                      scan_type=dice.maybe(dice.pick("linear_native", "associative_native"), 0.3),
                      min_rad=dice.maybe(0.7, 0.3), compute_dtype=dice.dtype(0.05),
                      param_dtype=dice.dtype(0.05)), (units,), time=(1, 18))
