"""Compare rank intervals from thousands of draws with a plain pandas loop.

    python scripts/bench/index.py
    python scripts/bench/index.py --units 34875 --indicators 12 --draws 10000 --loop-draws 300

Each runs in its own process, so that peak memory is its own. The loop keeps the ranks of every draw
as 32-bit figures, which use most of its memory; its time is measured on fewer draws and multiplied.
Compilation happens once per machine and is shown separately. The last lines compare the bounds with
exact quantiles of the same draws.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
SHARE = 0.25


def example(units: int, indicators: int) -> pd.DataFrame:
    """Normal figures that correlate, with two percent missing."""
    random = np.random.default_rng(0)
    common = random.normal(size=(units, 1))
    figures = 50 + 10 * (common + random.normal(size=(units, indicators)))
    figures[random.random(figures.shape) < 0.02] = np.nan
    names = [f"i{number}" for number in range(indicators)]
    return pd.DataFrame(figures, columns=names, index=[f"{unit:05d}" for unit in range(units)])


def run_ours(values: pd.DataFrame, draws: int) -> dict[str, Any]:
    """Return the seconds of `draw_ranks`, compiled before, in a hierarchy of three dimensions."""
    from zoneblanche.layers.index.recipe.load import recipe_from_table
    from zoneblanche.layers.index.score import resolve, score
    from zoneblanche.layers.index.uncertainty.robustness import draw_ranks
    from zoneblanche.layers.indicator import Indicator

    names = [str(name) for name in values]
    parts = [names[part::3] for part in range(min(3, len(names)))]
    table = {
        "draws": draws,
        "dimensions": {f"d{n}": {"indicators": part} for n, part in enumerate(parts)},
        "uncertainty": {"weights": SHARE},
    }
    indicators = {name: Indicator(name, name, better="higher") for name in names}
    recipe = recipe_from_table(table, file="bench", indicators=names)
    scored = score(values, resolve(recipe, indicators))
    started = time.perf_counter()
    _compile(values.head(3000), table, indicators)
    compiled, busy = time.perf_counter(), time.process_time()
    drawn = draw_ranks(values, scored)
    seconds, busy = time.perf_counter() - compiled, time.process_time() - busy
    measured = {"seconds": seconds, "busy": busy, "draws": draws, "compiling": compiled - started}
    if draws * len(values) <= 150_000_000:
        measured |= _exactness(values, scored, drawn.table)
    return measured


def _compile(values: pd.DataFrame, table: dict[str, Any], indicators: dict[str, Any]) -> None:
    from zoneblanche.layers.index.recipe.load import recipe_from_table
    from zoneblanche.layers.index.score import resolve, score
    from zoneblanche.layers.index.uncertainty import robustness

    table = {**table, "draws": 16}
    recipe = recipe_from_table(table, file="bench", indicators=indicators)
    limit, robustness.KEPT = robustness.KEPT, 0
    robustness.draw_ranks(values, score(values, resolve(recipe, indicators)))
    robustness.KEPT = limit


def _exactness(values: pd.DataFrame, scored: Any, table: pd.DataFrame) -> dict[str, float]:
    """Return the distance of the bounds from exact quantiles, in shares of the number of units."""
    from zoneblanche.layers.index.uncertainty import robustness

    robustness.KEPT = 10**12
    exact = robustness.draw_ranks(values, scored).table
    off = pd.concat([(exact[n] - table[n]).abs() for n in ("rank_low", "rank_high")])
    return {"worst_bound": float(off.max()), "median_bound": float(off.median())}


def run_loop(values: pd.DataFrame, draws: int) -> dict[str, Any]:
    """The usual code: a weighted mean, `rank` and a list of ranks, draw by draw."""
    random = np.random.default_rng(0)
    started, busy = time.perf_counter(), time.process_time()
    scores = (values - values.min()) / (values.max() - values.min()) * 100
    ranks = []
    for _ in range(draws):
        weights = 1 + SHARE * random.uniform(-1, 1, scores.shape[1])
        total = scores.mul(weights).sum(axis=1)
        mean = total / scores.notna().mul(weights).sum(axis=1)
        ranks.append(mean.rank(method="min", ascending=False).astype("float32"))
    table = pd.concat(ranks, axis=1)
    table.quantile([0.05, 0.5, 0.95], axis=1)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    return {"seconds": seconds, "busy": busy, "draws": draws}


def _alone(engine: str, units: int, indicators: int, draws: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--engine", engine, "--units", str(units)]
    command += ["--indicators", str(indicators), "--draws", str(draws)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    return json.loads(done.stdout)


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=34_875)
    parser.add_argument("--indicators", type=int, default=12)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--loop-draws", type=int, default=300)
    parser.add_argument("--engine", choices=("ours", "loop"))
    options = parser.parse_args()
    size = (options.units, options.indicators)
    if options.engine:
        run = run_ours if options.engine == "ours" else run_loop
        measured = run(example(*size), options.draws)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps({**measured, "peak_mb": peak}))
        return
    ours = _alone("ours", *size, options.draws)
    loop = _alone("loop", *size, options.loop_draws)
    exact = _alone("ours", *size, min(options.draws, 3000))
    times = options.draws / options.loop_draws
    whole, busy = loop["seconds"] * times, loop["busy"] * times
    kept = options.draws * options.units * 4 / 2**20
    lines = [
        f"{options.draws} draws × {options.units} units × {options.indicators} indicators, "
        f"{os.cpu_count()} cores",
        f"zoneblanche  {ours['seconds']:8.1f} s  {ours['busy']:8.1f} s of processor"
        f"  {ours['peak_mb']:6.0f} MB"
        f"  (compiling once: {ours['compiling']:.1f} s)",
        f"pandas loop  {whole:8.1f} s  {busy:8.1f} s of processor"
        f"  {kept:6.0f} MB of ranks alone"
        f"  ({loop['seconds']:.1f} s for {options.loop_draws} draws)",
        f"ratio        {whole / ours['seconds']:8.1f}    {busy / ours['busy']:8.1f}",
    ]
    if "worst_bound" in exact:
        share = 100 * exact["worst_bound"] / options.units
        lines.append(
            f"bounds against exact quantiles of {exact['draws']} draws: median "
            f"{exact['median_bound']:.0f} ranks, worst {exact['worst_bound']:.0f} ({share:.2f} %)"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
