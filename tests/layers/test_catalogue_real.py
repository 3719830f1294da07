"""The catalogue's layers on the publishers' real files, against figures reached by other means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.points.distance import centres_of, distance_to_nearest
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_inputs, edition_territories
from zoneblanche.layers.inputs.gather import gather_inputs
from zoneblanche.layers.measure import measure_layers
from zoneblanche.layers.measuring.nearby import located_in
from zoneblanche.layers.publishers.anct import fixed_places_of_france_services
from zoneblanche.layers.publishers.connector import connector_named
from zoneblanche.scripts.trials.publishers_files import squares_table, write_fixtures

PLACES = (*("48", "29", "59"), *("75", "971"))
"""Départements that are measured: sparse, coastal, on the population grid, whole town, overseas."""


@pytest.fixture(scope="module")
def part() -> Territories:
    france = edition_territories(read_country("fr"))
    return france.within([f"departement:{code}" for code in PLACES])


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publishers")
    write_fixtures(folder)
    return folder


def measured(part: Territories, sources: dict[str, Path], *layers: str) -> Atlas:
    """From these files alone, and the edition's directory: its figures would fill the gaps."""
    edition = edition_inputs(read_country("fr"))
    fed = {connector_named(name).input for name in sources}
    embedded = {n: edition[n] for n in ("town-halls", "generic-providers") if n not in fed}
    inputs = gather_inputs(sources, embedded, part)
    return measure_layers(part, [known_layers()[name] for name in layers], inputs)


def test_mobile_coverage_by_area_and_people(part: Territories, shared_data: Path) -> None:
    sources = {
        "arcep-4g-raster": shared_data / "fr/connectivity/nb_operateurs_4g_2019_06_l93.tif",
        "ghsl-population-r4-c18": shared_data / "raster/belgium__POP.tif",
    }
    layers = ("coverage-4g", "coverage-4g-all", "not-spot-4g", "grey-spot-4g")
    people = ("coverage-4g-people", "coverage-4g-all-people")
    atlas = measured(part, sources, *layers, *people)
    values = atlas.values
    whole = values["not-spot-4g"] + values["grey-spot-4g"] + values["coverage-4g-all"]
    assert whole.dropna().to_numpy() == pytest.approx(100)
    # The published reconstruction, by whoever made it from the same map.
    known = pd.read_csv(
        shared_data / "fr/connectivity/communes_4g_nb_operateurs_2017_2019.csv",
        dtype={"code_insee": "str"},
    )
    known = known.set_index("code_insee").reindex(values.index)
    for layer, column in (("coverage-4g", "min1op_2019_06"), ("coverage-4g-all", "min4op_2019_06")):
        difference = (values[layer] - known[f"pct_surface_4g_{column}"]).abs()
        assert difference.quantile(0.9) < 2
    overseas = part.parents["departement"] == "971"
    assert (atlas.reasons.loc[overseas, "coverage-4g"] == Reason.NOT_COVERED).all()
    # The population grid covers most of the Nord and none of the other places.
    north = part.parents["departement"] == "59"
    assert values.loc[north, "coverage-4g-people"].notna().mean() > 0.85
    assert values.loc[~north, "coverage-4g-people"].isna().all()
    share = values.loc[north, "coverage-4g-all-people"]
    known_share = _people_by_cell(*sources.values(), part.frame.geometry[north & share.notna()])
    people = part.facts.loc[north, "population"]
    mean = (share * people).sum() / people[share.notna()].sum()
    assert mean == pytest.approx(known_share, abs=1)
    assert atlas.indicators["coverage-4g"].period == "2019-06"
    cited = [source.title for source in atlas.indicators["coverage-4g-people"].sources]
    assert cited[1].startswith("GHS-POP"), "a licence that wants its producer named"
    above = atlas_at(atlas.keep(layers), "departement").values["coverage-4g-all"]
    area, lozere = part.facts["area_km2"], part.parents["departement"] == "48"
    weighted = (known["pct_surface_4g_min4op_2019_06"] * area)[lozere].sum() / area[lozere].sum()
    assert above["48"] == pytest.approx(weighted, abs=1)


