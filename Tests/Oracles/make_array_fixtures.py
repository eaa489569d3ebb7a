"""Writes Tests/Fixtures/arrays: small files by the formats' own writers, with known contents.

Run with a Python that has numpy 2, ml_dtypes, safetensors and the standard library, beside sox:

    python Tests/Oracles/make_array_fixtures.py

Every array holds 0, 1, 2, ... (cut to what its type can hold) unless said otherwise, so that the
tests need no second copy of the numbers.
"""

import io
import pathlib
import struct
import subprocess
import wave
import zipfile

import ml_dtypes
import numpy as np
import safetensors.numpy

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "arrays"


def ramp(shape, dtype):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def npy_bytes(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    return buffer.getvalue()


def write_npy():
    for name, dtype in {
        "f4": "<f4", "f8": "<f8", "f2": "<f2", "i1": "i1", "i2": "<i2", "i4": "<i4", "i8": "<i8",
        "u1": "u1", "u2": "<u2", "u4": "<u4", "u8": "<u8", "b1": "?", "c8": "<c8", "c16": "<c16",
        "big_f4": ">f4", "big_f8": ">f8", "big_i2": ">i2", "big_c8": ">c8",
    }.items():
        np.save(FOLDER / f"{name}.npy", ramp((2, 3), dtype))
    np.save(FOLDER / "bf16.npy", ramp((2, 3), ml_dtypes.bfloat16))
    np.save(FOLDER / "fortran.npy", np.asfortranarray(ramp((2, 3, 4), "<f4")))
    np.save(FOLDER / "fortran_big.npy", np.asfortranarray(ramp((4, 2, 3), ">f8")))
    np.save(FOLDER / "scalar.npy", np.float32(7))
    np.save(FOLDER / "empty.npy", np.zeros((2, 0, 5), "<f4"))
    (FOLDER / "version2.npy").write_bytes(npy_bytes(ramp((2, 3), "<f4"), (2, 0)))
    (FOLDER / "version3.npy").write_bytes(npy_bytes(ramp((2, 3), "<f4"), (3, 0)))
    np.save(FOLDER / "object.npy", np.array([None, 1], dtype=object), allow_pickle=True)
    np.save(FOLDER / "structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    np.save(FOLDER / "text.npy", np.array(["ab", "c"]))


def write_npz():
    random = np.random.default_rng(1)
    members = {
        "ramp": ramp((4, 25), "<f4"),
        "ids": ramp((3,), "<i4"),
        "zeros": np.zeros(5000, "<f4"),
        "noise": random.standard_normal(300).astype("<f4"),
        "fortran": np.asfortranarray(ramp((2, 3), "<f8")),
    }
    np.savez(FOLDER / "stored.npz", **members)
    np.savez_compressed(FOLDER / "deflated.npz", **members)
    with zipfile.ZipFile(FOLDER / "streamed.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("ramp.npy", "w", force_zip64=True) as member:
            member.write(npy_bytes(members["ramp"]))
    for level in (1, 9):
        with zipfile.ZipFile(
            FOLDER / f"level{level}.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=level
        ) as archive:
            text = ("the quick brown fox jumps over the lazy dog; " * 40).encode()
            archive.writestr("text.npy", npy_bytes(np.frombuffer(text, np.uint8)))
    with zipfile.ZipFile(FOLDER / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("ramp.npy", npy_bytes(members["ramp"]))


def write_safetensors():
    kinds = {
        "f64": "<f8", "f32": "<f4", "f16": "<f2", "bf16": ml_dtypes.bfloat16, "i64": "<i8",
        "i32": "<i4", "i16": "<i2", "i8": "i1", "u8": "u1", "u16": "<u2", "u32": "<u4",
        "u64": "<u8", "bool": "?", "f8": ml_dtypes.float8_e4m3fn,
    }
    tensors = {name: ramp((2, 3), dtype) for name, dtype in kinds.items()}
    tensors["scalar"] = np.array(7, "<f4")
    tensors["empty"] = np.zeros((0, 4), "<f4")
    safetensors.numpy.save_file(tensors, FOLDER / "all.safetensors", metadata={"made by": "numpy"})


def write_wav():
    for width in (1, 2, 3, 4):
        with wave.open(str(FOLDER / f"pcm{8 * width}.wav"), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(width)
            file.setframerate(16000)
            frames = b""
            for sample in range(10):
                for channel in (1, -1):
                    value = channel * sample * (1 << (8 * width - 5))
                    if width == 1:
                        frames += struct.pack("B", value + 128)
                    else:
                        frames += value.to_bytes(width, "little", signed=True)
            file.writeframes(frames)


def write_ogg():
    """A tone of 400 samples; -R makes the same file every time."""
    command = ["sox", "-R", "-r", "8000", "-n", "-c", "1", "-C", "3", str(FOLDER / "tone.ogg")]
    subprocess.run(command + ["synth", "400s", "sine", "440", "vol", "0.5"], check=True)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_npy()
    write_npz()
    write_safetensors()
    write_wav()
    write_ogg()
