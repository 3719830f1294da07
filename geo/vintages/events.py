"""The events of official codes, as the statistical office publishes them.

INSEE, code officiel géographique, *événements survenus aux communes*: mergers, restorations,
changes of code and of département, since 1943.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables.formats.text_files.header import header_of
from zoneblanche.geo.tables.numbers import parse_numbers
from zoneblanche.geo.tables.raw import column, lacks_columns
from zoneblanche.geo.tables.read import read_raw_table
from zoneblanche.geo.vintages.arrondissements import WHOLE

Event = dict[str, str]

COLUMNS = ("kind", "date", "before", "before_name", "after", "after_name")

_OFFICIAL = {
    "MOD": "kind",
    "DATE_EFF": "date",
    "COM_AV": "before",
    "LIBELLE_AV": "before_name",
    "COM_AP": "after",
    "LIBELLE_AP": "after_name",
}
UNDATED = "0001-01-02"
"""Replaces an unknown date, before any vintage: the code is then followed in tables of any year."""

_COLLECTIVITIES = {
    "975": "Saint-Pierre-et-Miquelon",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
}
"""Overseas collectivities, by the beginning of their codes: some tables have them, no département
does."""

_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_ROUNDING = 0.001
"""By how much shares may miss 1."""

RENAMED = "10"
"""The official number of a change of name."""

_RECODED = {"41": "moved to another département as", "50": "recoded as", "now": "now"}
_SPLIT = {"20", "21"}

RECODINGS = frozenset({RENAMED, *_RECODED})
"""The kinds of events after which a territory is the same, with another name or code."""


def read_events(path: Path, *, renamed: bool = False) -> pd.DataFrame:
    """Return the events of whole communes, from the official file.

    Events within a commune (delegated and associated communes) are left out, because they change no
    code of a commune. So are changes of name, unless `renamed` is true.

    Returns:
        Text columns `kind` (the official number), `date` (ISO), `before`, `before_name`, `after`,
        `after_name`; in order of date. `after` is "" if a commune left the list, `before` if one
        was added.

    A table of any country has the columns `from`, `to` and `date`, and maybe `kind` (merged,
    recoded, split), `from_name`, `to_name`, and `share`, the part of the people of `from` that went
    to `to`. The frame then has a column `share`, NaN where none is given.

    Raises:
        InputError: the file does not have the columns, or what `read_raw_table` refuses.
    """
    if {"from", "to", "date"} <= set(header_of(path)[1]):
        return _read_any(path)
    raw = read_raw_table(path, separator=",")
    rows = pd.DataFrame(dict(raw.columns), dtype="str")
    absent = [name for name in (*_OFFICIAL, "TYPECOM_AV", "TYPECOM_AP") if name not in rows]
    if absent:
        raise lacks_columns(
            path,
            first_of(absent),
            remedy=_("Give the file of events of the official geographic code (v_mvt_commune)."),
        )
    whole = rows["TYPECOM_AV"].isin(["COM", ""]) & rows["TYPECOM_AP"].isin(["COM", ""])
    wanted = whole if renamed else whole & (rows["MOD"] != RENAMED)
    chosen = rows[wanted].rename(columns=_OFFICIAL)[list(COLUMNS)]
    return chosen.sort_values("date", kind="stable").reset_index(drop=True)


_KINDS = {"merged": "32", "recoded": "50", "split": "20", "": "32"}
"""From the words of a table of any country to the numbers of the official file."""


def _read_any(path: Path) -> pd.DataFrame:
    """Return the events in a table with the columns from, to, date, kind, share and names.

    Raises:
        InputError: days that are not ISO dates, unknown kinds, or shares that do not add up to 1.
    """
    raw = read_raw_table(path, wanted=("from", "to", "date"))
    cells = {name: [cell.strip() for cell in column(raw, name)] for name in ("from", "to", "date")}
    kinds = [cell.strip().casefold() for cell in raw.columns.get("kind", [""] * len(raw))]
    faults = []
    for row, (day, kind) in enumerate(zip(cells["date"], kinds, strict=True)):
        if _DAY.fullmatch(day) is None:
            message = _("{day} is not a day.", day=shown(day))
            remedy = _("Write year, month and day: 2024-01-01.")
            faults.append(raw.fault(message, row=row, column="date", remedy=remedy))
        if kind not in _KINDS:
            message = _("{kind} is not a kind of event.", kind=shown(kind))
            remedy = _("Write merged, recoded or split.")
            faults.append(raw.fault(message, row=row, column="kind", remedy=remedy))
    if faults:
        raise InputError(faults)
    shares = np.full(len(raw), np.nan)
    if "share" in raw.columns:
        shares = parse_numbers(raw, "share", bounds=(0, 1)).values
    events = pd.DataFrame(
        {
            "kind": [_KINDS[kind] for kind in kinds],
            "date": cells["date"],
            "before": cells["from"],
            "before_name": raw.columns.get("from_name", [""] * len(raw)),
            "after": cells["to"],
            "after_name": raw.columns.get("to_name", [""] * len(raw)),
            "share": shares,
        }
    )
    _check_shares(events, str(path))
    return events.sort_values("date", kind="stable").reset_index(drop=True)


def _check_shares(events: pd.DataFrame, file: str) -> None:
    """Refuse shares of a code that do not add up to 1 on a day, or are given for some rows only.

    Raises:
        InputError: with the first codes.
    """
    grouped = events.groupby(["before", "date"])["share"]
    stated, total = grouped.count(), grouped.sum()
    wrong = (stated > 0) & ((stated < grouped.size()) | ((total - 1).abs() > _ROUNDING))
    if wrong.any():
        codes = [code for code, _day in wrong.index[wrong]]
        raise InputError(
            Fault(
                _("the shares of {codes} do not add up to 1.", codes=first_of(codes)),
                file=file,
                column="share",
                value=str(codes[0]),
                remedy=_("Give a share for each row of a code and a day, or for none of them."),
                kind="shares",
            )
        )


def undated_events(former: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a list of former codes as events whose day and steps are not known.

    It has mergers and recodings, and no divisions: a code that is still in use is followed with the
    dated events only.

    Args:
        former: text columns `code`, `now` and `kind` (merged, now; other rows are not used here).
        names: of the communes, by current code.

    Returns:
        As `read_events`, all on the day `UNDATED`.
    """
    gone = former[former["kind"] != "kept"]
    return pd.DataFrame(
        {
            "kind": gone["kind"].astype("str"),
            "date": UNDATED,
            "before": gone["code"].astype("str"),
            "before_name": "",
            "after": gone["now"].astype("str"),
            "after_name": gone["now"].map(names).fillna("").astype("str"),
        }
    ).reset_index(drop=True)[list(COLUMNS)]


