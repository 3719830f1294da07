"""Why a cell is missing."""

from __future__ import annotations

from enum import IntEnum

from zoneblanche.geo.messages import Message, _, as_title


class Reason(IntEnum):
    """Why a cell is missing. A missing cell is NaN in the values and has one of these, never 0."""

    PRESENT = 0
    NOT_PUBLISHED = 1
    SECRET = 2
    NOT_COVERED = 3
    NOT_MATCHED = 4
    NOT_APPLICABLE = 5
    NOT_COLLECTED = 6
    UNREADABLE = 7
    TOO_FEW = 8
    REFUSED = 9
    NO_ANSWER = 10
    NO_TEXT = 11

    @property
    def title(self) -> dict[str, str]:
        """The text that a reader sees, by language."""
        return as_title(_REASON_TITLES[self])


_REASON_TITLES: dict[Reason, Message] = {
    Reason.PRESENT: _("present"),
    Reason.NOT_PUBLISHED: _("not published"),
    Reason.SECRET: _("statistical secrecy"),
    Reason.NOT_COVERED: _("outside the area covered"),
    Reason.NOT_MATCHED: _("not in the table"),
    Reason.NOT_APPLICABLE: _("not applicable"),
    Reason.NOT_COLLECTED: _("not collected"),
    Reason.UNREADABLE: _("unreadable"),
    Reason.TOO_FEW: _("too few indicators known"),
    Reason.REFUSED: _("refused by the site"),
    Reason.NO_ANSWER: _("no answer from the site"),
    Reason.NO_TEXT: _("page without text"),
}
