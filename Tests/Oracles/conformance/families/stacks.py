"""Deep random stacks that mix rates, latencies and kinds of state."""

import dataclasses
import fractions

from ..draws import Draw, family, layer, word

NESTING = 2
SLOWEST, FASTEST = fractions.Fraction(1, 6), fractions.Fraction(4)


@dataclasses.dataclass
class Stack:
    """Layers so far, and what the next one must know."""

    dice: object
    channels: int
    layers: list = dataclasses.field(default_factory=list)
    ratio: fractions.Fraction = fractions.Fraction(1)
    # Output latency so far, in timesteps here.
    latency: int = 0
    # Only layers that keep rate and latency.
    is_plain: bool = False

    def add(self, spec, channels=None, ratio=1, latency=0):
        self.layers.append(spec)
        self.channels = channels or self.channels
        self.ratio *= ratio
        self.latency = int(self.latency * ratio) + latency

    def align(self, stride):
        """A delay that makes the latency a multiple of a stride, as the original demands."""
        missing = -self.latency % stride
        if missing:
            self.add(layer("delay", length=missing, delay_layer_output=False), latency=missing)


def stack(dice, channels, depth, nesting, is_plain=False):
    """A stack of about `depth` layers, with combinators down to `nesting` levels."""
    result = Stack(dice, channels, is_plain=is_plain)
    for _ in range(depth):
        kinds = [pointwise, dense, causal, recurrent, attention, normalization, causal]
        if not is_plain:
            kinds += [late, slower, faster, late]
        if nesting > 0:
            kinds += [residual, parallel, repeat, nested, grouped]
        dice.pick(*kinds)(result, nesting)
    return result


def pointwise(s, _):
    s.add(s.dice.pick(
        layer("gelu"), layer("tanh"), layer("swish"), layer("leaky_relu"), layer("softplus"),
        layer("snake", separate_beta=False), layer("scale", scale={"values": [0.7]}),
        layer("emit"), layer("affine"), layer("dropout", rate=0.3), layer("p_relu"),
        layer("serial"), layer("elu")))


def dense(s, _):
    width = 2 * s.dice.int(1, 4) if not s.is_plain else s.channels
    if s.dice.chance(0.2):
        s.add(layer("dense", features=2 * width))
        s.add(layer("gated_linear_unit"), width)
    else:
        s.add(layer("dense", features=width, activation=s.dice.activation(0.3)), width)


def causal(s, _):
    dice = s.dice
    kind = dice.pick("conv1d", "depthwise_conv1d", "max_pooling1d", "average_pooling1d", "timing",
                     "min_pooling1d", "rotary")
    if kind == "timing":
        return s.add(layer("add_timing_signal"))
    if kind == "rotary":
        if s.channels % 2:
            return None
        return s.add(layer("apply_rotary_positional_encoding", max_wavelength=100.0))
    size, dilation = dice.int(1, 4), dice.pick(1, 1, 2)
    if kind.endswith("pooling1d"):
        return s.add(layer(kind, pool_size=size, padding="causal"))
    padding = dice.pick("causal", "causal", "causal_valid", "semicausal")
    fields = {"kernel_size": size, "dilation_rate": dilation, "padding": padding,
              "activation": dice.activation(0.2)}
    if kind == "conv1d":
        fields["filters"] = s.channels
    return s.add(layer(kind, **fields))


def recurrent(s, _):
    if s.dice.chance(0.8):
        s.add(layer("lstm", units=s.channels))
    else:
        s.add(layer("rglru", units=s.channels, num_heads=1))


def normalization(s, _):
    s.add(s.dice.pick(
        layer("layer_normalization"), layer("rms_normalization"), layer("batch_normalization"),
        layer("group_normalization", num_groups=1, cumulative=True, epsilon=1e-2)))


