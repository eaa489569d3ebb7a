"""Layers of single timesteps without weights, or with few."""

from ..draws import Draw, family, layer, word

PLAIN = ("abs", "relu", "tanh", "swish", "exp", "sigmoid", "softplus", "identity", "mask_invalid",
         "emit", "optimization_barrier", "apply_sharding")


@family("pointwise")
def plain(dice):
    return Draw(layer(dice.pick(*PLAIN)), dice.channels((0, 1, 2)),
                dtype=dice.pick("float32", "float32", "float32", "bfloat16"))


@family("pointwise")
def looked_at(dice):
    """Layers that change nothing outside of training."""
    samplers = ({"normal": [{"mean": [0.1], "stddev": [0.5]}]},
                {"uniform": [{"minval": [-1.0], "maxval": [1.0]}]},
                {"truncated_normal": [{"mean": [0.1], "stddev": [0.5]}]})
    return Draw(dice.pick(
        layer("add_noise", sampler=dice.pick(*samplers), training_only=True),
        layer("checkpoint_name", checkpoint_name="here"),
        layer("optimization_barrier", apply_to_mask=dice.chance()),
        layer("serial", layers=[layer("named_emit", emit_name="seen"), layer("tanh")]),
        layer("dropout", rate=dice.real(0.1, 0.9), broadcast_dims=(-1,))), dice.channels((1, 2)))


@family("pointwise")
def with_number(dice):
    kind, field, low, high = dice.pick(
        ("leaky_relu", "negative_slope", 0, 0.5), ("elu", "alpha", 0.2, 2),
        ("gradient_clipping", "clip_value", 0.1, 0.6), ("dropout", "rate", 0.1, 0.9))
    number = dice.real(low, high)
    if kind != "gradient_clipping":
        number = dice.maybe(number, 0.8)
    return Draw(layer(kind, **{field: number}), dice.channels((0, 1, 2)))


@family("pointwise")
def log_or_power(dice):
    if dice.chance(0.3):
        return Draw(layer("log"), dice.channels((0, 1, 2)), low=0.2)
    power = dice.pick(2.0, 3.0, 0.5, -1.0, 1.5, 1.0, -0.5)
    return Draw(layer("power", power=power), dice.channels((0, 1, 2)),
                low=None if power in (1.0, 2.0, 3.0) else 0.3)


@family("pointwise")
def gelu_or_rectifier(dice):
    kind = dice.pick("gelu", "p_relu", "snake", "affine")
    channels = dice.channels()
    if kind == "gelu":
        return Draw(layer("gelu", approximate=dice.chance()), channels)
    if kind == "snake":
        return Draw(layer("snake", separate_beta=dice.chance()), channels)
    if kind == "p_relu":
        return Draw(layer("p_relu"), channels)
    shape = dice.maybe(tuple(dice.pick(1, c) for c in channels[dice.int(0, len(channels) - 1):]))
    use_scale = dice.chance(0.7)
    return Draw(layer("affine", shape=shape, use_scale=use_scale,
                      use_bias=dice.chance(0.7) or not use_scale), channels)


@family("pointwise")
def softmax(dice):
    channels = dice.channels((1, 2, 3))
    axis = dice.pick(None, -1, *range(2, 2 + len(channels)), *range(-len(channels), 0))
    return Draw(layer("softmax", axis=axis), channels)


@family("pointwise")
def gated(dice):
    channels = (*dice.channels((0, 1)), 2 * dice.int(1, 3))
    kind = dice.pick("gated_linear_unit", "gated_tanh_unit", "gated_unit", "gated_unit")
    if kind != "gated_unit":
        return Draw(layer(kind), channels)
    none = word("ACTIVATION_NONE")
    return Draw(layer(kind, feature_activation=dice.activation(0.6) or none,
                      gate_activation=dice.activation(0.8) or none), channels)


@family("pointwise")
def with_constant(dice):
    kind, field = dice.pick(("scale", "scale"), ("add", "shift"), ("maximum", "maximum"),
                            ("minimum", "minimum"), ("mod", "divisor"))
    channels = dice.channels((0, 1, 2, 3))
    shape = tuple(dice.pick(1, c) for c in channels[dice.int(0, len(channels)):])
    integral = dice.chance(0.25)
    count = 1
    for size in shape:
        count *= size
    if integral:
        values = [dice.pick(-3, -2, 2, 3, 5) if kind == "mod" else dice.int(-4, 6)
                  for _ in range(count)]
        dtype = word("DTYPE_INT32")
    else:
        values = [dice.pick(-1, 1) * dice.real(0.3, 2.5) for _ in range(count)]
        dtype = None
    constant = layer("x", shape=shape, values=values, dtype=dtype)["x"][0]
    spec = layer(kind, **{field: constant})
    if integral:
        return Draw(spec, channels, dtype="int32", integers=(-9, 10, 30))
    complex_input = kind in ("scale", "add") and dice.chance(0.15)
    return Draw(spec, channels, dtype="complex64" if complex_input else "float32")


@family("pointwise")
def reduction(dice):
    kind = dice.pick("mean", "sum", "min", "max")
    channels = dice.channels((1, 2, 3), 1, 4)
    axes = dice.shuffled(range(len(channels)))[: dice.int(1, len(channels))]
    axes = [a - len(channels) if dice.chance() else a + 2 for a in axes]
    keepdims = dice.maybe(dice.chance())
    if dice.chance(0.2):
        return Draw(layer(kind, axis_none=True, keepdims=keepdims), channels)
    return Draw(layer(kind, axis=dice.maybe(axes, 0.8), keepdims=keepdims), channels)


@family("pointwise")
def argmax_or_one_hot(dice):
    if dice.chance():
        return Draw(layer("argmax"), dice.channels((1, 2), 2, 5))
    depth = dice.int(1, 7)
    return Draw(layer("one_hot", depth=depth, compute_dtype=dice.dtype(0.2)),
                dice.channels((0, 0, 1)), dtype="int32",
                integers=(-2, depth + 3, 50) if dice.chance() else (0, depth, depth))


@family("pointwise")
def cast(dice):
    source = dice.pick("float32", "int32", "bfloat16")
    target = dice.pick("FLOAT32", "INT32", "BFLOAT16", "BOOL", "INT8", "UINT8", "FLOAT16")
    drawn = Draw(layer("cast", dtype=word(f"DTYPE_{target}")), dice.channels(), dtype=source)
    if source == "int32":
        drawn.integers = (0, 100, 100)
    elif target == "UINT8":
        drawn.low = 0.0
    return drawn
