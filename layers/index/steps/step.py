"""The result of a step of the index: the table after it, and its effect on every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Step:
    """A table after one step, with what the step did.

    Attributes:
        name: "screen", "impute", "treat", "normalise".
        values: the table after the step; float64, same index and columns as the input.
        actions: for each column that the step changed, its effect on each cell, as a categorical
            column on the same index ("" for none); unchanged columns are absent.
        details: one row per indicator, with the figures that the step computed or used.
    """

    name: str
    values: pd.DataFrame
    actions: Mapping[str, pd.Series] = field(default_factory=dict)
    details: pd.DataFrame = field(default_factory=pd.DataFrame)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many cells of each column each action changed."""
        return {
            column: {
                str(action): int(count)
                for action, count in actions.value_counts().items()
                if action and count
            }
            for column, actions in self.actions.items()
        }

    def done_to(self, code: str) -> dict[str, str]:
        """Return what the step did to the cells of one territory, by indicator."""
        return {
            column: str(actions[code]) for column, actions in self.actions.items() if actions[code]
        }


def labels_where(index: pd.Index, rows: Mapping[str, np.ndarray]) -> pd.Series:
    """Return a column of actions, as `labels`: for each cell the first of the actions whose
    (rows,) bool has it, "" for none."""
    places = np.zeros(len(index), dtype="int8")
    for place, chosen in reversed(list(enumerate(rows.values(), start=1))):
        places[chosen] = place
    texts = ["", *rows]
    used = sorted(texts[place] for place in np.unique(places))
    codes = np.array([used.index(text) if text in used else -1 for text in texts], dtype="int8")
    categories = pd.Index(used, dtype="str")
    return pd.Series(pd.Categorical.from_codes(codes[places], categories=categories), index=index)


def labels(index: pd.Index, done: Any) -> pd.Series:
    """Return a column of actions: text on `index`, stored as categories."""
    return pd.Series(done, index=index, dtype="str").astype("category")
