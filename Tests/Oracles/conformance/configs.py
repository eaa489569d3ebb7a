"""Layer specs as the original's config objects, field by field."""

import dataclasses
import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import sequence_layers.jax as sl
from sequence_layers.jax import signal
from sequence_layers.jax.attention import common as attention

ACTIVATIONS = {
    "NONE": None,
    "IDENTITY": lambda x: x,
    "RELU": jax.nn.relu,
    "RELU6": jax.nn.relu6,
    "LEAKY_RELU": jax.nn.leaky_relu,
    "ELU": jax.nn.elu,
    "SELU": jax.nn.selu,
    "CELU": jax.nn.celu,
    "GELU": jax.nn.gelu,
    "GELU_EXACT": functools.partial(jax.nn.gelu, approximate=False),
    "SWISH": jax.nn.swish,
    "SIGMOID": jax.nn.sigmoid,
    "HARD_SIGMOID": jax.nn.hard_sigmoid,
    "LOG_SIGMOID": jax.nn.log_sigmoid,
    "TANH": jnp.tanh,
    "HARD_TANH": jax.nn.hard_tanh,
    "SOFTPLUS": jax.nn.softplus,
    "SOFT_SIGN": jax.nn.soft_sign,
    "SOFTMAX": jax.nn.softmax,
    "LOG_SOFTMAX": jax.nn.log_softmax,
    "EXP": jnp.exp,
    "SQUARE": jnp.square,
    "SQUARED_RELU": lambda x: jnp.square(jax.nn.relu(x)),
    "HARD_SWISH": jax.nn.hard_swish,
    "MISH": jax.nn.mish,
    "ABS": jnp.abs,
}
DTYPES = {
    f"DTYPE_{name.upper()}": np.dtype(getattr(jnp, name))
    for name in ("float32", "bfloat16", "float16", "int8", "int16", "int32", "uint8", "uint32",
                 "complex64", "bool_")
} | {"DTYPE_BOOL": np.dtype(bool)}

# Messages whose single field says which helper they are.
HELPERS = {
    "combined_query_key_value_projection": attention.CombinedQueryKeyValueProjection,
    "separate_query_key_value_projection": attention.SeparateQueryKeyValueProjection,
    "query_and_key_value_projection": attention.QueryAndKeyValueProjection,
    "query_and_shared_key_value_projection": attention.QueryAndSharedKeyValueProjection,
    "t5_relative_position_embedding": sl.T5RelativePositionEmbedding.Config,
    "shaw_relative_position_embedding": sl.ShawRelativePositionEmbedding.Config,
    "transformer_xl_relative_position_embedding": sl.TransformerXLRelativePositionEmbedding.Config,
    "l2_weight_normalization": sl.L2WeightNormalization.Config,
    "spectral_weight_normalization": sl.SpectralWeightNormalization.Config,
    "uniform": sl.AddNoise.Uniform,
    "normal": sl.AddNoise.Normal,
    "truncated_normal": sl.AddNoise.TruncatedNormal,
}
HELPER_FIELDS = ("input_projection", "relative_position_embedding", "kernel_constraint", "sampler")
SINGLE_CHILDREN = ("layer", "child_layer", "forward", "backward", "query_network", "key_network",
                   "value_network")
# Fields that are tuples even with one entry; other repeated numbers become a scalar then.
TUPLES = ("output_shape", "shape", "broadcast_dims", "projection_channel_shape")


