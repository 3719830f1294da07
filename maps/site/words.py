"""The words of a static atlas, by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from zoneblanche.geo.messages import _, pgettext, translate, translate_all

WORDS: Mapping[str, str] = {
    "all_names": _("Find a territory"),
    "bytes": _("Size in bytes"),
    "date": _("Date"),
    "definitions": _("Definitions"),
    "dimensions": _("Dimensions of the index"),
    "downloads": _("Downloads"),
    "feed": _("Feed of changes"),
    "figure": _("Figure"),
    "figures": _("Key figures"),
    "file": _("File"),
    "here": _("Value"),
    "home": _("Atlas"),
    "in_short": _("In short"),
    "inhabitants": _("Inhabitants"),
    "map": _("Map"),
    "median": _("Median"),
    "missing_note": _(
        "A dash is a missing figure. The map and territories.csv give the reason for each."
    ),
    "name": _("Name"),
    "neighbours": _("Neighbours"),
    "no_match": _("No territory with this name or code."),
    "on_map": _("See on the map"),
    "rank": pgettext("column", "Rank"),
    "rank_range": _("Interval of the rank"),
    "report": _("Report"),
    "search_hint": _("Name or code"),
    "sites": _("Pages of the atlas"),
    "skip": _("Go to the content"),
    "sort": _("Sort by {column}"),
    "source": _("Source"),
    "sources": _("Sources"),
    "tenth": _("Tenth"),
    "tenth_note": _("Tenth 1 has the territories that are worst off, tenth 10 the best off."),
}


@cache
def words_in(lang: str) -> dict[str, str]:
    """Return the words of a language.

    >>> words_in("en")["map"]
    'Map'
    """
    return translate_all(WORDS, lang)


def updated_to(date: str, lang: str) -> str:
    """Return how new the figures are."""
    return translate(_("Figures up to {date}.", date=date), lang)


def default_title(lang: str) -> str:
    """Return the title of an atlas without one."""
    return translate(pgettext("title", "Digital inequality"), lang)
