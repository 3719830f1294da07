"""Read the communes of France and six tables: this package, and pandas with geopandas, in one run.

    python -m scripts.bench.reading FOLDER [--runs 5]

FOLDER contains the open data that the tests read (fr/boundaries/communes_2026.parquet, …). Each
reading is a process of its own, timed from outside, including its start. All write the same table,
which is compared: one row for each commune and the figures of the six columns.

- `zoneblanche`: polygons and tables by the readers of the package, with all of their checks.
- `pandas + geopandas`: `read_parquet`, `read_csv` with the separator, decimal mark and marks
  for missing figures given by hand, and `reindex`. It checks nothing.
- `… + validity, overlaps`: also `make_valid` and a spatial join of the polygons with themselves.

The first run of each compiles modules and is not counted. Machines differ and drift: quote the
ratios of one run, not the seconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from zoneblanche.scripts.bench.run import Run, measure

POLYGONS = "fr/boundaries/communes_2026.parquet"


class Table(NamedTuple):
    """A table: its file, the columns of codes and figures, the unit, and how it is written."""

    path: str
    code: str
    value: str
    unit: Any
    separator: str
    decimal: str


TABLES = (
    Table("fr/connectivity/communes_fibre_pct.csv", "code_insee", "fibre_pct", "percent", ",", "."),
    Table("fr/connectivity/commune_debit_2022-12-31.csv", "code_insee", "elig_thd30", "count", ";",
          "."),
    Table("fr/connectivity/communes_ftth_2018T1.csv", "code_insee", "locaux", "count", ",", "."),
    Table("fr/connectivity/communes_4g_nb_operateurs_2017_2019.csv", "code_insee",
          "pct_surface_4g_min1op_2019_01", "percent", ",", "."),
    Table("fr/socio/cc_filosofi_2021_COM.csv", "CODGEO", "PACT21", "number", ";", ","),
    Table("fr/connectivity/communes_techno_2024.csv", "code_insee", "pct_4g_fixe", "percent", ",",
          "."),
)  # fmt: skip
MISSING = ["s", "ns", "nd", "so", "N/A", ""]
"""Marks for a missing figure that these tables have."""


def read_with_package(folder: Path) -> pd.DataFrame:
    """Read by the readers of this package."""
    from zoneblanche.geo.country import read_country
    from zoneblanche.geo.tables import parse_codes, parse_numbers, read_raw_table
    from zoneblanche.geo.vectors.read import read_territories

    read = read_territories(
        folder / POLYGONS, code="code", name="name", level="commune", country=read_country("fr")
    )
    codes = read.territories.codes
    columns = {}
    for table in TABLES:
        raw = read_raw_table(folder / table.path, wanted=(table.code, table.value))
        matched = parse_codes(raw, table.code, valid_codes=codes, level_title="communes")
        figures = parse_numbers(raw.take(matched.matched), table.value, unit=table.unit)
        columns[table.value] = pd.Series(figures.values, matched.codes[matched.matched]).reindex(
            codes
        )
    return pd.DataFrame(columns, index=codes)


def read_with_pandas(folder: Path, *, checks: bool) -> pd.DataFrame:
    """Read by pandas and geopandas; with `checks`, test validity and overlaps of the polygons."""
    import geopandas as gpd

    frame = gpd.read_parquet(folder / POLYGONS).set_index("code")
    if checks:
        shapes = frame.geometry.where(frame.geometry.is_valid, frame.geometry.make_valid())
        first, second = shapes.sindex.query(shapes, predicate="overlaps")
        common = shapely.area(shapely.intersection(shapes.array[first], shapes.array[second]))
        assert not (common > 0.01 * shapely.area(shapes.array)[first]).any()
    columns = {}
    for table in TABLES:
        rows = pd.read_csv(
            folder / table.path,
            sep=table.separator,
            decimal=table.decimal,
            dtype={table.code: str, table.value: float},
            na_values=MISSING,
            low_memory=False,
        )
        rows = rows[rows[table.code].isin(frame.index)].set_index(table.code)
        columns[table.value] = rows[table.value].reindex(frame.index)
    return pd.DataFrame(columns, index=frame.index)


JOBS = {
    "zoneblanche": read_with_package,
    "pandas + geopandas": lambda folder: read_with_pandas(folder, checks=False),
    "… + validity, overlaps": lambda folder: read_with_pandas(folder, checks=True),
}


def compare(folder: Path, runs: int) -> dict[str, list[Run]]:
    """Return the cost of each run of each job; each job reads the same figures.

    Raises:
        SystemExit: two jobs disagree on a figure.
    """
    costs: dict[str, list[Run]] = {name: [] for name in JOBS}
    tables = {}
    with tempfile.TemporaryDirectory() as scratch:
        modules = Path(scratch) / "modules"
        for turn in range(runs + 1):
            for number, name in enumerate(JOBS):
                out = Path(scratch) / f"{number}.csv"
                job = [sys.executable, "-m", "zoneblanche.scripts.bench.reading", str(folder)]
                cost = measure([*job, "--job", name, str(out)], written=out, modules=modules)
                if turn:
                    costs[name].append(cost)
                else:
                    tables[name] = pd.read_csv(out, dtype={"code": str}).set_index("code")
    first = tables["zoneblanche"]
    for name, table in tables.items():
        if not np.allclose(first, table.reindex(first.index), equal_nan=True):
            raise SystemExit(f"{name} reads other figures")
    return costs


def main() -> None:
    """Print the medians, or do one job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--job", nargs=2, metavar=("NAME", "FILE"))
    options = parser.parse_args()
    if options.job:
        name, out = options.job
        JOBS[name](options.folder).rename_axis("code").to_csv(out)
        return
    costs = compare(options.folder, options.runs)
    print(f"medians of {options.runs} runs, whole processes; the figures are the same")
    print(f"{'':26} {'clock s':>8} {'CPU s':>8} {'peak MB':>8}")
    for name, runs in costs.items():
        figures = (
            statistics.median(getattr(run, part) for run in runs)
            for part in ("wall", "cpu", "memory_mb")
        )
        print(f"{name:26} " + " ".join(f"{figure:8.2f}" for figure in figures))


if __name__ == "__main__":
    main()
