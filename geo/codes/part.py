"""A code within a longer one: `0500000US01001` holds the code 01001 of a county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from zoneblanche.geo.messages import EMPTY, _

_ENOUGH = 0.5
"""Share of the codes of a column that must hold a known one, for a hint."""


@dataclass(frozen=True)
class CodePart:
    """Which part of a text is the code.

    Attributes:
        prefix: removed from the beginning of the text, where it has it.
        digits: how many characters are kept: the first, or the last if negative; None for all.
    """

    prefix: str = ""
    digits: int | None = None

    def of(self, text: str) -> str:
        """Return the code in a text.

        >>> CodePart(prefix="DE-").of("DE-09"), CodePart(digits=-5).of("0500000US01001")
        ('09', '01001')
        """
        text = text.removeprefix(self.prefix)
        if self.digits is None:
            return text
        return text[: self.digits] if self.digits > 0 else text[self.digits :]


WHOLE_CODE = CodePart()
"""The text is the code."""


def part_hint(texts: Sequence[str], valid_codes: Collection[str]) -> str:
    """Return which part of the texts is a known code, or which part of the known codes is one of
    the texts, as a remedy; "" if none is.

    >>> part_hint(["0500000US01001", "0500000US01003"], {"01001", "01003"})
    "Each ends in a known code: write code_prefix = '0500000US', or code_digits = -5."
    >>> part_hint(["01001", "01003"], {"US01001", "US01003"})
    'Each code of the territories ends in one of these: write code_digits = -5 in [territories].'
    """
    part = _part_of(texts, set(valid_codes))
    if part is not None:
        digits, front = part
        if digits > 0:
            return _("Each begins with a known code: write code_digits = {digits}.", digits=digits)
        if front:
            return _(
                "Each ends in a known code: write code_prefix = {prefix}, or "
                "code_digits = {digits}.",
                prefix=repr(front),
                digits=digits,
            )
        return _("Each ends in a known code: write code_digits = {digits}.", digits=digits)
    part = _part_of(sorted(valid_codes), set(texts))
    if part is None or not _tells_apart(valid_codes, part[0]):
        return EMPTY
    if part[0] > 0:
        return _(
            "Each code of the territories begins with one of these: write code_digits = {digits} "
            "in [territories].",
            digits=part[0],
        )
    return _(
        "Each code of the territories ends in one of these: write code_digits = {digits} "
        "in [territories].",
        digits=part[0],
    )


def _tells_apart(codes: Collection[str], digits: int) -> bool:
    """Return whether the codes still differ if only that part of each is kept."""
    return len({CodePart(digits=digits).of(code) for code in codes}) == len(codes)


def _part_of(texts: Sequence[str], codes: Collection[str]) -> tuple[int, str] | None:
    """Return how many of the first characters of the texts are one of the codes, or of the last if
    negative, and what is in front of these if it is the same in all; None if no part is."""
    enough = _ENOUGH * min(len(texts), len(codes))
    for length, _count in Counter(map(len, codes)).most_common(3):
        longer = [text for text in texts if len(text) > length > 0]
        ends = [text for text in longer if text[-length:] in codes]
        if ends and len(ends) >= enough:
            fronts = Counter(text[:-length] for text in ends)
            return -length, next(iter(fronts)) if len(fronts) == 1 else ""
        starts = [text for text in longer if text[:length] in codes]
        if starts and len(starts) >= enough:
            return length, ""
    return None
