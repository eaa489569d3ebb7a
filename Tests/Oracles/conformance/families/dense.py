"""Linear maps of single timesteps, and embeddings."""

from ..draws import Draw, family, layer, word

INPUTS = ("float32",) * 8 + ("bfloat16",)


def dtypes(dice):
    return {"compute_dtype": dice.dtype(0.06), "param_dtype": dice.dtype(0.06)}


@family("dense")
def dense(dice):
    return Draw(layer("dense", features=dice.int(1, 6), use_bias=dice.chance(0.7),
                      activation=dice.activation(), **dtypes(dice)),
                dice.channels((1, 1, 2, 3)), dtype=dice.pick(*INPUTS))


@family("dense")
def dense_shaped(dice):
    return Draw(layer("dense_shaped", output_shape=dice.channels((0, 1, 2, 3), 1, 4),
                      use_bias=dice.chance(0.7), activation=dice.activation(), **dtypes(dice)),
                dice.channels((0, 1, 2, 3), 1, 4), dtype=dice.pick(*INPUTS))


@family("dense")
def einsum(dice):
    equation, rank, output, biases = dice.pick(
        ("...a,ab->...b", 1, (None,), ("", "b")),
        ("...ab,abc->...c", 2, (None,), ("", "c")),
        ("...ab,bc->...ac", 2, (-1, None), ("", "c", "ac", "a")),
        ("...ab,abc->...ac", 2, (-1, None), ("", "c", "ac")),
        ("...a,abc->...bc", 1, (None, None), ("", "c", "bc", "b")),
        ("...abc,cd->...abd", 3, (-1, -1, None), ("", "d", "ad", "abd")),
        ("...ab,bcd->...acd", 2, (-1, None, None), ("", "d", "cd", "ac")),
        ("...ab,ab->...ba", 2, (-1, -1), ("", "a", "ba")),
        ("...ab,acd->...bdc", 2, (-1, None, None), ("", "bdc")))
    return Draw(layer("einsum_dense", equation=equation,
                      output_shape=[dice.int(1, 4) if size is None else size for size in output],
                      bias_axes=dice.pick(*biases), activation=dice.activation(), **dtypes(dice)),
                dice.ints(rank, 1, 4))


@family("dense")
def embedding(dice):
    count = dice.int(2, 9)
    return Draw(layer("embedding", dimension=dice.int(1, 5), num_embeddings=count,
                      embedding_param_name=dice.maybe("table", 0.15), **dtypes(dice)),
                dice.channels((0, 0, 1, 2)), dtype="int32",
                integers=(0, count, dice.pick(count, 1000)))


@family("dense")
def tied_logits(dice):
    count, width = dice.int(2, 8), dice.int(1, 5)
    return Draw(layer("serial", layers=[
        layer("embedding", dimension=width, num_embeddings=count, name="embedding"),
        layer("dense", features=width, activation=dice.activation(), name="body"),
        layer("embedding_transpose", embedding="embedding", use_bias=dice.chance(), name="logits"),
    ]), dice.channels((0, 0, 1)), dtype="int32", integers=(0, count, count))
