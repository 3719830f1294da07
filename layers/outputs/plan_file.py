"""A plan on disk: `plan.json` of the folder that `zoneblanche plan` writes, for the report.

It has the sentences and what was assumed as messages, so that a report in another language has
them too, the table, and the column of the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.structured.json_text import read_json
from zoneblanche.geo.files.structured.json_types import Wrong, check_json
from zoneblanche.geo.messages import Translatable, _, message_from_dict
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator, indicator_from_dict
from zoneblanche.layers.outputs.atlas_schema import IndicatorEntry, Text
from zoneblanche.layers.outputs.export import write_json
from zoneblanche.layers.planning.plan import Plan

PLAN_FILE = "plan.json"
MOST_BYTES = 64 * 1024 * 1024
_MOST_FAULTS = 100


@dataclass(frozen=True)
class SignedEntry:
    """Who made the plan, for whom and when; those that are known."""

    author: str = ""
    commissioner: str = ""
    date: str = ""


@dataclass(frozen=True)
class PlanEntry:
    """The content of the file.

    Attributes:
        format: of the file.
        id, title, sentences, assumptions, columns, words, essential, digits, signed: see
            `zoneblanche.layers.planning.plan.Plan`; texts as messages.
        rows: of the table: a list of cells for each, in the order of `columns`.
        indicator: of the column that a map opens with.
        figures: of that column, by code; null where it is missing.
    """

    format: Literal[1]
    id: str
    title: Text
    sentences: tuple[Text, ...]
    assumptions: tuple[Text, ...]
    columns: Mapping[str, Text]
    rows: tuple[tuple[str | float | None, ...], ...]
    indicator: IndicatorEntry
    figures: Mapping[str, float | None]
    words: Mapping[str, Text] = field(default_factory=dict)
    essential: tuple[int, ...] = (0,)
    digits: Mapping[str, Literal[0, 1, 2, 3, 4, 5, 6]] = field(default_factory=dict)
    signed: SignedEntry = field(default_factory=SignedEntry)


def write_plan_file(plan: Plan, path: Path) -> None:
    """Write a plan as JSON, the same bytes each time.

    Raises:
        OSError: the file cannot be written.
    """
    shown = plan.atlas.values[plan.show]
    columns = list(plan.columns)
    content = {
        "format": 1,
        "id": plan.id,
        "title": _as_json(plan.title),
        "sentences": [_as_json(text) for text in plan.sentences],
        "assumptions": [_as_json(text) for text in plan.assumptions],
        "essential": list(plan.essential),
        "columns": {name: _as_json(text) for name, text in plan.columns.items()},
        "words": {name: _as_json(text) for name, text in plan.words.items()},
        "digits": dict(plan.digits),
        "signed": dict(plan.signed),
        "rows": [
            [_plain(row[name]) for name in columns] for row in plan.table.to_dict(orient="records")
        ],
        "indicator": plan.atlas.indicator(plan.show).as_dict(),
        "figures": {
            str(code): _plain(value)
            for code, value in zip(shown.index, shown.to_numpy(), strict=True)
        },
    }
    write_json(content, path)


def load_plan(path: str | Path, atlas: Atlas) -> Plan:
    """Return the plan of a file, on an atlas that has its territories.

    Args:
        path: of `plan.json`, or of the folder that contains it.
        atlas: of the report; the column of the map is added to it. Territories without a figure
            in the plan have none in the column.

    Raises:
        InputError: no such file, no plan, a plan of territories that the atlas does not have, or
            one whose column would replace another layer of the atlas.
        ProblemWithEnvironment: no permission to read the file.
    """
    file = Path(path)
    file = file / PLAN_FILE if file.is_dir() else file
    content = read_json(file, most_bytes=MOST_BYTES)
    _check(content, str(file))
    codes = pd.Index(content["figures"])
    unknown = [str(code) for code in codes[~codes.isin(atlas.codes)]]
    if unknown:
        raise InputError(
            Fault(
                _(
                    "the atlas does not have {count} of the {all} territories of the plan "
                    "(first: {first}).",
                    count=len(unknown),
                    all=len(codes),
                    first=first_of(unknown),
                ),
                file=str(file),
                remedy=_("Give the atlas from which the plan was made."),
                kind="unknown-codes",
            )
        )
    indicator = replace(indicator_from_dict(content["indicator"]), role="context")
    _refuse_replacing(indicator, atlas, str(file))
    figures = pd.Series(list(content["figures"].values()), index=codes, dtype="float64")
    columns = _texts(content["columns"])
    return Plan(
        id=content["id"],
        title=message_from_dict(content["title"]),
        sentences=tuple(map(message_from_dict, content["sentences"])),
        assumptions=tuple(map(message_from_dict, content["assumptions"])),
        table=pd.DataFrame(content["rows"], columns=list(columns)),
        columns=columns,
        atlas=atlas.add(indicator, figures),
        show=indicator.id,
        words=_texts(content.get("words", {})),
        essential=tuple(content.get("essential", (0,))),
        digits=content.get("digits", {}),
        signed=content.get("signed", {}),
    )


def _refuse_replacing(indicator: Indicator, atlas: Atlas, file: str) -> None:
    """Raise if another layer of the atlas has the id of the plan's column. The column of a plan,
    which an atlas with a plan has already, may be replaced."""
    measured = atlas.indicators.get(indicator.id)
    if measured is None:
        return
    titles = [item.title_in("en") for item in (measured, indicator)]
    if measured.role == "context" and titles[0] == titles[1]:
        return
    raise InputError(
        Fault(
            _(
                "the column {id} of the plan has the id of another layer of the atlas, {title}.",
                id=repr(indicator.id),
                title=measured.title_in("en"),
            ),
            file=file,
            column="indicator.id",
            value=indicator.id,
            remedy=_("Give plan.json as `zoneblanche plan` wrote it, or rename the layer."),
            kind="plan-file",
        )
    )


def _check(content: Any, file: str) -> None:
    """Raise the faults of the file, all together."""
    if not isinstance(content, dict) or "figures" not in content or "sentences" not in content:
        raise InputError(
            Fault(
                _("this is not the result of a plan."),
                file=file,
                remedy=_("Give plan.json of the folder that `zoneblanche plan` wrote."),
                kind="no-plan",
            )
        )
    wrong = list(islice(check_json(content, PlanEntry), _MOST_FAULTS)) or _disagreements(content)
    if wrong:
        raise InputError(
            [
                Fault(message, file=file, column=key, remedy=remedy, kind="plan-file")
                for key, message, remedy in wrong
            ]
        )


def _disagreements(content: Mapping[str, Any]) -> list[Wrong]:
    """Return which parts do not fit each other."""
    most, width = len(content["sentences"]), len(content["columns"])
    wrong: list[Wrong] = [
        ("essential", _("there is no sentence {place}.", place=place), "")
        for place in content.get("essential", ())
        if not 0 <= place < most
    ]
    for place, row in enumerate(content["rows"]):
        if len(row) != width:
            message = _("it has {got} cells, not {want}.", got=len(row), want=width)
            wrong.append((f"rows[{place}]", message, ""))
    return wrong


def _texts(records: Mapping[str, Any]) -> dict[str, str]:
    return {name: message_from_dict(record) for name, record in records.items()}


def _as_json(text: str) -> Any:
    return text.as_dict() if isinstance(text, Translatable) else str(text)


def _plain(value: Any) -> str | float | None:
    """Return a cell as JSON has it: no figure is null."""
    if value is None or isinstance(value, str):
        return value
    figure = float(value)
    return figure if np.isfinite(figure) else None
