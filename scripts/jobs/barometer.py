"""The command `zoneblanche barometer`: presence by category of authority, criterion and wave."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.files.results.output import check_file_place, staged_file
from zoneblanche.geo.messages import _, semicolons, spoken, translate, translate_all
from zoneblanche.geo.numerals import format_number
from zoneblanche.geo.tables.spreadsheet_safe import spreadsheet_safe
from zoneblanche.layers.presence.surveys import Survey, read_survey
from zoneblanche.layers.presence.tables import (
    TABLES,
    change_table,
    equal_size_table,
    hosts_table,
    presence_table,
    survey_table,
)
from zoneblanche.layers.presence.waves import Counted, count_presence, count_probes
from zoneblanche.maps.drawn.cite import cite
from zoneblanche.scripts.terminal import print_data

FORMATS = ("table", "csv", "json")

WORDS = {
    "presence": _("Presence by category of authority (%; n. c.: not collected)"),
    "category": _("Category"),
    "criterion": _("Criterion"),
    "authorities": _("Number"),
    "published": _("Published by others, not measured here (%)"),
    "change": _("Change, points"),
    "none": _("n. c."),
    "equal-size": _("At equal size: digital presence by département, points of difference"),
    "hosts": _("Hosts of websites, and the authorities whose names they match"),
    "departement": _("Département"),
    "expected": _("Expected"),
    "value": _("Observed"),
    "residual": _("Difference"),
    "survey": _("Surveys: what authorities answer (%)"),
    "question": _("Question"),
    "answer": _("Answer"),
    "date": _("Date"),
    "sample": _("Sample"),
    "margin": _("Margin, points"),
    "interval": _("95 % interval"),
    "source": _("Sources"),
}


def show_barometer(
    country: str,
    *,
    sources: Mapping[str, Path],
    surveys: Iterable[Path] = (),
    table: str = "presence",
    form: str | None = None,
    out: Path | None = None,
    lang: str | None = None,
    probes: Iterable[Path] = (),
) -> None:
    """Count presence and print one of its tables, or write it.

    Args:
        country: one with an embedded edition.
        sources: see `layers.presence.waves.count_presence`.
        surveys: tables of answers, see `layers.presence.surveys`.
        table: `presence`, `change`, `equal-size`, `survey` or `hosts`.
        form: `table`, `csv` or `json`; by default from the name of `out`, or a table.
        out: file to write.
        lang: of titles and notices.
        probes: tables that `zoneblanche probe` wrote; where there are any they are the waves.

    Raises:
        InputError: an option, source or survey that cannot be used.
        ProblemWithEnvironment: the file cannot be written.
    """
    form = _form(form, out)
    if table not in TABLES:
        raise InputError(
            Fault(
                _("there is no table {table}.", table=repr(table)),
                remedy=nearest(table, TABLES),
                kind="option",
            )
        )
    files = tuple(surveys)
    if table == "survey" and not files:
        raise InputError(_("no survey was given. Give one with --survey FILE."))
    if out is not None:
        check_file_place(out, "barometer")
    described = read_country(country)
    lang = spoken(lang, described.lang)
    measured = tuple(probes)
    counted = (
        count_probes(described, measured, sources)
        if measured
        else count_presence(described, sources)
    )
    ids = [category.id for category in counted.barometer.categories]
    given_surveys = [read_survey(path, categories=ids) for path in files]
    if form == "table":
        shown = [table] + (["survey"] if given_surveys and table == "presence" else [])
        _print(counted, given_surveys, shown, lang=lang)
        return
    text = as_text(TABLES[table](counted, given_surveys, lang), form=form)
    if out is None:
        print_data(text)
        return
    with staged_file(out, "barometer") as path:
        path.write_text(text, "utf-8")


def as_text(table: pd.DataFrame, *, form: str) -> str:
    """Return a table as CSV (comma, LF, no cell that a spreadsheet would execute) or as a JSON list
    of rows.

    Figures have six decimals at most; a missing one is an empty cell, or null.
    """
    rounded = table.round(6)
    if form == "csv":
        for name in rounded.select_dtypes(exclude="number"):
            rounded[name] = rounded[name].map(spreadsheet_safe, na_action="ignore")
        return str(rounded.to_csv(index=False, lineterminator="\n"))
    rows = [
        {key: _plain(value) for key, value in row.items()} for row in rounded.to_dict("records")
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _form(form: str | None, out: Path | None) -> str:
    if form is None:
        suffix = "" if out is None else out.suffix.lower().lstrip(".")
        form = suffix if suffix in ("csv", "json") else "table"
    if form not in FORMATS:
        raise InputError(
            Fault(
                _("--format {form} is not known.", form=repr(form)),
                remedy=nearest(form, FORMATS),
                kind="option",
            )
        )
    if out is not None and form == "table":
        raise InputError(
            Fault(
                _("{out} has no known file extension.", out=out),
                remedy=_("Write a .csv or .json, or give --format."),
                kind="option",
            )
        )
    return form


def _print(counted: Counted, surveys: list[Survey], shown: list[str], *, lang: str) -> None:
    """Print the tables, then the notices."""
    from rich.console import Console

    drawn = io.StringIO()
    width = None if sys.stdout.isatty() else 200
    console = Console(file=drawn, width=width, highlight=False, markup=False)
    printed = {
        "presence": _print_presence,
        "published": _print_published,
        "change": _print_changes,
        "equal-size": _print_equal_size,
        "survey": _print_survey,
        "hosts": _print_hosts,
    }
    if "presence" in shown and (counted.barometer.table["state"] == "published").any():
        shown = ["presence", "published", *shown[1:]]
    for name in shown:
        console.print(printed[name](counted, surveys, lang))
    cited: list[str] = []
    if shown != ["survey"]:  # otherwise nothing of the directories is shown
        for notice in dict.fromkeys(counted.barometer.notices):
            console.print(f"- {translate(notice, lang)}")
        cited += [cite(source, lang) for source in counted.sources]
    if "survey" in shown:
        cited += [str(name) for survey in surveys for name in survey.answers["source"] if name]
    if cited:
        line = _("Sources: {listed}", listed=semicolons(dict.fromkeys(cited)))
        console.print(translate(line, lang))
    print(drawn.getvalue(), end="")


def _grid(title: str, columns: Iterable[str], *, left: int) -> Any:
    from rich.table import Table

    grid = Table(title=title, title_justify="left")
    for number, name in enumerate(columns):
        grid.add_column(name, justify="left" if number < left else "right", no_wrap=number >= left)
    return grid


def _print_presence(counted: Counted, surveys: list[Survey], lang: str) -> Any:
    """Print one row per category and criterion, one column per wave, and the change from first to
    last.

    Criteria of a category that no wave collected are in one row.
    """
    words, table = translate_all(WORDS, lang), presence_table(counted, surveys, lang)
    table = table[table["state"] != "published"]
    waves = sorted(dict.fromkeys(table["wave"]))
    names = [words["category"], words["criterion"], words["authorities"]]
    grid = _grid(words["presence"], [*names, *waves, words["change"]], left=2)
    changes = counted.barometer.changes
    for category, members in table.groupby("category", sort=False):
        collected = members.groupby("criterion")["share_percent"].transform("count") > 0
        title = str(members["category_title"].iloc[0])
        number = _number(members["authorities"].iloc[-1], lang, digits=0)
        for criterion, rows in members[collected].groupby("criterion", sort=False):
            shares = {
                wave: f"≥ {_number(share, lang)}" if state == "at least" else _number(share, lang)
                for wave, share, state in rows[["wave", "share_percent", "state"]].itertuples(
                    index=False
                )
            }
            last = changes[(changes["category"] == category) & (changes["criterion"] == criterion)]
            grid.add_row(
                title,
                str(rows["criterion_title"].iloc[0]),
                number,
                *(shares.get(wave) or words["none"] for wave in waves),
                _with_interval(last.iloc[-1], lang) if len(last) else words["none"],
            )
            title = ""
        without = ", ".join(dict.fromkeys(members.loc[~collected, "criterion_title"]))
        if without:
            grid.add_row(title, without, number, *[words["none"]] * (len(waves) + 1))
        grid.add_section()
    return grid


def _print_published(counted: Counted, surveys: list[Survey], lang: str) -> Any:
    words, table = translate_all(WORDS, lang), presence_table(counted, surveys, lang)
    names = [words["category"], words["criterion"], words["date"], "%", words["source"]]
    grid = _grid(words["published"], names, left=3)
    for _unused, row in table[table["state"] == "published"].iterrows():
        grid.add_row(
            *(str(row[name]) for name in ("category_title", "criterion_title", "wave")),
            _number(row["share_percent"], lang, digits=0),
            str(row["source"]),
        )
    return grid


def _print_changes(counted: Counted, surveys: list[Survey], lang: str) -> Any:
    words, table = translate_all(WORDS, lang), change_table(counted, surveys, lang)
    names = [words["category"], words["criterion"], words["date"], words["authorities"]]
    grid = _grid(words["change"], [*names, words["change"]], left=3)
    for _unused, row in table.iterrows():
        grid.add_row(
            str(row["category_title"]),
            str(row["criterion_title"]),
            f"{row['from']} → {row['to']}",
            _number(row["authorities"], lang, digits=0),
            _with_interval(row, lang),
        )
    return grid


def _print_equal_size(counted: Counted, surveys: list[Survey], lang: str) -> Any:
    words, table = translate_all(WORDS, lang), equal_size_table(counted, surveys, lang)
    names = [words["departement"], words["authorities"], words["value"], words["expected"]]
    grid = _grid(words["equal-size"], [*names, words["residual"]], left=1)
    for _unused, row in table.iterrows():
        grid.add_row(
            f"{row['name']} ({row['code']})",
            _number(row["territories"], lang, digits=0),
            _number(row["value"], lang),
            _number(row["expected"], lang),
            _with_interval(row.rename({"residual": "change_points"}), lang),
        )
    return grid


def _print_hosts(counted: Counted, surveys: list[Survey], lang: str) -> Any:
    words, table = translate_all(WORDS, lang), hosts_table(counted, surveys, lang)
    grid = _grid(words["hosts"], list(map(str, table)), left=4)
    for _unused, row in table.iterrows():
        grid.add_row(*map(str, row))
    return grid


def _print_survey(counted: Counted, surveys: list[Survey], lang: str) -> Any:
    words, table = translate_all(WORDS, lang), survey_table(counted, surveys, lang)
    names = [words["category"], words["question"], words["answer"], words["date"]]
    figures = ["%", words["sample"], words["margin"], words["interval"], words["change"]]
    grid = _grid(words["survey"], [*names, *figures], left=4)
    for _unused, row in table.iterrows():
        grid.add_row(
            *(str(row[name]) for name in ("category_title", "question", "answer", "date")),
            _number(row["percent"], lang),
            _number(row["sample_size"], lang, digits=0),
            f"± {_number(row['margin_points'], lang)}",
            f"{_number(row['low'], lang)} – {_number(row['high'], lang)}",
            _with_interval(
                row.drop(["low", "high"]).rename({"change_low": "low", "change_high": "high"}), lang
            ),
        )
    return grid


def _with_interval(row: pd.Series, lang: str) -> str:
    """Return "+10.3 [9.8; 10.7]", or the figure alone if its interval is not known."""
    change = _number(row["change_points"], lang, sign=True)
    low, high = (_number(row[name], lang, sign=True) for name in ("low", "high"))
    return f"{change} [{low}; {high}]" if low and high else change


def _number(value: float, lang: str, *, digits: int = 1, sign: bool = False) -> str:
    """Return a figure in the format of the language; "" if it is missing."""
    if value is None or math.isnan(value):
        return ""
    text = format_number(value, digits, lang)
    return f"+{text}" if sign and value >= 0 else text
