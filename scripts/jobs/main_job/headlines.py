"""The results of a run in a few sentences: what was measured, three findings, the worst off, the
flagged.

`summary.py` prints everything else with `-v`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, join, ngettext, quantity, semicolons, titled, translate
from zoneblanche.geo.nesting import mean_by
from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.analysis.flagging.flags import flag_summary
from zoneblanche.layers.analysis.inequality.equal_size import sparse_at_equal_size
from zoneblanche.layers.analysis.overview import LARGE, SMALL, measure_overall, share_criterion
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

FINDINGS, WORST = 3, 5
"""Number of findings, of areas that are named, and of draws of their ranks."""


def headlines(atlas: Atlas, *, lang: str) -> list[str]:
    """Return the results in six lines at most; every figure is computed from the atlas."""
    index = next(
        (indicator for indicator in atlas.indicators.values() if indicator.role == "index"), None
    )
    findings = []
    for sentence in _findings(atlas, index):
        findings.append(sentence)
        if len(findings) == FINDINGS:
            break
    lines = [_measured(atlas, index), *findings]
    if index is not None:
        lines += list(_worst(atlas, index))[:1]
    flags = [indicator for indicator in atlas.indicators.values() if indicator.role == "flag"]
    lines += [_flagged(atlas, flag) for flag in flags[:1]]
    return [translate(line, lang) for line in lines]


def _measured(atlas: Atlas, index: Indicator | None) -> str:
    territories, people = atlas.territories, atlas.territories.facts["population"]
    layers = sum(
        indicator.role in ("indicator", "context") for indicator in atlas.indicators.values()
    )
    slots = {
        "territories": quantity(len(territories)),
        "level": territories.level_message(plural=len(territories) != 1),
        "people": quantity(people.sum(), digits=0),
        "index": titled(index.title) if index is not None else "",
    }
    if index is None and people.isna().all():
        return ngettext(
            "Measured: {count} layer of {territories} {level}.",
            "Measured: {count} layers of {territories} {level}.",
            layers,
            **slots,
        )
    if index is None:
        return ngettext(
            "Measured: {count} layer of {territories} {level} with {people} inhabitants.",
            "Measured: {count} layers of {territories} {level} with {people} inhabitants.",
            layers,
            **slots,
        )
    if people.isna().all():
        return ngettext(
            "Measured: {count} layer of {territories} {level}, and the index {index}.",
            "Measured: {count} layers of {territories} {level}, and the index {index}.",
            layers,
            **slots,
        )
    return ngettext(
        "Measured: {count} layer of {territories} {level} with {people} inhabitants, and the "
        "index {index}.",
        "Measured: {count} layers of {territories} {level} with {people} inhabitants, and the "
        "index {index}.",
        layers,
        **slots,
    )


def _findings(atlas: Atlas, index: Indicator | None) -> Iterator[str]:
    """Yield findings, the most telling first: presence by size, access by area, equal size, then
    every other measured figure."""
    measured = _by_importance(atlas, index)
    criteria = [indicator for indicator in measured if indicator.unit == "boolean"]
    figures = [indicator for indicator in measured if indicator.unit not in ("boolean", "category")]
    at_level = [figure for figure in figures if not atlas.coarser_level_of(figure)]
    sized = [line for criterion in criteria for line in _by_size(atlas, criterion)]
    ranged = [line for indicator in at_level for line in _by_area(atlas, indicator)]
    equal = [] if index is None else list(_at_equal_size(atlas, index))
    first = [*sized[:1], *ranged[:1], *equal]
    yield from first
    yield from (line for line in (*ranged, *sized) if line not in first)


def _by_importance(atlas: Atlas, index: Indicator | None) -> list[Indicator]:
    """Return measured indicators with a direction: those of the index first."""
    order: list[str] = []
    if index is not None and index.id in atlas.recipes:
        order = [element.id for element in atlas.recipes[index.id].elements]
    indicators = [
        indicator
        for indicator in atlas.indicators.values()
        if indicator.role == "indicator" and indicator.better
    ]
    return sorted(indicators, key=lambda indicator: indicator.id not in order)


def _by_size(atlas: Atlas, indicator: Indicator) -> Iterator[str]:
    shares = share_criterion(atlas, indicator.id)
    if shares is None or not np.isfinite(shares.small):
        return
    yield _(
        "{title}: {small} % of the territories below {few} inhabitants, {large} % of those from "
        "{many} on.",
        title=titled(indicator.title),
        small=quantity(shares.small, digits=0),
        large=quantity(shares.large, digits=0),
        few=quantity(SMALL),
        many=quantity(LARGE),
    )


def _by_area(atlas: Atlas, indicator: Indicator) -> Iterator[str]:
    """Yield the figure of all territories, with the areas at both ends if no other shares them."""
    level = atlas.territories.area_level
    overall = measure_overall(atlas, indicator.id, level=level)
    if not np.isfinite(overall.value):
        return
    unit = "%" if indicator.unit == "percent" else titled(indicator.suffix)
    slots = {
        "title": titled(indicator.title),
        "value": _figure(overall.value, indicator, unit),
    }
    if level is None or overall.highest is None or overall.lowest is None:
        yield _("{title}: {value} overall.", **slots)
        return
    values, weights = atlas.values[indicator.id], atlas.weight_of(indicator)
    means = mean_by(values, weights, atlas.territories.parents[level])["mean"].dropna()
    means = means.round(indicator.digits)
    if (means == means.max()).sum() > 1 or (means == means.min()).sum() > 1:
        yield _(
            "{title}: {value} overall, {low} to {high} by {level}.",
            low=_figure(float(means.min()), indicator, unit),
            high=_figure(float(means.max()), indicator, unit),
            level=atlas.territories.level_message(level=level),
            **slots,
        )
        return
    yield _(
        "{title}: {value} overall, from {low} ({lowest}) to {high} ({highest}).",
        low=_figure(overall.lowest[1], indicator, unit),
        lowest=atlas.territories.place_name(level, overall.lowest[0]),
        high=_figure(overall.highest[1], indicator, unit),
        highest=atlas.territories.place_name(level, overall.highest[0]),
        **slots,
    )


def _figure(value: float, indicator: Indicator, unit: str) -> str:
    return join((quantity(value, digits=indicator.digits), unit), "\u00a0")


def _at_equal_size(atlas: Atlas, index: Indicator) -> Iterator[str]:
    if "density" not in atlas.indicators or index.id not in atlas.recipes:
        return
    difference = sparse_at_equal_size(atlas, index.id)
    if difference is None:
        return
    raw, adjusted, low, high = (
        quantity(figure, digits=1)
        for figure in (difference.raw, difference.left, difference.low, difference.high)
    )
    yield _(
        "{title}: sparse territories differ from the others by {raw} points; at equal size by "
        "{left} ({low} to {high}).",
        title=titled(index.title),
        raw=raw,
        left=adjusted,
        low=low,
        high=high,
    )


def _worst(atlas: Atlas, index: Indicator) -> Iterator[str]:
    """Yield the areas that are worst off, or else the territories; no name is from a tie."""
    territories, level = atlas.territories, atlas.territories.area_level
    if level is not None and index.id in atlas.recipes:
        table = rank_areas(atlas, index.id, level=level).dropna(subset=["rank"])
        if len(table) > 1:
            names = {str(code): territories.place_name(level, str(code)) for code in table.index}
            yield _(
                "Worst off of {count} {level} ({title}, mean of the inhabitants, rank in 90 % of "
                "the draws): {listed}.",
                count=quantity(len(table)),
                level=territories.level_message(level=level, plural=True),
                title=titled(index.title),
                listed=semicolons(_named(table, names, index)),
            )
            return
    scores = atlas.values[index.id].dropna()
    if scores.empty:
        return
    # One territory has no rank to speak of: an area has.
    table = pd.DataFrame({"score": scores, "rank_low": np.nan, "rank_high": np.nan})
    names = {str(code): territories.label(code) for code in table.index}
    yield _(
        "Worst off of {count} {level} ({title}): {listed}.",
        count=quantity(len(table)),
        level=territories.level_message(plural=len(table) != 1),
        title=titled(index.title),
        listed=semicolons(_named(table, names, index)),
    )


def _named(table: pd.DataFrame, names: dict[str, str], index: Indicator) -> Iterator[str]:
    """Yield the five at the worse end, each with the interval of its rank; those that share a score
    as displayed are counted."""
    shown = table["score"].round(index.digits)
    order = sorted(shown.unique(), reverse=index.better == "lower")
    left = WORST
    for score in order:
        if left <= 0:
            return
        alike = table[shown == score]
        figure = quantity(score, index.digits)
        left -= len(alike)
        if len(alike) > 1:
            yield ngettext(
                "{count} shares {score}", "{count} share {score}", len(alike), score=figure
            )
            continue
        code, row = str(alike.index[0]), alike.iloc[0]
        name, low, high = names[code], row["rank_low"], row["rank_high"]
        if not (np.isfinite(low) and np.isfinite(high)):
            yield _("{name} {score}", name=name, score=figure)
        elif low == high:
            yield _("{name} {score} ({rank})", name=name, score=figure, rank=quantity(int(low)))
        else:
            yield _(
                "{name} {score} ({low} to {high})",
                name=name,
                score=figure,
                low=quantity(int(low)),
                high=quantity(int(high)),
            )


def _flagged(atlas: Atlas, flag: Indicator) -> str:
    summary = flag_summary(atlas, flag.id)
    count = summary.flagged.territories
    slots = {"title": titled(flag.title), "possible": quantity(summary.possible.territories)}
    if not summary.population:
        return ngettext(
            "{title}: {count} territory, and possibly {possible} more.",
            "{title}: {count} territories, and possibly {possible} more.",
            count,
            **slots,
        )
    people = quantity(summary.flagged.population, digits=0)
    share = quantity(summary.population_percent(summary.flagged), digits=1)
    if not summary.possible.territories:
        return ngettext(
            "{title}: {count} territory, where {people} people live ({share} %).",
            "{title}: {count} territories, where {people} people live ({share} %).",
            count,
            people=people,
            share=share,
            **slots,
        )
    return ngettext(
        "{title}: {count} territory, where {people} people live ({share} %), and possibly "
        "{possible} more.",
        "{title}: {count} territories, where {people} people live ({share} %), and possibly "
        "{possible} more.",
        count,
        people=people,
        share=share,
        **slots,
    )
