"""Arcep's eligibility by commune, summed by département."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, missing_file

COUNTS = {
    "nbr": "premises",
    "elig_thd30": "premises_30mbps",
    "elig_thd100": "premises_100mbps",
    "elig_thd1g": "premises_1gbps",
}
"""Arcep's columns of counts (cumulative: 1 Gbit/s is included in 100 Mbit/s), and ours."""

KEYS = ("code_insee", "code_dep", "type", "date")


def sum_by_departement(file: Path, departements: pd.Index) -> pd.DataFrame:
    """Return counts of premises by département from Arcep's `commune_debit` CSV.

    Args:
        file: `;`-separated, one row per commune; rows with a `type` other than `all` are left out.
        departements: the codes to include; other collectivities are left out.

    Returns:
        Columns `departement`, those of `COUNTS` (int64) and `date`; one row per département.

    Raises:
        InputError: no such file, a missing column, a count that is not a whole number, a duplicate
            commune, several dates, more premises reached than there are, or a département without
            a figure.
    """
    table = _read(file)
    bad = [name for name in COUNTS if not table[name].str.fullmatch(r"[0-9]+").all()]
    faults = [_fault(file, "a count is no whole number.", column=name) for name in bad]
    if table["code_insee"].duplicated().any():
        faults.append(_fault(file, "a commune has several rows.", column="code_insee"))
    if len(set(table["date"])) != 1:
        faults.append(_fault(file, "there is not one date.", column="date"))
    if faults:
        raise InputError(faults)
    sums = table[list(COUNTS)].astype("int64").groupby(table["code_dep"]).sum()
    lacking = departements.difference(sums.index)
    if len(lacking):
        raise InputError(_fault(file, f"no figure for département {first_of(lacking)}."))
    result = sums.rename(columns=COUNTS).loc[departements.sort_values()]
    over = result.index[result.drop(columns="premises").gt(result["premises"], axis=0).any(axis=1)]
    if len(over):
        raise InputError(_fault(file, f"more premises reached than there are: {first_of(over)}."))
    result["date"] = table["date"].iloc[0]
    return result.rename_axis("departement").reset_index()


def _read(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise InputError(missing_file(file))
    table = pd.read_csv(file, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    lacking = [name for name in (*KEYS, *COUNTS) if name not in table.columns]
    if lacking:
        raise InputError(_fault(file, f"there is no column {first_of(lacking)}."))
    return table[table["type"] == "all"]


def _fault(file: Path, message: str, *, column: str | None = None) -> Fault:
    return Fault(message, file=str(file), column=column, kind="connectivity")
