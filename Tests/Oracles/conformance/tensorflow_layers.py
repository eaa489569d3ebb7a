"""Layer specs as objects of the original's TensorFlow library, message by message."""

import re

import numpy as np
import tensorflow as tf
from sequence_layers import tensorflow as sl

ACTIVATIONS = {
    "NONE": None, "RELU": tf.nn.relu, "TANH": tf.nn.tanh, "SIGMOID": tf.nn.sigmoid,
    "SWISH": tf.nn.swish, "SOFTMAX": tf.nn.softmax, "SOFTPLUS": tf.nn.softplus, "ELU": tf.nn.elu,
    "GELU_EXACT": tf.nn.gelu, "IDENTITY": tf.identity,
}
# Classes whose name is not that of the message.
CLASSES = {"squeeze_time": "Squeeze", "legacy_rnn": "LegacyRNN", "rnn": "RNN", "rdft": "RDFT"}
# Fields that the TensorFlow library calls otherwise.
RENAMED = {
    ("dense", "features"): "units", ("dense_shaped", "output_shape"): "output_shape",
    ("delay", "length"): "length", ("snake", "separate_beta"): "separate_beta",
}
SAMPLERS = {
    "uniform": sl.UniformSampler, "normal": sl.NormalSampler,
    "truncated_normal": sl.TruncatedNormalSampler,
}
# Fields that stay lists with one entry.
LISTS = ("noise_channel_shape", "output_shape", "expected_channel_shape")


class UnknownLayer(Exception):
    """The spec names something that the TensorFlow library does not have."""


def layer(spec):
    """The layer of a `SequenceLayer` message."""
    ((message, (fields,)),) = spec.items()
    if message == "slice":
        return _slice(fields)
    name = CLASSES.get(message) or _class_name(message)
    made = getattr(sl, name, None)
    if made is None:
        raise UnknownLayer(message)
    arguments = {}
    for field, values in fields.items():
        arguments[RENAMED.get((message, field), field)] = _argument(message, field, values)
    if message in ("serial", "parallel"):
        children = arguments.pop("layers", [])
        return made(children, **arguments)
    if message == "residual":
        return made(arguments.pop("layers", []), **arguments)
    if message == "dropout":
        arguments.pop("broadcast_dims", None)
    return made(**arguments)


def _class_name(message):
    parts = message.split("_")
    joined = "".join(part[:1].upper() + part[1:] for part in parts)
    return re.sub(r"([0-9])d", r"\1D", joined)


def _argument(message, field, values):
    first = values[0]
    if field in ("layers", "layer", "feedback_layer", "shortcut_layers"):
        made = [layer(value) for value in values]
        return made if field == "layers" or len(made) > 1 else made[0]
    if field == "cell":
        cells = [cell(value) for value in values]
        return cells[0] if len(cells) == 1 else tf.keras.layers.StackedRNNCells(cells)
    if field.endswith("sampler"):
        ((kind, (options,)),) = first.items()
        return SAMPLERS[kind](**{n: float(v[0]) for n, v in options.items()})
    if field == "activation":
        return ACTIVATIONS[first.removeprefix("ACTIVATION_")]
    if field in ("projection", "combination"):
        kind = getattr(sl, _class_name(message))
        return kind.Projection[first] if field == "projection" else kind.Combination[first]
    if field == "expected_dtype":
        return tf.as_dtype(first.removeprefix("DTYPE_").lower())
    if isinstance(first, dict) and "values" in first:
        return float(first["values"][0])
    return tuple(values) if len(values) > 1 or field in LISTS else first


def cell(spec):
    """The Keras cell of an `RNNCell` message."""
    ((kind, (fields,)),) = spec.items()
    if kind == "zoneout":
        return sl.KerasZoneoutWrapper(
            cell(fields["cell"][0]), zoneout_probability=fields["zoneout_probability"][0])
    classes = {"lstm": tf.keras.layers.LSTMCell, "gru": tf.keras.layers.GRUCell,
               "simple_rnn": tf.keras.layers.SimpleRNNCell}
    return classes[kind](**{name: values[0] for name, values in fields.items()})


def _slice(fields):
    entries = []
    for entry in fields["slices"]:
        ((kind, (value,)),) = entry.items()
        if kind == "range":
            entries.append(slice(*(value.get(n, [None])[0] for n in ("start", "stop", "step"))))
        else:
            entries.append(value if kind == "index" else np.newaxis)
    return sl.Slice()[tuple(entries)]
