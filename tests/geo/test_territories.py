from __future__ import annotations

import pickle
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.borders.stored import PackedBorders
from zoneblanche.geo.country import known_countries, read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import Notices
from zoneblanche.geo.nesting import grouping, left_out, mean_by, sum_by, territories_at
from zoneblanche.geo.territories import Territories, check_index, measured_area_km2


def test_within_takes_what_a_place_contains(toy: Territories) -> None:
    notices = Notices()
    chosen = toy.within(["A"], notices=notices)
    assert list(chosen.codes) == ["A1", "A2"]
    assert list(notices) == []
    assert list(chosen.facts["population"]) == [100, 300]


def test_within_takes_a_territory_itself_and_several_places(toy: Territories) -> None:
    chosen = toy.within(["B2", "epci:X"])
    assert list(chosen.codes) == ["A1", "B2"]


def test_an_ambiguous_code_is_read_by_the_countrys_rule_and_said(toy: Territories) -> None:
    doubled = replace(toy, parents=toy.parents.assign(region=["A", "B", "B", "B"]))
    notices = Notices()
    chosen = doubled.within(["A"], notices=notices)
    assert list(chosen.codes) == ["A1", "A2"]
    (notice,) = notices
    assert "departement" in notice
    assert "region:A" in notice
    assert list(doubled.within(["region:A"]).codes) == ["A1"]


def test_an_unknown_place_is_refused_with_the_nearest(toy: Territories) -> None:
    with pytest.raises(InputError, match="Did you mean 'departement:A'"):
        toy.within(["departement:AA"])


def test_a_name_is_told_its_code(toy: Territories) -> None:
    with pytest.raises(InputError, match=r"Did you mean departement:A \(Alpha\)"):
        toy.within(["alpha"])


def test_a_territory_without_a_name_is_labelled_once(toy: Territories) -> None:
    nameless = replace(toy, frame=toy.frame.assign(name=toy.codes))
    code = toy.codes[0]
    assert nameless.label(code) == code


def broken(toy: Territories, shape: object) -> gpd.GeoDataFrame:
    shapes = toy.frame.geometry.to_numpy().copy()
    shapes[1] = shape
    return toy.frame.set_geometry(gpd.GeoSeries(shapes, index=toy.codes, crs=toy.frame.crs))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (None, "no shape"),
        (shapely.Polygon(), "no shape"),
        (shapely.Point(1, 2), "not a polygon"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "invalid polygon"),
    ],
)
def test_shapes_are_right_or_refused(toy: Territories, shape: object, message: str) -> None:
    with pytest.raises(InputError, match=rf"{message} \(first: A2\)"):
        replace(toy, frame=broken(toy, shape))


def test_a_frame_without_crs_is_refused(toy: Territories) -> None:
    with pytest.raises(InputError, match="no coordinate reference system"):
        replace(toy, frame=toy.frame.set_crs(None, allow_override=True))


def test_tables_on_another_index_are_refused(toy: Territories) -> None:
    with pytest.raises(InputError, match="parents"):
        replace(toy, parents=toy.parents.iloc[::-1])


def test_codes_are_unique_text() -> None:
    with pytest.raises(InputError, match="not text"):
        check_index(pd.Index([1001, 1002]), what="codes")
    with pytest.raises(InputError, match="more than once"):
        check_index(pd.Index(["a", "a"]), what="codes")


def test_areas_are_those_of_the_ellipsoid(toy: Territories) -> None:
    # Lambert-93 is conformal: near its central meridian, at 45.6° N, it enlarges areas by 0.2 %.
    area = measured_area_km2(toy.frame.geometry)
    assert area.to_numpy() == pytest.approx([100.0] * 4, rel=0.005)


def test_a_higher_level_unites_shapes_and_sums_facts(toy: Territories) -> None:
    higher = territories_at(toy, "departement")
    assert list(higher.codes) == ["A", "B"]
    assert list(higher.names) == ["Alpha", "Beta"]
    assert higher.label("A") == "Alpha (A)"
    assert list(higher.facts["population"]) == [400, 1600]
    assert higher.frame.geometry["A"].area == pytest.approx(2e8)
    assert "epci" not in higher.parents, "the départements do not nest in intercommunalities"


def test_territories_outside_the_level_are_told(toy: Territories) -> None:
    assert left_out(toy, "epci") == ("B2",)
    assert list(territories_at(toy, "epci").codes) == ["X", "Y"]
    with pytest.raises(InputError, match="Did you mean 'departement'"):
        territories_at(toy, "department")


def test_a_mean_is_weighted_by_its_own_denominator(toy: Territories) -> None:
    values = pd.Series([10.0, 50.0, np.nan, 80.0], index=toy.codes)
    premises = pd.Series([300.0, 100.0, 50.0, 0.0], index=toy.codes)
    table = mean_by(values, premises, toy.parents["departement"])
    assert table.loc["A", "mean"] == pytest.approx((10 * 300 + 50 * 100) / 400)
    assert np.isnan(table.loc["B", "mean"]), "no member with weight is known"
    assert table.loc["B", "known"] == 0


