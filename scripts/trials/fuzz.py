"""Run commands on damaged inputs for a time and report those that did not end with a sentence.

    python -m scripts.trials.fuzz --minutes 60 [--seed 1] [--keep FOLDER] [PROJECT.toml …]

Each try copies the files that a command reads (for `fetch`, the answers of a local server too),
damages one to three of them and runs the command in a watched child process. A try is good if it
ends with a result or with a sentence: no traceback, no crash, no hang, no memory or time beyond its
limits, no socket except to that server; the result whole or the old content unchanged, and nothing
written elsewhere. Other tries are kept so that they can be run again. All commands are tried in
turn, or with `--match "^fetch|^list"` those whose arguments match. If projects are named, `run`,
`build` and `check` are tried on these.
"""

from __future__ import annotations

import argparse
import random
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zoneblanche.scripts.trials.ground import (
    age,
    command,
    copy_files,
    part_store,
    places_fault,
    standing,
    store_fault,
    surroundings,
)
from zoneblanche.scripts.trials.guarded import Bounds, Outcome, run_alone, watch
from zoneblanche.scripts.trials.mutations.mutate import spoil_files
from zoneblanche.scripts.trials.trials import Trial, chosen, filled, write_trials

PATIENCE = 25.0
"""Seconds of wall time for a command that asks a server."""


@dataclass(frozen=True)
class Finding:
    """A try that did not end as it should.

    Attributes:
        fault: the problem.
        case: number of the try; the seed and it give the same files again.
        arguments: of the command, with places for the files and the results.
        spoiled: names of the damaged files.
        stderr: the end of the command's stderr.
    """

    fault: str
    case: int
    arguments: tuple[str, ...]
    spoiled: tuple[str, ...]
    stderr: str


def fuzz(
    trials: Sequence[Trial],
    *,
    seconds: float,
    seed: int = 0,
    keep: Path | None = None,
    bounds: Bounds | None = None,
    most: int | None = None,
) -> tuple[list[Finding], Counter[str]]:
    """Try commands on damaged files until the time is over.

    Args:
        trials: commands with their files, in turn.
        seconds: how long.
        seed: of all choices; the same seed makes the same cases in the same order.
        keep: folder for findings; None keeps nothing.
        bounds: the limits of one try.
        most: maximum number of tries, at any time.

    Returns:
        The findings, and how often which command ended how.
    """
    findings: list[Finding] = []
    ends: Counter[str] = Counter()
    until = time.monotonic() + seconds
    case = 0
    while time.monotonic() < until and (most is None or case < most):
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
            ground = Path(name)
            trial, chance = chosen(trials, seed, case)
            spoiled = lay_out(trial, ground, chance)
            outcome, fault = try_on(ground, trial, bounds or Bounds())
            ends[f"{trial.arguments[0]}: {fault or f'exit {outcome.status}'}"] += 1
            if fault:
                finding = Finding(fault, case, trial.arguments, spoiled, outcome.stderr[-3000:])
                findings.append(finding)
                _tell(finding, outcome)
                if keep is not None:
                    _keep(finding, ground, keep / f"{seed}-{case}")
        case += 1
    return findings, ends


def lay_out(trial: Trial, ground: Path, chance: random.Random) -> tuple[str, ...]:
    """Copy the files of a trial to `ground/in` and damage some; copy the command's earlier results
    to `ground/out` every other time.

    Returns:
        Names of the damaged files.
    """
    copy_files(trial.folder, ground)
    if chance.random() < 0.5:
        shutil.copytree(trial.old, ground / "out")
        age(ground / "out")
    else:
        (ground / "out").mkdir()
    spoiled = spoil_files(ground / "in", chance)
    part_store(ground)
    return spoiled


def try_on(ground: Path, trial: Trial, bounds: Bounds) -> tuple[Outcome, str]:
    """Run a trial where it was laid out and judge how it ended.

    Returns:
        The outcome and its problem, or "".
    """
    before = standing(ground)
    arguments = filled(trial.arguments, ground)
    log = ground / "log.txt"
    if trial.served:
        bounds = replace(bounds, patience=PATIENCE)

    def task() -> None:
        sys.exit(command(arguments, ground=ground))

    outcome = watch(task, log=log, bounds=bounds, served=trial.served)
    if (outcome.hung or outcome.status < 0) and not trial.served:
        outcome = run_alone(arguments, log=log, bounds=bounds, environment=surroundings(ground))
    fault = outcome.fault or places_fault(ground, outcome.status, trial.writes, before)
    return outcome, fault or (store_fault(ground, trial.fetches) if outcome.status == 0 else "")


def _tell(finding: Finding, outcome: Outcome) -> None:
    last = finding.stderr.strip().splitlines()[-1:] or [""]
    print(
        f"case {finding.case}, {finding.arguments[0]}: {finding.fault} "
        f"({', '.join(finding.spoiled)}; "
        f"{outcome.seconds:.1f} s): {last[0][:300]}",
        flush=True,
    )


def _keep(finding: Finding, ground: Path, place: Path) -> None:
    """Copy the files, and write a note with the problem and how to reproduce it."""
    for name in ("in", "cache"):
        if (ground / name).is_dir():
            shutil.copytree(ground / name, place / name, symlinks=True, ignore=_special)
    again = shlex.join(["zoneblanche", *filled(finding.arguments, place)])
    text = f"{finding.fault}\n\n{again}\n\n{', '.join(finding.spoiled)}\n\n{finding.stderr}"
    (place / "fault.txt").write_text(text, encoding="utf-8")


def _special(folder: str, names: list[str]) -> list[str]:
    """Pipes, which cannot be copied."""
    return [name for name in names if (Path(folder) / name).is_fifo()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, try, print a summary; return 1 if there are findings."""
    parser = argparse.ArgumentParser(prog="python -m scripts.trials.fuzz", description=__doc__)
    parser.add_argument("projects", nargs="*", type=Path, metavar="PROJECT.toml")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--match", default="", metavar="PATTERN", help="of arguments")
    parser.add_argument("--bound", type=int, default=60, help="seconds of processor time for a try")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-seeds-") as name:
        findings, ends = fuzz(
            write_trials(Path(name), options.projects, match=options.match),
            seconds=60 * options.minutes,
            seed=options.seed,
            keep=options.keep,
            bounds=Bounds(seconds=options.bound),
        )
    print(f"{sum(ends.values())} tries, {len(findings)} findings")
    for end, count in sorted(ends.items()):
        print(f"{count:7} {end}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
