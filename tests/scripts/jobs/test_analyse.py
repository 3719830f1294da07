from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.scripts.conftest import Command
from zoneblanche.geo import read_country
from zoneblanche.geo.errors import InputError
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
    whole = gini(atlas.values["digital-inequality-2025"].dropna())
    assert f"{whole:.3f}".replace(".", "," if lang == "fr" else ".") in text
    for word in ("Moran", "Theil", "Cantal", "Atkinson"):
        assert word in text
    flagged = {"fr": "dans 95\u00a0% des tirages ou plus", "en": "in 95 % of the draws or more"}
    assert flagged[lang] in text
    assert "Left out" not in text
    assert "Laissé" not in text


def test_what_the_figures_do_not_allow_is_left_out_and_said(atlas: Atlas) -> None:
    lines = analysis_lines(atlas, "density", "en")
    assert sum(line.startswith("Left out: ") for line in lines) == 1, "no curve of a density"
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
