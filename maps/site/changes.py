"""What changed since an earlier atlas, as entries of a feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import first_of
from zoneblanche.geo.messages import _, ngettext, quantity, titled, translate
from zoneblanche.geo.nesting import mean_by
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.site.addresses import place_folder
from zoneblanche.maps.site.model import SiteAtlas

MOST_PLACES = 100
"""Number of places in a feed, those with the largest changes."""


@dataclass(frozen=True)
class Change:
    """One entry: a key that is the same in every atlas, title, sentence, folder of the page."""

    key: str
    title: str
    text: str
    folder: str


def list_changes(site: SiteAtlas, old: Atlas) -> tuple[Change, ...]:
    """Return what changed since an earlier atlas: the list of territories, figures, and places.

    Args:
        site: the atlas of today.
        old: an earlier atlas of the same level.

    Returns:
        Territories that are new or gone; one entry for each figure with changes; one for each
        place whose index changed at the precision that is shown, the largest change first.
    """
    lang = site.lang
    changes = [
        Change(key, translate(title, lang), translate(text, lang), folder)
        for key, title, text, folder in (
            *_territories(site, old),
            *_figures(site, old),
            *_places(site, old),
        )
    ]
    return tuple(changes)


Entry = tuple[str, str, str, str]


def _territories(site: SiteAtlas, old: Atlas) -> Iterator[Entry]:
    level = site.atlas.territories.level_message(plural=True)
    for key, codes, moment, title in (
        ("new", site.atlas.codes.difference(old.codes), site.atlas, _("New in the atlas")),
        ("gone", old.codes.difference(site.atlas.codes), old, _("No longer in the atlas")),
    ):
        if len(codes):
            labels = [moment.territories.label(str(code)) for code in codes]
            text = _(
                "{count} {level}: {named}.",
                count=quantity(len(codes)),
                level=level,
                named=first_of(labels),
            )
            yield f"territories/{key}", title, text, ""


def _figures(site: SiteAtlas, old: Atlas) -> Iterator[Entry]:
    common = site.atlas.codes.intersection(old.codes)
    for figure in site.figures:
        if figure.id not in old.indicators:
            text = _("The atlas did not have this figure before.")
            yield f"figure/{figure.id}", titled(figure.title), text, "definitions"
            continue
        before = old.values.loc[common, figure.id].round(figure.digits)
        after = site.atlas.values.loc[common, figure.id].round(figure.digits)
        changed = before.notna() & after.notna() & (before != after)
        gained = int((before.isna() & after.notna()).sum())
        unknown = int((before.notna() & after.isna()).sum())
        if changed.any() or gained or unknown:
            text = _(
                "Another value in {changed} {level}, a first value in {known}, none any more in "
                "{unknown}.",
                changed=quantity(int(changed.sum())),
                known=quantity(gained),
                unknown=quantity(unknown),
                level=site.atlas.territories.level_message(plural=True),
            )
            yield f"figure/{figure.id}", titled(figure.title), text, "definitions"


def _places(site: SiteAtlas, old: Atlas) -> Iterator[Entry]:
    """Yield the places whose index changed, the largest change first, and how many are left out."""
    main = site.main
    if main is None or main.id not in old.indicators:
        return
    tables = [_compared(site, old, main, level) for level in site.above]
    moved = pd.concat([table for table in tables if len(table)] or [_NOTHING])
    size = (moved["after"] - moved["before"]).abs()
    order = np.lexsort((moved["code"], moved["level"], -size.to_numpy("float64")))
    for at in order[:MOST_PLACES]:
        level, code, before, after = moved.iloc[at][["level", "code", "before", "after"]]
        text = _(
            "{title}: {after} instead of {before}.",
            title=titled(main.title),
            after=quantity(float(after), digits=main.digits),
            before=quantity(float(before), digits=main.digits),
        )
        name = site.above[level].territories.label(code)
        yield f"{level}/{code}", name, text, place_folder(level, code)
    if len(moved) > MOST_PLACES:
        further = len(moved) - MOST_PLACES
        text = ngettext("{count} more place changed.", "{count} more places changed.", further)
        yield "places/more", _("Further changes"), text, ""


_NOTHING = pd.DataFrame({"level": [], "code": [], "before": [], "after": []})


def _compared(site: SiteAtlas, old: Atlas, main: Indicator, level: str) -> pd.DataFrame:
    """Return the places of a level with another score than before: level, code, both scores."""
    upper = site.above[level]
    parents, facts = old.territories.parents, old.territories.facts
    if level not in parents or "population" not in facts or main.id not in upper.indicators:
        return _NOTHING
    before = mean_by(old.values[main.id], facts["population"], parents[level])["mean"]
    table = pd.DataFrame(
        {
            "level": level,
            "code": upper.codes,
            "before": before.reindex(upper.codes).round(main.digits).to_numpy("float64"),
            "after": upper.values[main.id].round(main.digits).to_numpy("float64"),
        }
    ).dropna()
    return table[table["before"] != table["after"]]
