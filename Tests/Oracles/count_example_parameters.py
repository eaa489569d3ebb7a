"""Counts the parameters of the original's TensorFlow examples, for Tests/ModelsTests/ExampleModels.swift.

    pip install sequence-layers==0.2 tensorflow-cpu tf-keras tensorflow-probability attrs
"""

import os
import sys
import types

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import sequence_layers  # noqa: E402
import tensorflow as tf  # noqa: E402

# The Tacotron example imports messages that were never published; its layers do not need them.
proto = types.ModuleType("sequence_layers.proto")
proto.SequenceLayer = object
sequence_layers.proto = sys.modules["sequence_layers.proto"] = proto

from sequence_layers import tensorflow as sl  # noqa: E402
from sequence_layers.tensorflow.examples import (  # noqa: E402
    bert, conformer, deep_voice, listen_attend_spell, mobilenet, t5, tacotron, transformer, wavernn)


def sequence(channels, time=8):
    return sl.Sequence(tf.zeros([1, time, *channels]), tf.ones([1, time]))


EXAMPLES = {
    "transformer-encoder": (
        lambda: transformer.TransformerEncoder(6, 512, 8, -1, -1), [512], {}, 8),
    "transformer-decoder": (
        lambda: transformer.TransformerDecoder("source", 6, 512, 8, 128), [512],
        {"source": sequence([512])}, 8),
    "t5-encoder": (lambda: t5.T5Encoder(12, 768, 12, 3072), [768], {}, 8),
    "t5-decoder": (
        lambda: t5.T5Decoder("source", 32128, 12, 768, 12, 3072), [768],
        {"source": sequence([768])}, 8),
    "conformer-encoder": (lambda: conformer.ConformerEncoder(512, 17, 64), [80], {}, 8),
    "deep-voice-3-decoder": (
        lambda: deep_voice.DeepVoice3Decoder("text", 4, 80), [80], {"text": sequence([256])}, 8),
    "las-encoder": (listen_attend_spell.StreamingEncoder, [80, 1], {}, 8),
    "las-decoder": (
        lambda: listen_attend_spell.DecoderBody("source"), [128], {"source": sequence([512])}, 8),
    "mobilenet": (mobilenet.MobileNet2D, [224, 3], {}, 32),
    "tacotron-decoder": (
        lambda: tacotron.TacotronDecoder("text"), [128], {"text": sequence([256])}, 8),
    "wavernn": (
        lambda: wavernn.WaveRNNBody(512, 2, "conditioning", 300), [1],
        {"conditioning": sequence([80], 1)}, 300),
}


def count(variables):
    return sum(int(tf.size(v)) for v in variables)


def main():
    for name, (make, channels, constants, time) in EXAMPLES.items():
        layer = make()
        y = layer.layer(sequence(channels, time), training=False, constants=constants)
        trained = count(layer.trainable_variables)
        print(f"{name}: {trained} parameters, {count(layer.variables) - trained} statistics,"
              f" block {layer.block_size}, ratio {layer.output_ratio}, output {list(y.values.shape)}")
    encoder = bert.BERTEncoder(30522)
    ids = sl.Sequence(tf.zeros([1, 4], tf.int32), tf.ones([1, 4]))
    encoder.encode(ids, ids, training=False)
    pooler = count(encoder._pooler.trainable_variables)
    print(f"bert-encoder: {count(encoder.trainable_variables) - pooler} parameters"
          f" and {pooler} of the pooler")


if __name__ == "__main__":
    main()