def field_name(class_name):
    """The field of the oneof for a layer class: `Conv1DTranspose` is `conv1d_transpose`."""
    joined = re.sub(r"([0-9])D(?=[A-Z]|$)", r"\1d", class_name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", joined).lower()


LAYERS = {
    field_name(name): value
    for name, value in vars(sl).items()
    if isinstance(value, type) and issubclass(value, sl.SequenceLayer) and hasattr(value, "Config")
}


class UnknownLayer(Exception):
    """The spec names something that this package does not have."""


def layer_class(spec):
    """The class that a `SequenceLayer` message names."""
    (name,) = spec
    if name not in LAYERS:
        raise UnknownLayer(name)
    return LAYERS[name]


def layer_config(spec):
    """The original's config of a `SequenceLayer` message."""
    ((name, (message,)),) = spec.items()
    if name == "embedding_transpose":
        return TiedLogits(message)
    config = layer_class(spec).Config
    arguments = {}
    for field, values in message.items():
        if field.endswith("_none"):
            arguments[field.removesuffix("_none")] = None
        else:
            arguments[field] = _argument(name, field, values)
    if name == "serial" and any(isinstance(c, TiedLogits) for c in arguments.get("layers", [])):
        return TiedSerialConfig(**arguments)
    if name in ("serial", "parallel", "residual"):
        arguments.setdefault("layers", [])
    if name == "dense_shaped":
        arguments.setdefault("output_shape", ())
    if name == "reshape":
        arguments.setdefault("output_shape", ())
    return config(**arguments)


def _argument(layer, field, values):
    first = values[0]
    if field in ("layers", "shortcut_layers"):
        return [layer_config(child) for child in values]
    if field in SINGLE_CHILDREN:
        return layer_config(first)
    if field in HELPER_FIELDS:
        ((kind, (options,)),) = first.items()
        return HELPERS[kind](**{n: _argument(kind, n, v) for n, v in options.items()})
    if field == "window_fn":
        return window_function(first)
    if field in ("spatial_padding", "padding") and isinstance(first, dict):
        pads = tuple(_padding(value) for value in values)
        return pads if layer.endswith("3d") else pads[0]
    if field == "slices":
        return [_slice_entry(value) for value in values]
    if field == "axes_lengths":
        return {entry["name"][0]: entry["length"][0] for entry in values}
    if isinstance(first, dict):
        return _constant(first)
    if field == "output_shape" and layer == "einsum_dense":
        return tuple(None if value == -1 else value for value in values)
    if field in TUPLES:
        return tuple(values)
    if layer == "transpose" and field == "axes":
        return tuple(values)
    values = [_scalar(layer, field, value) for value in values]
    return values[0] if len(values) == 1 else tuple(values)


def _scalar(layer, field, value):
    if field.endswith("activation"):
        return ACTIVATIONS[value.removeprefix("ACTIVATION_")]
    if field.endswith("dtype"):
        return DTYPES[value]
    if field == "combination":
        enum = sl.Conditioning.Combination if layer == "conditioning" else sl.CombinationMode
        return enum[value]
    if field == "projection":
        return sl.Conditioning.Projection[value]
    if field == "scan_type":
        return str(value)
    return value


def _padding(message):
    if "mode" in message:
        return message["mode"][0]
    pair = message["explicit"][0]
    return (pair.get("left", [0])[0], pair.get("right", [0])[0])


def _slice_entry(message):
    if "index" in message:
        return message["index"][0]
    if "new_axis" in message:
        return None
    bounds = message["range"][0]
    return tuple(bounds.get(end, [None])[0] for end in ("start", "stop", "step"))


def _constant(message):
    dtype = DTYPES[message.get("dtype", ["DTYPE_FLOAT32"])[0]]
    values = np.array(message["values"])
    if "shape" not in message:
        scalar = values.reshape(()).item()
        return scalar if dtype.kind not in "iu" else int(scalar)
    return values.astype(dtype).reshape(message["shape"])


def window_function(message):
    """A window of the original for a `WindowFn` message; None is no window."""
    ((kind, (options,)),) = message.items()
    if kind == "none":
        return None
    if kind == "inverse_stft_window_fn":
        forward = options.get("forward_window_fn", [{"hann_window": [{}]}])[0]
        return signal.inverse_stft_window_fn(options["frame_step"][0], window_function(forward))
    extra = {"periodic": options["periodic"][0]} if "periodic" in options else {}
    if kind == "get_window":
        name = options["name"][0]
        if "args" in options:
            name = (name, *options["args"])
        return functools.partial(signal.get_window, name, **extra)
    window = {"hann_window": signal.hann_window, "hamming_window": signal.hamming_window}[kind]
    return functools.partial(window, **extra) if extra else window


@dataclasses.dataclass(frozen=True)
class TiedLogits:
    """An `embedding_transpose` whose table is named and found in the stack around it."""

    message: dict


class TiedSerialConfig(sl.Serial.Config):
    """A Serial some of whose layers share the table of an Embedding before them."""

    def make(self):
        return TiedSerial(self, name=self.name)


class TiedSerial(sl.Serial):
    """Makes the layers in order and hands an earlier Embedding to the layers that name it."""

    def setup(self):
        layers = []
        for child in self.config.layers:
            if isinstance(child, TiedLogits):
                options = {n: _argument("", n, v) for n, v in child.message.items()}
                named = [layer for layer in layers if layer.name == options["embedding"]]
                options["embedding"] = named[0]
                child = sl.EmbeddingTranspose.Config(**options)
            layers.append(child.make())
        self.layers = layers
