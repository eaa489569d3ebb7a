"""Layers with weights of their own for every timestep."""

from ..draws import Draw, family, layer


@family("time_varying")
def sequence_dense(dice):
    time = dice.int(3, 12)
    return Draw(layer("sequence_dense", features=dice.int(1, 4), num_steps=time + dice.int(0, 3),
                      use_bias=dice.chance(0.7), activation=dice.activation()),
                (dice.int(1, 4),), time=(2, time))


@family("time_varying")
def masked_dense(dice):
    time = dice.int(2, 9)
    return Draw(layer("masked_dense", features=dice.int(1, 4), num_steps=time,
                      use_bias=dice.chance(0.7), activation=dice.activation()),
                (dice.int(1, 4),), time=(2, time))


@family("time_varying")
def sequence_embedding(dice):
    time = dice.int(2, 9)
    counts = dice.pick((dice.int(2, 6),), dice.ints(time, 2, 6))
    lowest = min(counts)
    return Draw(layer("sequence_embedding", dimension=dice.int(1, 4), num_steps=time,
                      num_embeddings_per_step=counts,
                      round_num_embeddings_to_multiple_of=dice.maybe(dice.int(2, 8), 0.3)),
                dice.channels((0, 0, 1)), dtype="int32", time=(2, time),
                integers=(0, lowest, dice.pick(lowest, 99)))
