"""What a run says on the terminal: eight lines, whole sentences, no name from a tie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.messages import _
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.scripts.jobs.main_job.headlines import headlines
from zoneblanche.scripts.jobs.main_job.summary import print_summary, summary_lines


def atlas_of(toy: Territories, scores: list[float]) -> Atlas:
    """An index of one share, and a yes or no that small territories lack."""
    facts = toy.facts.assign(population=[100.0, 150.0, 3000.0, 2500.0])
    atlas = empty_atlas(replace(toy, facts=facts))
    lack = Indicator(
        "lack", {"fr": "Locaux sans fibre", "en": "Premises without fibre"}, "percent", "lower",
        bounds=(0, 100),
    )  # fmt: skip
    site = Indicator("site", {"fr": "Site", "en": "Website"}, "boolean", "higher", bounds=(0, 1))
    atlas = atlas.add(lack, pd.Series(scores, toy.codes))
    atlas = atlas.add(site, pd.Series([0.0, 0.0, 1.0, 1.0], toy.codes))
    table = {"title": "Lack", "orientation": "worse", "normalise": "goalposts"}
    table["weights"] = {"lack": 1}
    return compute_index(atlas, recipe_from_table(table, file="r.toml"), draws=20)


@pytest.fixture
def french(toy: Territories) -> Territories:
    """The toy territories with the levels of France: A and B are départements."""
    return replace(toy, country=read_country("fr"))


def test_the_headlines_of_areas(french: Territories) -> None:
    lines = headlines(atlas_of(french, [10.0, 20.0, 50.0, 60.0]), lang="en")
    assert lines[0] == (
        "Measured: 2 layers of 4 communes with 5,750 inhabitants, and the index Lack."
    )
    assert lines[1] == (
        "Website: 0 % of the territories below 200 inhabitants, 100 % of those from 2,000 on."
    )
    assert lines[2].replace("\u00a0", " ") == (
        "Premises without fibre: 35.0 % overall, from 15.0 % (Alpha) to 55.0 % (Beta)."
    )
    # By inhabitants: Beta (3000 · 50 + 2500 · 60) / 5500, Alpha (100 · 10 + 150 · 20) / 250.
    assert lines[-1].startswith("Worst off of 2 départements (Lack, mean of the inhabitants")
    assert lines[-1].endswith("Beta 54.5 (1); Alpha 16.0 (2).")


def test_no_name_comes_from_a_tie(toy: Territories) -> None:
    lines = headlines(atlas_of(toy, [60.0, 60.0, 60.0, 20.0]), lang="en")
    assert lines[-1] == "Worst off of 4 territories (Lack): 3 share 60.0; Btwo (B2) 20.0."
    lines = headlines(atlas_of(toy, [61.0, 60.0, 60.0, 20.0]), lang="fr")
    assert lines[-1].replace("\u00a0", " ") == (
        "Les plus mal placés des 4 territoires (Lack) : Aone (A1) 61,0 ; 2 ex æquo à 60,0 ; "
        "Btwo (B2) 20,0."
    )


@pytest.mark.parametrize(
    ("flagged", "lang", "sentence"),
    [
        (1, "en", "Worst: 1 territory, where 100 people live (1.7 %)."),
        (2, "en", "Worst: 2 territories, where 250 people live (4.3 %)."),
        (1, "fr", "Pires : 1 territoire, où vivent 100 personnes (1,7 %)."),
        (2, "fr", "Pires : 2 territoires, où vivent 250 personnes (4,3 %)."),
    ],
)
def test_flagged_territories_agree_with_their_number(
    toy: Territories, flagged: int, lang: str, sentence: str
) -> None:
    flag = Indicator(
        "worst", {"fr": "Pires", "en": "Worst"}, "category", role="flag",
        categories={0: {"fr": "non", "en": "no"}, 1: {"fr": "oui", "en": "yes"}},
    )  # fmt: skip
    atlas = atlas_of(toy, [10.0, 20.0, 50.0, 60.0])
    marks = [1.0] * flagged + [0.0] * (4 - flagged)
    line = headlines(atlas.add(flag, pd.Series(marks, toy.codes)), lang=lang)[-1]
    assert line.replace("\u00a0", " ") == sentence


def test_the_terminal_has_eight_lines(
    french: Territories, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    atlas = atlas_of(french, [10.0, 20.0, 50.0, 60.0])
    noted = [_("the table {name} is old.", name=name) for name in ("A", "B", "C")]
    atlas = atlas.noting(*noted)
    print_summary(atlas, page=tmp_path / "index.html", lang="en", account="run.json")
    out, err = capsys.readouterr()
    assert len(out.splitlines()) + len(err.splitlines()) <= 8
    assert out.splitlines()[-1] == f"Open {(tmp_path / 'index.html').as_uri()}"
    assert err == (
        "Warning: the table A is old. the table B is old. 1 more warning is in run.json, and "
        "with -v.\n"
    )
    print_summary(atlas, page=tmp_path / "index.html", lang="en", verbose=True)
    more, all_notices = capsys.readouterr()
    assert len(more.splitlines()) > len(out.splitlines())
    assert all_notices.count("Warning: ") == 3


def test_every_figure_is_a_whole_sentence(french: Territories) -> None:
    atlas = atlas_of(french, [10.0, 20.0, 50.0, 60.0])
    values = atlas.values["site"].where(atlas.codes != "A1")
    atlas = atlas.add(atlas.indicator("site"), values)
    lines = summary_lines(atlas, lang="en")
    assert lines[0].replace("\u00a0", " ") == (
        "Premises without fibre: 35.0 % overall. The highest is 55.0 % (Beta), the lowest 15.0 % "
        "(Alpha)."
    )
    assert lines[1] == (
        "Website: 66.7 % of the communes, home to 95.7 % of the population. It is 0.0 % below 200 "
        "inhabitants, and 100.0 % from 2,000 on. 1 is not known."
    )
