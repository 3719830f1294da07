"""Kill the main job at random moments, for all of France, and check what exists then.

    python -m scripts.trials.kill_runs --times 20 [--seed 1] [PROJECT.toml]

Runs alternate between French and English, so that an old result and a new one differ. After each
kill -9 every file must be that of one run: the account in `run.json` names all of them with their
hashes. At the end one more run must remove what the kills left, and be whole.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from zoneblanche.scripts import AS_A_PROCESS
from zoneblanche.scripts.trials.whole import check_whole


def kill_runs(project: Path | None, *, times: int, seed: int, folder: Path) -> Counter[str]:
    """Kill a run `times` times; return how often which result existed afterwards.

    Args:
        project: the project file; None for the embedded edition of France.
        times: number of kills.
        seed: of the moments.
        folder: an empty one, for the results.

    Raises:
        AssertionError: the result is not whole.
    """
    out = folder / "out"
    started = time.monotonic()
    _start(project, out, "fr").wait()
    whole = time.monotonic() - started
    language = _language(out)
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for turn in range(times):
        other = "en" if language == "fr" else "fr"
        moment = chance.uniform(0.2, 1.6) * whole
        child = _start(project, out, other)
        try:
            child.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        now = _language(out)
        killed = "killed" if child.returncode else "done before"
        stands = "the new result" if now == other else "the old result"
        outcomes[f"{killed}: {stands}"] += 1
        left = len(_leftovers(folder))
        print(f"{turn + 1}: {killed} after {moment:.1f} s, {stands}, {left} beside it", flush=True)
        language = now
    status = _start(project, out, "fr").wait()
    assert status == 0, f"the last run ended with {status}"
    assert _language(out) == "fr"
    assert not _leftovers(folder), f"left behind: {_leftovers(folder)}"
    return outcomes


def _language(out: Path) -> str:
    return str(check_whole(out)["project"]["lang"])


def _start(project: Path | None, out: Path, lang: str) -> subprocess.Popen[bytes]:
    command = [*AS_A_PROCESS, "run", "-q", "--lang", lang, "-o", str(out)]
    return subprocess.Popen(command + ([] if project is None else [str(project)]))


def _leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "out")


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, kill, print a summary."""
    parser = argparse.ArgumentParser(prog="python -m scripts.trials.kill_runs", description=__doc__)
    parser.add_argument("project", nargs="?", type=Path, metavar="PROJECT.toml")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kill-runs-") as name:
        outcomes = kill_runs(
            options.project, times=options.times, seed=options.seed, folder=Path(name)
        )
    for what, count in outcomes.most_common():
        print(f"{count:5} {what}")


if __name__ == "__main__":
    main()
