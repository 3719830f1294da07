"""Runs spoiled inputs for a given time and says which of them were met with less than a sentence.

    python -m scripts.fuzz --seconds 3600 [--seed 1] [--keep FOLDER] [PROJECT.toml …]

Each try copies a project with its files, spoils one to three of them and runs it in a child
process that is watched. A try is good if it ends with a result or with a sentence: no traceback,
no crash, no hang, no more memory or time than its bounds, no socket, and nothing written outside
the folder for results. What is not good is kept as a project that can be run again. Without a
project it spoils the small one of `scripts.sample`, in every format that is read.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.content import HEAD, kind_of
from scripts.guarded import Bounds, Outcome, fingerprint, run_alone, run_guarded, warm_up
from scripts.mutations import spoil
from scripts.sample import TABLES, VECTORS, write_sample

RESULT_FILES = {"index.html", "territories.csv", "run.json", "datapackage.json"}


@dataclass(frozen=True)
class Finding:
    """A try that was not met as it should be.

    Attributes:
        fault: what is wrong.
        case: number of the try; the seed and it give the same files again.
        spoiled: names of the files that were spoiled.
        said: the end of what the command wrote to stderr.
    """

    fault: str
    case: int
    spoiled: tuple[str, ...]
    said: str


def fuzz(
    projects: Sequence[Path],
    *,
    seconds: float,
    seed: int = 0,
    keep: Path | None = None,
    bounds: Bounds | None = None,
    most: int | None = None,
) -> tuple[list[Finding], Counter[str]]:
    """Tries spoiled projects until the time is over.

    Args:
        projects: project files; all files of their folders are spoiled in turn.
        seconds: how long.
        seed: where the choices come from; the same seed makes the same cases in the same order.
        keep: folder for what was not met well; None keeps nothing.
        bounds: what one try may use.
        most: number of tries after which it ends, whatever the time.

    Returns:
        The findings, and how often tries ended how.
    """
    warm_up()
    findings: list[Finding] = []
    ends: Counter[str] = Counter()
    until = time.monotonic() + seconds
    case = 0
    while time.monotonic() < until and (most is None or case < most):
        project = projects[case % len(projects)]
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
            ground = Path(name)
            spoiled = spoil_project(project, ground / "in", random.Random(f"{seed}.{case}"))
            outcome, fault = try_project(ground, project.name, bounds or Bounds())
            ends[fault or f"exit {outcome.status}"] += 1
            if fault:
                finding = Finding(fault, case, spoiled, outcome.said[-3000:])
                findings.append(finding)
                _tell(finding, outcome)
                if keep is not None:
                    _keep(finding, ground, keep / f"{seed}-{case}")
        case += 1
    return findings, ends


def spoil_project(project: Path, folder: Path, chance: random.Random) -> tuple[str, ...]:
    """Copies a project and spoils one to three of its files.

    Returns:
        Names of the spoiled files.
    """
    shutil.copytree(project.parent, folder)
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    chosen = chance.sample(names, k=min(len(names), chance.choice((1, 1, 1, 2, 3))))
    for name in chosen:
        path = folder / name
        content = path.read_bytes()
        kind = "toml" if path.suffix == ".toml" else kind_of(content[:HEAD])
        path.write_bytes(spoil(content, kind, chance))
    return tuple(chosen)


def try_project(ground: Path, name: str, bounds: Bounds) -> tuple[Outcome, str]:
    """Runs the project `ground/in/NAME` into `ground/out` and judges how that ended.

    Returns:
        The outcome and what is wrong with it, or "".
    """
    before = fingerprint(ground / "in")
    arguments = ("run", str(ground / "in" / name), "-o", str(ground / "out"), "-q")
    outcome = run_guarded(arguments, log=ground / "log.txt", bounds=bounds)
    if outcome.hung or outcome.status < 0:
        outcome = run_alone(arguments, log=ground / "log.txt", bounds=bounds)
    return outcome, outcome.fault or _places_fault(ground, outcome, before)


def _places_fault(ground: Path, outcome: Outcome, before: dict[str, str]) -> str:
    """What is wrong with what stands on the disk afterwards."""
    if fingerprint(ground / "in") != before:
        return "changes its input"
    stray = {path.name for path in ground.iterdir()} - {"in", "out", "log.txt"}
    if stray:
        return f"leaves {', '.join(sorted(stray))} behind"
    out = ground / "out"
    if outcome.status:
        return "leaves a result though it refuses" if out.exists() else ""
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    return "" if held >= RESULT_FILES else "says done and leaves no whole result"


def write_seeds(folder: Path) -> list[Path]:
    """The small project in every format that is read, each in a folder of its own."""
    chosen = [(vector, TABLES[place % len(TABLES)]) for place, vector in enumerate(VECTORS)]
    return [
        write_sample(folder / f"{vector}-{table}", vector=vector, table=table)
        for vector, table in chosen
    ]


def _tell(finding: Finding, outcome: Outcome) -> None:
    last = finding.said.strip().splitlines()[-1:] or [""]
    print(
        f"case {finding.case}: {finding.fault} ({', '.join(finding.spoiled)}; "
        f"{outcome.seconds:.1f} s): {last[0][:300]}",
        flush=True,
    )


def _keep(finding: Finding, ground: Path, place: Path) -> None:
    shutil.copytree(ground / "in", place, dirs_exist_ok=True)
    (place / "fault.txt").write_text(f"{finding.fault}\n\n{finding.said}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Parses the command line, tries, sums up; 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__)
    parser.add_argument("projects", nargs="*", type=Path, metavar="PROJECT.toml")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--bound", type=int, default=60, help="seconds of processor time for a try")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-seeds-") as name:
        projects = given.projects or write_seeds(Path(name))
        findings, ends = fuzz(
            projects,
            seconds=given.seconds,
            seed=given.seed,
            keep=given.keep,
            bounds=Bounds(seconds=given.bound),
        )
    print(f"{sum(ends.values())} tries, {len(findings)} findings")
    for end, count in ends.most_common():
        print(f"{count:7} {end}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
