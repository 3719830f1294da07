"""What the intervals of the index are worth: replace its figures by those of other sources.

    python -m scripts.bench.intervals ../shared/data
    python -m scripts.bench.intervals ../shared/data --within 48 15 --own-ranks 64

An interval of 90 % should hold the score that another source gives. The command replaces the
indicators of `digital-inequality` one by one and all together, and prints the share of settled
communes whose new score lies within their range under the stated errors, and within their range
under other weights alone. Settled are communes where fibre was built before: a difference of two
dates elsewhere is work done, and no error. The last line is a self-check: the score of one more
draw of the error model itself. With `--own-ranks`, the shares of the variance of each commune's own
rank by what is uncertain follow.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import read_recipe
from zoneblanche.layers.index.recipe.recipe import Dimension, Recipe, Uncertainty
from zoneblanche.layers.index.score import resolve, score_atlas
from zoneblanche.layers.index.uncertainty.drawing import plain
from zoneblanche.layers.index.uncertainty.errors import ErrorSampler
from zoneblanche.layers.index.uncertainty.own_rank import own_rank_indices
from zoneblanche.scripts.bench.first_answer import OWN_SITE_KM, reference_table

INDEX = "digital-inequality"
SETTLED = 90.0
"""Percent of premises that fibre passed in 2024, from which a commune is settled."""
CHECK_SEED = 987_654_321


def other_sources(atlas: Atlas, data: Path) -> dict[str, pd.Series]:
    """Return the indicators of the index by other sources, on the codes of the atlas.

    Fibre and cable of 2024 for 2026, the directory of May 2025 for that of September 2026, the
    nearest of all places, buses included, from the middle of the polygon for the nearest fixed
    place. Age and income have no other source here.
    """
    codes = atlas.codes
    lines = premises_2024(data).reindex(codes)
    reference = reference_table(data).reindex(codes)
    km = reference["distance_km"]
    return {
        "lacking-fixed": 100.0 - lines[["pct_fibre", "pct_cable"]].max(axis=1),
        "website": atlas.values["website-2025-05-05"],
        "own-email": atlas.values["own-email-2025-05-05"],
        "distance-france-services": km.where(reference["host"] != 1, np.minimum(km, OWN_SITE_KM)),
    }


def premises_2024(data: Path) -> pd.DataFrame:
    """Return the shares of premises by technology of 2024, by code."""
    table = pd.read_csv(
        data / "fr/connectivity/communes_techno_2024.csv", dtype={"code_insee": str}
    )
    return table.set_index("code_insee")


def replaced(atlas: Atlas, columns: Mapping[str, pd.Series]) -> Atlas:
    """Return the atlas with the known figures of these columns instead of its own."""
    for name, column in columns.items():
        published = atlas.values[name]
        atlas = atlas.add(
            atlas.indicator(name),
            column.where(column.notna(), published),
            reasons=atlas.reasons[name],
        )
    return atlas


def without_errors(recipe: Recipe) -> Recipe:
    """Return the recipe with exact figures and weights that vary alone."""

    def exact(dimension: Dimension) -> Dimension:
        children = tuple(
            exact(child)
            if isinstance(child, Dimension)
            else replace(child, error=0.0, error_model=None)
            for child in dimension.children
        )
        return replace(dimension, children=children)

    return replace(recipe, root=exact(recipe.root), uncertainty=Uncertainty(weights=0.25))


def inside(scores: pd.Series, table: pd.DataFrame, rows: np.ndarray) -> float:
    """Return the share of rows whose score lies within `score_low` and `score_high`."""
    within = (scores >= table["score_low"]) & (scores <= table["score_high"])
    present = (scores.notna() & table["score_low"].notna()).to_numpy() & rows
    return float(within[present].mean())


def check_intervals(
    atlas: Atlas, sources: Mapping[str, pd.Series], settled: np.ndarray
) -> pd.DataFrame:
    """Return one row for each replaced indicator, for all of them, and for the self-check: the
    share of settled territories inside, `errors` and `weights`, and the median change of the score.

    Args:
        atlas: with the indicators of the index.
        sources: the same indicators by other sources.
        settled: boolean, by territory.
    """
    recipe = read_recipe(INDEX)
    indexed = compute_index(atlas, recipe)
    under_errors = indexed.intervals[INDEX]
    under_weights = compute_index(atlas, without_errors(recipe)).intervals[INDEX]
    rows = {}
    for name, columns in _replacements(sources):
        scores = compute_index(replaced(atlas, columns), recipe, draws=0).values[INDEX]
        rows[name] = {
            "errors": inside(scores, under_errors, settled),
            "weights": inside(scores, under_weights, settled),
            "change": float((scores - indexed.values[INDEX])[settled].abs().median()),
        }
    drawn = _one_more_draw(atlas, recipe)
    rows["self-check"] = {
        "errors": inside(drawn, under_errors, np.ones(len(drawn), dtype=bool)),
        "weights": inside(drawn, under_weights, np.ones(len(drawn), dtype=bool)),
        "change": float((drawn - indexed.values[INDEX]).abs().median()),
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _replacements(
    sources: Mapping[str, pd.Series],
) -> Iterator[tuple[str, Mapping[str, pd.Series]]]:
    for name, column in sources.items():
        yield name, {name: column}
    yield "all", sources


def _one_more_draw(atlas: Atlas, recipe: Recipe) -> pd.Series:
    """Return the scores of a draw whose seed is none of the recipe's."""
    scoring = score_atlas(atlas, resolve(recipe, atlas.indicators))
    sampler = ErrorSampler(scoring.scored, scoring.context)
    scores = pd.Series(np.nan, index=atlas.codes)
    scores[sampler.rows] = sampler.draw(CHECK_SEED, plain)[INDEX].astype("float64")
    return scores


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--within", nargs="*", default=[])
    parser.add_argument(
        "--own-ranks", type=int, metavar="N", help="N of the design, for example 64"
    )
    options = parser.parse_args()
    atlas = read_atlas("fr", within=options.within)
    settled = (premises_2024(options.data)["pct_fibre"].reindex(atlas.codes) >= SETTLED).to_numpy()
    print(f"{settled.sum():,} settled communes of {len(atlas.codes):,}")
    table = check_intervals(atlas, other_sources(atlas, options.data), settled)
    print(table.round(3).to_string())
    if options.own_ranks:
        scoring = score_atlas(atlas, resolve(read_recipe(INDEX), atlas.indicators))
        indices = own_rank_indices(
            scoring.values, scoring.scored, scoring.context, count=options.own_ranks
        )
        print(indices.round(2).to_string())


if __name__ == "__main__":
    main()
