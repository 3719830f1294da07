"""An atlas of a higher level from one of the base level."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import first_of
from zoneblanche.geo.messages import Translatable, _, ngettext, remark, titled
from zoneblanche.geo.nesting import (
    Grouping,
    grouping,
    groups_at,
    left_out,
    means_of,
    prevailing_by,
    sum_by,
    territories_at,
)
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, Column
from zoneblanche.layers.indicator import Indicator


def atlas_at(atlas: Atlas, level: str, *, shapes: Literal["united", "boxes"] = "united") -> Atlas:
    """Return the atlas on the territories of a containing level.

    Extensive figures are summed. Intensive ones are averaged over their parts with their own
    denominator as weight; without one, a notice says that it is a plain mean. A yes-or-no becomes
    the percentage of the parts where it is yes, or of their denominator. A category has no mean
    and is left out, with a notice. Computed columns (scores, flags) are left out as well: compute
    them on the result. `shapes` is that of `geo.nesting.territories_at`.

    Raises:
        InputError: the level does not contain the atlas' territories.
    """
    if level == atlas.territories.level:
        return atlas
    base = atlas.territories
    groups = grouping(groups_at(base, level))
    territories = territories_at(base, level, shapes=shapes)
    result = Atlas(
        territories=territories,
        values=pd.DataFrame(index=territories.codes),
        reasons=pd.DataFrame(index=territories.codes),
        indicators={},
        weights=pd.DataFrame(
            {name: sum_by(atlas.weights[name], groups) for name in atlas.weights},
            index=territories.codes,
        ),
        notices=atlas.notices,
        account=atlas.account,
        corrections=atlas.corrections,
        contact=atlas.contact,
    )
    outside = left_out(base, level)
    if outside:
        notice = _(
            "{count} {level} territories lie in no {level_2} and are left out ({outside}).",
            count=len(outside),
            level=base.level,
            level_2=level,
            outside=first_of(outside),
        )
        result = result.noting(remark(notice))
    result = _say_unknown_people(result, base, groups)
    columns: list[Column] = []
    weight_of: dict[str, pd.Series] = {}
    for indicator in atlas.indicators.values():
        handed_down = _is_handed_down(indicator, territories)
        if (indicator.unit == "category" and not handed_down) or (
            indicator.role not in ("indicator", "context")
        ):
            result = result.noting(_left_behind(result, atlas, indicator))
        elif indicator.kind == "extensive":
            total = sum_by(atlas.values[indicator.id], groups)
            columns.append(Column(indicator, total, _main_reason(atlas, indicator, groups)))
        else:
            result, column, weight = _mean_of_parts(result, atlas, indicator, groups)
            columns.append(column)
            weight_of[column.indicator.denominator] = weight
    weights = pd.DataFrame({**result.weights, **weight_of}, index=territories.codes)
    return replace(result, weights=weights).add_columns(columns)


def _is_handed_down(indicator: Indicator, territories: Territories) -> bool:
    """Return whether the finer territories have the figure of the ones that it is carried back to,
    or of larger ones: their mean is the figure, and a yes stays a yes."""
    return indicator.native_level in (territories.level, *territories.parents)


def _say_unknown_people(result: Atlas, base: Territories, groups: Grouping) -> Atlas:
    """Return the atlas with a warning about members whose population is not known."""
    people = base.facts["population"]
    unknown = base.codes[people.isna().to_numpy() & groups.inside]
    if not len(unknown) or not people.notna().any():
        return result
    return result.noting(
        ngettext(
            "The population of {count} territory is not known ({codes}); people of {level} are "
            "those of the others.",
            "The population of {count} territories is not known ({codes}); people of {level} are "
            "those of the others.",
            len(unknown),
            codes=first_of(unknown),
            level=result.territories.level_message(plural=True),
        )
    )


def _left_behind(result: Atlas, atlas: Atlas, indicator: Indicator) -> Translatable:
    """Return a notice of a layer that has no figure of the containing level."""
    return remark(
        _(
            "{layer} is not carried from {finer} to {coarser}: a category has no mean, a score "
            "is recomputed.",
            layer=titled(indicator.title),
            finer=atlas.territories.level,
            coarser=result.territories.level,
        )
    )


def _mean_of_parts(
    result: Atlas, atlas: Atlas, indicator: Indicator, groups: Grouping
) -> tuple[Atlas, Column, pd.Series]:
    """Return the result with the notices about an intensive layer, the column of its means, and
    their denominator: the weight of the parts that are known."""
    values = atlas.values[indicator.id]
    weights = atlas.weight_of(indicator)
    figures, weight = groups.figures(values), groups.figures(weights)
    means = means_of(figures, weight, groups)
    mean = means.mean
    handed_down = _is_handed_down(indicator, result.territories)
    if handed_down and indicator.unit in ("boolean", "category"):
        # One that is corrected does not make a yes of the others a share.
        mean = prevailing_by(values, weights, groups).to_numpy()
    else:
        result = _say_weights(result, atlas, indicator, weights)
    share = indicator.unit == "boolean" and not handed_down
    scale = 100.0 if share else 1.0
    partly = groups.codes[(means.known > 0) & (means.known < 0.995)]
    if len(partly):
        notice = _(
            "{layer}: the figure rests on a part of the territory only in {count} cases ({codes}).",
            layer=titled(indicator.title),
            count=len(partly),
            codes=first_of(partly),
        )
        result = result.noting(remark(notice))
    # The denominator is aggregated too: the mean of two territories is still that of their parts.
    carried = _share_of_parts(indicator, atlas) if share else indicator
    weightless = _without_weight(figures, weight, groups)
    reasons = _main_reason(atlas, indicator, groups).mask(weightless, int(Reason.NOT_APPLICABLE))
    result = _say_weightless(result, atlas, indicator, groups.codes[weightless])
    column = Column(
        replace(carried, denominator=f"{indicator.id}/known"),
        pd.Series(scale * mean, index=groups.codes),
        reasons,
    )
    return result, column, pd.Series(means.weight, index=groups.codes)


def _say_weights(result: Atlas, atlas: Atlas, indicator: Indicator, weights: pd.Series) -> Atlas:
    """Return the atlas with a notice of what the mean of a figure is weighted by: nothing, the
    population, or a denominator that some territories do not have."""
    title = titled(indicator.title)
    plural = atlas.territories.level_message(plural=True)
    coarser = result.territories.level_message(plural=True)
    if indicator.denominator == "territories":
        if indicator.unit == "boolean":
            return result
        return result.noting(
            _(
                "{layer}: the figure of {coarser} is the plain mean of their {level}, each counted "
                "as one.",
                layer=title,
                level=plural,
                coarser=coarser,
            )
        )
    measured = atlas.values[indicator.id].notna().to_numpy()
    without = atlas.codes[measured & weights.isna().to_numpy()]
    if len(without):
        result = result.noting(
            ngettext(
                "{layer}: {count} of the {level} has a figure and no {weight} to weigh it by, and "
                "is not in the mean ({codes}).",
                "{layer}: {count} of the {level} have a figure and no {weight} to weigh it by, and "
                "are not in the mean ({codes}).",
                len(without),
                layer=title,
                level=plural,
                weight=_denominator_named(atlas, indicator.denominator),
                codes=first_of(without),
            )
        )
    return result


def _without_weight(figures: np.ndarray, weights: np.ndarray, groups: Grouping) -> np.ndarray:
    """Return whether the members of a group with a figure all weigh nothing, so that it has no
    mean: (groups,) bool."""
    measured = ~np.isnan(figures)
    return groups.has(measured & (weights == 0)) & ~groups.has(measured & (weights != 0))


def _say_weightless(
    result: Atlas, atlas: Atlas, indicator: Indicator, weightless: pd.Index
) -> Atlas:
    if not len(weightless):
        return result
    return result.noting(
        ngettext(
            "{layer}: {codes} has no figure, because the {weight} of its {level} is 0.",
            "{layer}: {codes} have no figure, because the {weight} of their {level} is 0.",
            len(weightless),
            layer=titled(indicator.title),
            codes=first_of(weightless),
            weight=_denominator_named(atlas, indicator.denominator),
            level=atlas.territories.level_message(plural=True),
        )
    )


def _denominator_named(atlas: Atlas, name: str) -> str:
    """Return the words for a denominator: a layer's title, or what kind of figure it is."""
    if name in atlas.indicators:
        return titled(atlas.indicators[name].title)
    return _("population") if name == "population" else _("denominator")


def _share_of_parts(indicator: Indicator, atlas: Atlas) -> Indicator:
    level = atlas.territories.level_message(plural=True)
    title = _("{title} (share of {level})", title=titled(indicator.title), level=level)
    return replace(indicator, unit="percent", bounds=(0, 100), digits=1, title=title)


def _main_reason(atlas: Atlas, indicator: Indicator, groups: Grouping) -> pd.Series:
    """Return for each group the most frequent reason among its missing members, the lowest code on
    a tie."""
    reasons = atlas.reasons[indicator.id].to_numpy()[groups.inside]
    missing = reasons != Reason.PRESENT
    width = len(Reason)
    counts = np.bincount(
        groups.place[missing] * width + reasons[missing], minlength=len(groups.codes) * width
    ).reshape(len(groups.codes), width)
    chosen = np.where(counts.any(axis=1), counts.argmax(axis=1), int(Reason.NOT_MATCHED))
    return pd.Series(chosen.astype("int8"), index=groups.codes)
