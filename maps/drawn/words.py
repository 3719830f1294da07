"""The words of a page around the data, and the format of its numbers and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from zoneblanche.geo.messages import (
    _,
    languages,
    ngettext,
    pgettext,
    titled,
    translate,
    translate_all,
)
from zoneblanche.geo.numerals import (
    date_forms,
    format_day,
    format_month,
    locale_tag,
    number_marks,
    plural_forms,
)

WORDS: Mapping[str, str] = {
    "all": _("all"),
    "best_of_all": _("Better off than in all other {level}."),
    "worst_of_all": _("Worse off than in all other {level}."),
    "better_than": _("Better off than in {share} of {level}."),
    "classes_label": _("Classes: the arrow keys show one at a time on the map"),
    "classes_between": _(
        "Classes, from {low} to {high}: the arrow keys show one at a time on the map"
    ),
    "code": _("Code"),
    "columns": _("Columns"),
    "contributions": _("Where the points come from"),
    "cross_with": _("Cross with"),
    "compare": _("Compare"),
    "compare_with": _("Compare with"),
    "copy_link": _("Copy the link to this view"),
    "estimated": _("estimated"),
    "fade_unsure": _("Fade what the draws do not support"),
    "full_map": _("Open the full map"),
    "filter_text": _("Filter"),
    "filters": _("Filters of the table"),
    "filtered_to": _("Shown in colour: {filter}."),
    "flagged_as": _("Flag"),
    "legend_of": _("Legend: {title}"),
    "hatched": _("hatched: {how}"),
    "if_website": _("If its website were found: {score}."),
    "kept": pgettext("between two dates", "at both dates"),
    "lost": pgettext("between two dates", "lost"),
    "never": pgettext("between two dates", "at neither date"),
    "play": _("Show the dates one after another"),
    "sure": _("Class supported by 90% of the draws"),
    "sure_nearly": _("Class sure but for one or two"),
    "unsure": _("Class uncertain"),
    "wave": _("Date of the figures"),
    "wave_from": _("Earlier date"),
    "wave_to": _("Later date"),
    "level": _("Territories"),
    "level_auto": _("by zoom: {level}"),
    "made_of": _("Index made of {parts}."),
    "no_layer": _("No map of that name."),
    "two_fingers": _("Use two fingers to move the map"),
    "theme_analysis": _("Analyses"),
    "theme_dark": _("Dark colours"),
    "theme_light": _("Light colours"),
    "level_shown": _("Map by {level}."),
    "link_by_hand": _("The link to copy: {link}"),
    "link_copied": _("Link copied."),
    "missing_column": _("Missing data"),
    "names": _("Names"),
    "panel": _("Choose and read the map"),
    "none": _("none"),
    "one_finger": _("Move the map with one finger"),
    "outlines": _("Outlines"),
    "rank_of": _("Rank ({title})"),
    "save": _("Save"),
    "save_csv": _("Table (CSV)"),
    "save_png": _("Picture (PNG)"),
    "save_svg": _("Picture (SVG)"),
    "saved_picture": _("Picture saved."),
    "sort_by": _("Sort by {title}"),
    "sorted_down": _("Sorted by {title}, descending."),
    "sorted_up": _("Sorted by {title}, ascending."),
    "table": _("Table"),
    "table_count": _("{count} of {all}"),
    "table_label": _(
        "Territories and their figures. Arrow keys to move, Enter to show the territory on the map."
    ),
    "tools": _("Display"),
    "area": _("area"),
    "better_end": _("better off"),
    "boundaries": _("Territories"),
    "breaks": _("Classes begin at"),
    "breaks_hint": _("Rising numbers between semicolons, eight at most."),
    "breaks_wrong": _("One to eight rising numbers are needed, between semicolons."),
    "choices": _("Choose the map"),
    "close": _("Close the card"),
    "colon": pgettext("page", ": "),
    "did_you_mean": _("No such name. Did you mean:"),
    "enlarge": _("Enlarge {title}"),
    "found_merged": _("former territory, now part of {name}"),
    "found_merged_commune": _("former commune, now part of {name}"),
    "found_renamed": _("former name, now {name}"),
    "extra_postal_codes": _("postal code"),
    "gained": pgettext("between two dates", "gained"),
    "gained_between": _("Gained and lost between"),
    "high_end": _("higher"),
    "corrected": _("Corrected on {date} by {who}; published: {old}."),
    "corrected_none": _("no figure"),
    "report": _("Report an error"),
    "report_indicator": _("Which figure"),
    "report_mail": _("Write a mail with it"),
    "report_save": _("Save the correction"),
    "report_saved": _("The correction is saved as a file."),
    "report_subject": _("Correction: {name}"),
    "report_value": _("The right figure"),
    "report_who": _("Your name or office"),
    "report_why": _("How you know it"),
    "home": _("Back to the whole"),
    "insets": _("Distant territories"),
    "interval": _("between {low} and {high} (90%)"),
    "legend": _("Legend"),
    "low_end": _("lower"),
    "made_with": _("Map made with zoneblanche."),
    "counting": _("Count"),
    "counting_people": _("inhabitants"),
    "map_label": _(
        "Map: {title}. Arrow keys to move, + and − to zoom, Enter to read the "
        "territory at the centre; the search leads to a territory by its name."
    ),
    "median_all": _("Median of the {level}"),
    "median_of": _("Median of the {level}: {figure}"),
    "neighbours": _("Neighbours"),
    "north": pgettext("compass", "north"),
    "northeast": pgettext("compass", "northeast"),
    "east": pgettext("compass", "east"),
    "southeast": pgettext("compass", "southeast"),
    "south": pgettext("compass", "south"),
    "southwest": pgettext("compass", "southwest"),
    "west": pgettext("compass", "west"),
    "northwest": pgettext("compass", "northwest"),
    "of_like_size": _("{level} of {band} inhabitants (mean)"),
    "where": _("{direction}, {km} km"),
    "measured_by": _("measured by {level}"),
    "measured_partly_by": _("measured in part by {level}"),
    "method": _("Method"),
    "missing_because": _("no data ({reason})"),
    "native_partly_note": _(
        "Part of what this figure is made of is measured by {level} and "
        "repeated for each territory in it."
    ),
    "native_note": _(
        "This figure is measured by {level} and repeated for each territory in it. It does not "
        "show differences between them."
    ),
    "no_data": _("No data"),
    "no_method": _("See the source."),
    "remarks": _("Remarks on the computation"),
    "nothing_here": _("No territory here."),
    "nothing_found": _("No territory of that name."),
    "now_shown": _("Map shown: {title}"),
    "people": _("{count} inhabitants"),
    "percent": _("{number}%"),
    "population": _("population"),
    "range_closed": _("{from} to {to}"),
    "range_from": _("{from} and more"),
    "range_open": _("{from} to under {to}"),
    "range_under": _("under {to}"),
    "rank": _("Rank: {rank} of {of}."),
    "rank_between": _("Rank: {rank} of {of} (90%: {low}–{high})."),
    "worst_tenth": _("In the worst tenth: {share} of the draws under the stated errors."),
    "no_rank": _("Not ranked: a part of the index is not known here."),
    "role_bivariate": _("Crossed maps"),
    "role_context": _("Context"),
    "role_dimension": _("Dimensions"),
    "role_flag": _("Flags"),
    "role_index": _("Index"),
    "role_indicator": _("Indicators"),
    "role_typology": _("Typologies"),
    "scheme": _("Classes"),
    "scheme_custom": _("custom"),
    "scheme_equal": _("equal width"),
    "scheme_goalposts": _("fixed goalposts"),
    "scheme_jenks": _("natural (Jenks)"),
    "scheme_named": _("named by the index"),
    "scheme_quantile": _("equal count (quantiles)"),
    "score_better": _("A high score is a good one; rank 1 is the highest score."),
    "score_worse": _("A high score is a bad one; rank 1 is the highest score."),
    "search": _("Find a territory"),
    "search_hint": _("Name, code or postal code"),
    "semicolon": _("; "),
    "skip": _("Go to the search"),
    "source": _("Source"),
    "spread": _("spread of the {level}"),
    "spread_log": _("spread of the {level} (log scale)"),
    "spread_people": _("spread of the inhabitants"),
    "spread_people_log": _("spread of the inhabitants (log scale)"),
    "strongest": _("Strongest colour: {count}, {share}."),
    "toward_high": _("{title}, higher"),
    "toward_low": _("{title}, lower"),
    "toward_way_worse": _("{way} (worse off)"),
    "worse_end": _("worse off"),
    "worse_than": _("Worse off than in {share} of {level}."),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
}
"""By language and name; the page fills in {slots}."""

HOW_TO_READ: Mapping[str, str] = {
    "need": _("The stronger the colour, the worse off the territory."),
    "context": _("The stronger the colour, the higher the figure."),
    "pair": _("The colour is strongest where both conditions meet."),
    "sides": _(
        "Two hues, one on either side of zero; the stronger the colour, the further from it."
    ),
    "kinds": _("One colour a category."),
}
"""The sentence under a page's title, by what is shown: how to read its colours."""