def test_a_map_of_the_mainland_is_not_refused_overseas(
    part: Territories, shared_data: Path
) -> None:
    path = shared_data / "fr/connectivity/nb_operateurs_4g_2019_06_l93.tif"
    chosen = (part.parents["departement"] == "971").to_numpy()
    guadeloupe = replace(part.take(chosen), part_of=part)
    atlas = measured(guadeloupe, {"arcep-4g-raster": path}, "coverage-4g", "not-spot-4g")
    assert (atlas.reasons == Reason.NOT_COVERED).all(axis=None)


def dressed_as_tiff(path: Path, real: Path) -> Path:
    """A virtual raster that reads another file, under the name of a GeoTIFF."""
    with rasterio.open(real) as grid:
        size, crs = f'rasterXSize="{grid.width}" rasterYSize="{grid.height}"', grid.crs.to_wkt()
        place = ", ".join(str(number) for number in grid.transform.to_gdal())
    path.write_text(
        f"<VRTDataset {size}><SRS>{escape(crs)}</SRS><GeoTransform>{place}</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{real}'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    with rasterio.open(path) as opened:  # what a bare opening would have read
        assert opened.driver == "VRT"
    return path


def test_a_raster_is_opened_by_the_one_reader_only(
    part: Territories, shared_data: Path, tmp_path: Path
) -> None:
    """Also where it is asked only whether it reaches the territories, or what its cells are."""
    grid = shared_data / "raster/belgium__POP.tif"
    dressed = dressed_as_tiff(tmp_path / "nb_operateurs_4g_2019_06.tif", grid)
    chosen = (part.parents["departement"] == "971").to_numpy()
    guadeloupe = replace(part.take(chosen), part_of=part)
    with pytest.raises(InputError, match="GeoTIFF"):
        gather_inputs({"arcep-4g-raster": dressed}, {}, guadeloupe)
    polygons = coverage(tmp_path / "2026_T1_couv_Metropole_4G.gpkg", part)
    sources = {"arcep-4g-polygons": polygons, "ghsl-population-r4-c18": dressed}
    with pytest.raises(InputError, match="GeoTIFF"):
        gather_inputs(sources, {}, part)


def test_people_that_polygons_cover(part: Territories, shared_data: Path, tmp_path: Path) -> None:
    grid = shared_data / "raster/belgium__POP.tif"
    north = part.take((part.parents["departement"] == "59").to_numpy())
    codes = ["59350", "59009", "59392", "59178"]
    shapes = north.frame.geometry
    # Two operators cover Lille and Villeneuve-d'Ascq, one Maubeuge, none Douai; a third and a
    # fourth cover Lille alone.
    operators = {"A": codes[:3], "B": codes[:2], "C": codes[:1], "D": codes[:1]}
    rows = [(name, shapes[code]) for name, held in operators.items() for code in held]
    frame = gpd.GeoDataFrame(
        {"operateur": [name for name, _ in rows]}, geometry=[s for _, s in rows], crs=shapes.crs
    )
    path = tmp_path / "2026_T2_couverture_4G.gpkg"
    frame.to_file(path, driver="GPKG")
    sources = {"arcep-4g-polygons": path, "ghsl-population-r4-c18": grid}
    atlas = measured(north, sources, "coverage-4g-people", "coverage-4g-all-people")
    any_of, all_of = (atlas.values.loc[codes, name] for name in atlas.values)
    # At borders a part of a cell is wholly in or out: that is what is missing of 100.
    assert any_of.tolist() == pytest.approx([100, 100, 100, 0], abs=3)
    assert all_of.tolist() == pytest.approx([100, 0, 0, 0], abs=3)


def test_people_of_squares_of_200_m(part: Territories, shared_data: Path, fixtures: Path) -> None:
    """Squares around Mende and one in the sea; the map of 2019 covers nothing abroad."""
    path = fixtures / "Filosofi2019_carreaux_200m_met.csv"
    tile = shared_data / "raster/belgium__POP.tif"
    sources = {
        "insee-population-grid": path,
        "arcep-4g-raster": shared_data / "fr/connectivity/nb_operateurs_4g_2019_06_l93.tif",
        "ghsl-population-r4-c18": tile,
    }
    lozere = part.take((part.parents["departement"] == "48").to_numpy())
    inputs = gather_inputs(sources, {}, lozere)
    chosen = [known_layers()[name] for name in ("population-grid", "coverage-4g-people")]
    atlas = measure_layers(lozere, chosen, inputs)
    rows = pd.read_csv(path)
    people = atlas.values["population-grid"]
    assert people.sum() == pytest.approx(rows["ind"].iloc[:-1].sum())
    assert people["48095"] > 0
    assert people.isna().sum() == (atlas.reasons["population-grid"] == Reason.NOT_COVERED).sum()
    account = atlas.account["population-grid"]
    assert (account["rows"], account["matched"]) == (len(rows), len(rows) - 1)
    assert account["counted"] == {"touches no territory": 1}
    assert inputs["population-grid"].notices[0] == (
        "The grid has 34,885 people in 1,667 squares: 34,882 are brought to territories, "
        "3 live in 1 square that touches none."
    )
    assert "ghsl-population-r4-c18 is not used as well" in inputs["coverage-4g"].notices[-1]
    assert atlas.indicators["population-grid"].period == "2019-12-31"
    share = atlas.values["coverage-4g-people"].dropna()
    assert share.index.isin(people.dropna().index).all()
    titles = [source.title for source in atlas.indicators["coverage-4g-people"].sources]
    assert titles[1:] == ["Filosofi, données carroyées à 200 m"]
    with rasterio.open(sources["arcep-4g-raster"]) as raster:
        x = rows["idcar_200m"].str.extract(r"N(\d+)E(\d+)").astype(float) + 100
        cells = gpd.GeoSeries.from_xy(x[1], x[0], crs=3035).to_crs(2154).iloc[:-1]
        classes = np.array([v[0] for v in raster.sample(zip(cells.x, cells.y, strict=True))])
    # By the middle of each square, in the communes of which the squares fill at least a half.
    within = located_in(lozere, cells).isin(share.index).to_numpy()
    amount = rows["ind"].iloc[:-1]
    covered = within & (classes >= 1) & (classes != 255)
    known = 100 * amount[covered].sum() / amount[within].sum()
    mean = (share * people[share.index]).sum() / people[share.index].sum()
    assert mean == pytest.approx(known, abs=2)
    assert 70 < mean < 100


def _people_by_cell(operators: Path, people: Path, places: gpd.GeoSeries) -> float:
    """Percent of people in cells whose middle four operators cover: each cell as one point."""
    with rasterio.open(people) as raster:
        counts, grid, crs = raster.read(1), raster.transform, raster.crs
    rows, columns = np.nonzero(counts > 0)
    x, y = rasterio.transform.xy(grid, rows, columns)
    cells = gpd.GeoSeries.from_xy(x, y, crs=crs).to_crs(2154)
    inside = cells.within(places.to_crs(2154).union_all()).to_numpy()
    with rasterio.open(operators) as raster:
        classes = np.array(
            [value[0] for value in raster.sample(zip(cells.x, cells.y, strict=True))]
        )
    inside = inside & (classes != 255)
    amount = counts[rows, columns]
    return float(100 * amount[inside & (classes >= 4)].sum() / amount[inside].sum())


def test_mobile_sites_by_position(part: Territories, shared_data: Path) -> None:
    path = shared_data / "fr/connectivity"
    path = next(path.glob("2018_01_Sites_mobiles*.csv"))
    names = ("sites-4g", "operators-4g", "distance-4g", "distance-5g")
    atlas = measured(part, {"arcep-mobile-sites": path}, *names)
    assert "distance-5g" not in atlas.indicators, "the file is older than 5G"
    assert any("(not in arcep-mobile-sites)" in note for note in atlas.notices)
    rows = pd.read_csv(path, sep=";", decimal=",")
    sites = gpd.GeoSeries.from_xy(rows["x"], rows["y"], crs=2154)[rows["4G"] == 1]
    paris = part.frame.geometry.to_crs(2154)["75056"]
    assert atlas.values.loc["75056", "sites-4g"] == shapely.within(sites.to_numpy(), paris).sum()
    assert atlas.values.loc["75056", "operators-4g"] == 4
    # Planar distances in Lambert-93 differ from geodesic ones by its scale, at most 0.3 %.
    centres = centres_of(part).to_crs(2154)
    for code in ("48095", "29232", "48017"):
        planar = sites.distance(centres[code]).min() / 1000
        assert atlas.values.loc[code, "distance-4g"] == pytest.approx(planar, rel=5e-3)
    overseas = part.parents["departement"] == "971"
    assert (atlas.reasons.loc[overseas, list(atlas.values)] == Reason.NOT_COVERED).all(axis=None)
    inland = atlas.values.loc[~overseas, "sites-4g"]
    assert (inland == 0).any(), "none is 0 where the list is of that part of the country"


def test_overseas_sites_fill_in(part: Territories, shared_data: Path, tmp_path: Path) -> None:
    header = "code_op;latitude;longitude;site_2g;site_3g;site_4g;site_5g;insee_com"
    overseas = tmp_path / "2026_T2_sites_Outremer.csv"
    overseas.write_text(f"{header}\n34001;16.2411;-61.5331;1;1;1;0;97120\n")
    inland = tmp_path / "2026_T2_sites_Metropole.csv"
    inland.write_text(f"{header}\n20801;44.518;3.501;1;1;1;1;48095\n")
    sources = {"arcep-mobile-sites": inland, "arcep-mobile-sites-overseas": overseas}
    atlas = measured(part, sources, "sites-4g", "distance-4g", "distance-5g")
    assert atlas.values["sites-4g"].sum() == 2
    assert atlas.values["distance-4g"].notna().all()
    assert atlas.values.loc["97120", "distance-4g"] < 10
    assert atlas.values.loc["97120"].isna()["distance-5g"]


def test_france_services(part: Territories, shared_data: Path) -> None:
    path = shared_data / "fr/socio/liste-fs-20240801.csv"
    atlas = measured(
        part, {"anct-france-services": path}, "france-services", "distance-france-services"
    )
    rows = pd.read_csv(path, dtype="str")
    lozere = part.parents["departement"] == "48"
    counted = atlas.values.loc[lozere, "france-services"]
    assert counted.sum() == rows["insee_com"].str.startswith("48").sum()
    assert (counted == 0).sum() > 100, "the list is exhaustive"
    assert atlas.values["distance-france-services"].notna().all()
    assert atlas.indicators["france-services"].period == "2024-08-01"


def test_secrecy_reaches_the_atlas(part: Territories, shared_data: Path) -> None:
    path = shared_data / "fr/socio/cc_filosofi_2021_COM.csv"
    atlas = measured(part, {"insee-filosofi": path}, "median-income", "poverty")
    table = pd.read_csv(path, sep=";", dtype="str").set_index("CODGEO")["MED21"]
    hidden = table.reindex(part.codes).isin(["s", "ns"])
    assert hidden.any()
    assert (atlas.reasons.loc[hidden, "median-income"] == Reason.SECRET).all()
    assert atlas.values.loc["75056", "median-income"] == 29730
    assert atlas.weights["people_in_households"].notna().any()


def test_ages_and_diplomas(part: Territories, shared_data: Path, fixtures: Path) -> None:
    sources = {
        "insee-ages": shared_data / "fr/socio/iris_2021.parquet",
        "insee-diplomas": fixtures / "base-ic-diplomes-formation-2021_csv.zip",
    }
    atlas = measured(part, sources, "aged-65", "aged-75", "low-diploma")
    assert "aged-75" not in atlas.indicators
    assert any("People of 75 and over (not in insee-ages)" in note for note in atlas.notices)
    rows = pd.read_parquet(sources["insee-ages"])
    paris, lozere = rows[rows["com"].str[:2] == "75"], rows[rows["com"].str[:2] == "48"]
    share = 100 * paris["pop_65p"].sum() / paris["pop"].sum()
    assert atlas.values.loc["75056", "aged-65"] == pytest.approx(share)
    above = atlas_at(atlas, "departement").values["aged-65"]
    assert above["48"] == pytest.approx(100 * lozere["pop_65p"].sum() / lozere["pop"].sum())
    assert atlas.values.loc["48095", "low-diploma"] == pytest.approx(100 * 1_940 / 8_400)


def test_measured_sites_and_mail(part: Territories, shared_data: Path) -> None:
    folder = shared_data / "fr/presence"
    sources = {
        "etalab-https": folder / "communes_http_status_2022-12.csv",
        "mxmap": folder / "mxmap_fr_2026-07.csv",
    }
    atlas = measured(
        part, sources, "https-measured", "site-reachable", "mx", "mail-provider", "website",
        "rpnt-criteria", "rpnt-website",
    )  # fmt: skip
    assert "rpnt-website" not in atlas.indicators, "what only ANCT measures is not made up"
    none = atlas.values["website"] == 0
    assert (atlas.reasons.loc[none, "https-measured"] == Reason.NOT_APPLICABLE).all()
    unknown = atlas.reasons["https-measured"] == Reason.NOT_COLLECTED
    assert unknown.any()
    assert 0.5 < atlas.values["https-measured"].mean() < 0.95
    assert (
        (atlas.values["https-measured"] <= atlas.values["site-reachable"])
        .where(atlas.values["https-measured"].notna())
        .dropna()
        .all()
    )
    scan = pd.read_csv(sources["mxmap"], dtype="str").set_index("insee").reindex(part.codes)
    orange = scan["provider"] == "orange"
    assert (atlas.values.loc[orange, "mail-provider"] == 1).all()
    titles = {source.producer for source in atlas.indicators["rpnt-criteria"].sources}
    assert titles == {"DILA", "Etalab", "mxmap-fr"}


def test_conformance_as_anct_published_it(part: Territories, fixtures: Path) -> None:
    file = fixtures / "presence-numerique-des-territoires.json.gz"
    atlas = measured(
        part, {"anct-dpnt": file}, "rpnt-website", "rpnt-email", "rpnt-score", "rpnt-criteria"
    )
    assert atlas.values.loc["48095", "rpnt-website"] == 1
    assert atlas.indicators["rpnt-criteria"].sources[0].producer == "ANCT"
    assert atlas.reasons.loc["48001", "rpnt-website"] == Reason.NOT_COLLECTED
    assert atlas.reasons.loc["75056", "rpnt-website"] == Reason.NOT_MATCHED


def test_fibre_technologies_and_accounts(part: Territories, fixtures: Path) -> None:
    sources = {
        "arcep-ftth": fixtures / "2026T2-Commune.zip",
        "arcep-technologies": fixtures / "commune_techno.csv",
        "dila-directory": fixtures / "annuaire.json",
    }
    atlas = measured(part, sources, "fibre", "premises-ftth", "facebook", "bluesky", "website",
        "presence-equal-size",
    )  # fmt: skip
    assert atlas.values.loc["75056", "fibre"] == pytest.approx(100 * 34800 / 35000)
    assert atlas.weights.loc["75056", "premises_fibre"] == 35000
    assert atlas.values.loc["48095", "premises-ftth"] == pytest.approx(100 * 8600 / 9000)
    accounts = atlas.values.loc[["48095", "48001", "75056"], "facebook"]
    assert accounts.tolist()[:2] == [1, 0]
    assert np.isnan(accounts["75056"])
    assert atlas.values["website"].count() == 2, (
        "the directory that is given replaces the edition's"
    )
    assert "presence-equal-size" not in atlas.indicators
    assert any("at equal size: not measured, a fit on 2" in note for note in atlas.notices)


def coverage(path: Path, part: Territories) -> Path:
    """Made up in the layout of the publisher: A covers Mende and more, B a half of Lozère."""
    town = part.frame.geometry["48095"]
    west, south, east, north = part.frame.geometry[part.parents["departement"] == "48"].total_bounds
    shapes = [town.buffer(0.01), shapely.box(west, south, (west + east) / 2, north)]
    shapes += [shapely.box(west, south, east, north)]
    frame = gpd.GeoDataFrame(
        {"operateur": ["20801", "20810", "20815"], "techno": ["4G", "4G", "3G"], "niveau": "CL"},
        geometry=shapes,
        crs=4326,
    )
    frame.to_crs(2154).to_file(path, driver="GPKG")
    return path


def test_coverage_polygons_by_operator(part: Territories, tmp_path: Path) -> None:
    file = coverage(tmp_path / "2026_T1_couv_Metropole_4G.gpkg", part)
    atlas = measured(
        part, {"arcep-4g-polygons": file}, "coverage-4g", "not-spot-4g", "coverage-4g-all"
    )
    assert atlas.values.loc["48095", "coverage-4g"] == pytest.approx(100, abs=1e-6)
    account = atlas.account["coverage-4g"]
    assert (account["rows"], account["matched"]) == (3, 2), "polygons of the file, one of 3G"
    lozere = part.parents["departement"] == "48"
    half = atlas_at(atlas, "departement").values.loc["48"]
    assert 40 < half["coverage-4g"] < 65
    assert half["coverage-4g-all"] == 0, "two operators are not all"
    assert (atlas.values.loc[lozere, "coverage-4g"] == 0).any()
    overseas = part.parents["departement"] == "971"
    assert (atlas.reasons.loc[overseas, "coverage-4g"] == Reason.NOT_COVERED).all()
    assert atlas.indicators["coverage-4g"].period == "2026-03-31"


def test_polygons_without_operators_are_refused(part: Territories, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(3, 44, 4, 45)], crs=4326).to_file(path)
    with pytest.raises(InputError, match="operateur"):
        gather_inputs({"arcep-4g-polygons": path}, {}, part)


