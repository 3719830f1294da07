"""What makes up the points of an index, so that a page can show it for each territory.

If every mean is arithmetic and every scale is linear, a part contributes share × scaled figure, and
the parts sum to the score (`layers.index.explain` covers more recipes). A few numbers then describe
all territories, and the page needs no additional column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zoneblanche.layers.index.context import reason_codes
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

LINEAR = ("minmax", "goalposts")
HALF_A_DIGIT = 0.06
"""Maximum difference between the sum of contributions and the score, which a page shows to a
tenth."""

A_DIGIT = 0.1
"""The same for dimensions: in an area, the mean of one counts territories without a score too."""


def describe_contributions(atlas: Atlas, index_id: str) -> dict[str, Any] | None:
    """Return the tree of an index: `id`, `share` among its siblings, and `children`, or for an
    indicator `from` and `to`, the figures that score 0 and 100 points of the index.

    An indicator that is estimated by regression has `estimated`, the codes of the reasons for which
    its cells are. The estimates are not in the atlas: the points of such a cell are what the score
    of its dimension has beyond its other parts. So only one part of a dimension can be estimated.

    If the points are not a plain sum of indicators (another mean, a figure that is treated or
    imputed in another way, weights computed from the data, an area whose score is the mean of its
    territories), the tree ends at the dimensions of the index. None if they are no plain sum of
    these either.
    """
    recipe = atlas.recipes.get(index_id)
    if recipe is None or not _is_plain(recipe.root):
        return None
    if _sums_indicators(recipe):
        tree = _branch(atlas, recipe, recipe.root, 1.0)
        if _is_sum(atlas, index_id, tree, HALF_A_DIGIT):
            return tree
    if not all(isinstance(child, Dimension) for child in recipe.root.children):
        return None
    tree = _of_dimensions(recipe)
    return tree if _is_sum(atlas, index_id, tree, A_DIGIT) else None


def _sums_indicators(recipe: Recipe) -> bool:
    plain = all(map(_is_plain, recipe.dimensions)) and all(map(_is_linear, recipe.elements))
    return plain and _estimates_are_apart(recipe)


def _of_dimensions(recipe: Recipe) -> dict[str, Any]:
    """Return the tree of an index as if its dimensions were indicators from 0 to 100."""
    root = recipe.root
    total = sum(root.weights[child.id] for child in root.children)
    children = [
        {"id": child.id, "share": root.weights[child.id] / total, "from": 0.0, "to": 100.0}
        for child in root.children
    ]
    return {"id": root.id, "share": 1.0, "children": children}


def _is_sum(atlas: Atlas, index_id: str, tree: dict[str, Any], most: float) -> bool:
    """Return whether the points of a tree sum to the scores, up to a difference."""
    names = {child["id"] for child in tree["children"]}
    if not names <= set(atlas.values.columns):
        return False
    score = atlas.values[index_id].to_numpy(dtype=np.float64)
    apart = np.abs(sum(_points(atlas, tree, np.ones(len(score)))) - score)
    return not np.isfinite(apart).any() or bool(np.nanmax(apart) <= most)


def _is_plain(dimension: Dimension) -> bool:
    return dimension.aggregate == "arithmetic" and dimension.weighting in ("given", "equal")


def _is_linear(element: Element) -> bool:
    return (
        element.normalise in LINEAR
        and (element.treat, element.scale) == ("none", "linear")
        and element.impute in ("none", "regression")
        and element.range == (0.0, 100.0)
    )


def _estimates_are_apart(recipe: Recipe) -> bool:
    """Return whether no dimension has more than one estimated part, and the index itself none."""
    counts = {
        dimension.id: sum(
            isinstance(child, Element) and child.regression is not None
            for child in dimension.children
        )
        for dimension in recipe.dimensions
    }
    return counts[recipe.root.id] == 0 and max(counts.values()) <= 1


def _branch(
    atlas: Atlas, recipe: Recipe, child: Dimension | Element, share: float
) -> dict[str, Any]:
    if isinstance(child, Element):
        low, high = _ends(atlas, recipe, child)
        upwards = (child.better == "higher") == (recipe.orientation == "better")
        ends = (low, high) if upwards else (high, low)
        leaf = {"id": child.id, "share": share, "from": ends[0], "to": ends[1]}
        if child.regression is not None:
            leaf["estimated"] = reason_codes(child.regression.reasons)
        return leaf
    total = sum(child.weights[node.id] for node in child.children)
    return {
        "id": child.id,
        "share": share,
        "children": [
            _branch(atlas, recipe, node, child.weights[node.id] / total) for node in child.children
        ],
    }


def _ends(atlas: Atlas, recipe: Recipe, element: Element) -> tuple[float, float]:
    if element.goalposts is not None:
        return element.goalposts
    scored = atlas.values[recipe.id].notna()
    observed = atlas.values[element.id][scored]
    return float(observed.min()), float(observed.max())


def _points(atlas: Atlas, branch: dict[str, Any], share: np.ndarray) -> list[np.ndarray]:
    """Return the points of the indicators of a branch: a missing part leaves its share to
    others."""
    if "children" not in branch:
        return [np.nan_to_num(share * _scaled(atlas, branch))]
    parts = [_scaled(atlas, child) for child in branch["children"]]
    for at, child in enumerate(branch["children"]):
        if "estimated" in child:
            parts[at] = _with_estimates(atlas, branch, at, parts)
    child_shares = [
        child["share"] * ~np.isnan(part)
        for child, part in zip(branch["children"], parts, strict=True)
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = [share * np.nan_to_num(portion / sum(child_shares)) for portion in child_shares]
    return [
        points
        for child, part, weight in zip(branch["children"], parts, weights, strict=True)
        for points in (
            _points(atlas, child, weight) if "children" in child else [np.nan_to_num(weight * part)]
        )
    ]


def _scaled(atlas: Atlas, branch: dict[str, Any]) -> np.ndarray:
    """Return a part's own score, 0 to 100; NaN where it is missing."""
    figures = atlas.values[branch["id"]].to_numpy(dtype=np.float64)
    if "children" in branch:
        return figures
    span = branch["to"] - branch["from"]
    place = np.clip((figures - branch["from"]) / span, 0, 1) if span else np.zeros(len(figures))
    return np.where(np.isnan(figures), np.nan, 100 * place)


def _with_estimates(
    atlas: Atlas, branch: dict[str, Any], at: int, parts: list[np.ndarray]
) -> np.ndarray:
    """Return the scores of the part at a place, with those of its estimated cells: what the score
    of the branch has beyond its other parts."""
    child, own = branch["children"][at], atlas.values[branch["id"]].to_numpy(dtype=np.float64)
    estimated = np.isin(atlas.reasons[child["id"]].to_numpy(), child["estimated"])
    others, total = np.zeros(len(own)), np.full(len(own), child["share"])
    for place, other in enumerate(branch["children"]):
        if place != at:
            total += other["share"] * ~np.isnan(parts[place])
            others += np.nan_to_num(other["share"] * parts[place])
    rest = (own * total - others) / child["share"]
    return np.where(estimated, np.clip(rest, 0, 100), parts[at])
