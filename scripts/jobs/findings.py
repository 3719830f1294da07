"""What an atlas with an index answers: who is worst off, how sure that is, and what decides it.

Every figure is computed from the atlas and its draws; docs/findings.md shows those of France.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.nesting import mean_by
from zoneblanche.layers.analysis.flagging.flags import flag, flag_summary
from zoneblanche.layers.analysis.flagging.judge import YES, Judge
from zoneblanche.layers.analysis.flagging.rule import read_rule
from zoneblanche.layers.analysis.inequality.decomposition import split_inequality
from zoneblanche.layers.analysis.inequality.groups import size_band
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.recipe import Normalise, Recipe, Uncertainty
from zoneblanche.layers.index.score import index_groups, index_values, score
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.remove import remove_each
from zoneblanche.layers.index.uncertainty.robustness import draw_scores
from zoneblanche.layers.index.uncertainty.sensitivity import Sensitivity, sensitivity
from zoneblanche.maps.drawn.cite import SEMICOLON
from zoneblanche.maps.drawn.words import write_number

WORST, DRAWS = 10, 100
"""Areas that are named, and draws that their ranks are of."""

RUNS = 128
"""N of the Saltelli design; the index is computed N·(choices + 2) times."""

MOST_GROUPS = 200
"""A level with more areas has few territories in each, which are alike for that alone."""

FLAG = "sparse-underserved"

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "worst": "Les plus mal placés des {count} {level} ({title}, moyenne par habitant ; rang "
        "de 5 à 95 % sur {draws} tirages)",
        "best": "Les scores les plus élevés des {count} {level} ({title}, moyenne par habitant ; "
        "rang de 5 à 95 % sur {draws} tirages)",
        "anew": "La carte, au niveau des {level}, calcule l'indice à nouveau sur leurs propres "
        "chiffres et non comme moyenne de leurs {units} : elle les classe autrement.",
        "rank": "rang",
        "flag": "{title} : {percent} % de la population ({count} territoires), peut-être {more} %",
        "between": "{title}, inégalité de Theil entre habitants, part entre groupes plutôt que "
        "dedans",
        "equal": "{title}, territoires peu denses comparés aux autres, en points : {raw} ; à "
        "taille égale {left} ({low} à {high})",
        "choices": "{title}, choix qui déplacent les rangs (indice de Sobol total ; déplacement "
        "moyen {shift} rangs, {runs} calculs)",
        "without": "{title}, déplacement moyen des rangs sans",
        "normalise": "normalisation",
        "weights": "pondération (± {share} %)",
        "leave_out": "indicateur retiré",
        "aggregate": "agrégation",
        "treat": "traitement",
        "impute": "imputation",
        "size-band": "tranches de population",
        "density-class": "classes de densité",
        "to": "à",
        "still": "aucun choix ne déplace de rang",
    },
    "en": {
        "worst": "Worst off of the {count} {level} ({title}, mean by inhabitant; rank from 5 to "
        "95 % of {draws} draws)",
        "best": "Highest scores of the {count} {level} ({title}, mean by inhabitant; rank from 5 "
        "to 95 % of {draws} draws)",
        "anew": "The map, at the level of {level}, computes the index anew on their own figures, "
        "not as the mean of their {units}: it ranks them otherwise.",
        "rank": "rank",
        "flag": "{title}: {percent} % of the population ({count} territories), possibly {more} %",
        "between": "{title}, Theil inequality between inhabitants, share between groups rather "
        "than within",
        "equal": "{title}, sparse territories against the others: {raw} points; at equal size "
        "{left} ({low} to {high})",
        "choices": "{title}, choices that move ranks (total Sobol index; mean shift {shift} ranks, "
        "{runs} runs)",
        "without": "{title}, mean rank shift without",
        "normalise": "normalisation",
        "weights": "weights (± {share} %)",
        "leave_out": "an indicator left out",
        "aggregate": "aggregation",
        "treat": "treatment",
        "impute": "imputation",
        "size-band": "size bands",
        "density-class": "density classes",
        "to": "to",
        "still": "no choice moves a rank",
    },
}


def print_findings(file: Path, *, recipe: str, lang: str | None) -> None:
    """Computes the index of an atlas anew, and prints what it answers."""
    from zoneblanche.layers.outputs.atlas_file import load_atlas

    atlas = compute_index(load_atlas(file), recipe)
    index_id = list(atlas.recipes)[-1]
    country = atlas.territories.country
    lang = lang or ("en" if country is None else country.lang)
    for found in (_flagged(atlas, lang), main_lines(atlas, index_id, lang)):
        print(*found, sep="\n")
    print(*choice_lines(atlas, index_id, lang), sep="\n")


def main_lines(atlas: Atlas, index_id: str, lang: str) -> list[str]:
    """The answers that take about half a second for all communes; those that the atlas has
    no figures for are left out.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        lang: fr or en.

    Raises:
        InputError: the atlas does not know how the index was made.
    """
    return [
        *_worst_areas(atlas, index_id, lang),
        *_between(atlas, index_id, lang),
        *_at_equal_size(atlas, index_id, lang),
    ]


def _worst_areas(atlas: Atlas, index_id: str, lang: str) -> Iterator[str]:
    country, territories = atlas.territories.country, atlas.territories
    level = None if country is None else country.bare_code_level
    if country is None or level is None or level not in territories.parents:
        return
    found = rank_areas(atlas, index_id, level=level)
    if len(found) < 2 or found["rank_low"].isna().all():
        return
    indicator = atlas.indicator(index_id)
    words = WORDS[lang]
    head = words["worst" if indicator.better == "lower" else "best"].format(
        count=len(found),
        level=country.level(level).plural[lang],
        title=indicator.title_in(lang),
        draws=DRAWS,
    )
    named = [
        f"{territories.place_name(level, str(code))} {write_number(row.score, 1, lang)}, "
        f"{words['rank']} {_span(row.rank_low, row.rank_high)}"
        for code, row in found.head(WORST).iterrows()
    ]
    yield f"{head}{colon(lang)}{SEMICOLON[lang].join(named)}"
    units = territories.level_title(lang, plural=True)
    yield words["anew"].format(level=country.level(level).plural[lang], units=units)


def _span(low: float, high: float) -> str:
    """The ranks from `low` to `high`, or the one that they are.

    >>> _span(1, 1), _span(2, 5)
    ('1', '2–5')
    """
    return f"{low:.0f}–{high:.0f}" if high > low else f"{low:.0f}"


def rank_areas(atlas: Atlas, index_id: str, *, level: str, draws: int = DRAWS) -> pd.DataFrame:
    """Areas by the mean of an index over their inhabitants, with the interval of their rank.

    The mean is taken in every draw, so that what varies alike within an area is not averaged out.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        level: of the areas, one that contains the territories.
        draws: how many.

    Returns:
        Index: codes, the highest score first. `score`, `rank`, `rank_low`, `rank_high` (5 and 95 %
        of the draws, widened to the rank itself; NaN where the recipe has no draws).

    Raises:
        InputError: the atlas does not know how the index was made.
    """
    recipe = _recipe(atlas, index_id)
    values = index_values(recipe, atlas)
    groups = index_groups(recipe, atlas)
    scored = score(values, recipe, groups=groups)
    drawn = draw_scores(values, scored, draws=draws, groups=groups, names=[index_id])[index_id]
    areas, people = atlas.territories.parents[level], atlas.territories.facts["population"]
    means = mean_by(atlas.values[index_id], people, areas)["mean"].dropna()
    counted = (atlas.values[index_id].notna() & areas.isin(means.index) & (people > 0)).to_numpy()
    place = means.index.get_indexer(pd.Index(areas[counted]))
    weight = people[counted].to_numpy("float64")
    total = np.bincount(place, weights=weight, minlength=len(means))
    sums = [
        np.bincount(place, weights=weight * row, minlength=len(means))
        for row in drawn[:, counted].astype("float64")
    ]
    ranks = pd.DataFrame(np.reshape(sums, (-1, len(means))) / total).rank(
        axis=1, method="min", ascending=False
    )
    low, high = np.full((2, len(means)), np.nan)
    if len(ranks):
        low, high = np.nanquantile(ranks, (0.05, 0.95), axis=0)
    table = pd.DataFrame({"score": means, "rank": rank(means)})
    table["rank_low"] = np.minimum(np.floor(low), table["rank"])
    table["rank_high"] = np.maximum(np.ceil(high), table["rank"])
    return table.sort_values("score", ascending=False, kind="stable")


def _recipe(atlas: Atlas, index_id: str) -> Recipe:
    if index_id not in atlas.recipes:
        raise InputError(
            Fault(
                f"the atlas does not know how {index_id!r} was made.",
                remedy="Compute the index anew.",
                kind="no-recipe",
            )
        )
    return atlas.recipes[index_id]


def _flagged(atlas: Atlas, lang: str) -> Iterator[str]:
    """The share of the population, where people are counted and the rule can be judged."""
    if FLAG not in atlas.indicators:
        if not {"density", "infrastructure", "online-presence"} <= set(atlas.indicators):
            return
        atlas = flag(atlas, FLAG)
    found = flag_summary(atlas, FLAG)
    if not found.population:
        return
    yield WORDS[lang]["flag"].format(
        title=atlas.indicator(FLAG).title_in(lang),
        percent=write_number(found.population_percent(found.flagged), 1, lang),
        count=write_number(found.flagged.territories, 0, lang),
        more=write_number(found.population_percent(found.possible), 1, lang),
    )


def _between(atlas: Atlas, index_id: str, lang: str) -> Iterator[str]:
    """How much of the inequality lies between density classes, size bands, and areas."""
    country, values = atlas.territories.country, atlas.values[index_id]
    people = atlas.territories.facts["population"]
    if not (values[people > 0] > 0).any() or (values < 0).any():
        return
    parents = atlas.territories.parents
    levels = [] if country is None else [one for one in country.levels if one.id in parents]
    levels = [level for level in levels if 1 < parents[level.id].nunique() <= MOST_GROUPS]
    names = {name: WORDS[lang][name] for name in ("density-class", "size-band")}
    names |= {level.id: level.plural[lang] for level in levels}
    parts = []
    for by, title in names.items():
        if by in atlas.indicators or by in parents or by == "size-band":
            split = split_inequality(atlas, index_id, by=by, people=True)
            parts.append(f"{title} {write_number(split.between_percent, 1, lang)} %")
    head = WORDS[lang]["between"].format(title=atlas.indicator(index_id).title_in(lang))
    yield f"{head}{colon(lang)}{', '.join(parts)}"


def _at_equal_size(atlas: Atlas, index_id: str, lang: str) -> Iterator[str]:
    if "density" not in atlas.indicators:
        return
    found = sparse_at_equal_size(atlas, index_id)
    if found is None:
        return
    raw, left, low, high = (_signed(figure, lang) for figure in found)
    yield WORDS[lang]["equal"].format(
        title=atlas.indicator(index_id).title_in(lang), raw=raw, left=left, low=low, high=high
    )


def sparse_at_equal_size(
    atlas: Atlas, indicator_id: str
) -> tuple[float, float, float, float] | None:
    """How far sparse territories are from the others, and from others of their size band.

    In each legal size band the mean of the sparse (rule `sparse`) less that of the others; the
    bands weigh as many sparse territories as they have. Bands without two of either are left out.

    Returns:
        The plain difference, that at equal size, and its 95 % interval; None where no band has
        both.
    """
    sparse = Judge(atlas, read_rule("sparse")).verdict().states == YES
    table = pd.DataFrame({"x": atlas.values[indicator_id], "sparse": sparse})
    table["band"] = size_band(atlas.territories.facts["population"])
    table = table.dropna()
    thin = _by_band(table[table["sparse"]])
    other = _by_band(table[~table["sparse"]])
    thin, other = thin[thin["count"] >= 2], other[other["count"] >= 2]
    both = thin.index.intersection(other.index)
    if both.empty:
        return None
    thin, other = thin.loc[both], other.loc[both]
    share = thin["count"] / thin["count"].sum()
    left = float((share * (thin["mean"] - other["mean"])).sum())
    error = thin["var"] / thin["count"] + other["var"] / other["count"]
    margin = 1.959964 * float(np.sqrt((share**2 * error).sum()))
    raw = table.loc[table["sparse"], "x"].mean() - table.loc[~table["sparse"], "x"].mean()
    return float(raw), left, left - margin, left + margin


def _by_band(table: pd.DataFrame) -> pd.DataFrame:
    grouped = table.groupby("band")["x"]
    return pd.DataFrame({"mean": grouped.mean(), "var": grouped.var(), "count": grouped.count()})


def choice_lines(atlas: Atlas, index_id: str, lang: str) -> list[str]:
    """Which choice moves ranks, and how far they move without each indicator: some seconds.

    A recipe that doubts one choice only is asked about three: its weights, its normalisation
    (against percentile ranks, where its means are arithmetic) and the loss of an indicator. An
    index of one indicator has no choice that moves a rank, and no line.
    """
    recipe = _doubted(_recipe(atlas, index_id), atlas)
    if len(recipe.elements) < 2:
        return []
    words, title = WORDS[lang], atlas.indicator(index_id).title_in(lang)
    values = index_values(recipe, atlas)
    groups = index_groups(recipe, atlas)
    scored = score(values, recipe, groups=groups)
    try:
        found = sensitivity(values, scored, groups=groups, count=RUNS)
    except InputError as error:
        if {fault.kind for fault in error.faults} != {"no-variance"}:
            raise
        first = f"{title}{colon(lang)}{words['still']}"
    else:
        first = _choices(found, words, title, recipe, lang)
    shifts = remove_each(scored).shift.sort_values(ascending=False)
    without = [
        f"{atlas.indicator(str(name)).title_in(lang)} {write_number(moved, 0, lang)}"
        for name, moved in shifts.items()
    ]
    return [
        first,
        f"{words['without'].format(title=title)}{colon(lang)}{', '.join(without)}",
    ]


def _choices(
    found: Sensitivity, words: Mapping[str, str], title: str, recipe: Recipe, lang: str
) -> str:
    share = write_number(100 * recipe.uncertainty.weights, 0, lang)
    parts = [
        f"{words[str(name)].format(share=share)} {write_number(row.total, 2, lang)} "
        f"({write_number(row.total_low, 2, lang)} {words['to']} "
        f"{write_number(row.total_high, 2, lang)})"
        for name, row in found.table.sort_values("total", ascending=False).iterrows()
    ]
    shift = write_number(found.mean_shift, 0, lang)
    head = words["choices"].format(title=title, shift=shift, runs=found.runs)
    return f"{head}{colon(lang)}{', '.join(parts)}"


def _doubted(recipe: Recipe, atlas: Atlas) -> Recipe:
    own = recipe.uncertainty
    lists = (own.treat, own.impute, own.normalise, own.aggregate)
    if sum(len(choices) > 1 for choices in lists) + own.leave_out + (own.weights > 0) > 1:
        return recipe
    fixed = all(element.goalposts is not None for element in recipe.elements)
    # Other means have a scale of their own, or no place for the zero of the last.
    arithmetic = all(dimension.aggregate == "arithmetic" for dimension in recipe.dimensions)
    normalise: tuple[Normalise, ...] = ("goalposts" if fixed else "minmax", "prank")
    # Of one figure that all share, as one département has of its own, no rank can be made.
    values = index_values(recipe, atlas)
    varied = bool((values.max() > values.min()).all())
    normalise = normalise if arithmetic and varied else ()
    doubted = Uncertainty(weights=own.weights or 0.25, normalise=normalise, leave_out=True)
    return replace(recipe, uncertainty=doubted)


def _signed(figure: float, lang: str) -> str:
    text = write_number(figure, 1, lang)
    return f"+{text}" if figure > 0 else text


def colon(lang: str) -> str:
    """A colon as the language spaces it."""
    return "\u00a0: " if lang == "fr" else ": "
