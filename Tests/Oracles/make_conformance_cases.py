"""Makes conformance cases from the PyPI package `sequence-layers`, for `workbench conform DIR`.

    python Tests/Oracles/make_conformance_cases.py OUT --from DIR [--filter GLOB] [--redraw SEED]
    python Tests/Oracles/make_conformance_cases.py OUT --family NAME [--seed N] [--count N]
    python Tests/Oracles/make_conformance_cases.py OUT --cover DIR [--cover DIR ...]
    python Tests/Oracles/make_conformance_cases.py OUT --models DIR [--seed N]
    python Tests/Oracles/make_conformance_cases.py OUT --list

`--from` computes the cases of a folder again: same layers, inputs and parameters, or with
`--redraw` same layers and other numbers. `--family` draws layers at random: sizes, options, input
shapes; `--family all` draws from every family, `stacks` draws deep random stacks. The same seed
gives the same cases, each from its own number, so that case 17 of seed 3 can be drawn alone
(`--first 17 --count 1`). `--models` computes the small examples whose specs
lie in DIR/models, where the tests of Models write them; those of Tests/Fixtures/conformance are of
`--seed 3`. `--cover` copies those cases of folders that cover the layers and options among them in few
bytes; that is how Tests/Fixtures/conformance was chosen, and `--from` its own
folder computes it anew.

The packages are installed by pip into the virtual environment of `--environment` (made if it is not
there), in the versions below; with `--here` this Python must have them.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import venv

PACKAGES = [
    "sequence-layers==0.2",
    "jax==0.12.0.1",
    "flax==0.12.12",
    "numpy==2.3.5",
    "scipy==1.18.1",
    "safetensors==0.8.0",
]
# Most of the time goes into compiling programs that run a few times.
FLAGS = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
OLDEST = (3, 12)
MARK = "SEQUENCE_WORKBENCH_ORACLE"


def environment_python(folder):
    """The Python of a virtual environment with the packages."""
    python = folder / "bin" / "python"
    wanted = "\n".join(PACKAGES) + "\n"
    stamp = folder / "packages.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        if sys.version_info < OLDEST:
            raise SystemExit(f"run this with Python {'.'.join(map(str, OLDEST))} or newer: the"
                             f" packages do not install into {sys.version.split()[0]}")
        print(f"making {folder} with {', '.join(PACKAGES)}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        stamp.write_text(wanted)
    return python


def arguments():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder to write")
    parser.add_argument("--from", dest="source", type=pathlib.Path, help="folder of cases")
    parser.add_argument("--filter", default="*", help="only paths that match, such as 'conv1d/*'")
    parser.add_argument("--redraw", type=int, metavar="SEED", help="other numbers")
    parser.add_argument("--family", action="append", default=[], help="draw layers of a family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20, help="layers a family")
    parser.add_argument("--first", type=int, default=0, help="number of the first case drawn")
    parser.add_argument("--models", type=pathlib.Path, help="folder with specs of small examples")
    parser.add_argument("--cover", action="append", type=pathlib.Path, help="choose from a folder")
    parser.add_argument("--list", action="store_true", help="name the families and stop")
    parser.add_argument("--here", action="store_true", help="use this Python")
    parser.add_argument(
        "--environment", type=pathlib.Path, default=cache / "sequence-workbench" / "oracle")
    return parser.parse_args()


def main():
    options = arguments()
    if not options.here and MARK not in os.environ:
        python = environment_python(options.environment)
        os.environ[MARK] = "1"
        os.execv(python, [str(python), *sys.argv])

    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ.setdefault("XLA_FLAGS", FLAGS)
    from conformance import cover, draws, existing, families, models, versions  # noqa: F401
    from conformance.caseset import CaseSet

    if options.list:
        print("\n".join(sorted(draws.FAMILIES)))
        return
    if options.cover:
        chosen = cover.cover(options.out, options.cover)
        print(f"{len(chosen)} cases chosen")
        return
    found = versions.versions()
    print(", ".join(f"{name} {version}" for name, version in found.items()), file=sys.stderr)
    command = "Tests/Oracles/make_conformance_cases.py"
    about = {"set": options.out.name, "seed": options.seed, "made_by": command}
    cases = CaseSet(options.out, about, found)
    if options.source:
        for task in existing.tasks(options.source, options.filter, options.redraw):
            cases.add(task)
    if options.models:
        for task in models.tasks(options.models, options.seed):
            cases.add(task)
    for family in draws.chosen(options.family):
        for number in range(options.first, options.first + options.count):
            cases.add(draws.task(family, options.seed, number))
    print(
        f"{len(cases.entries)} made, {len(cases.skipped)} skipped,"
        f" {len(cases.disagreements)} disagreements")


if __name__ == "__main__":
    main()
