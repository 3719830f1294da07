"""Numbers and dates in the format of a language (CLDR, by Babel)."""

from __future__ import annotations

import functools
import math
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern


MINUS, NO_FIGURE = "\u2212", "–"
"""The sign of a negative figure, and what a figure that is not known is written as."""

_MOST_DIGITS, _LARGEST_ROUNDED = 15, 2.0**53
"""A number with more decimals, or from this size on, has no half to round."""


def format_number(value: float, digits: int | None, lang: str) -> str:
    """Return a number with a number of decimals, or as many as it needs (None).

    With a number of decimals it is a figure to be read: it is rounded half away from zero, has a
    minus sign, and is a dash where it is not finite. Else it is written as it may be typed.

    >>> format_number(34875.25, 1, "en"), format_number(34875.25, 1, "de")
    ('34,875.3', '34.875,3')
    >>> format_number(-0.04, 1, "fr"), format_number(float("nan"), 1, "fr")
    ('0,0', '–')
    """
    if digits is None:
        text = f"{value:d}" if isinstance(value, int) else f"{value:g}"
        if not text.lstrip("-").replace(".", "").isdecimal():
            return text  # too large to write without an exponent, or not finite
        return _pattern(None).apply(Decimal(text), _locale(lang))
    if not math.isfinite(value):
        return NO_FIGURE
    decimal = Decimal(f"{_rounded(value, digits):.{digits}f}")
    return _pattern(digits).apply(decimal, _locale(lang)).replace("-", MINUS)


def format_english(value: float, digits: int | None) -> str:
    """Return a number as `format_number` writes it in English, without loading Babel."""
    if digits is None:
        return f"{value:,}" if isinstance(value, int) else f"{value:,g}"
    if not math.isfinite(value):
        return NO_FIGURE
    return f"{_rounded(value, digits):,.{digits}f}".replace("-", MINUS)


def _rounded(value: float, digits: int) -> float:
    """Round half away from zero, as a reader rounds by hand; Python rounds half to even. There is
    no negative zero."""
    if digits > _MOST_DIGITS or abs(value) * 10**digits >= _LARGEST_ROUNDED:
        return value
    size = math.floor(abs(value) * 10**digits + 0.5 + 1e-9) / 10**digits
    return math.copysign(size, value) if size else 0.0


def format_day(day: date, lang: str, *, first: str = "1") -> str:
    """Return a day in words; `first` is how the first of a month is written.

    >>> format_day(date(2026, 9, 2), "fr")
    '2 septembre 2026'
    """
    from babel.dates import format_date

    locale = _locale(lang)
    pattern = locale.date_formats["long"].pattern
    if day.day == 1:
        pattern = pattern.replace("d", f"'{first}'", 1)
    return format_date(day, pattern, locale=locale)


def format_month(month: date, lang: str) -> str:
    """Return a month and its year in words.

    >>> format_month(date(2022, 12, 1), "en")
    'December 2022'
    """
    from babel.dates import format_date

    return format_date(month, "MMMM y", locale=_locale(lang))


def number_marks(lang: str) -> dict[str, str | int] | None:
    """Return how a language writes numbers: the marks of decimals and of thousands, and the number
    of whole digits from which thousands are marked. None if its groups are not of three digits or
    its digits are not 0 to 9.

    >>> number_marks("en"), number_marks("hi")
    ({'decimal': '.', 'group': ',', 'least': 4}, None)
    """
    written = _browsers_number("12345678.5", lang)
    match = re.fullmatch(r"12(?P<group>\D+)345(?P=group)678(?P<decimal>\D+)5", written)
    if match is None:
        return None
    group = match["group"]
    least = next(k for k in (4, 5, 6, 7) if group in _browsers_number("1" * k, lang))
    return {"decimal": match["decimal"], "group": group, "least": least}


def _browsers_number(text: str, lang: str) -> str:
    """Return a number as a browser writes it: by the pattern of the language."""
    from babel.numbers import format_decimal

    return str(format_decimal(Decimal(text), locale=_locale(lang)))


def date_forms(lang: str) -> dict[str, list[str]]:
    """Return how a language writes a month and a day of it, for each month, with the slots `{year}`
    and `{day}`.

    >>> forms = date_forms("fr")
    >>> forms["months"][1], forms["days"][8]
    ('février {year}', '{day} septembre {year}')
    """
    months = [date(2003, month, 27) for month in range(1, 13)]
    return {
        "months": [format_month(month, lang).replace("2003", "{year}") for month in months],
        "days": [
            format_day(month, lang).replace("2003", "{year}").replace("27", "{day}")
            for month in months
        ],
    }


def takes_singular(count: int, lang: str) -> bool:
    """Whether a language speaks of so many as of one.

    >>> takes_singular(0, "fr"), takes_singular(0, "en")
    (True, False)
    """
    plural_form = _locale(lang).plural_form
    return plural_form(count) == plural_form(1)


def plural_forms(lang: str) -> dict[str, int]:
    """The plural forms of a language (CLDR), each with a number that takes it.

    >>> plural_forms("en"), plural_forms("fr")
    ({'one': 1, 'other': 0}, {'one': 0, 'other': 2})
    """
    plural_form = _locale(lang).plural_form
    forms: dict[str, int] = {}
    for count in range(201):
        forms.setdefault(plural_form(count), count)
    return dict(sorted(forms.items()))


_WRITTEN_AS = {"en": "en_GB"}
"""Our English is British: 1 September 2026."""


def locale_tag(lang: str) -> str:
    """The locale of a language's numbers and dates, for a browser.

    >>> locale_tag("en"), locale_tag("fr")
    ('en-GB', 'fr')
    """
    return str(_locale(lang)).replace("_", "-")


@functools.cache
def _locale(lang: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(_WRITTEN_AS.get(lang, lang))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@functools.cache
def _pattern(digits: int | None) -> NumberPattern:
    from babel.numbers import parse_pattern

    return parse_pattern(
        "#,##0" + (".######" if digits is None else "." * bool(digits) + "0" * digits)
    )
