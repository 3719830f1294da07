"""What an atlas answers: by hand on a few territories, and by the command on a département."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zoneblanche.layers import read_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.outputs.atlas_file import save_atlas
from zoneblanche.scripts.jobs.findings import choice_lines, main_lines
from zoneblanche.scripts.jobs.main_job.summary import summary_lines


@pytest.fixture(scope="module")
def lozere():
    return compute_index(read_atlas("fr", within=["48", "2A"]), "presence-only")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_lines_in_both_languages(lozere, lang):
    lines = main_lines(lozere, "presence-only", lang)
    # No size band of two départements has thirty sparse territories and thirty others.
    assert len(lines) == 2
    assert "Lozère" in lines[0]
    choices = choice_lines(lozere, "presence-only", lang)
    assert len(choices) == 2
    assert lozere.indicator("website").title_in(lang) in choices[1]


def test_a_departement_has_its_choices():
    atlas = compute_index(read_atlas("fr", within="48"), "digital-inequality", draws=0)
    assert len(choice_lines(atlas, "digital-inequality", "fr")) == 2


def test_people_of_whom_nothing_is_known_are_said_apart():
    atlas = read_atlas("fr", within="75")
    assert not [line for line in summary_lines(atlas, lang="fr") if line.startswith("Site")]
    atlas = read_atlas("fr", within=["75", "92"])
    website, people = atlas.values["website"], atlas.territories.facts["population"]
    assert website.isna().sum() == 1, "Paris is in no directory of town halls"
    share = 100 * people[website == 1].sum() / people.sum()
    (line,) = [
        one for one in summary_lines(atlas, lang="en") if one.startswith("Declared website:")
    ]
    assert f"home to {share:.1f} % of the population." in line
    assert line.endswith("1 is not known.")


def test_the_command(lozere, tmp_path):
    save_atlas(lozere, tmp_path / "a.parquet")
    command = [
        sys.executable,
        "-m",
        "zoneblanche.scripts.cli",
        "findings",
        str(tmp_path / "a.parquet"),
    ]
    done = subprocess.run(
        [*command, "--recipe", "presence-only", "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Highest scores of the 2 départements" in done.stdout
    assert "total Sobol index" in done.stdout


@pytest.mark.parametrize("mean", ["geometric", "mpi-minus"])
def test_choices_of_means_that_are_not_arithmetic(lozere, mean):
    # Percentile ranks have a zero, and no place on the scale of Mazziotta and Pareto.
    table = {"aggregate": mean, "weights": {"website": 1, "density": 1}, "range": [1, 100]}
    table["indicators"] = {"density": {"better": "higher"}}
    made = compute_index(lozere, recipe_from_table(table, file="r.toml"), draws=0)
    choices = choice_lines(made, "index", "en")
    assert "weights (± 25 %)" in choices[0]
    assert "normalisation" not in choices[0]


def test_one_indicator_has_no_choice_that_moves_ranks(lozere):
    table = {"weights": {"website": 1}}
    made = compute_index(lozere, recipe_from_table(table, file="r.toml"), draws=0)
    assert choice_lines(made, "index", "en") == []
