from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import translate
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.add import ANALYSES, add_analyses, check_analyses
from zoneblanche.layers.analysis.change.columns import GAINED, GIVEN_UP, KEPT, NEITHER
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import read_atlas, take
from zoneblanche.layers.edition import presence_waves
from zoneblanche.layers.index.compute import compute_index

INDEX = "digital-inequality"


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return compute_index(read_atlas(read_country("fr"), within="48"), INDEX, draws=20)


def test_each_analysis_is_a_column_with_its_method_and_sources(atlas: Atlas) -> None:
    names = ["typology", "clusters", "equal-size", "presence-change", "clusters:density"]
    made = add_analyses(atlas, names, index_id=INDEX)
    added = list(made.indicators)[len(atlas.indicators) :]
    assert added == [
        "typology",
        f"{INDEX}-clusters",
        f"{INDEX}-equal-size",
        "presence-change",
        "density-clusters",
    ]
    for name in added:
        indicator = made.indicator(name)
        assert indicator.role in ("typology", "context")
        assert indicator.sources, name
        assert indicator.method_in("fr"), name
        assert indicator.method_in("fr") != indicator.method_in("en")
        assert made.values[name].notna().any(), name


def test_presence_change_is_what_the_two_waves_say(atlas: Atlas) -> None:
    made = add_analyses(atlas, ["presence-change"])
    waves = presence_waves(read_country("fr"))
    # That of February 2021 lacks Corsica.
    ends = ["2021-07-12", waves["wave"].max()]
    declared = {}
    for date in ends:
        rows = waves[waves["wave"] == date].set_index("code")["website"]
        declared[date] = rows.str.match("(?i)^ *https?://").astype("object").fillna(False)
    change = made.values["presence-change"]
    expected = {(False, True): GAINED, (True, True): KEPT, (False, False): NEITHER}
    for code in atlas.codes:
        if code not in declared[ends[0]].index or code not in declared[ends[1]].index:
            assert np.isnan(change[code])
            assert made.reasons["presence-change"][code] == Reason.NOT_MATCHED
            continue
        pair = (bool(declared[ends[0]][code]), bool(declared[ends[1]][code]))
        assert change[code] == expected.get(pair, GIVEN_UP), code
    assert set(change.dropna()) >= {GAINED, KEPT, NEITHER}
    assert made.indicator("presence-change").period == "/".join(map(str, ends))


def test_change_of_two_layers(atlas: Atlas) -> None:
    later = atlas.indicator("premises-1gbps")
    values = atlas.values["premises-1gbps"] + 5
    values.iloc[0] = np.nan
    both = atlas.add(
        type(later)(**{**vars(later), "id": "gbps-2024", "period": "2024-12-31"}), values
    )
    made = add_analyses(both, ["change:premises-1gbps:gbps-2024"])
    change = made.values["gbps-2024-change"]
    assert change.iloc[1:].to_numpy() == pytest.approx(5)
    assert np.isnan(change.iloc[0])
    indicator = made.indicator("gbps-2024-change")
    assert indicator.period == f"{later.period}/2024-12-31"
    assert (indicator.suffix, indicator.better) == ("points", "higher")
    refused = add_analyses(both, ["change:website:gbps-2024"])
    assert "are not two waves of one figure" in refused.notices[-1]
    assert list(refused.indicators) == list(both.indicators)


def test_what_a_selection_does_not_allow_is_left_out_and_said(atlas: Atlas) -> None:
    one = take(atlas, np.arange(len(atlas.codes)) == 0)
    made = add_analyses(one, ["clusters"], index_id=INDEX)
    assert made.notices[-1].startswith("The analysis clusters is left out: ")
    assert translate(made.notices[-1], "fr").startswith("L'analyse clusters n'est pas faite")
    higher = add_analyses(atlas_at(atlas, "epci"), ["presence-change"])
    assert "finest level of an embedded edition" in higher.notices[-1]
    assert "presence-change" not in higher.indicators
    without = add_analyses(atlas, ["equal-size"])
    assert "there is no index" in without.notices[-1]
    pd.testing.assert_frame_equal(without.values, atlas.values)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cluster", "there is no analysis 'cluster'. Did you mean 'clusters'?"),
        ("change:a", "change is of 2 indicators, and names 1. Write change:BEFORE:AFTER."),
        ("typology:a", "typology is of 0 indicators, and names 1. Write typology."),
    ],
)
def test_an_analysis_that_there_is_not_is_refused(name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        check_analyses([name], file="project.toml")
    assert message in str(caught.value)
    assert "project.toml, key 'analyses'" in str(caught.value)


def test_an_unknown_indicator_is_refused(atlas: Atlas) -> None:
    with pytest.raises(InputError, match="no indicator 'websit'"):
        add_analyses(atlas, ["clusters:websit"])


def test_every_analysis_is_documented(request: pytest.FixtureRequest) -> None:
    page = (request.config.rootpath / "docs" / "analysis.md").read_text("utf-8")
    for name in ANALYSES:
        assert f"`{name}" in page, name
