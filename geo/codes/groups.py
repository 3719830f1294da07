"""Codes that are written in groups: `01 001` is 01001, `08-1-11-000` is 08111000."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

_MARKS = re.compile(r"[\s\u00ad\u200b\ufeff'’_./\u2010-\u2013-]+")
_SPACE = re.compile(r"[\s\u00ad\u200b\ufeff]")
_LETTER = re.compile(r"[^\W_]")
_FIGURE = re.compile(r"[0-9]+\.(?:[0-9]|0+)")


def join_groups(texts: Iterable[str], valid_codes: Collection[str]) -> dict[str, str]:
    """Return the code of each text that is one but for the marks between its groups.

    All such texts must have their marks at the same places, counted from the end, and each must
    lead to a code of its own, which no other text has: else nothing is returned. Texts of the same
    form that lead to no known code are returned without their marks. A figure (1001.0) is none.

    Args:
        texts: as they are written.
        valid_codes: the codes, which may be written in groups themselves.

    >>> join_groups(["01 001", "01 004", "99 999"], {"01001", "01004"})
    {'01 001': '01001', '01 004': '01004', '99 999': '99999'}
    >>> join_groups(["1 12", "11 2"], {"112"})
    {}
    """
    distinct = list(dict.fromkeys(texts))
    written = [text for text in distinct if text not in valid_codes and not _FIGURE.fullmatch(text)]
    if not written:
        return {}
    codes = _by_letters(valid_codes)
    code_of = {text: codes[_joined(text)] for text in written if _joined(text) in codes}
    forms = {_form_of(text) for text in code_of}
    exact = {text for text in distinct if text in valid_codes}
    targets = set(code_of.values())
    if len(forms) != 1 or len(targets) < len(code_of) or targets & exact:
        return {}
    form = forms.pop()
    return {
        text: codes.get(_joined(text), _joined(text)) for text in written if _form_of(text) == form
    }


def _by_letters(valid_codes: Collection[str]) -> Mapping[str, str]:
    """Return the known codes by their letters and digits, without those that have the same."""
    if not _MARKS.search("".join(valid_codes)):
        return {code: code for code in valid_codes}  # as is usual: a look at each takes longer
    codes: dict[str, str] = {}
    twice = set()
    for code in valid_codes:
        if codes.setdefault(_joined(code), code) != code:
            twice.add(_joined(code))
    return {letters: code for letters, code in codes.items() if letters not in twice}


def _joined(text: str) -> str:
    """Return a text without the marks inside it."""
    inside = text and text[0].isalnum() and text[-1].isalnum()
    return _MARKS.sub("", text) if inside else text


def _form_of(text: str) -> str:
    """Return the first mark of a text and what follows it, with 0 for each letter and digit."""
    first = _MARKS.search(text)
    return _LETTER.sub("0", _SPACE.sub(" ", text[first.start() :])) if first else ""
