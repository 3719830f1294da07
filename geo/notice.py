"""A sentence for the reader of results, in English and in French.

Notices are plain text wherever they are kept, compared or written to `run.json`, in English; a
`Notice` carries its French with it for those who print it.
"""

from __future__ import annotations

from geo.sentences import said_in


class Notice(str):
    """An English sentence that knows its French.

    >>> notice = Notice("2 rows are left out.", fr="2 lignes sont laissées de côté.")
    >>> notice == "2 rows are left out.", notice_in(notice, "fr"), notice_in("Plain.", "fr")
    (True, '2 lignes sont laissées de côté.', 'Plain.')
    """

    __slots__ = ("fr",)
    fr: str

    def __new__(cls, en: str, *, fr: str) -> Notice:
        """The sentence in both languages."""
        made = super().__new__(cls, en)
        made.fr = fr
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Both languages travel to other processes."""
        return _notice, (str(self), self.fr)


def _notice(en: str, fr: str) -> Notice:
    return Notice(en, fr=fr)


def notice_in(notice: str, lang: str) -> str:
    """The notice in `lang`: as it says itself, else as the catalogue of sentences has it."""
    if lang == "fr" and isinstance(notice, Notice):
        return notice.fr
    return said_in(str(notice), lang)


def without(notice: str, part: str) -> str:
    """The notice with `part` taken out, in every language it has."""
    if isinstance(notice, Notice):
        return Notice(notice.replace(part, ""), fr=notice.fr.replace(part, ""))
    return notice.replace(part, "")
