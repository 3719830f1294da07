"""Surveys of authorities: answers by category, with sample size, margin of error and question.

A survey asks some authorities, a directory lists them all. The result of a survey has an
uncertainty, and no place on a map. It is part of the barometer, by category.

Layout: CSV or workbook; columns `category` (as in the barometer), `date`, `question`, `answer`,
`percent`, `sample_size`; and `margin_points` and `source` if published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.layers.intervals import Z95, newcombe, wilson
from zoneblanche.layers.publishers.read_tables import read_figures, rows_of

COLUMNS = ("category", "date", "question", "answer", "percent", "sample_size")

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Survey:
    """The answers of authorities.

    Attributes:
        answers: one row per category, date, question and answer: `percent`, `sample_size`,
            `margin_points` (the publisher's, or that of a simple random sample), `low`, `high`
            (95 %, percent), `source`.
        changes: one row per category, question and answer and pair of consecutive dates: `from`,
            `to`, `from_percent`, `to_percent`, `change_points`, `low`, `high` (95 %).
    """

    answers: pd.DataFrame
    changes: pd.DataFrame


def read_survey(path: Path, *, categories: Iterable[str]) -> Survey:
    """Read a table of answers, check it, and add its uncertainty.

    Args:
        categories: ids that a row may have.

    Raises:
        InputError: all faults: columns, unknown categories, percents outside 0 to 100, a sample of
            nobody, a duplicate answer.
    """
    rows = rows_of(read_raw_table(path), COLUMNS)
    faults = _faults(rows, tuple(categories), path)
    percent = read_figures(rows, {"percent": "percent"}, path, unit="percent").values["percent"]
    sample = read_figures(rows, {"sample_size": "n"}, path, bounds=(1, None)).values["n"]
    unknown = percent.isna() | sample.isna()
    if unknown.any():
        faults.append(
            Fault(
                _("line {index} has no percent or no sample size.", index=rows.index[unknown][0]),
                file=str(path),
                remedy=_("An answer without them says nothing: leave the row out."),
                kind="missing-value",
            )
        )
    if faults:
        raise InputError(faults)
    low, high = wilson(percent / 100, sample)
    spread = 100 * Z95 * (percent / 100 * (1 - percent / 100) / sample) ** 0.5
    answers = rows[["category", "date", "question", "answer"]].assign(
        percent=percent,
        sample_size=sample,
        margin_points=_margins(rows, path).fillna(spread),
        low=100 * low,
        high=100 * high,
        source=rows.get("source", ""),
    )
    answers = answers.sort_values(["category", "question", "answer", "date"], kind="stable")
    return Survey(answers.reset_index(drop=True), _changes(answers))


def _changes(answers: pd.DataFrame) -> pd.DataFrame:
    """Return differences of independent samples, with Newcombe's (1998) hybrid score interval."""
    changes = []
    for (category, question, answer), rows in answers.groupby(["category", "question", "answer"]):
        for before, after in pairwise(rows.to_dict("records")):
            low, high = newcombe(
                *((row["percent"], row["low"], row["high"]) for row in (after, before))
            )
            changes.append(
                {
                    "category": category,
                    "question": question,
                    "answer": answer,
                    "from": before["date"],
                    "to": after["date"],
                    "from_percent": before["percent"],
                    "to_percent": after["percent"],
                    "change_points": after["percent"] - before["percent"],
                    "low": low,
                    "high": high,
                }
            )
    columns = ["category", "question", "answer", "from", "to", "from_percent", "to_percent"]
    return pd.DataFrame(changes, columns=[*columns, "change_points", "low", "high"])


def _margins(rows: pd.DataFrame, path: Path) -> pd.Series:
    if "margin_points" not in rows:
        return pd.Series(np.nan, index=rows.index)
    column = {"margin_points": "margin"}
    return read_figures(rows, column, path, unit="number", bounds=(0, 100)).values["margin"]


def _faults(rows: pd.DataFrame, categories: tuple[str, ...], path: Path) -> list[Fault]:
    faults = []
    for line, name in rows["category"].items():
        if name not in categories:
            faults.append(
                Fault(
                    _(
                        "{name} is not a category of the barometer (line {line}).",
                        name=shown(name),
                        line=line,
                    ),
                    file=str(path),
                    column="category",
                    remedy=nearest(str(name), categories),
                    kind="unknown-category",
                )
            )
    faults += [
        Fault(
            _("{text} is not a date (line {line}).", text=shown(text), line=line),
            file=str(path),
            column="date",
            remedy=_("Write 2018, 2018-05 or 2018-05-01."),
            kind="date",
        )
        for line, text in rows["date"].items()
        if not _DATE.fullmatch(str(text))
    ]
    doubled = rows.duplicated(["category", "date", "question", "answer"])
    faults += [
        Fault(
            _("line {line} repeats an answer of the same category and date.", line=line),
            file=str(path),
            kind="duplicate",
        )
        for line in rows.index[doubled]
    ]
    return faults[:20]
