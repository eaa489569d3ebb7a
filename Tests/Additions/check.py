"""Adds a layer, an operation and a command to a copy of the sources, by the steps of the architecture article.

Usage: check.py [layer] [operation] [command]      all without arguments

The steps are read from the article: every file that an addition edits has to be named there, and every file
that is named there has to be edited. What the compiler lists is what the compiler is asked for. Nothing is
linked: the changed targets are type checked against the modules of the last build (BUILD, else .build/release).
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from additions import COMMAND, LAYER, OPERATION

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTICLE = ROOT / "Sources/SequenceLayers/SequenceLayers.docc/Architecture.md"
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / ".build/release"))
# The name by which the package knows its own modules is that of its folder, as the build has written it down.
MANIFEST = (ROOT / ".build" / f"{BUILD.name}.yaml").read_text()
PACKAGE = re.search(r'"-module-name","Tensors"[^\n]*?"-package-name","(\w+)"', MANIFEST)[1]
FEATURES = ["InternalImportsByDefault", "MemberImportVisibility", "ExistentialAny"]


def steps(kind):
    """What the article says of an addition."""
    text = ARTICLE.read_text().split("## To add something", 1)[1].split("\n## ", 1)[0]
    found = re.search(rf"\*\*{kind}:\*\*(.*?)(?=\n\*\*|\Z)", text, re.S)
    if not found:
        sys.exit(f"the article does not say how to add: {kind}")
    return " ".join(found[1].split())


def named(text, names):
    """The files in backquotes, with the names of the addition in the place of those in angle brackets."""
    for place, name in names.items():
        text = text.replace(f"<{place}>", name)
    return {path for path in re.findall(r"`([^`]+)`", text) if "/" in path and path.count(".") == 1
            and not path.endswith(".sh")}


def edit(copy, edits):
    for path, change in edits.items():
        file = copy / path
        if isinstance(change, str):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(change)
            continue
        text = file.read_text()
        for old, new in change:
            if not re.search(old, text):
                sys.exit(f"{path} has no {old}: bring Tests/Additions up to date")
            text = re.sub(old, new, text)
        file.write_text(text)


def compile(copy, target, output=None):
    """The complaints of the compiler about a target, as (file, message)."""
    files = sorted(map(str, (copy / "Sources" / target).rglob("*.swift")))
    modules = [f"-I{copy}/modules", f"-I{BUILD}/Modules"]
    for module in (ROOT / "Sources").glob("C*/include"):
        modules += ["-Xcc", f"-I{module}"]
    for module in BUILD.glob("*.build/module.modulemap"):
        modules += ["-Xcc", f"-fmodule-map-file={module}"]
    what = ["-emit-module", "-o", f"{copy}/modules/{target}.swiftmodule"] if output else ["-typecheck"]
    command = ["swiftc", "-swift-version", "6", "-package-name", PACKAGE, "-module-name", target,
               "-parse-as-library", "-wmo", *what, *modules, *files]
    for feature in FEATURES:
        command += ["-enable-upcoming-feature", feature]
    made = subprocess.run(command, capture_output=True, text=True)
    found = re.findall(r"(?m)^(\S+?\.swift):\d+:\d+: error: (.*)$", made.stderr)
    if made.returncode and not found:
        sys.exit(f"the compiler does not run on {target}:\n{made.stderr[:4000]}")
    return {(str(pathlib.Path(file).relative_to(copy)), message) for file, message in found}


def require_no_complaints(copy, targets):
    for target in targets:
        complaints = compile(copy, target, output=len(targets) > 1)
        if complaints:
            sys.exit("\n".join(f"{file}: {message}" for file, message in sorted(complaints)))


def require_same(kind, article, edited):
    if article != edited:
        sys.exit(f"to add: {kind}\n  the article names {sorted(article - edited)} besides"
                 f"\n  and does not name {sorted(edited - article)}")


def layer(copy):
    said = steps("A layer")
    edit(copy, LAYER["edits"])
    require_same("A layer", named(said, LAYER["names"]), set(LAYER["edits"]))
    for script in re.findall(r"`(Protos/\w+\.sh)`", said):
        subprocess.run([copy / script, "--structs"], check=True)
    for path, text in LAYER["made"].items():
        if text not in (copy / path).read_text():
            sys.exit(f"{path} does not say: {text}")
    require_no_complaints(copy, ["Layers"])


def command(copy):
    edit(copy, COMMAND["edits"])
    require_same("A command", named(steps("A command"), COMMAND["names"]), set(COMMAND["edits"]))
    require_no_complaints(copy, ["Sessions"])


def operation(copy):
    said = steps("An operation")
    case, rest = OPERATION["case"], OPERATION["listed"]
    edit(copy, case)
    require_same("An operation", named(said, OPERATION["names"]), set(case))
    # A target is compiled once those below it are right again, as a programmer would go on.
    listed = set()
    for target in ("Programs", "Execution", "Export"):
        listed |= {file for file, message in compile(copy, target) if "exhaustive" in message}
        edit(copy, {path: change for path, change in rest.items() if path.split("/")[1] == target})
        require_no_complaints(copy, [target, target])
    if listed != set(rest):
        sys.exit(f"the compiler does not list {sorted(set(rest) - listed)}"
                 f"\nand lists {sorted(listed - set(rest))}")


def main(kinds):
    for kind in kinds or ["layer", "operation", "command"]:
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            for name in ("Protos", "Sources", "Tests/NotationTests", "Tests/LayersTests"):
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("ConfigProtos"))
            for name in ("README.md", ".swift-format"):
                shutil.copy(ROOT / name, copy / name)
            (copy / "modules").mkdir()
            {"layer": layer, "operation": operation, "command": command}[kind](copy)
            print(f"added by the steps of the article: {kind}")


main(sys.argv[1:])