def test_presence_at_equal_size() -> None:
    france = edition_territories(read_country("fr"))
    layers = [known_layers()[name] for name in ("presence", "presence-equal-size")]
    atlas = measure_layers(france, layers, edition_inputs(read_country("fr")))
    residual = atlas.values["presence-equal-size"]
    assert residual.mean() == pytest.approx(0, abs=0.05)
    assert residual.between(-100, 100).sum() == residual.notna().sum()
    people = np.log(france.facts["population"].clip(lower=1))
    assert abs(residual.corr(people)) < 0.05, "size is taken out"
    assert atlas.values["presence"].corr(people) > 0.3
    above = atlas_at(atlas, "departement").values["presence-equal-size"]
    assert above["12"] > 20 > -15 > above["61"]


def test_distances_anywhere() -> None:
    towns = gpd.GeoSeries.from_xy([179.9, 0.0, 2.35], [0.0, 89.9, 48.85], crs=4326)
    points = gpd.GeoSeries.from_xy([-179.9, 180.0, 2.29], [0.0, 89.9, 48.86], crs=4326)
    distances = distance_to_nearest(towns, points)
    assert distances.iloc[0] == pytest.approx(22_264, abs=1), "across the antimeridian"
    assert distances.iloc[1] == pytest.approx(22_339, abs=2), "across the pole"
    assert distances.iloc[2] == pytest.approx(4_540, abs=20)
    assert distance_to_nearest(towns, points.iloc[:0]).isna().all()
    with pytest.raises(InputError, match="no coordinate system"):
        distance_to_nearest(towns.set_crs(None, allow_override=True), points)


