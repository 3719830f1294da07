"""Write a method page for each shipped recipe, from the recipe and an atlas of real figures.

    zoneblanche build --source arcep-debit=… --source insee-filosofi=… … -o atlas.parquet
    python -m scripts.build.method_pages atlas.parquet -o docs
    python -m scripts.build.method_pages atlas.parquet --only rpnt -o docs

Pages in `docs` are of all France: an atlas of a part of it is refused there.

The method is read from the recipe. Correlations, influence and robustness are computed on the
atlas. An indicator that the atlas does not have is left out of these, and the page says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language, read_country
from zoneblanche.geo.files.results.output import workshop_file
from zoneblanche.geo.numerals import format_number
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.consistency import (
    alpha_by_dimension,
    correlation_flags,
    correlations,
    effective_weights,
    nominal_weights,
)
from zoneblanche.layers.index.recipe.load import known_recipes, read_recipe
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.score import Scored, ScoredAtlas, resolve, score_atlas
from zoneblanche.layers.index.uncertainty.drawing.draws import LISTS
from zoneblanche.layers.index.uncertainty.remove import remove_each
from zoneblanche.layers.index.uncertainty.robustness import draw_ranks
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.scripts.jobs.findings import choice_lines

DOCS = Path(__file__).resolve().parents[2] / "docs"
HEAD = (
    "<!-- Written by `python -m scripts.build.method_pages`: change the recipe, not this page. -->"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write all pages, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("atlas", type=Path, help="from `zoneblanche build`")
    parser.add_argument("-o", "--out", type=Path, default=Path("docs"))
    parser.add_argument("--only", metavar="ID", choices=known_recipes(), help="one recipe")
    options = parser.parse_args(arguments)
    atlas = load_atlas(options.atlas)
    if options.out.resolve() == DOCS and (lacking := _lacking(atlas)):
        parser.error(
            f"the atlas lacks {lacking:,} communes of France, and the pages in docs are of all of "
            "them. Build it without --within, or write elsewhere with -o FOLDER."
        )
    for name in [options.only] if options.only else known_recipes():
        with workshop_file(options.out / page_name(name)) as staging:
            staging.write_text(method_page(atlas, read_recipe(name)), encoding="utf-8")


def _lacking(atlas: Atlas) -> int:
    """Return the number of communes of the embedded edition that the atlas does not have."""
    return len(edition_territories(read_country("fr")).codes.difference(atlas.codes))


def page_name(recipe_id: str) -> str:
    """Return the file name of a recipe's page."""
    return f"method-{recipe_id}.md"


def method_page(atlas: Atlas, recipe: Recipe) -> str:
    """Return the whole page, in Markdown."""
    lines = [*method_lines(recipe), *_data_lines(atlas, recipe)]
    return "\n".join(lines).rstrip() + "\n"


def method_lines(recipe: Recipe) -> list[str]:
    """Return the lines that depend on the recipe only, not on data."""
    worse = recipe.orientation == "worse"
    weighed = _shares(recipe.root)
    rows: list[tuple[str, ...]] = []

    def descend(dimension: Dimension, depth: int) -> None:
        for child in dimension.children:
            inside = "&nbsp;" * 4 * depth
            share = _percent(weighed[child.id])
            if isinstance(child, Dimension):
                title = f"{inside}**{in_language(child.title, 'en')}** (`{child.id}`)"
                rows.append((title, share, child.aggregate, ""))
                descend(child, depth + 1)
            else:
                rows.append((inside + _named(child.id), share, "", _scale(child)))

    descend(recipe.root, 0)
    doubted = recipe.uncertainty
    varied = [f"every weight within ±{100 * doubted.weights:g} %"] if doubted.weights else []
    varied += ["equal weights in half of the draws"] if doubted.equal else []
    for what in LISTS:
        chosen = getattr(doubted, what)
        varied += [f"{what}: {', '.join(map(str, chosen))}"] if chosen else []
    varied += ["one indicator left out"] if doubted.leave_out else []
    return [
        HEAD,
        "",
        f"# {recipe.title_in('en')}",
        "",
        in_language(recipe.description, "en"),
        "",
        f"Recipe `{recipe.id}`: `zoneblanche index ATLAS.parquet --recipe {recipe.id} -o "
        "SCORED.parquet`. [recipes.md](recipes.md) gives the reasons for its choices; "
        "[index-engine.md](index-engine.md) describes the steps.",
        "",
        "## Method",
        "",
        *_table(("element", "weight", "aggregation", "scale"), rows),
        "",
        f"- The index is the {recipe.root.aggregate} mean of its parts. A high score is "
        f"{'worse' if worse else 'better'} off, and rank 1 is the highest score.",
        f"- {_who_is_scored(recipe)} A missing indicator is left out, and the others count for it.",
        *_error_lines(recipe),
        f"- The uncertainty of the ranks {'under other choices ' if recipe.has_errors else ''}"
        f"comes from {recipe.draws} draws (seed {recipe.seed}) with {', '.join(varied)}."
        if varied
        else "- Ranks have no uncertainty: the recipe has no uncertain choice.",
        "",
        "Literature:",
        "",
        *[f"- {reference}" for reference in recipe.references],
        "",
    ]


