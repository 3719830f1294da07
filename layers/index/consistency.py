"""Consistency: whether the indicators of a dimension belong together, and the influence of each.

OECD/JRC Handbook, steps 4 and 8. The figures are those of COINr 1.1.14 (`get_cronbach`, `get_corr`,
`get_corr_flags`, `get_eff_weights`, `get_PCA`, `get_stats`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.layers.index.recipe.recipe import Dimension, Element
from zoneblanche.layers.index.score import Scored
from zoneblanche.layers.index.steps.treat import kurtosis, skewness
from zoneblanche.layers.index.steps.weight import Components, principal_components

__all__ = [
    "Components",
    "alpha_by_dimension",
    "correlation_flags",
    "correlations",
    "cronbach_alpha",
    "describe_columns",
    "effective_weights",
    "nominal_weights",
    "principal_components",
]

Correlation = Literal["pearson", "spearman", "kendall"]


def cronbach_alpha(values: pd.DataFrame) -> float:
    """Cronbach's α: k/(k − 1) · (1 − Σ variances / variance of the sum), from covariances.

    Covariances are over the rows where both columns are known, as in COINr; NaN for one column.
    Above 0.7 the columns are usually considered to measure one thing (Nunnally 1978).

    >>> round(cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 2, 4, 4]})), 4)
    0.9412
    """
    width = values.shape[1]
    if width < 2:
        return float("nan")
    covariance = values.cov().to_numpy()
    return float(width / (width - 1) * (1.0 - np.trace(covariance) / covariance.sum()))


def alpha_by_dimension(scored: Scored) -> pd.Series:
    """Return α of the normalised children of each dimension."""
    table = scored.normalised.join(scored.upward)
    return pd.Series(
        {
            dimension.id: cronbach_alpha(table[[child.id for child in dimension.children]])
            for dimension in scored.recipe.dimensions
        },
        name="alpha",
    )


def correlations(scored: Scored, *, method: Correlation = "pearson") -> pd.DataFrame:
    """Return the correlations of all normalised indicators and dimensions; high is good in each.

    Each is over the rows where both are known.
    """
    return scored.normalised.join(scored.upward).corr(method=method)


def correlation_flags(
    scored: Scored, *, high: float = 0.9, low: float = 0.0, method: Correlation = "pearson"
) -> pd.DataFrame:
    """Return pairs of indicators of one dimension that are nearly the same, or opposed.

    Above `high` the two count one thing twice; below `low` they are opposed, and the dimension
    hides it.

    Returns: One row per pair: `dimension`, `first`, `second`, `correlation`, `flag` ("same" or
        "opposed").
    """
    table = correlations(scored, method=method)
    rows = []
    for dimension in scored.recipe.dimensions:
        names = [child.id for child in dimension.children]
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                value = float(table[second][first])
                flag = "same" if value > high else "opposed" if value < low else ""
                if flag:
                    rows.append((dimension.id, first, second, value, flag))
    return pd.DataFrame(rows, columns=["dimension", "first", "second", "correlation", "flag"])


def nominal_weights(scored: Scored) -> pd.Series:
    """Return the weight of every indicator and dimension in the whole index: the product of the
    shares above it.

    COINr calls these effective weights (`get_eff_weights`).
    """
    weights: dict[str, float] = {}

    def descend(dimension: Dimension, share: float) -> None:
        weights[dimension.id] = share
        for child in dimension.children:
            part = share * scored.weights[dimension.id][child.id]
            if isinstance(child, Element):
                weights[child.id] = part
            else:
                descend(child, part)

    descend(scored.recipe.root, 1.0)
    return pd.Series(weights, name="weight")


def effective_weights(scored: Scored) -> pd.DataFrame:
    """Return the influence of each indicator, and its nominal weight.

    The importance of an indicator is the square of its correlation with the index, which is the
    share of the variance of the index that a line on it alone explains (Paruolo, Saisana & Saltelli
    2013); `effective` is its share in the sum of these.

    Returns:
        One row per indicator: `nominal`, `correlation`, `effective`, `ratio` of the last to the
        first.
    """
    nominal = nominal_weights(scored)
    index = scored.upward[scored.recipe.id]
    names = [element.id for element in scored.recipe.elements]
    correlation = scored.normalised[names].corrwith(index)
    importance = correlation**2
    table = pd.DataFrame({"nominal": nominal[names], "correlation": correlation})
    table["effective"] = importance / importance.sum()
    table["ratio"] = table["effective"] / table["nominal"]
    return table


def describe_columns(values: pd.DataFrame) -> pd.DataFrame:
    """Return statistics of each column before any step (COINr `get_stats`)."""
    rows: dict[str, Mapping[str, float]] = {}
    for name in values:
        column = values[name].dropna()
        counts = column.value_counts()
        count = len(column)
        rows[str(name)] = {
            "min": column.min(),
            "max": column.max(),
            "mean": column.mean(),
            "median": column.median(),
            "std": column.std(),
            "skew": skewness(column.to_numpy("float64")),
            "kurtosis": kurtosis(column.to_numpy("float64")),
            "known": count,
            "nonzero": int((column != 0).sum()),
            "distinct": len(counts),
            "most_common": int(counts.max()) if count else 0,
            "available": count / max(len(values), 1),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def influence(scores: pd.DataFrame, parts: Sequence[str], index_id: str) -> pd.Series:
    """Return the influence of each part on the index: its correlation ratio, divided by the sum of
    all.

    The correlation ratio is the share of the variance of the index between the values of the part
    (Paruolo, Saisana & Saltelli 2013), with a part of more than 100 values cut into 100 classes of
    as equal counts as ties allow. Unlike a linear correlation it suits a part of few values.

    Args:
        scores: one column per part and the index; rows without the index are left out, and rows
            without a part for that part.
        parts: the columns.
        index_id: the column of the index.
    """
    ratios = {}
    for name in parts:
        observed = scores[[name, index_id]].dropna()
        figures, index = observed[name], observed[index_id]
        classes = (
            figures
            if figures.nunique() <= _CLASSES
            else pd.qcut(figures, _CLASSES, labels=False, duplicates="drop")
        )
        between = index.groupby(classes).transform("mean")
        ratios[name] = float(between.var(ddof=0) / index.var(ddof=0))
    shares = pd.Series(ratios)
    return shares / shares.sum()


_CLASSES = 100
