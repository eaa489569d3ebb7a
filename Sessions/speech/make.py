"""Makes the recordings beside this file: three short sentences at 16 kHz. See ../speech.md.

Needs espeak-ng on the path and Python's standard library:

    python3 Sessions/speech/make.py
"""

import array
import math
import pathlib
import subprocess
import tempfile
import wave

FOLDER = pathlib.Path(__file__).resolve().parent
RATE = 16000

# Voice, words a minute, pitch and text. The first row is padded to exactly 3 s = 150 blocks of 320.
ROWS = [
    ("en-us", 188, 45, "A window of sound slides by, one block at a time."),
    ("en-gb", 160, 60, "Each layer remembers just enough of the past to go on."),
    ("en-gb-scotland", 170, 35, "Silence is a signal too, and it has a length."),
]


def read(path):
    with wave.open(str(path)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
        return file.getframerate(), [sample / 32768 for sample in samples]


def resampled(samples, rate):
    """Band-limited interpolation by a sinc of 16 zero crossings under a Hann window."""
    cutoff = 0.95 * min(1.0, RATE / rate)
    half = 16 / cutoff
    result = []
    for index in range(len(samples) * RATE // rate):
        centre = index * rate / RATE
        total = 0.0
        for place in range(max(0, math.ceil(centre - half)), min(len(samples), math.floor(centre + half) + 1)):
            distance = centre - place
            angle = math.pi * cutoff * distance
            sinc = math.sin(angle) / angle if angle else 1.0
            total += samples[place] * cutoff * sinc * (0.5 + 0.5 * math.cos(math.pi * distance / half))
        result.append(total)
    return result


def trimmed(samples):
    """Cuts silence at both ends to 50 ms, and fades the last 20 ms."""
    loud = [index for index, sample in enumerate(samples) if abs(sample) > 0.01]
    margin = RATE // 20
    part = samples[max(0, loud[0] - margin) : loud[-1] + margin]
    fade = RATE // 50
    for index in range(fade):
        part[-1 - index] *= index / fade
    return part


def write(path, samples):
    peak = max(abs(sample) for sample in samples)
    scaled = array.array("h", [round(0.7 * 32767 * sample / peak) for sample in samples])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(scaled.tobytes())


def main():
    for number, (voice, speed, pitch, text) in enumerate(ROWS):
        with tempfile.TemporaryDirectory() as folder:
            raw = pathlib.Path(folder) / "raw.wav"
            command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(raw), text]
            subprocess.run(command, check=True)
            rate, samples = read(raw)
        part = trimmed(resampled(samples, rate))
        if number == 0:
            part += [0.0] * (3 * RATE - len(part))
        write(FOLDER / f"row{number}.wav", part)
        print(f"row{number}.wav: {len(part)} samples, {len(part) / RATE:.2f} s")


if __name__ == "__main__":
    main()
