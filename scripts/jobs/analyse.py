"""The analyses of one indicator: inequality, gradient, equal size, space, stability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity, compute_contiguity
from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.output import check_file_place, staged_file
from zoneblanche.geo.messages import _, quantity, translate, translate_all
from zoneblanche.geo.nesting import mean_by
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.change.between_waves import measure_change
from zoneblanche.layers.analysis.change.stability import flags_of_index
from zoneblanche.layers.analysis.inequality.decomposition import (
    likeness_of_neighbours,
    split_inequality,
)
from zoneblanche.layers.analysis.inequality.equal_size import (
    calibration_table,
    clusters_of,
    compare_equal_size,
    residuals_by,
)
from zoneblanche.layers.analysis.inequality.gradient import measure_gradient
from zoneblanche.layers.analysis.inequality.groups import known_groupings
from zoneblanche.layers.analysis.inequality.measures import lorenz_table, measure_inequality
from zoneblanche.layers.analysis.inequality.spread import (
    bounds_of,
    measure_spread,
    variance_between,
)
from zoneblanche.layers.analysis.spatial.clusters import (
    LABELS,
    NONE,
    check_own_level,
    local_moran,
)
from zoneblanche.layers.analysis.spatial.moran import moran
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.intervals import Z95
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.maps.drawn.words import write_date, write_number
from zoneblanche.scripts.jobs.findings import grouping_title

DRAWS = 100
"""Of the recipe, for the stability of flags."""

LEAST_AREAS = 10
"""Areas that a correlation is given for."""

ENDS = 3
"""Number of areas named at either end."""

WORDS: Mapping[str, str] = {
    "inequality": _("Inequality, between territories and between people"),
    "spread": _("Spread, of territories and of people"),
    "sd": _("standard deviation"),
    "q90-q10": _("9th decile less the 1st"),
    "gini": _("Gini"),
    "theil": _("Theil"),
    "atkinson-0.5": _("Atkinson (ε = 0.5)"),
    "palma": _("share of the top 10 % / bottom 40 %"),
    "p90-p10": _("9th decile / 1st decile"),
    "head": _("territories|people"),
    "between": _("Share of Theil's index between groups"),
    "variance": _("Share of the variance between groups"),
    "split": _("territories {territories} %, people {people} %"),
    "density": _("Density, inhabitants/km²"),
    "bands": _("territories|people|mean"),
    "more": _("{low} and more"),
    "band": _("{low} to {high}"),
    "doubling": _(
        "Each time density doubles: {slope} (± {error}); rank correlation "
        "{spearman}; concentration index {concentration}"
    ),
    "doubling_bounded": _(
        "Each time density doubles: {slope} (± {error}); rank correlation "
        "{spearman}; Erreygers index {erreygers}"
    ),
    "calibration": _("Observed and expected means of a size band differ by {gap} points at most."),
    "native": _(
        "The figures are measured by {level}, and are analysed at that level ({count} territories)."
    ),
    "residual": _("Clusters of what size and density do not predict: {told}"),
    "levels": _(
        "Correlation with the index by {fine}, and by {coarse}; neither says anything of the other "
        "level."
    ),
    "equal": _(
        "At equal size and density ({deviance} % of the deviance explained), "
        "mean difference in points: lowest {low}; highest {high}"
    ),
    "moran": _(
        "Moran's I {statistic} (z = {z}); neighbours alike by {likeness} (0: by chance, 1: equal)"
    ),
    "clusters": _("Clusters after correction: {told}"),
    "stable": _(
        "{title}: flagged in 95 % of the draws or more, {sure} territories; in "
        "5 to 95 %, {unsure} (of {draws} draws)"
    ),
    "left": _("Left out: {why}"),
}


def print_analysis(
    file: Path, indicator_id: str | None, *, lorenz: Path | None, lang: str | None
) -> None:
    """Print the analyses of an indicator of an atlas.

    Args:
        file: the atlas.
        indicator_id: of the indicator; None: the last index.
        lorenz: file for the points of the Lorenz curves, or None.
        lang: one with a catalogue; None: that of the atlas.

    Raises:
        InputError: no such indicator, or a category.
    """
    if lorenz is not None:
        check_file_place(lorenz, "lorenz")
    atlas = load_atlas(file)
    if indicator_id is None:
        indices = [name for name, item in atlas.indicators.items() if item.role == "index"]
        indicator_id = indices[-1] if indices else "presence"
    lang = lang or atlas.lang
    print(*analysis_lines(atlas, indicator_id, lang), sep="\n")
    if lorenz is not None:
        write_lorenz(atlas, indicator_id, lorenz)
        print(lorenz)


def write_lorenz(atlas: Atlas, indicator_id: str, path: Path) -> None:
    """Write 101 points of the Lorenz curve, of territories and of people, as CSV."""
    table = lorenz_table(atlas, indicator_id, points=101).round(6)
    with staged_file(path, "lorenz") as staging:
        table.to_csv(staging, index=False, lineterminator="\n")


def analysis_lines(atlas: Atlas, indicator_id: str, lang: str) -> list[str]:
    """Return the lines that `print_analysis` prints. A part that the figures do not allow is left
    out, with the reason.

    Raises:
        InputError: no such indicator, or a category.
    """
    indicator = atlas.indicator(indicator_id)
    if indicator.unit == "category":
        raise InputError(
            _(
                "{indicator_id} is a category: it has no more and no less.",
                indicator_id=repr(indicator_id),
            )
        )
    lines = [indicator.title_in(lang)]
    native = atlas.coarser_level_of(indicator)
    if native and indicator.role not in ("indicator", "context"):
        check_own_level(atlas, indicator)
    country = atlas.territories.country
    if native and country is not None:
        atlas = atlas_at(atlas.keep([indicator_id]), native)
        level = in_language(country.level(native).title, lang)
        told = translate(WORDS["native"], lang)
        lines.append(told.format(level=level, count=write_number(len(atlas.codes), 0, lang)))
    for part in (_inequality, _groups, _density, _equal_size, _space, _levels, _waves, _stability):
        try:
            found = list(part(atlas, indicator_id, lang))
        except InputError as error:
            found = [translate(WORDS["left"], lang).format(why=error)]
        lines += ["", *found] if found else []
    return lines


def _inequality(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, indicator = translate_all(WORDS, lang), atlas.indicator(indicator_id)
    rows = [("", *words["head"].split("|"))]
    if bounds_of(indicator) is not None:
        digits = indicator.digits + 1
        for name, row in measure_spread(atlas, indicator_id).iterrows():
            rows.append((words[str(name)], *(write_number(x, digits, lang) for x in row)))
        yield words["spread"]
        yield from _aligned(rows)
        return
    # All territories are measured: nothing is a sample, and there is no interval.
    table = measure_inequality(atlas, indicator_id, draws=0).table
    for measure in table.index.get_level_values("measure").unique():
        cells = [
            write_number(float(table["value"][measure, by]), 3, lang)
            for by in ("territories", "population")
        ]
        rows.append((words[measure], *cells))
    yield words["inequality"]
    yield from _aligned(rows)


def _groups(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, rows = translate_all(WORDS, lang), []
    bounded = bounds_of(atlas.indicator(indicator_id)) is not None
    for by in known_groupings(atlas):
        lines = {}
        for name, people in (("territories", False), ("people", True)):
            if bounded:
                share = variance_between(atlas, indicator_id, by=by, people=people)
            else:
                split = split_inequality(atlas, indicator_id, by=by, people=people)
                share = split.between_percent
            lines[name] = write_number(share, 1, lang)
        rows.append((grouping_title(atlas, by, lang), words["split"].format(**lines)))
    yield words["variance" if bounded else "between"]
    yield from _aligned(rows)


def _density(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, digits = translate_all(WORDS, lang), atlas.indicator(indicator_id).digits + 1
    found = measure_gradient(atlas, indicator_id)
    rows = [(words["density"], *words["bands"].split("|"))]
    for row in found.bands.itertuples():
        low, high = (write_number(float(str(end)), 0, lang) for end in (row.from_, row.to))
        rows.append(
            (
                words["band" if np.isfinite(float(str(row.to))) else "more"].format(
                    low=low, high=high
                ),
                write_number(float(str(row.territories)), 0, lang),
                write_number(float(str(row.population)), 0, lang),
                write_number(float(str(row.mean)), digits, lang),
            )
        )
    yield from _aligned(rows)
    bounded = np.isfinite(found.erreygers)
    yield words["doubling_bounded" if bounded else "doubling"].format(
        slope=write_number(found.per_doubling, digits, lang),
        error=write_number(Z95 * found.per_doubling_error, digits, lang),
        spearman=write_number(found.spearman, 2, lang),
        concentration=write_number(found.concentration, 3, lang),
        erreygers=write_number(found.erreygers, 3, lang),
    )


def _equal_size(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    country, territories = atlas.territories.country, atlas.territories
    level = None if country is None else country.bare_code_level
    if level is None or level not in territories.parents:
        return
    compared = compare_equal_size(atlas, indicator_id)
    table = residuals_by(atlas, compared, level=level)
    ends = [table.head(ENDS), table.iloc[ENDS:].tail(ENDS)]
    low, high = (
        ", ".join(
            f"{name} {write_number(float(left), 1, lang)}"
            for name, left in zip(end["name"], end["residual"], strict=True)
        )
        for end in ends
    )
    explained = write_number(100 * compared.fit.explained, 0, lang)
    yield translate(WORDS["equal"], lang).format(deviance=explained, low=low, high=high)
    gap = float(calibration_table(compared)["residual"].abs().max())
    yield translate(WORDS["calibration"], lang).format(gap=write_number(gap, 1, lang))


def _space(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, values = translate_all(WORDS, lang), atlas.values[indicator_id]
    contiguity = compute_contiguity(atlas.territories.frame.geometry)
    found = moran(values, contiguity)
    alike = likeness_of_neighbours(values, contiguity)
    yield words["moran"].format(
        statistic=write_number(found.statistic, 3, lang),
        z=write_number(found.z, 1, lang),
        likeness=write_number(alike, 2, lang),
    )
    yield words["clusters"].format(told=_clusters(values, contiguity, lang))
    if bounds_of(atlas.indicator(indicator_id)) is None:
        return
    try:
        residual = compare_equal_size(atlas, indicator_id).table["residual"]
        yield words["residual"].format(told=_clusters(residual, contiguity, lang))
    except InputError:
        return  # the line on equal size says why


def _clusters(values: pd.Series, contiguity: Contiguity, lang: str) -> str:
    counts = local_moran(values, contiguity).counts()
    lines = [
        f"{translate(LABELS[label], lang)} {write_number(count, 0, lang)}"
        for label, count in counts.items()
        if label != NONE
    ]
    return ", ".join(lines)


def _levels(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    """Return how an index correlates with its parts, by territory and by area: two answers."""
    indicator, country = atlas.indicator(indicator_id), atlas.territories.country
    level = None if country is None else country.bare_code_level
    parents = atlas.territories.parents
    if not indicator.parts or country is None or level is None or level not in parents:
        return
    if parents[level].nunique() < LEAST_AREAS:
        return
    shown = [indicator_id, *(name for name in indicator.parts if name in atlas.values)]
    people = atlas.territories.facts["population"]
    coarse = pd.DataFrame(
        {name: mean_by(atlas.values[name], people, parents[level])["mean"] for name in shown}
    )
    fine = atlas.values[shown].corr()[indicator_id]
    by_area = coarse.corr()[indicator_id]
    yield translate(WORDS["levels"], lang).format(
        fine=atlas.territories.level_title(lang),
        coarse=in_language(country.level(level).title, lang),
    )
    yield from _aligned(
        [
            (
                atlas.indicator(name).title_in(lang),
                write_number(float(fine[name]), 2, lang),
                write_number(float(by_area[name]), 2, lang),
            )
            for name in shown[1:]
        ]
    )


def _waves(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    """Return the change since each earlier wave, of territories and of people, for the territories
    known in both."""
    latest, people = atlas.indicator(indicator_id), atlas.territories.facts["population"]
    scale = 100.0 if latest.unit == "boolean" else 1.0
    clusters = clusters_of(atlas)
    for wave in atlas.indicators.values():
        if wave.wave_of != indicator_id:
            continue
        before, after = scale * atlas.values[wave.id], scale * atlas.values[indicator_id]
        counted = [measure_change(before, after, clusters=clusters)]
        if people.notna().all() and people.sum() > 0:
            counted.append(
                measure_change(
                    before, after, weights=people, weights_before=people, clusters=clusters
                )
            )
        slots = [
            quantity(round(figure, 1) + 0.0, digits=1)  # no -0.0
            for one in counted
            for figure in (one.real, one.low, one.high)
        ]
        names = ("real", "low", "high", "people", "people_low", "people_high")
        words: dict[str, str] = dict(zip(names, slots, strict=False))
        words["before"] = write_date(wave.period, lang)
        words["gained"], words["lost"] = (
            quantity(count) for count in (counted[0].gained, counted[0].lost)
        )
        if len(counted) > 1:
            line = _(
                "Since {before}: {real} by territory ({low} to {high}), {people} by inhabitants "
                "({people_low} to {people_high}); {gained} rose, {lost} fell.",
                **words,
            )
        else:
            line = _(
                "Since {before}: {real} by territory ({low} to {high}); {gained} rose, {lost} "
                "fell.",
                **words,
            )
        yield translate(line, lang)


def _stability(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    """Return the lines on the flags of the atlas that depend on the index."""
    if indicator_id not in atlas.recipes:
        return
    for found in flags_of_index(atlas, indicator_id, draws=DRAWS):
        yield translate(WORDS["stable"], lang).format(
            title=found.flag.title_in(lang),
            sure=write_number(found.sure, 0, lang),
            unsure=write_number(found.unsure, 0, lang),
            draws=found.draws,
        )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]