def _error_lines(recipe: Recipe) -> list[str]:
    if not recipe.has_errors:
        return []
    stated = ", ".join(
        f"`{element.id}`" for element in recipe.elements if element.measurement_error
    )
    return [
        f"- The intervals are 90 % ranges under the stated errors of {stated}, from {recipe.draws} "
        f"draws (seed {recipe.seed}). [recipes.md](recipes.md#measurement-errors) explains them; "
        "the recipe gives their figures. Choices are drawn apart."
    ]


def _who_is_scored(recipe: Recipe) -> str:
    needs = []
    if recipe.min_available > 0 or not (recipe.required or recipe.min_dimensions):
        needs.append(f"at least {100 * recipe.min_available:.0f} % of the indicators are known")
    if recipe.required:
        needs.append(f"{' and '.join(f'`{name}`' for name in recipe.required)} are known")
    if recipe.min_dimensions:
        needs.append(f"at least {recipe.min_dimensions} parts are known")
    if recipe.inhabited:
        needs.append("somebody lives there")
    sentence = f"A territory has a score if {', and if '.join(needs)}."
    if recipe.incomplete == "unranked":
        sentence += " One that lacks a part has no rank; the bounds of its score are given."
    return sentence


def _shares(dimension: Dimension, whole: float = 1.0) -> dict[str, float]:
    """Return the weight of every element in the whole, if weights are given or equal."""
    total = sum(dimension.weights.values())
    shares: dict[str, float] = {}
    for child in dimension.children:
        shares[child.id] = whole * dimension.weights[child.id] / total
        if isinstance(child, Dimension):
            shares |= _shares(child, shares[child.id])
    return shares


def _named(indicator_id: str) -> str:
    layer = known_layers().get(indicator_id)
    return f"{layer.indicator.title_in('en')} (`{indicator_id}`)" if layer else f"`{indicator_id}`"


def _scale(element: Element) -> str:
    layer = known_layers().get(element.id)
    posts = element.goalposts
    if posts is None and element.normalise == "goalposts" and layer is not None:
        resolved = resolve(_alone(element), {element.id: layer.indicator}).elements[0]
        posts = resolved.goalposts
    better = element.better or (layer.indicator.better if layer else None)
    words: list[str] = [element.normalise]
    words += [f"{posts[0]:g} to {posts[1]:g}"] if posts is not None else []
    words += ["log"] if element.scale == "log" else []
    words += [f"treated: {element.treat}"] if element.treat != "none" else []
    words += [f"imputed: {element.impute}"] if element.impute != "none" else []
    return f"{' '.join(words)}; {better} is better"


def _alone(element: Element) -> Recipe:
    return Recipe("x", "x", Dimension("x", "x", (element,), {element.id: 1.0}))


def _data_lines(atlas: Atlas, recipe: Recipe) -> Iterator[str]:
    measurable, absent = _on_atlas(recipe, atlas)
    yield "## Results on real figures"
    yield ""
    if absent:
        named = ", ".join(f"`{name}`" for name in absent)
        yield f"The atlas of these figures has no {named}. `zoneblanche list layers` names the"
        yield "sources of the layers in the catalogue; the others are layers of your own."
    if measurable is None:
        yield "No indicator remains, so there are no results."
        return
    if absent:
        yield "The results leave them out, and divide the weights of the others by their sum."
        yield ""
    measurable = resolve(measurable, atlas.indicators)
    on_atlas = score_atlas(atlas, measurable)
    values, scored = on_atlas.values, on_atlas.scored
    count = int(scored.index.notna().sum())
    yield f"{len(atlas.codes):,} territories, {count:,} of them with a score."
    yield ""
    yield from _figure_lines(atlas, values)
    yield from _correlation_lines(scored)
    yield from _influence_lines(scored)
    yield from _robustness_lines(atlas, measurable, on_atlas)


def _on_atlas(recipe: Recipe, atlas: Atlas) -> tuple[Recipe | None, list[str]]:
    """Return the recipe on the indicators that the atlas has, and those that it does not have."""
    absent = [e.id for e in recipe.elements if e.id not in atlas.indicators]
    root = _kept(recipe.root, set(absent))
    if root is None:
        return None, absent
    parts = {child.id for child in root.children}
    required = tuple(name for name in recipe.required if name in parts)
    least = min(recipe.min_dimensions, len(parts))
    return replace(recipe, root=root, required=required, min_dimensions=least), absent


