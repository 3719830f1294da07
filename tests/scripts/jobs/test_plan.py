"""The commands of plans: sites and changes for one budget, as a user runs them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.layers.planning.row_of_towns import (
    KILOMETRES,
    RECIPE,
    SITE,
    kilometres,
    row_of_towns,
)
from tests.scripts.conftest import call
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.layers.outputs.plan_file import load_plan

TABLE = {**RECIPE, "draws": 20, "indicators": {"far": {"goalposts": [0, 120]}}}


@pytest.fixture(scope="module")
def atlas_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve towns, 10 km apart, with a site in the first."""
    atlas = row_of_towns()
    far = pd.Series(kilometres(), index=atlas.codes)
    atlas = atlas.add(KILOMETRES, far).add(SITE, pd.Series(0.0, index=atlas.codes))
    recipe = recipe_from_table(TABLE, file="lack.toml", indicators=["far", "website"])
    path = tmp_path_factory.mktemp("atlas") / "scored.parquet"
    save_atlas(compute_index(atlas, recipe), path)
    return str(path)


def budget(atlas_file: str, *more: str) -> tuple[str, ...]:
    return ("plan", "budget", "--atlas", atlas_file, "--euros", "100", "--margin", "5", "--lang",
            "en", "--cost", "website=30", *more)  # fmt: skip


def test_a_budget_with_sites(
    atlas_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    candidates, out = tmp_path / "candidates.csv", tmp_path / "plan"
    candidates.write_text("code\nT05\nT10\n", "utf-8")
    sites = ("--site-cost", "40", "--site-figure", "far", "--candidates", str(candidates))
    assert call(*budget(atlas_file, *sites, "--reach", "45", "-o", str(out))) == 0
    printed = capsys.readouterr().out
    # The worst tenth are T10 and T11: one site in T10 lifts both, and costs less than two websites.
    assert printed.startswith("The budget opens 1 site and lifts 2 territories of 2")
    assert "- A site farther away than 45 km changes nothing." in printed
    table = pd.read_csv(out / "budget.csv", dtype={"code": str})
    assert table[["kind", "code"]].to_numpy().tolist() == [
        ["site", "T10"], ["territory", "T11"], ["territory", "T10"],
    ]  # fmt: skip
    assert {one.name for one in out.iterdir()} >= {"budget.xlsx", "index.html", "report.html"}
    plan = load_plan(out, load_atlas(out / "territories.parquet"))
    assert plan.words["site"] == "new site"
    assert (out / "report.html").read_text("utf-8").count("new site") >= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--reach", "9"), "--reach is about new sites, which have no cost."),
        (("--candidates", "c.csv"), "--candidates is about new sites, which have no cost."),
        (("--site-cost", "0", "--site-figure", "far"), "--site-cost 0 is not above zero."),
        (("--site-cost", "9"), "a site changes 'distance-france-services', which is not among"),
    ],
)
def test_sites_that_are_refused(
    options: tuple[str, ...], message: str, atlas_file: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert call(*budget(atlas_file, *options, "-o", str(tmp_path / "plan"))) != 0
    assert message in capsys.readouterr().err
    assert not (tmp_path / "plan").exists()