def test_groups_are_sorted_once_for_many_columns(toy: Territories) -> None:
    values = pd.Series([1.0, 2.0, 3.0, 4.0], index=toy.codes)
    of_epci = toy.parents["epci"]
    groups = grouping(of_epci)
    assert groups.inside.tolist() == of_epci.notna().tolist()
    assert sum_by(values, groups).to_dict() == {"X": 1.0, "Y": 5.0}
    assert mean_by(values, values, groups)["mean"].to_dict() == {"X": 1.0, "Y": 13 / 5}


def test_a_sum_with_a_missing_part_is_missing(toy: Territories) -> None:
    values = pd.Series([1.0, 2.0, np.nan, 4.0], index=toy.codes)
    total = sum_by(values, toy.parents["departement"])
    assert total["A"] == 3
    assert np.isnan(total["B"])


@given(
    st.lists(
        st.tuples(
            st.floats(0, 100), st.floats(0.01, 1e6), st.sampled_from("abc"), st.sampled_from("xy")
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_mean_of_means_with_their_weights_is_the_mean(
    rows: list[tuple[float, float, str, str]],
) -> None:
    """Going up in two steps gives what going up in one gives."""
    frame = pd.DataFrame(rows, columns=["value", "weight", "small", "large"])
    frame["small"] = frame["large"] + frame["small"]
    low = mean_by(frame["value"], frame["weight"], frame["small"])["mean"]
    weight = sum_by(frame["weight"], frame["small"])
    of_low = pd.Series([code[0] for code in low.index], index=low.index)
    twice = mean_by(low, weight, of_low)["mean"]
    once = mean_by(frame["value"], frame["weight"], frame["large"])["mean"]
    assert twice.to_numpy() == pytest.approx(once.to_numpy())


@pytest.mark.parametrize("code", known_countries())
def test_every_country_file_holds_together(code: str) -> None:
    country = read_country(code)
    ids = {level.id for level in country.levels}
    assert country.bare_code_level in ids
    for level in country.levels:
        assert set(level.within) <= ids
        assert {"fr", "en"} <= set(level.title)
    west, south, east, north = country.bounds
    assert west < east
    assert south < north
    assert country.parts[-1].codes == ".*", "the last part holds every remaining code"
    for part in country.parts:
        crs = pyproj.CRS(part.crs)
        assert crs.is_projected, part.crs
        assert crs.axis_info[0].unit_name == "metre", part.crs


def test_a_level_has_the_name_that_its_country_gives(toy: Territories) -> None:
    named = replace(toy, country=read_country("fr"))
    assert named.level_title("fr", level="departement") == "département"
    assert named.level_title("fr", level="departement", plural=True) == "départements"
    assert named.level_title("en", plural=True) == "communes"
    assert named.level_title("fr", level="host") == "host"
    assert toy.level_title("fr", level="departement") == "departement"
    assert toy.level_title("fr") == "territoire"


def test_the_level_of_the_areas_that_readers_compare(toy: Territories) -> None:
    france = replace(toy, country=read_country("fr"))
    assert france.area_level == "departement"
    assert replace(france, parents=france.parents[["epci"]]).area_level is None
    assert toy.area_level is None


def test_codes_of_france() -> None:
    france = read_country("fr")
    for code in ("01001", "2A004", "97105", "75056", "97611"):
        assert re.fullmatch(france.base.code_pattern, code)
    for code in ("1001", "20001", "97501", "ABCDE", "010011"):
        assert not re.fullmatch(france.base.code_pattern, code)
    assert france.part_of("97411").crs == "EPSG:2975"
    assert france.part_of("48095").crs == "EPSG:2154"


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(InputError, match="one TOML file"):
        read_country("zz")


def test_another_process_is_sent_the_shapes_once(toy: Territories) -> None:
    assert toy.checked_shapes is not None
    sent = pickle.loads(pickle.dumps(toy))
    assert sent.checked_shapes is None
    assert sent.frame.equals(toy.frame)
    assert len(sent.take([True, False, True, False])) == 2


class Stored:
    """Borders of which nothing is read."""

    def contiguity(self) -> Contiguity:
        raise NotImplementedError

    def page(self) -> PackedBorders:
        raise NotImplementedError


def test_stored_borders_stay_with_the_shapes_they_are_of(toy: Territories) -> None:
    stored = Stored()
    known = replace(toy, stored_borders=stored)
    assert replace(known, facts=toy.facts * 2).stored_borders is stored
    assert known.take(np.ones(4, dtype=bool)).stored_borders is None
    assert replace(known, frame=toy.frame[::-1].sort_index()).stored_borders is None
    assert pickle.loads(pickle.dumps(known)).stored_borders is None