def test_france_services_from_the_mean_position_of_the_people(
    part: Territories, shared_data: Path, tmp_path: Path
) -> None:
    """Of the communes with squares, the distance is from their people; of others as before."""
    places = shared_data / "fr/socio/liste-fs-20240801.csv"
    squares = tmp_path / "carreaux_200m_met.csv"
    squares.write_text(squares_table(), "utf-8")
    name = "distance-france-services"
    before = measured(part, {"anct-france-services": places}, name)
    sources = {"anct-france-services": places, "insee-population-grid": squares}
    inputs = gather_inputs(sources, {}, part)
    atlas = measure_layers(part, [known_layers()[name]], inputs)
    cells = pd.read_csv(squares)
    parts = cells["idcar_200m"].str.extract(r"N(?P<north>\d+)E(?P<east>\d+)$").astype("float64")
    points = gpd.GeoSeries.from_xy(parts["east"] + 100, parts["north"] + 100, crs=3035)
    inside = points.within(part.frame.geometry.to_crs(3035)["48095"])
    people = cells.loc[inside, "ind"]
    middle = gpd.GeoSeries.from_xy(
        [np.average(points[inside].x, weights=people)],
        [np.average(points[inside].y, weights=people)],
        crs=3035,
    )
    fixed = fixed_places_of_france_services(places).to_crs(2154)
    planar = fixed.distance(middle.to_crs(2154).iloc[0]).min() / 1000
    expected = min(planar, 1.5)  # Mende has places
    assert atlas.values.loc["48095", name] == pytest.approx(expected, rel=5e-3)
    moved = (atlas.values[name] - before.values[name]).abs() > 1e-9
    lozere = part.parents["departement"] == "48"
    assert moved[lozere].any() and not moved[~lozere].any()
    assert "position moyenne des habitants" in atlas.indicators[name].method["fr"]
    notices = inputs["anct-france-services"].notices
    assert any("mean position of the inhabitants" in note for note in notices)