YES_NO = {0: pgettext("page", "no"), 1: _("yes")}


FIRST_DAY = pgettext("day of a month", "1")
"""How the first of a month is written."""


COUNTED: Mapping[str, Callable[[int], str]] = {
    "found": lambda n: ngettext("{count} result", "{count} results", n, count="{count}"),
    # The page has scores as it shows them: a table may still put one before the other.
    "same_score": lambda n: ngettext(
        "{count} other has the same rounded score.",
        "{count} others have the same rounded score.",
        n,
        count="{count}",
    ),
    "saved_rows": lambda n: ngettext(
        "{count} row saved.", "{count} rows saved.", n, count="{count}"
    ),
}
"""Phrases that agree with a number, which the page fills in."""

OWN_NAME = pgettext("the language's own name", "English")


def page_words(lang: str) -> dict[str, Any]:
    """Return everything that a page says in a language, by name: phrases, phrases by plural form,
    the name of the language, the locale of its numbers and dates, and their forms: a browser takes
    tens of milliseconds to load its own, which the first picture does not wait for."""
    return {
        **translate_all(WORDS, lang),
        **by_plural_form(COUNTED, lang),
        "first_day": translate(FIRST_DAY, lang),
        "language": translate(OWN_NAME, lang),
        "locale": locale_tag(lang),
        "numbers": number_marks(lang),
        "dates": date_forms(lang),
    }


