"""Tables as delimited text, against pandas' own writer."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.layers.outputs.delimited import write_csv

FLOATS = st.floats(allow_infinity=False).map(lambda number: number + 0.0)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"))
"""Without what versions of Python's `csv` write in two ways."""


@given(st.lists(st.tuples(FLOATS, st.none() | st.integers(-(2**53), 2**53), st.none() | TEXTS)))
def test_the_text_is_that_of_pandas(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, int | None, str | None]]
) -> None:
    table = pd.DataFrame(
        {
            "number, of many": pd.Series([number for number, *_ in rows], dtype="float64"),
            "whole": pd.Series([whole for _, whole, _ in rows], dtype="Int64"),
            "text": pd.Series([text for *_, text in rows], dtype="object"),
        }
    )
    folder = tmp_path_factory.getbasetemp()
    write_csv(table, folder / "ours.csv")
    table.to_csv(folder / "theirs.csv", index=False, encoding="utf-8", lineterminator="\n")
    assert (folder / "ours.csv").read_bytes() == (folder / "theirs.csv").read_bytes()


def test_missing_cells_are_empty_and_texts_of_any_kind_come_back(tmp_path: Path) -> None:
    texts = ['say "yes"', "a,b", "two\nlines", "a\rb", "", None]
    table = pd.DataFrame({"number": [0.1, np.nan, 1e-06, 1e21, -0.5, 2.0], "text": texts})
    write_csv(table.astype({"text": "str"}), tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["number", "text"]
    assert [row[0] for row in rows[1:]] == ["0.1", "", "1e-06", "1e+21", "-0.5", "2.0"]
    assert [row[1] for row in rows[1:]] == ['say "yes"', "a,b", "two\nlines", "a\rb", "", ""]


def test_two_columns_of_one_name_are_both_written(tmp_path: Path) -> None:
    table = pd.DataFrame([[1, 2]], columns=["a", "a"])
    write_csv(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text("utf-8") == "a,a\n1,2\n"
