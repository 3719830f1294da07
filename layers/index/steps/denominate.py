"""Denominate: put extensive figures on the size of their territory, before anything else."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from zoneblanche.layers.index.steps.step import Step


def denominate(values: pd.DataFrame, denominators: pd.DataFrame, by: Mapping[str, str]) -> Step:
    """Divide each column by a denominator (COINr `Denominate`).

    Args:
        values: one column an indicator, float64.
        denominators: on the same index, float64; where one is missing or zero, so is the quotient.
        by: the denominator of each column that has one.
    """
    divided = values.copy()
    for name, denominator in by.items():
        sizes = denominators[denominator].reindex(values.index)
        divided[name] = values[name] / sizes.where(sizes != 0)
    details = pd.DataFrame({"denominator": dict(by)})
    return Step("denominate", divided, {}, details)
