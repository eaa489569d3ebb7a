"""Combinators of small layers."""

from ..draws import Draw, family, layer, word


def small(dice, width):
    """A layer from `width` channels to as many, of rate 1 and no latency."""
    return dice.pick(
        layer("dense", features=width, activation=dice.activation()),
        layer("conv1d", filters=width, kernel_size=dice.int(1, 3), padding="causal",
              dilation_rate=dice.maybe(2, 0.2)),
        layer("depthwise_conv1d", kernel_size=dice.int(1, 4), padding="causal"),
        layer("lstm", units=width), layer("tanh"), layer("rms_normalization"),
        layer("max_pooling1d", pool_size=dice.int(1, 3), padding="causal"),
        layer("serial", layers=[layer("dense", features=width), layer("emit")]),
        layer("conv1d", filters=width, kernel_size=2, padding="causal_valid"),
        layer("group_normalization", num_groups=1, cumulative=True),
        layer("add_timing_signal"), layer("identity"))


def mode(dice):
    return word(dice.pick("STACK", "CONCAT", "ADD", "MEAN", "PRODUCT"))


def named(dice, spec, name):
    """The layer, sometimes with a name."""
    if dice.chance(0.25):
        for message in next(iter(spec.values())):
            message.setdefault("name", [name])
    return spec


@family("combinators")
def parallel(dice):
    width, kind = dice.int(1, 4), dice.pick("plain", "plain", "strided", "late", "broadcast")
    count = dice.int(1, 3)
    if kind == "plain":
        branches = [small(dice, width) for _ in range(count)]
    elif kind == "strided":
        stride = dice.int(2, 3)
        branches = [layer(dice.pick("max_pooling1d", "average_pooling1d"), pool_size=dice.int(1, 3),
                          strides=stride, padding=dice.pick("causal", "semicausal"))
                    for _ in range(count)]
    elif kind == "late":
        late = dice.int(1, 3)
        branches = [layer("conv1d", filters=width, kernel_size=late + 1,
                          padding=dice.pick("reverse_causal", "reverse_causal_valid")),
                    layer("delay", length=late, delay_layer_output=False)]
    else:
        outer = dice.int(1, 3)
        branches = [layer("dense_shaped", output_shape=(outer, width)),
                    layer("dense_shaped", output_shape=(width,)),
                    layer("dense_shaped", output_shape=(dice.pick(1, outer), width))][:count + 1]
    branches = [named(dice, branch, f"branch{i}") for i, branch in enumerate(branches)]
    return Draw(layer("parallel", layers=branches, combination=mode(dice)), (width,))


@family("combinators")
def residual(dice):
    width = dice.int(1, 4)
    body = [small(dice, width) for _ in range(dice.int(0, 3))]
    shortcut = [small(dice, width) for _ in range(dice.pick(0, 0, 1, 2))]
    if dice.chance(0.3):
        late = dice.int(1, 3)
        body.insert(dice.int(0, len(body)), layer(
            "conv1d", filters=width, kernel_size=late + 1,
            padding=dice.pick("reverse_causal", "reverse_causal_valid")))
        shortcut.insert(dice.int(0, len(shortcut)), layer(
            "delay", length=late, delay_layer_output=False))
    elif dice.chance(0.2):
        stride = dice.int(2, 3)
        body.append(layer("conv1d", filters=width, kernel_size=dice.int(1, 4), strides=stride,
                          padding=dice.pick("causal", "semicausal")))
        shortcut.append(layer("average_pooling1d", pool_size=stride, strides=stride,
                              padding=dice.pick("causal", "semicausal")))
    return Draw(layer("residual", layers=body, shortcut_layers=shortcut), (width,))


@family("combinators")
def repeat(dice):
    width = dice.int(1, 4)
    child = dice.pick(
        small(dice, width), layer("residual", layers=[small(dice, width), small(dice, width)]),
        layer("serial", layers=[small(dice, width), small(dice, width)]))
    unroll = dice.maybe(True, 0.2)
    return Draw(layer("repeat", layer=child, num_repeats=dice.int(1, 3), unroll_layer=unroll,
                      unroll_step=unroll), (width,))


@family("combinators")
def bidirectional(dice):
    width, stride = dice.int(1, 4), dice.pick(1, 1, 2)

    def direction():
        if stride == 1:
            return small(dice, width)
        return layer("conv1d", filters=width, kernel_size=dice.int(1, 3), strides=stride,
                     padding=dice.pick("causal", "semicausal", "same", "valid"))

    return Draw(layer("bidirectional", forward=direction(), backward=direction(),
                      combination=mode(dice)), (width,))


@family("combinators")
def parallel_channels(dice):
    groups, width = dice.int(1, 3), dice.int(1, 3)
    return Draw(layer("parallel_channels", child_layer=small(dice, width), num_groups=groups,
                      combination=mode(dice)), (groups * width,))


@family("combinators")
def blockwise(dice):
    width, stride = dice.int(1, 3), dice.pick(1, 1, 2, 3)
    child = small(dice, width) if stride == 1 else layer(
        "conv1d", filters=2, kernel_size=dice.int(1, 4), strides=stride,
        padding=dice.pick("causal", "semicausal", "reverse_causal"))
    return Draw(layer("blockwise", child_layer=child, block_size=stride * dice.int(1, 4)), (width,))


@family("combinators")
def wrappers(dice):
    width = dice.int(1, 3)
    children = [named(dice, small(dice, width), f"child{i}") for i in range(dice.int(1, 3))]
    inner = layer("serial", layers=children, name=dice.maybe("inner", 0.3))
    if dice.chance():
        inner = layer("checkpoint_gradient", layer=inner, share_scope=dice.maybe(True, 0.3))
    return Draw(layer("serial", layers=[inner, named(dice, small(dice, width), "last")]), (width,))


@family("combinators")
def shared_scopes(dice):
    width = dice.int(1, 3)
    children = [layer("dense", features=width), layer("layer_normalization", use_bias=False)]
    child = layer("serial", layers=[layer("serial", layers=[dice.pick(*children)]),
                                    layer("tanh")], share_scope=[True, False])
    return Draw(dice.pick(
        child, layer("residual", layers=[layer("dense", features=width, name="d")],
                     share_scope=True),
        layer("parallel", layers=[layer("dense", features=width)], share_scope=True)), (width,))