def _kept(dimension: Dimension, absent: set[str]) -> Dimension | None:
    children: list[Dimension | Element] = []
    for child in dimension.children:
        if isinstance(child, Dimension):
            inner = _kept(child, absent)
            children += [] if inner is None else [inner]
        elif child.id not in absent:
            children.append(child)
    weights = {child.id: dimension.weights[child.id] for child in children}
    return replace(dimension, children=tuple(children), weights=weights) if children else None


def _figure_lines(atlas: Atlas, values: pd.DataFrame) -> Iterator[str]:
    rows = []
    for name in map(str, values):
        indicator, column = atlas.indicator(name), values[name].dropna()
        low, middle, high = column.quantile([0.25, 0.5, 0.75])
        figures = (column.min(), low, middle, high, column.max())
        texts = [format_number(float(x), indicator.digits, "en") for x in figures]
        source = "; ".join(
            dict.fromkeys(f"{s.producer}, {s.published or s.retrieved}" for s in indicator.sources)
        )
        rows.append((f"`{name}`", f"{len(column):,}", *texts, indicator.period, source))
    head = ("indicator", "known", "min", "25 %", "median", "75 %", "max")
    yield from _table((*head, "period", "source"), rows)
    yield ""


def _correlation_lines(scored: Scored) -> Iterator[str]:
    yield "### Correlations"
    yield ""
    yield "Pearson correlations of the normalised figures, oriented so that high is good."
    yield ""
    dimensions = [dimension.id for dimension in scored.recipe.dimensions]
    table = correlations(scored)
    names = [str(name) for name in table if name not in dimensions] + dimensions
    rows = []
    for place, name in enumerate(names):
        cells = [_two(table.loc[name, other]) for other in names[:place]]
        rows.append((f"`{name}`", *cells, "1", *[""] * (len(names) - place - 1)))
    yield from _table(("", *[f"`{name}`" for name in names]), rows)
    yield ""
    alphas = alpha_by_dimension(scored).dropna()
    if len(alphas):
        text = ", ".join(f"`{name}` {_two(alpha)}" for name, alpha in alphas.items())
        yield f"Cronbach's α of the parts of each dimension: {text}."
        yield ""
    for row in correlation_flags(scored).itertuples():
        what = "nearly the same" if row.flag == "same" else "opposed to each other"
        yield f"- `{row.first}` and `{row.second}` are {what} ({_two(row.correlation)})."
    yield ""


def _influence_lines(scored: Scored) -> Iterator[str]:
    yield "### Influence of each indicator"
    yield ""
    table, shift = effective_weights(scored), remove_each(scored).shift
    nominal = nominal_weights(scored)
    rows = [
        (
            f"`{name}`",
            _percent(nominal[name]),
            _two(row["correlation"]),
            _percent(row["effective"]),
            f"{shift[name]:,.0f}" if np.isfinite(shift[name]) else "–",
        )
        for name, row in ((str(name), row) for name, row in table.iterrows())
    ]
    head = ("indicator", "weight", "correlation with the index", "share of influence")
    yield from _table((*head, "mean rank shift without it"), rows)
    yield ""


def _robustness_lines(atlas: Atlas, recipe: Recipe, scored_atlas: ScoredAtlas) -> Iterator[str]:
    yield "### Robustness"
    yield ""
    if not recipe.draws:
        yield "The recipe has no draws."
        return
    drawn = draw_ranks(scored_atlas.values, scored_atlas.scored, context=scored_atlas.context)
    width = (drawn.table["rank_high"] - drawn.table["rank_low"]).dropna()
    sure = int((drawn.table["worst_decile"] >= 0.95).sum())
    yield (
        f"- {drawn.draws} draws: half of the territories have a rank interval (5 to 95 %) of at "
        f"most {width.median():,.0f} ranks, and one in twenty of more than "
        f"{width.quantile(0.95):,.0f}. The order of {100 * drawn.certain_pairs:.0f} % of the pairs "
        "is certain."
    )
    yield f"- {sure:,} territories are in the worst tenth in 95 % of the draws or more."
    scored = compute_index(atlas, recipe, draws=0)
    yield from (f"- {line}." for line in choice_lines(scored, recipe.id, "en")[:1])
    if len(recipe.elements) < len(read_recipe(recipe.id).elements):
        yield "- These figures describe a part of the index: some indicators are missing."


def _percent(share: float) -> str:
    return f"{format_number(100 * share, 1, 'en')} %"


def _two(figure: object) -> str:
    number = float(str(figure))
    return f"{number:.2f}".replace("-", "−") if np.isfinite(number) else "–"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


if __name__ == "__main__":
    main()
