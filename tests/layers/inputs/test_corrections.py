"""Tables of corrections: what they change, and what is refused."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.analysis.candidates import list_candidates
from zoneblanche.layers.analysis.quality import judge_quality
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.catalogue.lacking_fixed import LAYER as LACKING
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.corrections import COLUMNS, correct, follow_corrections
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.layers.outputs.export import results_table


@pytest.fixture
def atlas(toy: Territories) -> Atlas:
    fibre = Indicator("fibre", "Fibre", "percent", "higher", bounds=(0, 100))
    site = Indicator("site", "Site", "boolean", "higher", bounds=(0, 1))
    kind = Indicator("kind", "Kind", "category", categories={1: "rural", 2: "urban"})
    atlas = empty_atlas(toy)
    atlas = atlas.add(fibre, pd.Series([95.0, 0.0, np.nan, 92.0], toy.codes), reasons=Reason.SECRET)
    atlas = atlas.add(site, pd.Series([1.0, 0.0, 1.0, 1.0], toy.codes))
    return atlas.add(kind, pd.Series([1.0, 2.0, 1.0, 1.0], toy.codes))


def table_of(path: Path, *rows: str, header: str = "code,indicator,value,date,who,why") -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return path


def test_corrected_figures_keep_the_old_ones(atlas: Atlas, tmp_path: Path) -> None:
    one, two, three, _four = atlas.codes
    path = table_of(
        tmp_path / "c.csv",
        f"{two},fibre,88.5,2026-11-30,SIG,Measured on the ground",
        f"{three},fibre,70,2026-11,Town hall,",
        f"{one},site,no,2026,SIG,",
        f"{one},kind,2,2026,SIG,",
        f"{one},fibre,,,,",
    )
    corrected = correct(atlas, path)
    assert corrected.values["fibre"].tolist() == [95.0, 88.5, 70.0, 92.0]
    assert (corrected.reasons["fibre"] == Reason.PRESENT).all()
    assert corrected.values["site"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert corrected.values["kind"].tolist() == [2.0, 2.0, 1.0, 1.0]
    assert [(made.code, made.old) for made in corrected.corrections] == [
        (two, 0.0), (three, None), (one, 1.0), (one, 1.0),
    ]  # fmt: skip
    assert corrected.corrected("fibre")[two].why == "Measured on the ground"
    assert corrected.account["corrections"]["matched"] == 4
    assert corrected.account["corrections"]["counted"] == {"without a value": 1}
    assert "4 figures are corrected by c.csv: Fibre 2, Site 1, Kind 1." in corrected.notices
    words = results_table(corrected, lang="en")["corrected"]
    assert words[two] == "fibre: 88.5 instead of 0 (SIG, 2026-11-30)"
    assert "corrected" not in results_table(atlas, lang="en")
    # The figures of the first atlas are not changed.
    assert atlas.values["fibre"].tolist()[:2] == [95.0, 0.0]


def test_a_layer_that_follows_from_a_corrected_one_follows_the_correction(
    atlas: Atlas, tmp_path: Path
) -> None:
    one, two, three, four = atlas.codes
    cable = Indicator("cable", "Cable", "percent", "higher", bounds=(0, 100))
    lacking = Indicator("lacking-fixed", "Lacking", "percent", "lower", bounds=(0, 100))
    atlas = atlas.add(cable, pd.Series([0.0, 60.0, np.nan, 97.0], atlas.codes))
    atlas = atlas.add(lacking, pd.Series([5.0, 40.0, np.nan, 3.0], atlas.codes))
    path = table_of(
        tmp_path / "c.csv",
        f"{two},fibre,88.5,2026-11-30,SIG,",
        f"{three},fibre,70,2026-11,SIG,",
        f"{four},fibre,93,2026,SIG,",  # less than its cable
        f"{one},fibre,96,2026,SIG,",
        f"{one},lacking-fixed,1,2026,SIG,",
    )
    followed = follow_corrections(correct(atlas, path), [LACKING])
    # One's own figure is corrected, and stays.
    assert followed.values["lacking-fixed"].tolist() == [1.0, 11.5, 30.0, 3.0]
    assert (followed.reasons["lacking-fixed"] == Reason.PRESENT).all()
    assert any(
        "figures of 3 territories are computed again" in notice for notice in followed.notices
    )
    assert [one.indicator for one in followed.corrections].count("lacking-fixed") == 1


def test_a_layer_does_not_follow_without_all_that_it_depends_on(
    atlas: Atlas, tmp_path: Path
) -> None:
    """Cable is in the published figure: fibre alone would make it too bad."""
    lacking = Indicator("lacking-fixed", "Lacking", "percent", "lower", bounds=(0, 100))
    atlas = atlas.add(lacking, pd.Series([5.0, 4.0, np.nan, 3.0], atlas.codes))
    path = table_of(tmp_path / "c.csv", f"{atlas.codes[1]},fibre,88.5,2026-11-30,SIG,")
    followed = follow_corrections(correct(atlas, path), [LACKING])
    assert followed.values["lacking-fixed"].tolist()[:2] == [5.0, 4.0]
    assert any("the project does not measure cable" in notice for notice in followed.notices)


def test_without_a_correction_nothing_is_computed_again(atlas: Atlas) -> None:
    assert follow_corrections(atlas, [LACKING]) is atlas


def test_an_atlas_keeps_its_corrections(atlas: Atlas, tmp_path: Path) -> None:
    path = table_of(tmp_path / "c.csv", f"{atlas.codes[1]},fibre,88.5,2026-11-30,SIG,")
    corrected = correct(atlas, path)
    save_atlas(corrected, tmp_path / "a.parquet")
    assert load_atlas(tmp_path / "a.parquet").corrections == corrected.corrections


@pytest.mark.parametrize(
    ("row", "message", "column", "remedy"),
    [
        ("{0}x,fibre,5,2026,SIG,", "no territory has the code", "code", "Did you mean '{0}'?"),
        ("{0},fiber,5,2026,SIG,", "no indicator 'fiber' is measured", "indicator",
         "Did you mean 'fibre'?"),
        ("{0},fibre,101,2026,SIG,", "'101' is above 100", "value", ""),
        ("{0},fibre,many,2026,SIG,", "'many' is not a number", "value", ""),
        ("{0},kind,3,2026,SIG,", "3 is not the code of a category", "value", "Known: 1, 2."),
        ("{0},site,2,2026,SIG,", "'2'", "value", ""),
        ("{0},fibre,5,30/11/2026,SIG,", "'30/11/2026' is not a date", "date",
         "Write the date of the correction, e.g. 2026-11-30."),
        ("{0},fibre,5,2026,,", "does not say who made it", "who", "Name a person or an office."),
        ("{1},fibre,6,2026,Other,", "is corrected twice: line 2 corrects it too", "code",
         "Keep one of the two rows."),
    ],
)  # fmt: skip
def test_bad_rows_are_named(
    atlas: Atlas, tmp_path: Path, row: str, message: str, column: str, remedy: str
) -> None:
    path = table_of(tmp_path / "c.csv", "{1},fibre,5,2026,SIG,".format(*atlas.codes),
                    row.format(*atlas.codes))  # fmt: skip
    with pytest.raises(InputError) as caught:
        correct(atlas, path)
    (fault,) = caught.value.faults
    assert message in str(fault)
    assert (fault.file, fault.line, fault.column) == (str(path), 3, column)
    assert fault.remedy.startswith(remedy.format(*atlas.codes))
    assert fault.remedy


def test_columns_are_required(atlas: Atlas, tmp_path: Path) -> None:
    path = table_of(tmp_path / "c.csv", "A1,5", header="code,Value")
    with pytest.raises(InputError) as caught:
        correct(atlas, path)
    faults = caught.value.faults
    assert len(faults) == len(COLUMNS[1:])
    for fault, name in zip(faults, COLUMNS[1:], strict=True):
        assert f"there is no column '{name}'" in str(fault)


def test_zeros_among_the_served_are_candidates() -> None:
    """In a chessboard of 36 squares one has 0 and its neighbours at least 90; another has 0 too."""
    places = [(x, y) for x in range(6) for y in range(6)]
    codes = pd.Index([f"{x}{y}" for x, y in places], name="code")
    shapes = gpd.GeoSeries(
        [shapely.box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x, y in places], index=codes
    )
    frame = gpd.GeoDataFrame({"name": codes}, geometry=shapes, index=codes, crs="EPSG:2154")
    facts = pd.DataFrame({"population": 100.0, "area_km2": 1.0}, index=codes)
    nothing = pd.DataFrame(index=codes)
    territories = Territories(frame=frame, level="commune", parents=nothing, facts=facts)
    fibre = Indicator("fibre", "Fibre", "percent", "higher", bounds=(0, 100))
    values = pd.Series(95.0, codes)
    values[["11", "44"]] = 0.0
    values["45"] = 40.0
    atlas = empty_atlas(territories).add(fibre, values)
    candidates = list_candidates(atlas, judge_quality(atlas), lang="en")
    assert list(candidates.columns) == ["code", "name", "indicator", "old", *COLUMNS[2:]]
    served = candidates[candidates["old"] == "0"]
    assert served["code"].tolist() == ["11", "44"]
    assert served["value"].tolist() == ["", ""]
    assert served["why"].iloc[0].startswith("0, but all its 8 known neighbours have at least 90.")
    assert served["why"].iloc[1].startswith("0; the median of its neighbours is 95.")
