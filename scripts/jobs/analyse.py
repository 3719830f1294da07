"""The analyses of one indicator: inequality, gradient, equal size, space, stability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.borders.stored import contiguity_of
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.results.output import check_file_place, staged_file
from zoneblanche.geo.messages import _, join, ngettext, pgettext, quantity, titled, translate
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
from zoneblanche.layers.analysis.inequality.groups import grouping_title, known_groupings
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
from zoneblanche.maps.drawn.words import date_text
from zoneblanche.scripts.terminal import align_columns

DRAWS = 100
"""Of the recipe, for the stability of flags."""

LEAST_AREAS = 10
"""Areas that a correlation is given for."""

ENDS = 3
"""Number of areas named at either end."""

MEASURES: Mapping[str, str] = {
    "sd": _("standard deviation"),
    "q90-q10": _("9th decile less the 1st"),
    "gini": _("Gini"),
    "theil": _("Theil"),
    "atkinson-0.5": _("Atkinson (ε = 0.5)"),
    "palma": _("share of the top 10 % / bottom 40 %"),
    "p90-p10": _("9th decile / 1st decile"),
}
"""The titles of the measures, by the names of `measure_spread` and `measure_inequality`."""

COUNTED = (_("territories"), _("people"))
"""The headings of what counts once: each territory, or each inhabitant."""

Rows = list[tuple[str, ...]]
"""A table: its cells, row by row; the first column is at the left, the others at the right."""


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
    head: list[str | Rows] = [titled(indicator.title)]
    native = atlas.coarser_level_of(indicator)
    if native and indicator.role not in ("indicator", "context"):
        check_own_level(atlas, indicator)
    if native and atlas.territories.country is not None:
        atlas = atlas_at(atlas.keep([indicator_id]), native)
        head.append(_at_native_level(atlas))
    parts = [head]
    for part in (_inequality, _groups, _density, _equal_size, _space, _levels, _waves, _stability):
        try:
            parts.append(list(part(atlas, indicator_id)))
        except InputError as error:
            parts.append([_("Left out: {why}", why=error)])
    return _written(parts, lang)


def _written(parts: Iterable[Iterable[str | Rows]], lang: str) -> list[str]:
    """Return the lines of the parts that have any, with an empty line between two."""
    lines: list[str] = []
    for part in parts:
        texts: list[str] = []
        for item in part:
            if isinstance(item, list):
                rows = [[translate(cell, lang) for cell in row] for row in item]
                texts += [f"  {line}" for line in align_columns(rows)]
            else:
                texts.append(translate(item, lang))
        lines += ["", *texts] if lines and texts else texts
    return lines


def _at_native_level(atlas: Atlas) -> str:
    """Say at which level the figures are analysed: that of the atlas."""
    return ngettext(
        "The figures are measured by {level}, and are analysed at that level ({count} territory).",
        "The figures are measured by {level}, and are analysed at that level ({count} "
        "territories).",
        len(atlas.codes),
        level=atlas.territories.level_message(),
    )


def _inequality(atlas: Atlas, indicator_id: str) -> Iterator[str | Rows]:
    indicator = atlas.indicator(indicator_id)
    rows: Rows = [("", *COUNTED)]
    if bounds_of(indicator) is not None:
        digits = indicator.digits + 1
        for name, row in measure_spread(atlas, indicator_id).iterrows():
            rows.append((MEASURES[str(name)], *(quantity(x, digits) for x in row)))
        yield _("Spread, of territories and of people")
        yield rows
        return
    # All territories are measured: nothing is a sample, and there is no interval.
    table = measure_inequality(atlas, indicator_id, draws=0).table
    for measure in table.index.get_level_values("measure").unique():
        figures = (table["value"][measure, by] for by in ("territories", "population"))
        rows.append((MEASURES[measure], *(quantity(float(figure), 3) for figure in figures)))
    yield _("Inequality, between territories and between people")
    yield rows


def _groups(atlas: Atlas, indicator_id: str) -> Iterator[str | Rows]:
    rows: Rows = []
    bounded = bounds_of(atlas.indicator(indicator_id)) is not None
    for by in known_groupings(atlas):
        shares = {}
        for name, people in (("territories", False), ("people", True)):
            if bounded:
                share = variance_between(atlas, indicator_id, by=by, people=people)
            else:
                split = split_inequality(atlas, indicator_id, by=by, people=people)
                share = split.between_percent
            shares[name] = quantity(share, 1)
        title = grouping_title(atlas, by)
        rows.append((title, _("territories {territories} %, people {people} %", **shares)))
    if bounded:
        yield _("Share of the variance between groups")
    else:
        yield _("Share of Theil's index between groups")
    yield rows


def _density(atlas: Atlas, indicator_id: str) -> Iterator[str | Rows]:
    digits = atlas.indicator(indicator_id).digits + 1
    gradient = measure_gradient(atlas, indicator_id)
    rows: Rows = [(_("Density, inhabitants/km²"), *COUNTED, pgettext("analyse", "mean"))]
    for row in gradient.bands.to_dict("records"):
        ends = {"low": quantity(row["from_"], 0), "high": quantity(row["to"], 0)}
        band = _("{low} to {high}", **ends)
        rows.append(
            (
                band if np.isfinite(row["to"]) else _("{low} and more", low=ends["low"]),
                quantity(row["territories"], 0),
                quantity(row["population"], 0),
                quantity(row["mean"], digits),
            )
        )
    yield rows
    slots = {
        "slope": quantity(gradient.per_doubling, digits),
        "error": quantity(Z95 * gradient.per_doubling_error, digits),
        "spearman": quantity(gradient.spearman, 2),
    }
    if np.isfinite(gradient.erreygers):
        yield _(
            "Each time density doubles: {slope} (± {error}); rank correlation "
            "{spearman}; Erreygers index {erreygers}",
            erreygers=quantity(gradient.erreygers, 3),
            **slots,
        )
    else:
        yield _(
            "Each time density doubles: {slope} (± {error}); rank correlation "
            "{spearman}; concentration index {concentration}",
            concentration=quantity(gradient.concentration, 3),
            **slots,
        )


def _equal_size(atlas: Atlas, indicator_id: str) -> Iterator[str]:
    level = atlas.territories.area_level
    if level is None:
        return
    compared = compare_equal_size(atlas, indicator_id)
    table = residuals_by(atlas, compared, level=level)
    residuals = [
        _("{name} {score}", name=name, score=quantity(residual, 1))
        for name, residual in zip(table["name"], table["residual"].astype(float), strict=True)
    ]
    deviance = quantity(100 * compared.fit.explained, 0)
    if len(residuals) <= ENDS:
        yield _(
            "At equal size and density ({deviance} % of the deviance explained), "
            "mean difference in points: {listed}",
            deviance=deviance,
            listed=join(residuals),
        )
    else:
        yield _(
            "At equal size and density ({deviance} % of the deviance explained), "
            "mean difference in points: lowest {low}; highest {high}",
            deviance=deviance,
            low=join(residuals[:ENDS]),
            high=join(residuals[ENDS:][-ENDS:]),
        )
    gap = float(calibration_table(compared)["residual"].abs().max())
    yield _(
        "Observed and expected means of a size band differ by {gap} points at most.",
        gap=quantity(gap, 1),
    )


def _space(atlas: Atlas, indicator_id: str) -> Iterator[str]:
    values = atlas.values[indicator_id]
    contiguity = contiguity_of(atlas.territories)
    autocorrelation = moran(values, contiguity)
    yield _(
        "Moran's I {statistic} (z = {z}); neighbours alike by {likeness} (0: by chance, 1: equal)",
        statistic=quantity(autocorrelation.statistic, 3),
        z=quantity(autocorrelation.z, 1),
        likeness=quantity(likeness_of_neighbours(values, contiguity), 2),
    )
    yield _("Clusters after correction: {listed}", listed=_clusters(values, contiguity))
    if bounds_of(atlas.indicator(indicator_id)) is None:
        return
    try:
        residual = compare_equal_size(atlas, indicator_id).table["residual"]
        yield _(
            "Clusters of what size and density do not predict: {listed}",
            listed=_clusters(residual, contiguity),
        )
    except InputError:
        return  # the line on equal size says why


def _clusters(values: pd.Series, contiguity: Contiguity) -> str:
    counts = local_moran(values, contiguity).counts()
    return join(
        _("{name} {score}", name=LABELS[label], score=quantity(count))
        for label, count in counts.items()
        if label != NONE
    )


def _levels(atlas: Atlas, indicator_id: str) -> Iterator[str | Rows]:
    """Return how an index correlates with its parts, by territory and by area: two answers."""
    indicator, parents = atlas.indicator(indicator_id), atlas.territories.parents
    level = atlas.territories.area_level
    if not indicator.parts or level is None:
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
    yield _(
        "Correlation with the index by {fine}, and by {coarse}; neither says anything of the other "
        "level.",
        fine=atlas.territories.level_message(),
        coarse=atlas.territories.level_message(level=level),
    )
    yield [
        (
            titled(atlas.indicator(name).title),
            quantity(float(fine[name]), 2),
            quantity(float(by_area[name]), 2),
        )
        for name in shown[1:]
    ]


def _waves(atlas: Atlas, indicator_id: str) -> Iterator[str]:
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
        figures = [
            quantity(figure, 1)
            for change in counted
            for figure in (change.real, change.low, change.high)
        ]
        names = ("real", "low", "high", "people", "people_low", "people_high")
        slots: dict[str, str] = dict(zip(names, figures, strict=False))
        slots["before"] = date_text(wave.period)
        slots["gained"], slots["lost"] = quantity(counted[0].gained), quantity(counted[0].lost)
        if len(counted) > 1:
            yield _(
                "Since {before}: {real} by territory ({low} to {high}), {people} by inhabitants "
                "({people_low} to {people_high}); {gained} rose, {lost} fell.",
                **slots,
            )
        else:
            yield _(
                "Since {before}: {real} by territory ({low} to {high}); {gained} rose, {lost} "
                "fell.",
                **slots,
            )


def _stability(atlas: Atlas, indicator_id: str) -> Iterator[str]:
    """Return the lines on the flags of the atlas that depend on the index."""
    if indicator_id not in atlas.recipes:
        return
    for stability in flags_of_index(atlas, indicator_id, draws=DRAWS):
        yield ngettext(
            "{title}: flagged in 95 % of the draws or more, {count} territory; in 5 to 95 %, "
            "{unsure} (of {draws} draws)",
            "{title}: flagged in 95 % of the draws or more, {count} territories; in 5 to 95 %, "
            "{unsure} (of {draws} draws)",
            stability.sure,
            title=titled(stability.flag.title),
            unsure=quantity(stability.unsure),
            draws=quantity(stability.draws),
        )
