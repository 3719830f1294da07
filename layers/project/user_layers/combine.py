"""Several rows of one code put together: a sum, a mean, or the first of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import Codes, Figures
from zoneblanche.geo.tables.account import Account

How = Literal["sum", "mean", "first"]


@dataclass(frozen=True, eq=False)
class Combined:
    """Rows of which each matched code has one, and their figures."""

    codes: Codes
    figures: Figures


def combine_rows(codes: Codes, figures: Figures, how: How | None) -> tuple[Combined, int]:
    """Return one row for each code that is known, and how many rows were merged into others.

    A sum with a missing part is missing: it would be too small without showing it. A mean is that
    of the known figures, each row counted once. The reason of a missing figure is that of the
    first row that has one.

    Args:
        codes, figures: of the rows of a table.
        how: None if each code has one row.
    """
    matched = np.flatnonzero(codes.matched)
    matched_codes = codes.codes[matched]
    if how is None or matched_codes.is_unique:
        return Combined(codes, figures), 0
    place, distinct = pd.factorize(matched_codes)
    values, reasons = figures.values[matched], figures.reasons[matched]
    present = ~np.isnan(values)
    first = matched[np.unique(place, return_index=True)[1]]
    size = len(distinct)
    rows, filled = np.bincount(place, minlength=size), np.bincount(place[present], minlength=size)
    totals = np.bincount(place[present], weights=values[present], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        results = {
            "sum": np.where(filled == rows, totals, np.nan),
            "mean": np.where(filled > 0, totals / filled, np.nan),
            "first": figures.values[first],
        }
    missing = pd.Series(reasons).mask(present).groupby(place).first()
    result = results[how]
    why = missing.reindex(range(size)).fillna(int(Reason.NOT_PUBLISHED)).to_numpy()
    new_values, new_reasons = figures.values.copy(), figures.reasons.copy()
    new_values[first] = result
    new_reasons[first] = np.where(np.isnan(result), why, int(Reason.PRESENT))
    kept = np.sort(np.concatenate([first, np.flatnonzero(~codes.matched)]))
    return (
        Combined(
            replace(
                codes,
                codes=codes.codes[kept],
                fates=codes.fates[kept],
                places=lambda row: codes.places(int(kept[row])),
                account=replace(
                    codes.account,
                    rows=codes.account.rows - len(matched) + len(first),
                    matched=len(first),
                ),
            ),
            Figures(new_values[kept], new_reasons[kept], figures.notices),
        ),
        len(matched) - len(first),
    )


def with_left_out(account: Account, *, merged: int, unpicked: int) -> Account:
    """Return the account of a whole table: with rows that were merged into others of their code,
    and rows that `where` does not pick."""
    reasons: dict[str, int] = {
        _("combined with another row of its code"): merged,
        _("not picked by where"): unpicked,
    }
    added = {reason: number for reason, number in reasons.items() if number}
    counted = {**account.counted, **added}
    return replace(account, rows=account.rows + merged + unpicked, counted=counted)
