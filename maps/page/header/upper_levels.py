"""The atlas of a page at the levels that contain its territories, so that a reader can switch.

Figures are aggregated by `layers.aggregate`: sums and weighted means, never means of means. An
index is the mean of the scores of the territories over their inhabitants, as in the terminal and
the report, and a flag is the share of inhabitants in flagged territories. Nothing is drawn from the
shapes of these atlases: the page joins its borders.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zoneblanche.geo.messages import Message, _, notice_texts, titled
from zoneblanche.geo.nesting import grouping, mean_by
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.runtime.memory import release_memory
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.areas import rank_areas, with_area_means
from zoneblanche.layers.atlas import Column
from zoneblanche.maps.page.header.layers import FIRST_METHOD, Citations, describe_layer
from zoneblanche.maps.page.header.places import choose_outline, describe_facts, describe_level
from zoneblanche.maps.page.header.probability import with_probabilities

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

CARRIED = ("indicator", "context")
"""Roles that are aggregated by `layers.aggregate`."""


def atlases_above(atlas: Atlas) -> list[Atlas]:
    """Return the atlas at each containing level that has several territories, but far fewer than
    the atlas itself; the finest first."""
    levels = counts_above(atlas)
    if not levels:  # the draws of the means take most of the time of a small map
        return []
    atlas = with_area_means(atlas, atlas.recipes)
    above = []
    for level, _unused in levels:
        above.append(atlas_above(atlas, level))
        release_memory()
    return above


def counts_above(atlas: Atlas) -> list[tuple[str, int]]:
    """Return the containing levels that `atlases_above` has, each with its number of
    territories."""
    parents, most = atlas.territories.parents, len(atlas.codes) / 2
    counts = {str(name): parents[name].nunique() for name in parents}
    levels = [(name, count) for name, count in counts.items() if 2 <= count <= most]
    return sorted(levels, key=lambda level: -level[1])


def atlas_above(atlas: Atlas, level: str) -> Atlas:
    """Return the atlas at a containing level, with its figures, indices and flags, without
    shapes."""
    return _with_computed(atlas, atlas_at(_measured(atlas), level, shapes="boxes"))


def _measured(atlas: Atlas) -> Atlas:
    return atlas.keep(
        name
        for name, indicator in atlas.indicators.items()
        if indicator.role in CARRIED and indicator.unit != "category"
    )


def _with_computed(atlas: Atlas, upper: Atlas) -> Atlas:
    """Return the upper atlas with the indices of the atlas and their dimensions, as means over
    inhabitants, and its flags, as the share of inhabitants who live in flagged territories."""
    if atlas.territories.facts["population"].isna().all():
        return upper
    level = upper.territories.level
    people = atlas.territories.facts["population"]
    areas = grouping(atlas.territories.parents[level])
    columns = []
    for name, indicator in atlas.indicators.items():
        if indicator.role in ("index", "dimension") and _part_of_index(atlas, name):
            of_area = replace(
                indicator, native_level=atlas.territories.level, method=_mean_of(atlas)
            )
            scale = 1.0
        elif indicator.role == "flag":
            of_area, scale = _share_of_people(indicator, atlas), 100.0
        else:
            continue
        means = mean_by(atlas.values[name], people, areas)["mean"]
        columns.append(Column(of_area, scale * means, Reason.TOO_FEW))
    upper = upper.add_columns(columns)
    ranked = {
        name: rank_areas(atlas, name, level=level)
        .reindex(upper.codes)
        .drop(columns="score")
        .dropna(axis=1, how="all")
        for name in atlas.recipes
        # An index without ranks here, of figures of larger areas, has none above either.
        if name in upper.indicators and name in atlas.intervals
    }
    return replace(upper, intervals={**upper.intervals, **ranked}, recipes=atlas.recipes)


def _part_of_index(atlas: Atlas, name: str) -> bool:
    """Whether a column is of an index whose recipe is known: others were computed elsewhere."""
    return any(
        name in {dimension.id for dimension in recipe.dimensions}
        for recipe in atlas.recipes.values()
    )


def _mean_of(atlas: Atlas) -> Message:
    return _(
        "Mean of the scores of the {parts}, weighted by their inhabitants.",
        parts=atlas.territories.level_message(plural=True),
    )


def _share_of_people(indicator: Indicator, atlas: Atlas) -> Indicator:
    return replace(
        indicator,
        unit="percent",
        role="context",
        bounds=(0, 100),
        digits=1,
        categories={},
        title=_("{title} (share of inhabitants)", title=titled(indicator.title)),
        native_level=atlas.territories.level,
        denominator="population",
    )


def describe_upper(
    atlas: Atlas,
    layers: list[dict[str, Any]],
    citations: Citations,
    *,
    methods: Sequence[str] = (FIRST_METHOD,),
    wanted: Collection[str] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Return the header of each containing level, and its streams, named `level:stream`; `methods`
    are those whose breaks the page does not compute itself, and `wanted` the layers that it has, by
    default all.

    A level without any of the layers is left out. Of a layer, it has only what differs from the
    layer with the same id at the page's own level.
    The order of a level's territories is that of its containers (`describe_levels`).
    """
    base = {layer["id"]: layer for layer in layers}
    described: list[dict[str, Any]] = []
    streams: dict[str, bytes] = {}
    for upper in atlases_above(atlas):
        description, indicators = _describe(upper, base, citations, methods, wanted)
        if not description["layers"]:
            continue  # there would be nothing to show
        description["notices"] = [
            notice_texts(notice) for notice in upper.notices if notice not in atlas.notices
        ]
        described.append(description)
        streams |= {f"{description['id']}:{name}": data for name, data in indicators.items()}
    return described, streams


def _describe(
    upper: Atlas,
    base: dict[str, dict[str, Any]],
    citations: Citations,
    methods: Sequence[str],
    wanted: Collection[str] | None,
) -> tuple[dict[str, Any], dict[str, bytes]]:
    upper = with_probabilities(upper)
    territories = upper.territories
    layers: list[dict[str, Any]] = []
    streams: dict[str, bytes] = {}
    for indicator in upper.indicators.values():
        if wanted is not None and indicator.id not in wanted:
            continue
        layer, figures = describe_layer(upper, indicator, citations, methods=methods)
        layer.pop("finding")  # that of the territories is the headline at every level
        below = base.get(indicator.id, {})
        changed = {key: value for key, value in layer.items() if below.get(key) != value}
        # A share of yes has no categories: what the layer below has, and this one has not, is null.
        absent = dict.fromkeys(sorted(below.keys() - layer.keys() - {"finding"}))
        layers.append({"id": indicator.id, **absent, **changed})
        streams |= figures
    facts, fact_streams = describe_facts(territories)
    counts = [
        {"id": str(name), "count": territories.parents[name].nunique()}
        for name in territories.parents
    ]
    return {
        "id": territories.level,
        "level": describe_level(territories),
        "above": [count["id"] for count in counts],
        "outline": choose_outline(counts, len(territories)),
        "layers": layers,
        "facts": facts,
    }, streams | fact_streams
