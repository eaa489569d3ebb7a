"""Conditioning on a constant."""

from ..draws import Draw, Wanted, family, layer, word


@family("conditioning")
def conditioning(dice):
    channels = dice.channels((1, 1, 2), 1, 4)
    projection, combination = dice.pick(
        ("IDENTITY", "ADD"), ("IDENTITY", "MUL"), ("IDENTITY", "CONCAT"),
        ("IDENTITY", "CONCAT_BEFORE"), ("LINEAR", "ADD"), ("LINEAR", "MUL"), ("LINEAR", "CONCAT"),
        ("LINEAR", "CONCAT_BEFORE"), ("LINEAR", "AFFINE_SHIFT"), ("LINEAR", "AFFINE_SCALE"),
        ("LINEAR_AFFINE", "AFFINE"), ("LINEAR_AFFINE", "AFFINE"))
    shape = None
    if projection == "IDENTITY":
        source = tuple(dice.pick(c, c, 1) for c in channels[dice.int(0, len(channels) - 1):])
        if combination.startswith("CONCAT"):
            source = channels[:-1] + (dice.int(1, 3),)
    else:
        source = dice.channels((1, 1, 2), 1, 4)
        if combination.startswith("CONCAT"):
            shape = dice.maybe(channels[:-1] + (dice.int(1, 3),))
    kind = dice.pick("array", "sequence", "sequence", "streamed", "short")
    wanted = Wanted("array" if kind == "array" else "sequence", source,
                    time=(1, 1) if kind == "short" else None, streamed=kind == "streamed")
    offset = dice.maybe(dice.real(0, 2), 0.4) if "AFFINE" in combination else None
    spec = layer("conditioning", conditioning_name="cond", projection=word(projection),
                 combination=word(combination), projection_channel_shape=shape,
                 streaming=True if kind == "streamed" else None, affine_scale_offset=offset)
    return Draw(spec, channels, time=(5, 11), constants={"cond": wanted})
