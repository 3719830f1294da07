"""Screen: which units have enough known figures for a score."""

from __future__ import annotations

import pandas as pd

from zoneblanche.layers.index.steps.step import Step, labels_where


def screen(
    values: pd.DataFrame,
    *,
    min_available: float,
    min_nonzero: float = 0.0,
    inhabited: pd.Series | None = None,
) -> Step:
    """Blank the rows with less than `min_available` of the columns, and those without inhabitants.

    A screened-out unit keeps its indicators in the atlas; it only gets no score. COINr drops such
    rows (`Screen`, "byNA"). Here they stay, entirely missing, so that the index of every table is
    the same.

    Args:
        values: one column per indicator, float64; NaN is missing.
        min_available: minimum share of the columns that must be known, 0 to 1.
        min_nonzero: minimum share of the known figures that must not be zero ("byzeros").
        inhabited: boolean; None if rows without inhabitants count like others.

    Returns:
        Step whose details have one row per unit: `known`, `available`, `nonzero`, `kept`.
    """
    present = values.notna().sum(axis=1)
    available = present / max(values.shape[1], 1)
    nonzero = ((values != 0) & values.notna()).sum(axis=1) / present.where(present > 0)
    kept = (available >= min_available) & (present > 0)
    kept &= (nonzero >= min_nonzero) | (min_nonzero <= 0)
    done = {"too few indicators known": ~kept.to_numpy()}
    if inhabited is not None:
        done = {"no inhabitants": ~inhabited.to_numpy(), **done}
        kept &= inhabited
    details = pd.DataFrame(
        {"known": present, "available": available, "nonzero": nonzero, "kept": kept}
    )
    if bool(kept.all()):
        return Step("screen", values, {}, details)
    labelled = labels_where(values.index, done)
    out = {str(column): labelled for column in values}
    return Step("screen", values.where(kept, axis=0), out, details)
