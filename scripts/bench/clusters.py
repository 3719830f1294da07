"""Compare with esda: local Moran on a country's territories, and whether p-values agree.

    python scripts/bench/clusters.py BOUNDARIES.parquet --values FILE.csv --code COL --value COL
    python scripts/bench/clusters.py --record tests/layers/analysis/esda_p_values.json

The first prints seconds, peak memory and the agreement of the p-values on the same neighbours; each
engine runs in its own process. Ties count in both tails here and in the upper one only in esda;
`--break-ties` makes the p-values comparable if values tie. The second writes the result of esda on
a small grid for many seeds, which the tests compare with ours: importing and compiling esda takes a
minute.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity, compute_contiguity

GRID_SIDE = 6
GRID_SEEDS = 40
GRID_PERMUTATIONS = 199


def run_ours(values: pd.Series, near: Contiguity, permutations: int, seed: int) -> np.ndarray:
    """Return our pseudo p-values."""
    from zoneblanche.layers.analysis.spatial.clusters import local_moran

    clusters = local_moran(values, near, permutations=permutations, seed=seed)
    return clusters.table["p"].to_numpy()


def run_esda(values: pd.Series, near: Contiguity, permutations: int, seed: int) -> np.ndarray:
    """Return the p-values of `esda.Moran_Local`, with two jobs if there is more than one core."""
    import warnings

    warnings.simplefilter("ignore")
    from esda import Moran_Local

    jobs = min(2, os.cpu_count() or 1) if len(values) > 1000 else 1
    weights = libpysal_weights(near)
    clusters = Moran_Local(
        values.to_numpy(), weights, permutations=permutations, seed=seed, n_jobs=jobs
    )
    p = np.array(clusters.p_sim)
    p[list(weights.islands)] = np.nan
    return p


def libpysal_weights(near: Contiguity) -> Any:
    """Return the same neighbours as libpysal weights."""
    from libpysal.weights import W

    links = {
        place: near.neighbours[near.starts[place] : near.starts[place + 1]].tolist()
        for place in range(len(near.starts) - 1)
    }
    return W(links, silence_warnings=True)


ENGINES: dict[str, Callable[..., np.ndarray]] = {"ours": run_ours, "esda": run_esda}


def measure(engine: str, job: Path) -> None:
    """Run one engine on the saved values and neighbours; print seconds and peak memory."""
    import psutil

    saved = np.load(job / "job.npz")
    near = Contiguity(saved["starts"], saved["neighbours"])
    values = pd.Series(saved["values"])
    run = ENGINES[engine]
    # Imports and compilation are not compared.
    run(values[:200], _row(200), 9, 0)
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    p = run(values, near, int(saved["permutations"]), int(saved["seed"]))
    seconds = time.perf_counter() - started
    np.save(job / f"{engine}.npy", p)
    print(json.dumps({"seconds": seconds, "before_mb": before / 1e6, "peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """Return the peak of this process and of the largest of its children (esda's jobs)."""
    import resource

    peak = sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _row(size: int) -> Contiguity:
    """Return territories in a row: enough to compile on."""
    ends = [[at for at in (place - 1, place + 1) if 0 <= at < size] for place in range(size)]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in ends])])
    return Contiguity(starts, np.array([at for row in ends for at in row], dtype="int32"))


def compare(options: argparse.Namespace) -> None:
    """Run both engines on the same values and neighbours, each in its own process."""
    import geopandas as gpd

    frame = gpd.read_parquet(options.boundaries).set_index("code").sort_index()
    table = pd.read_csv(options.values, dtype={options.code: str}, sep=options.separator)
    values = table.set_index(options.code)[options.value].reindex(frame.index)
    if options.break_ties:
        values += np.random.default_rng(0).uniform(0, 1e-6, len(values)) * np.ptp(values.dropna())
    frame = frame[values.notna()]
    near = compute_contiguity(frame.geometry)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(
            Path(folder) / "job.npz",
            starts=near.starts,
            neighbours=near.neighbours,
            values=values.dropna().to_numpy(),
            permutations=options.permutations,
            seed=options.seed,
        )
        results = {}
        for engine in ENGINES:
            command = [sys.executable, __file__, "--measure", engine, "--job", folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            results[engine] = json.loads(done.stdout.splitlines()[-1])
        p = {engine: np.load(Path(folder) / f"{engine}.npy") for engine in ENGINES}
    _report(results, p, options.permutations, len(frame), near.edges)


def _report(
    results: dict[str, dict[str, float]],
    p: dict[str, np.ndarray],
    permutations: int,
    size: int,
    edges: int,
) -> None:
    print(f"{size} territories, {edges} pairs of neighbours, {permutations} permutations")
    for engine, figures in results.items():
        print(f"{engine:6s} {figures['seconds']:9.3f} s   peak {figures['peak_mb']:7.0f} MB")
    print(f"ratio  {results['esda']['seconds'] / results['ours']['seconds']:9.0f} x")
    both = ~np.isnan(p["ours"]) & ~np.isnan(p["esda"])
    ours, theirs = p["ours"][both], p["esda"][both]
    error = np.sqrt(np.maximum(ours * (1 - ours), 1 / permutations) * 2 / permutations)
    z = (ours - theirs) / error
    print(f"correlation of p {np.corrcoef(ours, theirs)[0, 1]:.6f}")
    print(f"(ours - esda)/sampling error: mean {z.mean():+.3f}, standard deviation {z.std():.3f}")
    print(f"p < 0.05: ours {(ours < 0.05).sum()}, esda {(theirs < 0.05).sum()}")


def record(path: Path) -> None:
    """Write esda's p-values on a grid, one row per seed, with their values."""
    import esda

    values = np.random.default_rng(7).gamma(2.0, size=GRID_SIDE**2).round(6)
    near = grid(GRID_SIDE)
    counts = [
        np.rint(run_esda(pd.Series(values), near, GRID_PERMUTATIONS, seed) * 200).astype(int)
        for seed in range(GRID_SEEDS)
    ]
    content = {
        "made_by": "scripts/bench/clusters.py --record",
        "esda": esda.__version__,
        "side": GRID_SIDE,
        "permutations": GRID_PERMUTATIONS,
        "values": values.tolist(),
        "p_times_200": [row.tolist() for row in counts],
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def grid(side: int) -> Contiguity:
    """Queen neighbours of the cells of a square grid."""
    import geopandas as gpd
    from shapely import box

    cells = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return compute_contiguity(gpd.GeoSeries(cells))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("boundaries", nargs="?", type=Path)
    parser.add_argument("--values", type=Path)
    parser.add_argument("--code", default="code_insee")
    parser.add_argument("--value", default="fibre_pct")
    parser.add_argument("--separator", default=",")
    parser.add_argument("--permutations", type=int, default=9999)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--break-ties", action="store_true", help="make all values distinct")
    parser.add_argument("--record", type=Path)
    parser.add_argument("--measure", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.job)
    elif options.record:
        record(options.record)
    elif options.boundaries and options.values:
        compare(options)
    else:
        parser.error("give BOUNDARIES and --values, or --record FILE")


if __name__ == "__main__":
    main()
