"""Names that territories, or parts of them, had before: by the events of the official code."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from zoneblanche.geo.vintages.events import RECODINGS

MERGED_NAMES = "merged_names"
"""Text column of territories: names of former territories that each contains, a line each."""

EARLIER_NAMES = "earlier_names"
"""Text column of territories: other names that each had itself, a line each."""

_COLUMN = {"merged": MERGED_NAMES, "renamed": EARLIER_NAMES}


class Step(NamedTuple):
    """The end of a code: the day, the official number of the event, and the code after it."""

    date: str
    kind: str
    after: str


def former_names(events: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return names that are no longer those of a territory, with the code that has each now.

    A name is left out if only its accents, capitals or hyphens differ from the present name. So is
    an earlier name that is a part of the present one: a search finds that already.

    Args:
        events: of `geo.vintages.events.read_events`, with the changes of name.
        names: of the present territories, index code.

    Returns:
        Text columns `code` (the code that the name belonged to), `name`, `now` (the present code)
        and `kind`: "renamed" if the territory goes on under another name, "merged" otherwise. One
        row for each name of a present territory, in the order of `now` and `name`. A territory that
        was shared out has a row for each present territory with a part of it.

    >>> events = pd.DataFrame(
    ...     [("32", "2019-01-01", "091", "Bellegarde", "033", "Valserhône")],
    ...     columns=["kind", "date", "before", "before_name", "after", "after_name"],
    ... )
    >>> former_names(events, pd.Series({"033": "Valserhône"})).to_dict("records")
    [{'code': '091', 'name': 'Bellegarde', 'now': '033', 'kind': 'merged'}]
    """
    present = {str(code): str(name) for code, name in names.items()}
    leaving = _last_steps(events)
    enlarged = _last_enlarged(events)
    bearers: dict[tuple[str, str], tuple[str, str]] = {}
    columns = ["date", "kind", "before", "before_name"]
    for date, kind, code, former_name in (
        events[columns].astype("str").itertuples(index=False, name=None)
    ):
        name = " ".join(former_name.split())
        alone = kind in RECODINGS and date >= enlarged.get(code, "")
        for now, same in _present(code, present, leaving):
            renamed = alone and same
            if not name or _says(present[now], name, part=renamed):
                continue
            bearer = bearers.get((now, name))
            # A merger says more than a change of name before it.
            if bearer is None or (bearer[1] == "renamed" and not renamed):
                bearers[now, name] = (code, "renamed" if renamed else "merged")
    rows = [(code, name, now, kind) for (now, name), (code, kind) in sorted(bearers.items())]
    return pd.DataFrame(rows, columns=["code", "name", "now", "kind"], dtype="str")


def former_name_columns(former: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return the names by present code as text columns `MERGED_NAMES` and `EARLIER_NAMES`, "" for
    none.

    Args:
        former: of `former_names`.
        codes: of the territories; names of others are left out.
    """
    texts = {}
    for kind, column in _COLUMN.items():
        rows = former[former["kind"] == kind]
        names: dict[str, list[str]] = {}
        for now, name in zip(rows["now"].tolist(), rows["name"].tolist(), strict=True):
            names.setdefault(now, []).append(name)
        lines = ["\n".join(names.get(code, ())) for code in codes.tolist()]
        texts[column] = pd.Series(lines, index=codes, dtype="str")
    return pd.DataFrame(texts, index=codes)


def _last_steps(events: pd.DataFrame) -> dict[str, list[Step]]:
    """The events by which each code left the list the last time: it may have come back before."""
    leaving: dict[str, list[Step]] = defaultdict(list)
    columns = ["date", "kind", "before", "after"]
    for date, kind, code, after in events[columns].astype("str").itertuples(index=False, name=None):
        if after not in ("", code):
            leaving[code].append(Step(date, kind, after))
    return {
        code: [step for step in steps if step.date == max(other.date for other in steps)]
        for code, steps in leaving.items()
    }


def _last_enlarged(events: pd.DataFrame) -> dict[str, str]:
    """The last day on which each code went on as another territory with another name."""
    goes_on = (events["before"] == events["after"]) & ~events["kind"].isin(RECODINGS)
    other = events[goes_on & (events["before_name"] != events["after_name"])]
    last = other.groupby("before")["date"].max()
    return {str(code): str(date) for code, date in last.items()}


def _present(
    code: str,
    names: Mapping[str, str],
    leaving: Mapping[str, list[Step]],
    seen: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, bool]]:
    """Present codes that have the territory of a code, and whether it is the same territory: there
    is no merger and no division on the way."""
    if code in names:
        yield code, True
        return
    steps = leaving.get(code, [])
    alone = len(steps) == 1 and steps[0].kind in RECODINGS
    for step in steps:
        if step.after not in seen:
            for now, same in _present(step.after, names, leaving, seen | {code}):
                yield now, same and alone


def _says(present: str, name: str, *, part: bool) -> bool:
    """Whether the present name is that name, or with `part` contains its words."""
    there, wanted = _words(present), _words(name)
    return there == wanted or (part and f" {wanted} " in f" {there} ")


def _words(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    kept = (sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join("".join(kept).split())
