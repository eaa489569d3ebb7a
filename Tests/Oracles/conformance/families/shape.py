"""Layers that rearrange axes and the rate of time."""

import math

from ..draws import Draw, Wanted, family, layer

DTYPES = ("float32", "float32", "float32", "complex64")


@family("shape")
def reshape(dice):
    channels = dice.channels((1, 2, 3), 1, 4)
    total = math.prod(channels)
    divisors = [n for n in range(1, total + 1) if total % n == 0]
    first = dice.pick(*divisors)
    output = dice.pick((total,), (first, total // first), (total // first, 1, first))
    kind = dice.pick("reshape", "reshape", "flatten")
    fields = {"output_shape": output} if kind == "reshape" else {}
    return Draw(layer(kind, **fields), channels, dtype=dice.pick(*DTYPES))


@family("shape")
def expand_dims(dice):
    channels = dice.channels((0, 1, 2))
    rank = len(channels) + 1
    axes = dice.pick((0,), (-1,), (dice.int(-rank, rank - 1),), (0, -1), (0, 1))
    return Draw(layer("expand_dims", axis=axes), channels)


@family("shape")
def squeeze(dice):
    channels = dice.channels((1, 2, 3), 1, 3)
    ones = [i for i, size in enumerate(channels) if size == 1]
    axes = [i + 2 if dice.chance() else i - len(channels) for i in ones if dice.chance(0.7)]
    return Draw(layer("squeeze", axis=axes), channels)


@family("shape")
def transpose(dice):
    channels = dice.channels((1, 2, 3, 3), 1, 4)
    rank = len(channels)
    order = dice.shuffled(range(2, 2 + rank))
    other = [axis - rank - 2 if dice.chance(0.3) else axis for axis in order]
    if dice.chance(0.4):
        return Draw(layer("transpose", axes=dice.maybe(order, 0.8)), channels)
    if dice.chance():
        pair = dice.pick(*[(a, b) for a in other for b in other])
        return Draw(layer("swap_axes", axis1=pair[0], axis2=pair[1]), channels)
    count = dice.int(1, rank)
    return Draw(layer("move_axis", source=other[:count],
                      destination=dice.shuffled(range(2, 2 + rank))[:count]), channels)


@family("shape")
def slices(dice):
    channels = dice.channels((1, 2, 3), 1, 6)
    entries = []
    for size in channels:
        if dice.chance(0.2):
            entries.append({"new_axis": [{}]})
        if dice.chance(0.25):
            entries.append({"index": [dice.int(-size, size - 1)]})
        else:
            low, high = sorted(dice.ints(2, 0, size))
            high = max(high, low + 1)
            bounds = dice.pick(
                {}, {"start": [low], "stop": [high]}, {"step": [dice.pick(2, -1, -2)]},
                {"start": [-size]}, {"stop": [high]}, {"start": [size - 1], "step": [-1]})
            entries.append({"range": [bounds]})
    return Draw(layer("slice", slices=entries), channels)


@family("shape")
def einops(dice):
    a, b, c = dice.ints(3, 1, 4)
    pattern, channels, names = dice.pick(
        ("a b -> b a", (a, b), {}), ("a b -> (a b)", (a, b), {}), ("(a b) -> a b", (a * b,), "a"),
        ("(a b) c -> a (c b)", (a * b, c), "b"), ("a b c -> (c a) b", (a, b, c), {}),
        ("a b -> a 1 b", (a, b), {}), ("a 1 -> a", (a, 1), {}), ("... c -> c ...", (a, b, c), {}),
        ("(a b c) -> c b a", (a * b * c,), "ab"), ("a ... -> ... a", (a, b), {}))
    sizes = {"a": a, "b": b, "c": c}
    lengths = [{"name": [name], "length": [sizes[name]]} for name in names]
    return Draw(layer("einops_rearrange", pattern=pattern, axes_lengths=lengths), channels)


@family("shape")
def global_einops(dice):
    a, b, time = dice.int(1, 3), dice.int(1, 4), dice.int(2, 5)
    pattern, channels, steps, named = dice.pick(
        ("t a d -> (t a) d", (a, b), time, False), ("(t a) d -> t (a d)", (b,), time * a, True),
        ("(t a) d -> t a d", (b,), time * a, True), ("t (a d) -> (t a) d", (a * b,), time, True),
        ("t a d -> t (d a)", (a, b), time, False), ("(t a) -> t a", (), time * a, True))
    lengths = [{"name": ["a"], "length": [a]}] if named else []
    return Draw(layer("global_einops_rearrange", pattern=pattern, axes_lengths=lengths,
                      ceil_mode=dice.maybe(dice.chance())), channels, time=(steps, steps))


@family("shape")
def global_reshape(dice):
    time, width = dice.pick(4, 6, 8), dice.pick(2, 4)
    output = dice.pick((time // 2, width * 2), (time, width), (time * 2, width // 2),
                       (time * width,), (time // 2, 2, width), (1, time, width))
    return Draw(layer("global_reshape", output_shape=output), (width,), time=(time, time))


@family("shape")
def rate(dice):
    dtype = dice.pick(*DTYPES, "int32")
    integers = (0, 50, 50) if dtype == "int32" else None
    kind = dice.pick("downsample1d", "upsample1d")
    return Draw(layer(kind, rate=dice.int(1, 5)), dice.channels((0, 1, 2)), dtype, None, integers)


@family("shape")
def upsample2d(dice):
    rates = dice.maybe(dice.ints(2, 1, 3)) or (dice.int(1, 3),)
    return Draw(layer("upsample2d", rate=rates), dice.ints(2, 1, 4))


@family("shape")
def shift(dice):
    dtype = dice.pick(*DTYPES, "int32")
    integers = (0, 50, 50) if dtype == "int32" else None
    channels = dice.channels((0, 1, 2))
    length = dice.pick(0, 1, 2, 3, 5, 9, 20)
    if dice.chance():
        spec = layer("delay", length=length, delay_layer_output=dice.maybe(dice.chance()))
    else:
        spec = layer("lookahead", length=length,
                     preserve_length_in_layer=dice.maybe(dice.chance()))
    return Draw(spec, channels, dtype, None, integers)


@family("position")
def timing(dice):
    channels = dice.channels((1, 1, 2, 3), 1, 6)
    axes = dice.shuffled(range(len(channels)))[: dice.int(1, len(channels))]
    axes = [a - len(channels) if dice.chance() else a + 2 for a in axes]
    return Draw(layer("add_timing_signal", min_timescale=dice.maybe(dice.real(0.5, 4), 0.3),
                      max_timescale=dice.maybe(dice.real(20, 500), 0.4),
                      trainable_scale=dice.maybe(True, 0.3), axes=dice.maybe(axes, 0.4),
                      only_advance_position_for_valid_timesteps=dice.maybe(False, 0.3)), channels)


@family("position")
def rotary(dice):
    channels = dice.channels((1, 2, 3), 1, 3)
    axis = dice.int(0, len(channels) - 1)
    channels = tuple(2 * c if i == axis else c for i, c in enumerate(channels))
    axis = dice.pick(axis + 2, axis - len(channels))
    fields = {"max_wavelength": dice.real(10, 2000), "axis": axis,
              "positions_in_at_least_fp32": dice.maybe(dice.chance(), 0.2)}
    constants = {}
    if dice.chance(0.3):
        fields |= {"positions_name": "pos", "only_advance_position_for_valid_timesteps": False}
        constants = {"pos": Wanted(dice.pick("sequence", "array"), role="positions",
                                   streamed=True)}
    else:
        fields["only_advance_position_for_valid_timesteps"] = dice.maybe(dice.chance(), 0.4)
    return Draw(layer("apply_rotary_positional_encoding", **fields), channels, constants=constants)
