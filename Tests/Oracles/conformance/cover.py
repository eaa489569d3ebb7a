"""Chooses few small cases out of many that together cover all layers and options among them."""

import json
import pathlib
import shutil

from . import textproto


def features(spec, facts):
    """What a case exercises: layers, their fields, the words and flags among the values."""
    found = {f"input {facts['dtype']}"}

    def visit(kind, message):
        found.add(kind)
        for field, values in message.items():
            found.add(f"{kind}.{field}")
            for value in values:
                if isinstance(value, dict):
                    for name, nested in value.items():
                        if nested and isinstance(nested[0], dict):
                            visit(name, nested[0])
                elif isinstance(value, (str, bool)) and not field.endswith("name"):
                    found.add(f"{kind}.{field}={value}")

    for kind, (message,) in spec.items():
        visit(kind, message)
    if facts["input_latency"]:
        found.add(f"{next(iter(spec))} with latency")
    return found


def cover(out, folders, families=()):
    """Copies a covering set of cases, smallest first for what they add, and writes its manifest."""
    candidates = {}
    for folder in map(pathlib.Path, folders):
        manifest = json.loads((folder / "manifest.json").read_text())
        about = {key: manifest[key] for key in ("made_by", "upstream", "jax")}
        for entry in manifest["cases"]:
            if families and entry["family"] not in families:
                continue
            path = folder / entry["path"]
            facts = json.loads((path / "case.json").read_text())
            spec = textproto.parse((path / "spec.textproto").read_text())
            size = sum(file.stat().st_size for file in path.iterdir())
            candidates[entry["path"]] = (path, entry, features(spec, facts), size)
    missing = set().union(*(c[2] for c in candidates.values()))
    chosen = []
    while missing:
        path, entry, found, _ = max(
            candidates.values(), key=lambda c: (len(c[2] & missing) / c[3], c[1]["path"]))
        missing -= found
        chosen.append(entry)
        if path != out / entry["path"]:
            shutil.copytree(path, out / entry["path"], dirs_exist_ok=True)
    chosen.sort(key=lambda entry: entry["path"])
    manifest = {"set": out.name, "count": len(chosen)} | about | {"cases": chosen}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return chosen
