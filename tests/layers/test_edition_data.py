"""The committed edition of France against its own promises and against the shared real data."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from zoneblanche.geo.borders.contiguity import compute_contiguity
from zoneblanche.geo.borders.stored import contiguity_of
from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.vintages.arrondissements import WHOLE
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.geo.vintages.passage import build_passage
from zoneblanche.layers import edition
from zoneblanche.layers.edition import edition_folder, edition_territories, read_communes
from zoneblanche.layers.edition.files import read_streams
from zoneblanche.scripts.build.edition.borders import write_borders

FOLDER = Path(__file__).resolve().parents[2] / "layers" / "edition" / "fr"

MISSING = ["12218", "14581", "15031", "15035", "15047", "15171", "49126", "69114"]

LAST = "2026-09-22"


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    return read_communes(FOLDER).reset_index()


@pytest.fixture(scope="module")
def presence() -> pd.DataFrame:
    return pd.read_parquet(FOLDER / "presence.parquet")


@pytest.fixture(scope="module")
def levels() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "levels.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def provenance() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "provenance.json").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def overlap(communes: gpd.GeoDataFrame, shared_data: Path) -> pd.Series:
    """Intersection over union with the shared boundaries, which the builder does not read."""
    file = shared_data / "fr" / "boundaries" / "communes_2026.parquet"
    theirs = gpd.read_parquet(file).set_index("code").geometry.reindex(communes["code"])
    one, other = communes.geometry.to_numpy(), shapely.make_valid(theirs.to_numpy())
    shared = shapely.area(shapely.intersection(one, other))
    together = shapely.area(one) + shapely.area(other) - shared
    return pd.Series(shared / together, index=communes["code"])


def test_every_commune_of_the_code_is_there_once_in_order(communes: gpd.GeoDataFrame) -> None:
    assert len(communes) == 34_875
    assert communes["code"].is_unique
    assert communes["code"].is_monotonic_increasing
    assert {"75056", "69123", "13055"} <= set(communes["code"])
    assert not communes["code"].str.match(r"751\d\d|6938\d|132\d\d").any()


def test_columns_and_types(communes: gpd.GeoDataFrame) -> None:
    assert list(communes.columns) == [
        "code",
        "name",
        "epci",
        "departement",
        "region",
        "population",
        "area_km2",
        "postal_codes",
        "seat",
        "geometry",
    ]
    assert communes["population"].dtype == "int32"
    assert communes["seat"].dtype == "int8"
    assert communes["area_km2"].dtype == "float64"
    assert communes.crs.to_epsg() == 4326
    assert communes.drop(columns="epci").notna().all().all()


def test_populations_add_up(communes: gpd.GeoDataFrame) -> None:
    assert communes["population"].sum() == 68_350_798
    people = communes.set_index("code")["population"]
    assert people["75056"] > 2_000_000
    assert people["13055"] > 800_000
    assert people["69123"] > 500_000


def test_legal_populations_are_those_of_insee(
    communes: gpd.GeoDataFrame, shared_data: Path
) -> None:
    folder = shared_data / "fr" / "population"
    insee = pd.read_csv(folder / "donnees_communes.csv", sep=";", dtype=str).set_index("COM")
    theirs = insee["PMUN"].astype(int)
    ours = communes.set_index("code")["population"]
    common = ours.index.intersection(theirs.index)
    assert len(common) > 34_800
    assert (ours[common] == theirs[common]).all()


def test_only_four_island_communes_are_without_an_epci(communes: gpd.GeoDataFrame) -> None:
    without = communes["code"][communes["epci"].isna()]
    assert list(without) == ["22016", "29083", "29155", "85113"]
    assert communes["epci"].dropna().str.fullmatch(r"\d{9}").all()


def test_seats_are_those_of_the_levels(communes: gpd.GeoDataFrame, levels: pd.DataFrame) -> None:
    seat = communes.set_index("code")["seat"]
    assert seat.value_counts().to_dict().keys() == {0, 2, 3, 4}
    assert (seat == 4).sum() == 18
    assert (seat >= 3).sum() == 101
    regions = levels[levels["level"] == "region"]
    assert (seat[regions["seat"]] == 4).all()


def test_every_polygon_is_valid_and_has_an_area(communes: gpd.GeoDataFrame) -> None:
    shapes = communes.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    assert (shapely.area(shapes) > 0).all()
    rings = shapely.get_exterior_ring(shapely.get_parts(shapes))
    assert shapely.is_ccw(rings).all()


def test_the_whole_is_a_valid_coverage(communes: gpd.GeoDataFrame) -> None:
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())


def test_the_holes_are_llivia_and_six_on_the_coast(
    communes: gpd.GeoDataFrame, provenance: dict[str, Any]
) -> None:
    country = shapely.coverage_union_all(communes.geometry.to_numpy())
    rings = [ring for part in shapely.get_parts(country) for ring in part.interiors]
    holes = sorted((shapely.Polygon(ring) for ring in rings), key=shapely.area)
    assert len(holes) == provenance["geometry"]["holes"] == 7
    assert holes[-1].contains(shapely.Point(1.98, 42.465))
    assert holes[-2].area < 1e-4 < holes[-1].area


def test_coordinates_are_on_the_grid(
    communes: gpd.GeoDataFrame, provenance: dict[str, Any]
) -> None:
    steps = shapely.get_coordinates(communes.geometry.to_numpy())
    steps = steps / provenance["geometry"]["grid_degrees"]
    assert (steps == np.round(steps)).all()
    assert len(steps) > 1_070_000


def test_borders_are_those_of_the_shapes(
    communes: gpd.GeoDataFrame, provenance: dict[str, Any], tmp_path: Path
) -> None:
    step = provenance["geometry"]["grid_degrees"]
    write_borders(communes.geometry, tmp_path / "borders.parquet", step=step)
    again, committed = (read_streams(folder / "borders.parquet") for folder in (tmp_path, FOLDER))
    assert again == committed


def test_neighbours_are_those_of_the_shapes() -> None:
    territories = edition_territories(read_country("fr"))
    known, due = contiguity_of(territories), compute_contiguity(territories.frame.geometry)
    assert np.array_equal(known.starts, due.starts)
    assert np.array_equal(known.neighbours, due.neighbours)


def test_shapes_agree_with_the_shared_boundaries(overlap: pd.Series) -> None:
    assert overlap.median() > 0.96
    assert (overlap > 0.9).mean() > 0.99
    poor = set(overlap.index[overlap < 0.75])
    # Under a square kilometre, or islands that the two generalisations draw differently.
    assert poor <= {"29083", "39140", "56088", "65391", "72043", "95633"}
    assert overlap.min() > 0.65


def test_restored_and_enlarged_shapes_agree_too(
    overlap: pd.Series, provenance: dict[str, Any]
) -> None:
    repairs = provenance["geometry"]
    assert list(repairs["missing"]) == MISSING
    assert (overlap[MISSING] > 0.94).all()
    enlarged = list(repairs["enlarged"]["codes"])
    assert len(enlarged) == 46
    assert (overlap[enlarged] > 0.9).all()
    assert overlap["15141"] > 0.93


def test_areas_are_plausible(communes: gpd.GeoDataFrame, shared_data: Path) -> None:
    area = communes.set_index("code")["area_km2"]
    assert 630_000 < area.sum() < 640_000
    file = shared_data / "fr" / "population" / "comparateur_2024_superficies.csv"
    table = pd.read_csv(file, dtype=str)
    table = table[table["commune_type"] == "COM"].drop_duplicates("insee_com")
    official = table.set_index("insee_com")["superficie_km2"].astype(float)
    common = area.index.intersection(official.index[official > 0])
    ratio = area[common] / official[common]
    assert 0.99 < ratio.median() < 1.01
    assert ratio.between(0.8, 1.25).mean() > 0.98


def test_metadata_name_no_path_and_no_time() -> None:
    for name in ("borders.parquet", "communes.parquet", "presence.parquet"):
        metadata = str(pq.read_metadata(FOLDER / name).metadata)
        assert str(FOLDER.parents[2]) not in metadata
        assert re.search(r"\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}", metadata) is None


def test_every_wave_has_a_row_for_each_entry(presence: pd.DataFrame) -> None:
    assert list(presence.columns) == ["code", "wave", "website", "email_domain"]
    rows = presence["wave"].value_counts().sort_index()
    assert rows.to_dict() == {
        "2021-02-03": 34_583,
        "2021-07-12": 34_938,
        "2023-02-03": 34_927,
        "2025-05-05": 34_829,
        "2026-04-22": 34_828,
        LAST: 34_827,
    }
    assert not presence.duplicated(["code", "wave"]).any()
    assert presence[["code", "wave"]].equals(
        presence[["code", "wave"]].sort_values(["code", "wave"], ignore_index=True)
    )


def test_figures_of_the_last_wave(presence: pd.DataFrame, shared_data: Path) -> None:
    now = presence[presence["wave"] == LAST]
    file = shared_data / "reference" / "rpnt" / "generic_providers.txt"
    generic = set(file.read_text("utf-8").split())
    host = now["website"].str.extract(r"^https?://(?:www\.)?([^/?#:]+)", expand=False)
    own = now["email_domain"].notna() & ~now["email_domain"].isin(generic)
    assert round(100 * now["website"].notna().mean(), 1) == 61.6
    assert (
        round(100 * now["website"].str.lower().str.startswith("https").eq(True).mean(), 1) == 47.9
    )
    # Of the communes that declare an address; of all communes it is 45.4 %.
    assert round(100 * own.sum() / now["email_domain"].notna().sum(), 1) == 46.0
    assert round(100 * (host == now["email_domain"]).mean(), 1) == 28.4


def test_the_panel_says_the_same(presence: pd.DataFrame, shared_data: Path) -> None:
    panel = pd.read_parquet(shared_data / "fr" / "presence" / "presence_panel.parquet")
    panel["wave"] = panel["date"].dt.strftime("%Y-%m-%d")
    panel = panel[panel["wave"] > "2021"].sort_values(["code", "wave"], ignore_index=True)
    # Communes that the directory has no entry for stand in the panel without any address.
    keys = pd.MultiIndex.from_frame(panel[["code", "wave"]])
    here = keys.isin(pd.MultiIndex.from_frame(presence[["code", "wave"]]))
    assert panel.loc[~here, ["website", "email_domain"]].isna().all().all()
    assert 0 < (~here).sum() < 0.005 * len(panel)
    panel = panel[here].reset_index(drop=True)
    assert panel["code"].tolist() == presence["code"].tolist()
    assert panel["wave"].tolist() == presence["wave"].tolist()
    domains = panel["email_domain"].fillna("") == presence["email_domain"].fillna("")
    assert domains.all()
    websites = panel["website"].fillna("") == presence["website"].fillna("")
    # The panel has the few websites that are e-mail addresses in full; here they are cut.
    assert panel["website"][~websites].str.contains("@").all()
    assert (~websites).sum() == 8


def test_no_address_of_anyone_is_stored(communes: gpd.GeoDataFrame, presence: pd.DataFrame) -> None:
    texts = [presence[name] for name in presence]
    texts += [communes[name] for name in ("name", "postal_codes", "epci")]
    assert not any(text.str.contains("@").any() for text in texts)
    csv = [path.read_text("utf-8") for path in FOLDER.glob("*.csv")]
    assert csv
    assert not any("@" in text for text in csv)
    assert presence["email_domain"].dropna().str.fullmatch(r"[a-z0-9.-]+").all()


def test_every_containing_territory_has_a_name(
    communes: gpd.GeoDataFrame, levels: pd.DataFrame
) -> None:
    assert list(levels.columns) == ["level", "code", "name", "parent_level", "parent", "seat"]
    assert not levels.duplicated(["level", "code"]).any()
    assert (levels["name"] != "").all()
    counts = levels["level"].value_counts().to_dict()
    assert counts == {"epci": 1255, "departement": 101, "region": 18, "country": 1}
    for level in ("epci", "departement", "region"):
        named = set(levels["code"][levels["level"] == level])
        assert set(communes[level].dropna()) == named
    seats = set(levels["seat"]) - {""}
    assert seats <= set(communes["code"])


def test_a_departement_lies_in_the_region_of_its_communes(
    communes: gpd.GeoDataFrame, levels: pd.DataFrame
) -> None:
    pairs = communes[["departement", "region"]].drop_duplicates()
    departements = levels[levels["level"] == "departement"]
    assert set(zip(departements["code"], departements["parent"], strict=True)) == set(
        pairs.itertuples(index=False, name=None)
    )


def test_generic_providers_are_those_of_the_rules_with_a_reason(shared_data: Path) -> None:
    ours = pd.read_csv(FOLDER / "generic_providers.csv", dtype=str)
    file = shared_data / "reference" / "rpnt" / "generic_providers.txt"
    assert list(ours.columns) == ["domain", "note"]
    assert ours["domain"].tolist() == sorted(file.read_text("utf-8").split())
    assert (ours["note"].str.len() > 20).all()


def test_the_folder_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes.pop("draws.parquet") <= 2_200_000
    assert sum(sizes.values()) <= 5_900_000


def test_checksums_and_sources_stand_in_the_provenance(provenance: dict[str, Any]) -> None:
    described = {
        *("provenance.json", "project.toml", "figures.parquet", "figures.json"),
        *("hosts.parquet", "former_names.parquet", "published.csv"),
        *("draws.parquet", "draws.json"),
    }
    data = {path.name for path in FOLDER.iterdir()} - described
    assert set(provenance["files"]) == data
    for name, record in provenance["files"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == record["sha256"], name
        assert all(source["producer"] and source["licence"] for source in record["sources"])
    assert len(provenance["packages"]) == 7
    assert all(len(package["sha256"]) == 64 for package in provenance["packages"])
    assert provenance["geometry"]["mended"]["count"] == 202


def test_former_codes_are_those_of_the_official_events(shared_data: Path) -> None:
    former = pd.read_csv(FOLDER / "former_codes.csv", dtype=str, keep_default_na=False)
    gone = former[former["kind"] != "kept"].set_index("code")
    assert gone.index.is_unique
    events = read_events(shared_data / "fr" / "population" / "mouvements-communes.csv")
    current = pd.read_parquet(FOLDER / "communes.parquet", columns=["code"])["code"]
    left = events[(events["before"] != events["after"]) & (events["after"] != "")]
    assert set(left["before"]) - set(current) - {""} == set(gone.index)
    passage = build_passage(events, start="1943", end="2026", codes=gone.index, known=current)
    arrived = set(zip(passage.shares["source"], passage.shares["target"], strict=True))
    assert set(zip(gone.index, gone["now"], strict=True)) <= arrived
    assert (gone["people"] != "").sum() > 2000


def test_former_names_lead_to_the_communes_that_former_codes_lead_to() -> None:
    names = pd.read_parquet(FOLDER / "former_names.parquet")
    current = pd.read_parquet(FOLDER / "communes.parquet", columns=["code", "name"])
    present = current.set_index("code")["name"]
    assert set(names["now"]) <= set(present.index)
    assert not (names["name"] == names["now"].map(present)).any()
    assert not names.duplicated(["now", "name"]).any()
    former = pd.read_csv(FOLDER / "former_codes.csv", dtype=str, keep_default_na=False)
    led = former[former["kind"] != "kept"].set_index("code")["now"]
    # Each former code whose name is no present one leads to the same commune; a commune that was
    # shared out among others leads to each of them.
    gone = names[names["code"].isin(led.index)]
    other = gone[gone["now"] != gone["code"].map(led)]
    assert set(other["code"]) == {"08227", "45117", "51385", "51606", "60606", "77362"}
    assert set(other["code"]) <= set(gone["code"][gone["now"] == gone["code"].map(led)])
    by_name = names.set_index("name")
    assert by_name.loc["Rignat", ["code", "now", "kind"]].tolist() == ["01324", "01245", "merged"]
    assert by_name.loc["Berzy-le-Sec", "now"] == "02564"
    assert by_name.loc["Arbignieu", ["now", "kind"]].tolist() == ["01015", "merged"]
    assert by_name.loc["Châlons-sur-Marne", ["now", "kind"]].tolist() == ["51108", "renamed"]
    assert "Chartèves" not in by_name.index, "it was part of another commune for some years only"


def test_arrondissements_fill_their_communes(communes: gpd.GeoDataFrame) -> None:
    parts = gpd.read_parquet(FOLDER / "arrondissements.parquet").set_index("code")
    whole = communes.set_index("code")
    assert set(parts.index) == set(WHOLE)
    assert (parts["commune"] == parts.index.map(WHOLE)).all()
    assert shapely.coverage_is_valid(parts.geometry.to_numpy())
    for code, rows in parts.groupby("commune"):
        assert rows["population"].sum() == whole["population"][code]
        left = shapely.symmetric_difference(whole.geometry[code], rows.union_all())
        assert left.area < 1e-6 * whole.geometry[code].area


@pytest.mark.parametrize("name", ["borders.parquet", "communes.parquet", "levels.csv"])
def test_a_file_of_the_package_that_cannot_be_read_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country = read_country("fr")
    folder = tmp_path / "fr"
    shutil.copytree(edition_folder(country), folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:500] + b"\xff")
    monkeypatch.setattr(edition, "edition_folder", lambda _country: folder)
    read_anew = inspect.unwrap(edition_territories)  # and not once for all tests
    with pytest.raises(ProblemWithEnvironment, match=f"{name}.* cannot be read .* again") as caught:
        read_anew(country)
    assert "ne peut être lu" in caught.value.said_in("fr")
