"""The atlas of a page at the levels that contain its territories, so that a reader can switch.

Figures are aggregated by `layers.aggregate`: sums and weighted means, never means of means. An
index is computed again from the aggregated figures, and flags are computed on them. Nothing is
drawn from the shapes of these atlases: the page joins its borders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _, notice_texts
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.flagging.flags import flag, known_rules
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.score import in_other_units
from zoneblanche.maps.page.layers import Citations, describe_layer
from zoneblanche.maps.page.places import choose_outline, describe_facts, describe_level
from zoneblanche.maps.page.probability import with_probabilities

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

CARRIED = ("indicator", "context")
"""Roles that are aggregated; computed columns are computed again."""


def atlases_above(atlas: Atlas) -> list[Atlas]:
    """Return the atlas at each containing level that has several territories, but far fewer than
    the atlas itself; the finest first."""
    parents, most = atlas.territories.parents, len(atlas.codes) / 2
    counts = {str(name): parents[name].nunique() for name in parents}
    levels = [name for name, count in counts.items() if 2 <= count <= most]
    return [
        _computed_anew(atlas, atlas_at(_measured(atlas), level, shapes="boxes"))
        for level in sorted(levels, key=lambda name: -counts[name])
    ]


def _measured(atlas: Atlas) -> Atlas:
    return atlas.keep(
        name
        for name, indicator in atlas.indicators.items()
        if indicator.role in CARRIED and indicator.unit != "category"
    )


def _computed_anew(atlas: Atlas, upper: Atlas) -> Atlas:
    """Return the upper atlas with those indices and flags of the atlas that can be computed
    there."""
    for recipe in atlas.recipes.values():
        try:
            upper = compute_index(upper, in_other_units(recipe, atlas.indicators, upper.indicators))
        except InputError:  # no scale, or an indicator that is not aggregated
            continue
    rules = known_rules()
    for name, indicator in atlas.indicators.items():
        if indicator.role == "flag" and name in rules:
            try:
                upper = flag(upper, name)
            except InputError:
                continue
    return upper


def describe_upper(
    atlas: Atlas, layers: list[dict[str, Any]], citations: Citations
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Return the header of each containing level, and its streams, named `level:stream`.

    Of a layer, it has only what differs from the layer with the same id at the page's own level.
    The order of a level's territories is that of its containers (`describe_levels`).
    """
    base = {layer["id"]: layer for layer in layers}
    described: list[dict[str, Any]] = []
    streams: dict[str, bytes] = {}
    for upper in atlases_above(atlas):
        description, indicators = _describe(upper, base, citations)
        description["notices"] = [
            notice_texts(one)
            for one in (*_anew(atlas, upper), *upper.notices)
            if one not in atlas.notices
        ]
        described.append(description)
        streams |= {f"{description['id']}:{name}": data for name, data in indicators.items()}
    return described, streams


def _anew(atlas: Atlas, upper: Atlas) -> tuple[str, ...]:
    """Return a notice that the index of a level is not the mean of its parts' scores."""
    if not set(atlas.recipes) & set(upper.indicators):
        return ()
    above, below = upper.territories, atlas.territories
    return (
        _(
            "The index is recomputed on the figures of the {levels}; the report and the "
            "terminal rank {levels} by the mean, by inhabitant, of the scores of their {parts}: "
            "the two orders differ.",
            levels=above.level_message(plural=True),
            parts=below.level_message(plural=True),
        ),
    )


def _describe(
    upper: Atlas, base: dict[str, dict[str, Any]], citations: Citations
) -> tuple[dict[str, Any], dict[str, bytes]]:
    upper = with_probabilities(upper)
    territories = upper.territories
    layers: list[dict[str, Any]] = []
    streams: dict[str, bytes] = {}
    for indicator in upper.indicators.values():
        layer, figures = describe_layer(upper, indicator, citations)
        layer.pop("finding")  # that of the territories is the headline at every level
        known = base.get(indicator.id, {})
        changed = {key: value for key, value in layer.items() if known.get(key) != value}
        # A share of yes has no categories: what the layer below has, and this one has not, is null.
        absent = dict.fromkeys(known.keys() - layer.keys() - {"finding"})
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
        "above": [one["id"] for one in counts],
        "outline": choose_outline(counts, len(territories)),
        "layers": layers,
        "facts": facts,
    }, streams | fact_streams
