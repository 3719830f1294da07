from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.scripts.conftest import Command
from zoneblanche.geo import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import read_atlas, take
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.explain import explain
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.scripts.jobs.explain import comparison_lines, explanation_lines


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    measured = read_atlas(read_country("fr"), within=["48", "15"])
    return compute_index(measured, "digital-inequality-2025")


@pytest.fixture(scope="module")
def saved(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("atlas") / "scored.parquet"
    save_atlas(atlas, path)
    return path


def test_recipes_come_back_from_disk(atlas: Atlas, saved: Path) -> None:
    again = load_atlas(saved)
    assert again.recipes == atlas.recipes
    (recipe,) = again.recipes.values()
    assert list(recipe.root.weights) == [child.id for child in recipe.root.children]
    first = explain(atlas, "48061", "digital-inequality-2025")
    second = explain(again, "48061", "digital-inequality-2025")
    pd.testing.assert_frame_equal(first.parts, second.parts)


def test_contributions_are_printed_and_sum(saved: Path, zoneblanche: Command) -> None:
    status, out, _ = zoneblanche("explain", str(saved), "48095", "--lang", "en")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "Mende (48095)"
    assert "A high score is worse off." in lines[1]
    assert "of the draws" in lines[1]
    indicators = [line for line in lines if line.startswith("  ")][1:]
    contributions = [float(line.split()[-1]) for line in indicators]
    assert len(contributions) == 5
    total = next(line for line in lines if line.startswith("sum"))
    assert sum(contributions) == pytest.approx(float(total.split()[-1]), abs=0.3)
    assert sum("yes" in line for line in indicators) == 3
    assert not any(line.rstrip().endswith(":") for line in lines), "no heading of nothing"


@pytest.mark.parametrize(
    ("lang", "effect"), [("en", "below the goalposts"), ("fr", "en dessous des bornes")]
)
def test_what_a_step_did_is_said_in_each_language(atlas: Atlas, lang: str, effect: str) -> None:
    table = {
        "weights": {"website": 1, "aged-65": 1},
        "indicators": {"aged-65": {"goalposts": [90, 100], "better": "lower"}},
        "normalise": "goalposts",
    }
    made = compute_index(atlas, recipe_from_table(table, file="r.toml"), draws=0)
    lines = explanation_lines(made, "48095", "index", lang)
    assert [line for line in lines if f" ({effect}) " in line]


def test_a_mean_that_is_not_arithmetic_starts_from_the_medians(atlas: Atlas) -> None:
    table = {
        "aggregate": "geometric",
        "range": [1, 100],
        "normalise": "goalposts",
        "weights": {"website": 1, "https": 1, "premises-1gbps": 1},
    }
    made = compute_index(atlas, recipe_from_table(table, file="r.toml"), draws=0)
    lines = explanation_lines(made, "48095", "index", "fr")
    assert any(line.startswith("score des médianes") for line in lines)
    assert "favorable" in lines[1]


@pytest.mark.parametrize(
    ("name", "lang", "remedy"),
    [
        ("Mende", "en", "Did you mean 48095 (Mende)?"),
        ("saint chely d apcher", "fr", "Vouliez-vous dire 48140 (Saint-Chély-d'Apcher)\u00a0?"),
        ("4809", "en", "Did you mean '4809"),
    ],
)
def test_a_name_instead_of_a_code(
    saved: Path, zoneblanche: Command, name: str, lang: str, remedy: str
) -> None:
    status, _, message = zoneblanche("explain", str(saved), name, "--lang", lang)
    assert status == 2
    assert remedy in message


def test_what_cannot_be_explained_is_said(saved: Path, atlas: Atlas, zoneblanche: Command) -> None:
    status, _, err = zoneblanche("explain", str(saved), "48999", "--lang", "en")
    assert status == 2
    assert "no territory '48999'" in err
    status, _, err = zoneblanche("explain", str(saved), "48095", "--recipe", "digital")
    assert status == 2
    assert "pas de recette 'digital'" in err
    relative = recipe_from_table(
        {"id": "r", "weights": {"density": 1}, "indicators": {"density": {"better": "higher"}}},
        file="r.toml",
    )
    half = take(compute_index(atlas, relative, draws=0), atlas.codes > "48000")
    with pytest.raises(InputError, match="others were scored with them"):
        explain(half, "48061", "r")


def test_recipes_are_compared(saved: Path, atlas: Atlas, zoneblanche: Command) -> None:
    status, out, _ = zoneblanche(
        "compare", str(saved), "digital-inequality-2025", "presence-only", "--lang", "en"
    )
    assert status == 0
    known = atlas.values["digital-inequality-2025"].count()
    assert out.startswith(f"{known} territories have a score in each")
    assert "rank correlation 0." in out
    assert "better placed by presence-only: " in out
    assert "worse placed" in "\n".join(
        comparison_lines(atlas, ["presence-only", "infrastructure-only"], "en")
    )
    status, _, err = zoneblanche("compare", str(saved), "presence-only", "presence-only")
    assert status == 2
    assert "il en faut deux ou plus à comparer" in err


def test_recipes_are_compared_on_few_territories(atlas: Atlas) -> None:
    """The worst tenth of four territories is one of them."""
    recipes = ["presence-only", "infrastructure-only"]
    few = take(atlas, np.isin(np.arange(len(atlas.codes)), range(4)))
    assert "4 territories have a score" in comparison_lines(few, recipes, "en")[0]
