"""Frames, windows and transforms."""

from ..draws import Draw, family, layer
from .convolution import PADDINGS


def window(dice):
    """A window function, or None for the default."""
    return dice.pick(
        None, {"none": [{}]}, {"hann_window": [{}]}, {"hamming_window": [{}]},
        {"hann_window": [{"periodic": [False]}]}, {"get_window": [{"name": ["blackman"]}]},
        {"get_window": [{"name": ["kaiser"], "args": [dice.real(2, 9)]}]},
        {"get_window": [{"name": ["bartlett"]}]}, {"get_window": [{"name": ["cosine"]}]})


@family("dsp")
def frame(dice):
    length, step = dice.int(1, 7), dice.int(1, 4)
    fields = {}
    if dice.chance(0.2):
        left = dice.int(0, length - 1)
        padding = {"explicit": [{"left": [left], "right": [length - 1 - left]}]}
        fields["explicit_padding_is_same_like"] = dice.maybe(True)
    else:
        padding = dice.maybe({"mode": [dice.pick(*PADDINGS)]}, 0.9)
    return Draw(layer("frame", frame_length=length, frame_step=step, padding=padding, **fields),
                dice.channels((0, 1, 2)), time=(1, 18))


@family("dsp")
def overlap_add(dice):
    step = dice.int(1, 4)
    length = step + dice.int(0, 5)
    padding = dice.pick("valid", "causal", "causal", "semicausal_full")
    return Draw(layer("overlap_add", frame_length=length, frame_step=step, padding=padding),
                (length, *dice.channels((0, 1))), time=(1, 9))


@family("dsp")
def transform(dice):
    kind = dice.pick("fft", "ifft", "rfft", "irfft")
    channels = list(dice.channels((1, 1, 2), 2, 4))
    axis = dice.int(0, len(channels) - 1)
    channels[axis] = dice.int(2, 9)
    fields = {"axis": dice.pick(axis + 2, axis - len(channels)),
              "padding": dice.maybe(dice.pick("right", "center")),
              "fft_length": dice.maybe(dice.int(2, 12))}
    if kind in ("ifft", "irfft"):
        fields["frame_length"] = dice.maybe(dice.int(1, 12))
    return Draw(layer(kind, **fields), tuple(channels), time=(2, 6),
                dtype="float32" if kind == "rfft" else "complex64")


@family("dsp")
def stft(dice):
    length = dice.int(2, 10)
    return Draw(layer("stft", frame_length=length, frame_step=dice.int(1, 5),
                      fft_length=max(2, length + dice.int(-2, 4)), window_fn=window(dice),
                      time_padding=dice.pick(*PADDINGS), output_magnitude=dice.chance(0.4),
                      fft_padding=dice.maybe(dice.pick("right", "center"))),
                dice.channels((0, 0, 1)), time=(4, 22))


@family("dsp")
def analysis_and_synthesis(dice):
    """A transform, something done to its bins, and its inverse."""
    step = dice.int(1, 3)
    length = step + dice.int(1, 5)
    size = length + dice.int(0, 3)
    kind = dice.pick({"hann_window": [{}]}, {"hamming_window": [{}]})
    inverse = {"inverse_stft_window_fn": [{"frame_step": [step], "forward_window_fn": [kind]}]}
    middle = dice.pick([], [layer("scale", scale={"values": [0.5]})], [layer("delay", length=1)],
                       [layer("upsample1d", rate=2), layer("downsample1d", rate=2)])
    return Draw(layer("serial", layers=[
        layer("stft", frame_length=length, frame_step=step, fft_length=size, window_fn=kind,
              time_padding=dice.pick("causal", "semicausal", "reverse_causal")),
        *middle,
        layer("inverse_stft", frame_length=length, frame_step=step, fft_length=size,
              window_fn=inverse, time_padding=dice.pick("causal", "semicausal_full"))]),
        dice.channels((0, 0, 1), 1, 3), time=(6, 20))


@family("dsp")
def inverse_stft(dice):
    step = dice.int(1, 4)
    length = step + dice.int(0, 5)
    size = max(2, length + dice.int(-1, 3))
    kind = window(dice)
    if dice.chance(0.3):
        kind = {"inverse_stft_window_fn": [{"frame_step": [step]}]}
    return Draw(layer("inverse_stft", frame_length=length, frame_step=step, fft_length=size,
                      window_fn=kind, fft_padding=dice.maybe(dice.pick("right", "center")),
                      time_padding=dice.pick("valid", "causal", "causal", "semicausal_full")),
                (size // 2 + 1, *dice.channels((0, 0, 1))), dtype="complex64", time=(2, 9))


@family("dsp")
def mel(dice):
    rate = float(dice.pick(8000, 16000, 22050))
    return Draw(layer("linear_to_mel_spectrogram", num_mel_bins=dice.int(1, 8), sample_rate=rate,
                      lower_edge_hertz=dice.real(0, 300),
                      upper_edge_hertz=dice.real(0.2, 0.5) * rate),
                (*dice.channels((0, 0, 1)), dice.int(9, 40)), time=(3, 6))


@family("dsp")
def window_layer(dice):
    channels = dice.channels((1, 2, 3), 1, 8)
    axis = dice.int(0, len(channels) - 1)
    kind = window(dice)
    return Draw(layer("window", axis=dice.pick(axis + 2, axis - len(channels)),
                      window_fn=None if kind == {"none": [{}]} else kind), channels, time=(2, 8))
