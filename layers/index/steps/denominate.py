"""Denominate: divide extensive figures by the size of their territory, before all other steps."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from zoneblanche.layers.index.steps.step import Step


def denominate(values: pd.DataFrame, denominators: pd.DataFrame, by: Mapping[str, str]) -> Step:
    """Divide each column by a denominator (COINr `Denominate`).

    Args: values: one column per indicator, float64. denominators: on the same index, float64; if
        one is missing or zero, the quotient is missing. by: the denominator of each column that has
        one.
    """
    divided = values.copy()
    for name, denominator in by.items():
        sizes = denominators[denominator].reindex(values.index)
        divided[name] = values[name] / sizes.where(sizes != 0)
    details = pd.DataFrame({"denominator": dict(by)})
    return Step("denominate", divided, {}, details)
