"""A plan on disk: read back it says the same in every language; what is no plan is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.layers.planning.row_of_towns import row_of_towns
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import translate
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.plan_file import load_plan, write_plan_file
from zoneblanche.layers.planning.plan import Plan
from zoneblanche.layers.planning.read import no_sites
from zoneblanche.layers.planning.sites.plan_sites import plan_sites
from zoneblanche.layers.planning.sites.sentences import SitesRequest


@pytest.fixture(scope="module")
def row() -> Atlas:
    return row_of_towns()


@pytest.fixture(scope="module")
def plan(row: Atlas) -> Plan:
    answer = plan_sites(row, SitesRequest(2, no_sites(), within=("Y",), reach=11.0))
    return replace(answer, signed={"author": "An author"})


@pytest.fixture
def path(plan: Plan, tmp_path: Path) -> Path:
    write_plan_file(plan, tmp_path / "plan.json")
    return tmp_path / "plan.json"


def test_a_plan_read_back_says_the_same(plan: Plan, path: Path, row: Atlas) -> None:
    again = load_plan(path, row)
    for lang in ("en", "fr"):
        for old, new in zip(
            (plan.title, *plan.sentences, *plan.assumptions, *plan.columns.values()),
            (again.title, *again.sentences, *again.assumptions, *again.columns.values()),
            strict=True,
        ):
            assert translate(new, lang) == translate(old, lang)
        assert again.atlas.indicator(again.show).title_in(lang) == plan.atlas.indicator(
            plan.show
        ).title_in(lang)
    assert again.signed == {"author": "An author"}
    assert (again.essential, again.digits, again.words.keys()) == (
        plan.essential, plan.digits, plan.words.keys(),
    )  # fmt: skip
    pd.testing.assert_frame_equal(again.table, plan.table, check_dtype=False)
    column = again.atlas.values[again.show]
    assert column[plan.atlas.codes].equals(plan.atlas.values[plan.show])
    assert column.drop(plan.atlas.codes).isna().all()


def test_the_folder_of_a_plan_will_do(path: Path, row: Atlas) -> None:
    assert load_plan(path.parent, row).id == "sites"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"figures": {"T00": 1.0, "T99": 1.0}}, "the atlas does not have 1 of the 2 territories"),
        ({"essential": [99]}, "there is no sentence 99"),
        ({"rows": [["coverage"]]}, "it has 1 cells, not 10"),
        ({"sentences": [3]}, "sentences[0]"),
        ({"format": 2}, "is not a choice here"),
        ({"signed": {"author": "A", "logo": "data:"}}, "signed.logo"),
        ({"signed": {"date": 3}}, "signed.date"),
        ({"digits": {"distance": 7}}, "'7' is not a choice here"),
        ({"digits": {"distance": -1}}, "'-1' is not a choice here"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(
    change: dict[str, Any], message: str, path: Path, row: Atlas
) -> None:
    content = json.loads(path.read_text("utf-8")) | change
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError) as refused:
        load_plan(path, row)
    assert message in str(refused.value)


@pytest.mark.parametrize("role", ["indicator", "index", "context"])
def test_the_column_of_a_plan_replaces_no_other_layer(role: Any, path: Path, row: Atlas) -> None:
    content = json.loads(path.read_text("utf-8"))
    other = Indicator(content["indicator"]["id"], "Another layer", "score", "lower", role=role)
    atlas = row.add(other, pd.Series(50.0, index=row.codes))
    with pytest.raises(InputError, match="has the id of another layer of the atlas, Another layer"):
        load_plan(path, atlas)
    planned = load_plan(path, row).atlas
    assert load_plan(path, planned).atlas.values.equals(planned.values)  # its own column


def test_a_cell_of_the_table_may_be_missing(plan: Plan, row: Atlas, tmp_path: Path) -> None:
    first, *_others = plan.table.columns
    table = plan.table.astype({first: "object"})
    table.loc[0, first] = None
    write_plan_file(replace(plan, table=table), tmp_path / "plan.json")
    assert pd.isna(load_plan(tmp_path, row).table.loc[0, first])


def test_another_file_is_no_plan(row: Atlas, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"command": "plan"}', "utf-8")
    with pytest.raises(InputError, match="this is not the result of a plan"):
        load_plan(tmp_path / "run.json", row)


def test_the_same_plan_gives_the_same_bytes(plan: Plan, path: Path, tmp_path: Path) -> None:
    write_plan_file(plan, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
    figures = json.loads(path.read_text("utf-8"))["figures"]
    assert list(figures) == plan.atlas.codes.tolist()
    assert np.isfinite(list(figures.values())).all()
