from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.scripts.conftest import Command
from zoneblanche.geo import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.add import add_analyses
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.analysis.inequality.measures import gini
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.outputs.atlas_file import save_atlas
from zoneblanche.scripts.jobs.analyse import analysis_lines


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    measured = read_atlas(read_country("fr"), within=["48", "15"])
    made = compute_index(measured, "digital-inequality-2025")
    return flag(made, "sparse-underserved-2025")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_index_is_analysed_in_both_languages(atlas: Atlas, lang: str) -> None:
    text = "\n".join(analysis_lines(atlas, "digital-inequality-2025", lang))
    whole = atlas.values["digital-inequality-2025"].std(ddof=0)
    assert f"{whole:.2f}".replace(".", "," if lang == "fr" else ".") in text
    for word in ("Moran", "Cantal", "Erreygers"):
        assert word in text
    # They depend on the direction of a bounded score.
    for word in ("Gini", "Theil", "Atkinson"):
        assert word not in text
    flagged = {"fr": "dans 95\u00a0% des tirages ou plus", "en": "in 95 % of the draws or more"}
    assert flagged[lang] in text
    ends = {"fr": "au plus bas", "en": "lowest"}
    assert ends[lang] not in text, "two départements are all named in one list"
    assert "Left out" not in text
    assert "Laissé" not in text


def test_amounts_have_measures_of_amounts_without_an_interval(atlas: Atlas) -> None:
    lines = analysis_lines(atlas, "density", "en")
    whole = gini(atlas.values["density"].dropna())
    (line,) = [one for one in lines if one.strip().startswith("Gini")]
    assert line.split()[1] == f"{whole:.3f}"
    assert "(" not in line, "all territories are measured: nothing is a sample"
    assert any("Theil's index" in one for one in lines)


def test_figures_of_a_coarser_level_are_analysed_at_it(atlas: Atlas) -> None:
    coarse = replace(atlas.indicator("fibre"), native_level="departement")
    flat = atlas.values["fibre"].groupby(atlas.territories.parents["departement"]).transform("mean")
    shared = atlas.add(coarse, flat)
    text = "\n".join(analysis_lines(shared, "fibre", "en"))
    assert "are analysed at that level (2 territories)" in text
    index = replace(shared.indicator("digital-inequality-2025"), native_level="departement")
    shared = shared.add(index, shared.values[index.id])
    with pytest.raises(InputError, match="repeated for each territory in it"):
        analysis_lines(shared, index.id, "en")
    left_out = add_analyses(shared, ["clusters:fibre"]).notices[-1]
    assert left_out.startswith("The analysis clusters:fibre is left out: ")


def test_what_the_figures_do_not_allow_is_left_out_and_said(atlas: Atlas) -> None:
    lines = analysis_lines(atlas, "density", "en")
    assert sum(line.startswith("Left out: ") for line in lines) == 1, "no curve of a density"
    (reason,) = [one for one in analysis_lines(atlas, "density", "fr") if one.startswith("Laissé")]
    assert "un ajustement logistique" in reason
    with pytest.raises(InputError, match="is a category"):
        analysis_lines(atlas, "sparse-underserved-2025", "en")


def test_the_command_writes_the_curves(atlas: Atlas, tmp_path: Path, zoneblanche: Command) -> None:
    save_atlas(atlas, tmp_path / "atlas.parquet")
    curves = tmp_path / "l.csv"
    status, out, err = zoneblanche("analyse", tmp_path / "atlas.parquet", "--lorenz", curves)
    assert status == 0, err
    assert out.startswith("Inégalité numérique, recette de 2025\n")
    curve = pd.read_csv(tmp_path / "l.csv")
    assert len(curve) == 101
    assert curve.iloc[-1].tolist() == [100.0, 100.0, 100.0]
    assert (curve["held_people_percent"] <= curve["share_percent"] + 1e-6).all()


def test_the_change_since_each_wave_is_of_communes_and_of_people(atlas: Atlas) -> None:
    lines = [one for one in analysis_lines(atlas, "website", "en") if one.startswith("Since ")]
    waves = [one for one in atlas.indicators.values() if one.wave_of == "website"]
    assert len(lines) == len(waves) > 1
    first, latest = atlas.values[waves[0].id], atlas.values["website"]
    both = first.notna() & latest.notna()
    people = atlas.territories.facts["population"][both]
    steps = 100 * (latest - first)[both]
    assert f" {steps.mean():.1f} by territory (" in lines[0]
    assert f" {(steps * people).sum() / people.sum():.1f} by inhabitants (" in lines[0]
    assert f"{(steps > 0).sum()} rose, {(steps < 0).sum()} fell." in lines[0]
