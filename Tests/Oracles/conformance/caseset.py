"""A folder of cases: computes tasks one by one and keeps the manifest and the lists of what is
left out."""

import json
import pathlib
import sys
import time

from . import case, textproto


class CaseSet:
    """Writes a folder of cases."""

    def __init__(self, folder, about, versions):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.about, self.versions = about, versions
        self.entries, self.skipped, self.disagreements = [], [], []

    def add(self, task):
        """Computes a task; what the original refuses or contradicts goes on a list."""
        started = time.monotonic()
        try:
            made = case.compute(task, self.versions)
        except Exception as error:  # Whatever the original raises is its answer.
            self.skipped.append(listed(task, error))
            outcome = f"skipped: {type(error).__name__}"
        else:
            made.write(self.folder)
            self.entries.append(made.entry)
            outcome = "made"
            if made.disagreement:
                self.disagreements.append(listed(task, made.disagreement))
                outcome = "made without steps"
        self.save()
        seconds = time.monotonic() - started
        print(f"{task.path}: {outcome} ({seconds:.1f} s)", file=sys.stderr, flush=True)

    def save(self):
        """Writes manifest and lists, after each case: a run may be stopped at any time."""
        entries = sorted(self.entries, key=lambda entry: entry["path"])
        manifest = self.about | {"count": len(entries)} | self.versions | {"cases": entries}
        (self.folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
        for name, lines in (("skipped", self.skipped), ("disagreements", self.disagreements)):
            (self.folder / f"{name}.txt").write_text("".join(lines))


def listed(task, error):
    """An entry of a list: path, reason, spec."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:2000]
    spec = "".join(f"  | {line}\n" for line in textproto.render(task.spec).splitlines())
    return f"{task.path}\n  reason: {reason}\n{spec}"
