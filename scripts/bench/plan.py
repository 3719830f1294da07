"""How long a plan takes, and how much memory: a département, and all of France by greedy.

    python -m scripts.bench.plan SITES [--within 48] [--add 5] [--france 100]

SITES is a file of existing sites, as for `zoneblanche plan sites --existing`. Each plan runs in a
process of its own, as a user runs it: it writes table, page and report. A budget for sites and
changes takes the flag and the invented costs of docs/plan.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What one plan took: seconds by the clock and of processors, and mebibytes at most."""

    seconds: float
    busy: float
    mebibytes: float


BUDGET = (
    "budget", "--euros", "300000", "--site-cost", "60000", "--flagged", "sparse-underserved",
    "--cost", "lacking-fixed=900", "--cost", "website=3000", "--cost", "own-email=500",
)  # fmt: skip
"""The arguments of a budget for sites and changes."""


def measure_plan(arguments: list[str]) -> Run:
    """Run `zoneblanche plan` with these arguments, and return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "zoneblanche.scripts.cli", "plan", *arguments]
        started = time.perf_counter()
        child = subprocess.Popen([*command, "-q", "-o", str(Path(folder) / "plan")])
        _pid, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Print one line for each plan."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sites", type=Path)
    parser.add_argument("--within", nargs="*", default=["48", "23", "24"])
    parser.add_argument("--add", type=int, default=5)
    parser.add_argument("--france", type=int, default=100)
    given = parser.parse_args()
    existing = ["--existing", str(given.sites)]
    for code in given.within:
        run = measure_plan(["sites", "--add", str(given.add), "--within", code, *existing])
        print(f"{code}, {given.add} sites: {_line(run)}")
        run = measure_plan([*BUDGET, "--within", code])
        print(f"{code}, a budget for sites and changes: {_line(run)}")
    whole = ["sites", "--add", str(given.france), "--method", "greedy", *existing]
    print(f"France, {given.france} sites, greedy: {_line(measure_plan(whole))}")


def _line(run: Run) -> str:
    return f"{run.seconds:.1f} s ({run.busy:.1f} s of processors), {run.mebibytes:.0f} MiB"


if __name__ == "__main__":
    main()
