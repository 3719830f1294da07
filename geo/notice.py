"""A sentence for the reader of results, in English and in French, and how much it weighs.

Notices are plain text wherever they are kept, compared or written, in English; a `Notice` carries
its French with it for those who print it. A *warning* says that something may be wrong, or that a
figure is not what it seems; a *remark* says how something was done. What says neither of itself is
a warning: nothing is hushed up by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from zoneblanche.geo.sentences import more_in_french, said_in

Severity = Literal["warning", "remark"]

_UNBROKEN = re.compile(r" (?=[:;?!»])|(?<=«) ")
"""Spaces that French does not break at."""


class Notice(str):
    """An English sentence that knows its French, if the catalogue does not, and its severity.

    >>> notice = Notice("2 rows are left out.", fr="2 lignes sont laissées de côté.")
    >>> notice == "2 rows are left out.", notice_in(notice, "fr"), notice_in("Plain.", "fr")
    (True, '2 lignes sont laissées de côté.', 'Plain.')
    """

    __slots__ = ("fr", "severity")
    fr: str
    severity: Severity

    def __new__(cls, en: str, *, fr: str = "", severity: Severity = "warning") -> Notice:
        """The sentence in both languages."""
        made = super().__new__(cls, en)
        made.fr = more_in_french(_UNBROKEN.sub("\u00a0", fr))
        made.severity = severity
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Language and severity travel to other processes."""
        return _notice, (str(self), self.fr, self.severity)


def _notice(en: str, fr: str, severity: Severity) -> Notice:
    return Notice(en, fr=fr, severity=severity)


def remark(en: str, *, fr: str = "") -> Notice:
    """A sentence on how something was done, where nothing need be wrong."""
    return Notice(en, fr=fr, severity="remark")


def notice_in(notice: str, lang: str) -> str:
    """The notice in `lang`: as it says itself, else as the catalogue of sentences has it."""
    if lang == "fr" and isinstance(notice, Notice) and notice.fr:
        return notice.fr
    return said_in(str(notice), lang)


def severity_of(notice: str) -> Severity:
    """Whether a notice is a warning or a remark.

    >>> severity_of("No such thing."), severity_of(remark("The separator is a comma."))
    ('warning', 'remark')
    """
    return notice.severity if isinstance(notice, Notice) else "warning"


def warnings_first(notices: Iterable[str]) -> tuple[str, ...]:
    """The notices, warnings before remarks, otherwise in their order."""
    return tuple(sorted(notices, key=lambda notice: severity_of(notice) == "remark"))


def notice_as_dict(notice: str) -> dict[str, str]:
    """For JSON: severity, English, French.

    >>> notice_as_dict(remark("Done.", fr="Fait."))
    {'severity': 'remark', 'en': 'Done.', 'fr': 'Fait.'}
    """
    return {"severity": severity_of(notice), "en": str(notice), "fr": notice_in(notice, "fr")}


def notice_from_dict(told: str | dict[str, str]) -> str:
    """The notice that `notice_as_dict` wrote, or a plain one, as older files have them."""
    if isinstance(told, str):
        return told
    severity: Severity = "remark" if told.get("severity") == "remark" else "warning"
    return Notice(told["en"], fr=told["fr"], severity=severity)


def without(notice: str, part: str) -> str:
    """The notice with `part` taken out, in every language it has."""
    if isinstance(notice, Notice):
        short = notice.fr.replace(part, "")
        return Notice(notice.replace(part, ""), fr=short, severity=notice.severity)
    return notice.replace(part, "")
