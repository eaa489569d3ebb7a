"""Writes ONNX's own single-operator cases: FOLDER/NAME.onnx and FOLDER/NAME.safetensors.

    python onnx_cases.py FOLDER

Needs the packages onnx, numpy and safetensors. Cases whose values are no plain arrays of numbers are
left out, with a count. The arrays are named input/0, input/1, … and output/0, …
"""

import pathlib
import sys

try:
    import numpy
    import onnx
    import onnx.backend.test.case.node as cases
    import safetensors.numpy
except ImportError as error:
    sys.exit(f"cannot make the cases: {error}")

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
plain = {"float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "bool", "uint32"}
left_out = 0
written = 0
for case in cases.collect_testcases(None):
    if not case.data_sets or case.name.endswith("_expanded"):
        continue
    inputs, outputs = case.data_sets[0]
    arrays = {}
    usable = True
    for role, values in (("input", inputs), ("output", outputs)):
        for index, value in enumerate(values):
            array = numpy.asarray(value) if not isinstance(value, list) else None
            if array is None or array.dtype.name not in plain:
                usable = False
            else:
                arrays[f"{role}/{index}"] = numpy.array(array, order="C")
    if not usable:
        left_out += 1
        continue
    (folder / f"{case.name}.onnx").write_bytes(case.model.SerializeToString())
    safetensors.numpy.save_file(arrays, folder / f"{case.name}.safetensors")
    written += 1
print(f"{written} cases of onnx {onnx.__version__}, {left_out} left out")