def vintage_date(vintage: str) -> str:
    """Return the date of the code list of a year: 1 January; a date is returned unchanged.

    >>> vintage_date("2018")
    '2018-01-01'
    """
    return f"{vintage}-01-01" if len(vintage) == 4 else vintage


def explainer(events: pd.DataFrame, *, at: str) -> Callable[[str], str]:
    """Return a function that says what became of a code that is not in the list of a date.

    Args:
        events: of `read_events`.
        at: year or ISO date of the list.

    Returns:
        From a code to "merged into 01033 (Valserhône) on 2019-01-01", or "" if the events do not
        have it.
    """
    listed = vintage_date(at)
    # Most tables have no code that is explained.
    sides = cache(lambda: (_by_code(events, "before"), _by_code(events, "after")))

    def explain(code: str) -> str:
        leaving, coming = sides()
        if code in WHOLE:
            return f"arrondissement of {WHOLE[code]}"
        past = [event for event in leaving.get(code, ()) if event["date"] <= listed]
        gone = [event for event in past if event["after"] != code]
        if gone:
            return _fate(gone[-1], past, leaving, listed)
        later = [event for event in coming.get(code, ()) if event["date"] > listed]
        if later:
            origin = later[0]["before"]
            origin_text = f", out of {origin}" if origin and origin != code else ""
            return f"exists from {later[0]['date']}{origin_text}"
        overseas = _COLLECTIVITIES.get(code[:3]) if len(code) == 5 else None
        return f"in {overseas}, a collectivity in no département" if overseas else ""

    return explain


def heirs_in(events: pd.DataFrame) -> Callable[[str], set[str]]:
    """Return a function from a former code to all codes that its territory has had since.

    Args:
        events: of `read_events`, or of `undated_events`.
    """
    leaving = _by_code(events, "before")

    def heirs(code: str) -> set[str]:
        reached: set[str] = set()
        ahead = {WHOLE[code]} if code in WHOLE else {event["after"] for event in leaving[code]}
        while ahead:
            reached |= ahead
            ahead = {
                event["after"] for place in ahead for event in leaving.get(place, ())
            } - reached
        return reached - {code, ""}

    return heirs


def _fate(
    event: Event,
    past: list[Event],
    leaving: Mapping[str, list[Event]],
    listed: str,
) -> str:
    day, after = event["date"], event["after"]
    if not after:
        return f"left the list on {day}"
    same_day = [other["after"] for other in past if other["date"] == day]
    if event["kind"] in _SPLIT and len(same_day) > 1:
        return f"divided into {first_of(same_day)} on {day}"
    verb = _RECODED.get(event["kind"], "merged into")
    text = f"{verb} {after} ({event['after_name']})"
    text += "" if day == UNDATED else f" on {day}"
    final = _last_of(after, leaving, day, listed)
    return text if final == after else f"{text}, which is now {final}"


def _last_of(code: str, leaving: Mapping[str, list[Event]], day: str, listed: str) -> str:
    """Return the code at the end of a chain of mergers and recodings."""
    for event in leaving.get(code, ()):
        if day <= event["date"] <= listed and event["after"] and event["after"] != code:
            stays = any(
                other["after"] == code and other["date"] == event["date"] for other in leaving[code]
            )
            if not stays:
                return _last_of(event["after"], leaving, event["date"], listed)
    return code


def _by_code(events: pd.DataFrame, column: str) -> dict[str, list[Event]]:
    by_code: dict[str, list[Event]] = defaultdict(list)
    for row in events[list(COLUMNS)].to_numpy(dtype=str):
        event = dict(zip(COLUMNS, row.tolist(), strict=True))
        by_code[event[column]].append(event)
    return by_code
