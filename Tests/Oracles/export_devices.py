"""Steps and gradients of one row a device on 8 devices, against what our executor gave for all 8 rows.

usage: export_devices.py FOLDER_OF_EXAMPLES EXPORT_OF_1_ROW EXPORT_OF_8_ROWS
"""
import sys

sys.path.insert(0, sys.argv[1])
import jax, numpy as np
from jax.sharding import Mesh, PartitionSpec as P
from safetensors.numpy import load_file
from devices import load, on_all_devices

one, eight = sys.argv[2:]
mesh = Mesh(np.array(jax.devices()), ("rows",))
assert mesh.size == 8, mesh
weights = load_file(f"{eight}/model.safetensors")
data = load_file(f"{eight}/check.safetensors")
collectives = ("all-gather", "all-reduce", "all-to-all", "collective-permute", "reduce-scatter")


def given(entry, name, run):
    count = sum(port["role"] not in ("parameter", "variable") for port in entry["inputs"])
    values = [data[f"{name}/{run}/in/{n}"] for n in range(count)]
    return values + [weights[port["name"]] for port in entry["inputs"][count:]]


def gap(got, want):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return float(np.where(same, 0, np.abs(got - want)).max() / max(1e-3, np.nanmax(np.abs(want))))


step, entry = load(one, "step")
run = on_all_devices(step, entry, mesh)
text = run.lower(*given(entry, "step", 0)).compile().as_text()
found = [name for name in collectives if f"{name}(" in text or f"{name}-start(" in text]
assert not found, f"a step needs {found}"
for number in range(3):
    for place, value in enumerate(run(*given(entry, "step", number))):
        want = data[f"step/{number}/out/{place}"]
        name = entry["outputs"][place]["name"]
        got = np.asarray(value)
        if name == "y/values":  # at valid timesteps
            valid = data[f"step/{number}/out/{place + 1}"][..., None]
            got, want = np.where(valid, got, 0), np.where(valid, want, 0)
        assert gap(got, want) <= 2e-6, (number, name, gap(got, want))
print("steps: no collective operation, within 2e-6 of our executor")

grad, entry = load(one, "grad")
count = sum(port["role"] not in ("parameter", "variable") for port in entry["inputs"])
specs = tuple(P("rows") if n < count else P() for n in range(len(entry["inputs"])))
sums = jax.jit(jax.shard_map(
    lambda *a: tuple(jax.lax.psum(value, "rows") for value in grad.call(*a)), mesh=mesh,
    in_specs=specs, out_specs=P(), check_vma=False))
for place, value in enumerate(sums(*given(entry, "grad", 0))):
    want = data[f"grad/0/out/{place}"]
    assert gap(value, want) <= 2e-5, (entry["outputs"][place]["name"], gap(value, want))
print("gradients: sums over devices within 2e-5 of our gradients of all rows")
