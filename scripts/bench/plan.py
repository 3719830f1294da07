"""How long a plan takes, and how much memory: a département, and all of France by greedy.

    python -m scripts.bench.plan SITES [--within 48] [--add 5] [--france 100]

SITES is a file of existing sites, as for `zoneblanche plan sites --existing`. Each plan runs in a
process of its own, in a home of its own: it writes table, page and report. A budget for sites and
changes takes the flag and the invented costs of docs/plan.md. The first is asked on a machine on
which nothing is kept yet.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from functools import partial
from pathlib import Path

from zoneblanche.scripts import AS_A_PROCESS
from zoneblanche.scripts.bench.run import Run, caches_of, measure

BUDGET = (
    "budget", "--euros", "300000", "--site-cost", "60000", "--flagged", "sparse-underserved",
    "--cost", "lacking-fixed=900", "--cost", "website=3000", "--cost", "own-email=500",
)  # fmt: skip
"""The arguments of a budget for sites and changes."""


def main() -> None:
    """Print one line for each plan."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sites", type=Path)
    parser.add_argument("--within", nargs="*", default=["48", "23", "24"])
    parser.add_argument("--add", type=int, default=5)
    parser.add_argument("--france", type=int, default=100)
    options = parser.parse_args()
    existing = ["--existing", str(options.sites)]
    whole = ["sites", "--add", str(options.france), "--method", "greedy", *existing]
    with tempfile.TemporaryDirectory() as folder:
        measured = partial(measure_plan, folder=Path(folder))
        measured([*BUDGET, "--within", options.within[0]])  # compiles modules; not counted
        shutil.rmtree(caches_of(Path(folder)), ignore_errors=True)
        run = measured([*BUDGET, "--within", options.within[0]])
        print(f"{options.within[0]}, a budget for sites and changes, nothing kept: {_line(run)}")
        for code in options.within:
            run = measured(["sites", "--add", str(options.add), "--within", code, *existing])
            print(f"{code}, {options.add} sites: {_line(run)}")
            run = measured([*BUDGET, "--within", code])
            print(f"{code}, a budget for sites and changes: {_line(run)}")
        print(f"France, {options.france} sites, greedy: {_line(measured(whole))}")


def measure_plan(arguments: list[str], *, folder: Path) -> Run:
    """Run `zoneblanche plan` with these arguments, at home in a folder, and return its cost."""
    out = folder / "plan"
    command = [*AS_A_PROCESS, "plan", *arguments, "-q", "-o", str(out)]
    run = measure(command, written=out / "index.html", modules=folder / "modules", home=folder)
    shutil.rmtree(out)
    return run


def _line(run: Run) -> str:
    return f"{run.wall:.1f} s ({run.cpu:.1f} s of processors), {run.memory_mb:.0f} MB"


if __name__ == "__main__":
    main()