def percent_sign(lang: str) -> str:
    """Return the sign of a percentage with the spacing of the language.

    >>> percent_sign("en"), percent_sign("fr")
    ('%', '\\xa0%')
    """
    return translate(WORDS["percent"], lang).replace("{number}", "")


def by_plural_form(
    phrases: Mapping[str, Callable[[int], str]], lang: str
) -> dict[str, dict[str, str]]:
    """Return phrases that agree with a number in each plural form of the language, by name."""
    forms = plural_forms(lang)
    return {
        name: {form: translate(phrase(count), lang) for form, count in forms.items()}
        for name, phrase in phrases.items()
    }


def colon(lang: str) -> str:
    """Return a colon with the spacing of the language."""
    return translate(WORDS["colon"], lang)


def date_text(text: str) -> str:
    """Return a date as `write_date` writes it, for a slot of a message."""
    return titled({lang: write_date(text, lang) for lang in languages()})


def write_date(text: str, lang: str) -> str:
    """Return a date or an interval (ISO 8601) in the format of `lang`; other text is returned
    unchanged.

    >>> write_date("2026-09-01", "fr"), write_date("2022-12", "en"), write_date("T4 2025", "fr")
    ('1er septembre 2026', 'December 2022', 'T4 2025')
    """
    if "/" in text:
        return " – ".join(write_date(part, lang) for part in text.split("/"))
    parts = text.split("-")
    if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
        return text
    try:
        day = date(int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) == 3 else 1)
    except ValueError:
        return text
    if len(parts) == 2:
        return format_month(day, lang)
    return format_day(day, lang, first=translate(FIRST_DAY, lang))
