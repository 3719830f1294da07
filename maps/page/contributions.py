"""What makes up the points of an index, so that a page can show it for each territory.

If every mean is arithmetic and every scale is linear, a part contributes share × scaled figure, and
the parts sum to the score (`layers.index.explain` covers more recipes). A few numbers then describe
all territories, and the page needs no additional column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

LINEAR = ("minmax", "goalposts")
HALF_A_DIGIT = 0.06
"""Maximum difference between the sum of contributions and the score, which a page shows to a
tenth."""


def describe_contributions(atlas: Atlas, index_id: str) -> dict[str, Any] | None:
    """Return the tree of an index: `id`, `share` among its siblings, and `children`, or for an
    indicator `from` and `to`, the figures that score 0 and 100 points of the index.

    None if the points are not a plain sum of parts: another mean, a figure that is treated or
    imputed, weights computed from the data.
    """
    recipe = atlas.recipes.get(index_id)
    if recipe is None or not all(map(_is_plain, recipe.dimensions)):
        return None
    if not all(map(_is_linear, recipe.elements)):
        return None
    tree = _branch(atlas, recipe, recipe.root, 1.0)
    score = atlas.values[index_id].to_numpy()
    summed = sum(_points(atlas, tree, np.ones(len(score))))
    apart = np.abs(summed - score)
    return tree if not np.isfinite(apart).any() or np.nanmax(apart) <= HALF_A_DIGIT else None


def _is_plain(dimension: Dimension) -> bool:
    return dimension.aggregate == "arithmetic" and dimension.weighting in ("given", "equal")


def _is_linear(element: Element) -> bool:
    return (
        element.normalise in LINEAR
        and (element.treat, element.impute, element.scale) == ("none", "none", "linear")
        and element.range == (0.0, 100.0)
    )


def _branch(
    atlas: Atlas, recipe: Recipe, child: Dimension | Element, share: float
) -> dict[str, Any]:
    if isinstance(child, Element):
        low, high = _ends(atlas, recipe, child)
        upwards = (child.better == "higher") == (recipe.orientation == "better")
        ends = (low, high) if upwards else (high, low)
        return {"id": child.id, "share": share, "from": ends[0], "to": ends[1]}
    total = sum(child.weights[one.id] for one in child.children)
    return {
        "id": child.id,
        "share": share,
        "children": [
            _branch(atlas, recipe, one, child.weights[one.id] / total) for one in child.children
        ],
    }


def _ends(atlas: Atlas, recipe: Recipe, element: Element) -> tuple[float, float]:
    if element.goalposts is not None:
        return element.goalposts
    scored = atlas.values[recipe.id].notna()
    known = atlas.values[element.id][scored]
    return float(known.min()), float(known.max())


def _points(atlas: Atlas, branch: dict[str, Any], share: np.ndarray) -> list[np.ndarray]:
    """Return the points of the indicators of a branch: a missing part leaves its share to
    others."""
    if "children" not in branch:
        figures = atlas.values[branch["id"]].to_numpy()
        span = branch["to"] - branch["from"]
        place = np.clip((figures - branch["from"]) / span, 0, 1) if span else np.zeros(len(share))
        return [np.nan_to_num(100 * share * place)]
    child_shares = [_known(atlas, child) * child["share"] for child in branch["children"]]
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [
            share * np.nan_to_num(child_share / sum(child_shares)) for child_share in child_shares
        ]
    return [
        points
        for child, part in zip(branch["children"], parts, strict=True)
        for points in _points(atlas, child, part)
    ]


def _known(atlas: Atlas, branch: dict[str, Any]) -> np.ndarray:
    return atlas.values[branch["id"]].notna().to_numpy().astype(np.float64)