def attention(s, _):
    dice, width = s.dice, s.channels
    future = 0 if s.is_plain else dice.pick(0, 0, 1, 2)
    kind = dice.pick("dot_product_self_attention", "dot_product_self_attention_v2",
                     "local_dot_product_self_attention")
    heads = 2 if width % 2 == 0 else 1
    fields = {"num_heads": heads, "units_per_head": max(1, width // heads),
              "max_past_horizon": dice.int(1, 5), "max_future_horizon": future}
    if kind.startswith("local"):
        fields["block_size"] = dice.int(1, 4)
    if fields["units_per_head"] % 2 == 0 and dice.chance(0.3):
        rotary = layer("apply_rotary_positional_encoding", max_wavelength=100.0)
        fields |= {"query_network": rotary, "key_network": rotary}
    s.add(layer("serial", layers=[layer(kind, **fields), layer("flatten"),
                                  layer("dense", features=width)]), latency=future)


def late(s, nesting):
    dice = s.dice
    kinds = ["conv1d", "delay", "depthwise_conv1d", "max_pooling1d"]
    if nesting == NESTING:  # No shortcut has output latency alone.
        kinds.append("lookahead")
    kind = dice.pick(*kinds)
    if kind == "delay":
        length = dice.int(1, 3)
        s.add(layer("delay", length=length, delay_layer_output=False), latency=length)
    elif kind == "lookahead":
        length = dice.int(1, 2)
        s.add(layer("lookahead", length=length, preserve_length_in_layer=dice.maybe(True)),
              latency=length)
    else:
        size, dilation = dice.int(2, 4), dice.pick(1, 1, 2)
        fields = {"dilation_rate": dilation,
                  "padding": dice.pick("reverse_causal", "reverse_causal_valid")}
        if kind.endswith("pooling1d"):
            fields["pool_size"] = size
        else:
            fields["kernel_size"] = size
        if kind == "conv1d":
            fields["filters"] = s.channels
        s.add(layer(kind, **fields), latency=(size - 1) * dilation)


def slower(s, _):
    dice, stride = s.dice, s.dice.int(2, 3)
    if s.ratio / stride < SLOWEST:
        return
    s.align(stride)
    ratio = fractions.Fraction(1, stride)
    kind = dice.pick("conv1d", "downsample1d", "average_pooling1d", "max_pooling1d", "frame")
    if kind == "downsample1d":
        s.add(layer(kind, rate=stride), ratio=ratio)
        return
    size = dice.int(1, 4)
    padding = dice.pick("causal", "semicausal", "reverse_causal", "reverse_causal_valid")
    latency = (size - 1) // stride if padding.startswith("reverse") else 0
    if kind == "frame":
        s.add(layer("serial", layers=[
            layer("frame", frame_length=size, frame_step=stride, padding={"mode": [padding]}),
            layer("flatten"), layer("dense", features=s.channels)]), ratio=ratio, latency=latency)
        return
    fields = {"strides": stride, "padding": padding}
    if kind == "conv1d":
        fields |= {"kernel_size": size, "filters": s.channels}
    else:
        fields["pool_size"] = size
    s.add(layer(kind, **fields), ratio=ratio, latency=latency)


def faster(s, _):
    stride = s.dice.int(2, 3)
    if s.ratio * stride > FASTEST:
        return
    spec = s.dice.pick(
        layer("upsample1d", rate=stride),
        layer("conv1d_transpose", filters=s.channels, kernel_size=s.dice.int(1, 5), strides=stride,
              padding="causal"))
    s.add(spec, ratio=stride)


def residual(s, nesting):
    body = stack(s.dice, s.channels, s.dice.int(1, 3), nesting - 1, is_plain=s.is_plain)
    if body.channels != s.channels:
        body.add(layer("dense", features=s.channels))
    if body.ratio != 1:
        return
    shortcut = []
    if body.latency:
        shortcut = [layer("delay", length=body.latency, delay_layer_output=False)]
    elif s.dice.chance(0.2):
        shortcut = [layer("dense", features=s.channels)]
    s.add(layer("residual", layers=body.layers, shortcut_layers=shortcut), latency=body.latency)


def parallel(s, nesting):
    branches = [stack(s.dice, s.channels, s.dice.int(1, 2), nesting - 1, is_plain=True)
                for _ in range(s.dice.int(2, 3))]
    mode = s.dice.pick("ADD", "MEAN", "CONCAT", "PRODUCT")
    width = s.channels * (len(branches) if mode == "CONCAT" else 1)
    before = s.channels
    s.add(layer("parallel", layers=[layer("serial", layers=b.layers) for b in branches],
                combination=word(mode)), width)
    if mode == "CONCAT":
        s.add(layer("dense", features=before), before)


def repeat(s, nesting):
    body = stack(s.dice, s.channels, s.dice.int(1, 2), nesting - 1, is_plain=True)
    s.add(layer("repeat", layer=layer("residual", layers=body.layers),
                num_repeats=s.dice.int(1, 3)))


def nested(s, nesting):
    inner = stack(s.dice, s.channels, s.dice.int(1, 3), nesting - 1, is_plain=True)
    spec = layer("serial", layers=inner.layers)
    kind = s.dice.pick("serial", "blockwise", "checkpoint_gradient")
    if kind == "blockwise":
        spec = layer("blockwise", child_layer=spec, block_size=s.dice.int(1, 3))
    elif kind == "checkpoint_gradient":
        spec = layer("checkpoint_gradient", layer=spec)
    s.add(spec)


def grouped(s, _):
    if s.channels % 2:
        return
    child = s.dice.pick(layer("dense", features=s.channels // 2),
                        layer("lstm", units=s.channels // 2),
                        layer("depthwise_conv1d", kernel_size=2, padding="causal"))
    s.add(layer("parallel_channels", child_layer=child, num_groups=2, combination=word("CONCAT")))


@family("stacks")
def stacks(dice):
    channels = dice.int(1, 4)
    width = dice.pick(2, 4, 6)
    drawn = stack(dice, width, dice.int(3, 8), NESTING)
    first, last = layer("dense", features=width), layer("dense", features=dice.int(1, 3))
    return Draw(layer("serial", layers=[first, *drawn.layers, last]), (channels,), time=(8, 26),
                wants_gradients=dice.chance(0.4))
