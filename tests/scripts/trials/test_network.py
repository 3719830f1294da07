"""A run opens no socket, whatever its inputs ask for."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.children import run_in_child
from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.inputs.gather import gather_inputs
from zoneblanche.layers.publishers.connector import known_connectors
from zoneblanche.layers.publishers.directory_waves import read_waves
from zoneblanche.scripts.trials.guarded import GIB, Bounds, run_guarded, warm_up, watch
from zoneblanche.scripts.trials.sample import write_sample

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")
ROOMY = Bounds(seconds=120, memory=8 * GIB)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    warm_up()


@pytest.fixture
def listener() -> Iterator[tuple[socket.socket, str]]:
    """A port of this machine that nobody may knock at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server, f"127.0.0.1:{server.getsockname()[1]}"


def test_the_watch_sees_a_socket(tmp_path: Path) -> None:
    def ask() -> None:
        socket.create_connection(("127.0.0.1", 9))

    outcome = watch(ask, log=tmp_path / "log.txt", bounds=ROOMY)
    assert outcome.fault.startswith("opens a socket: socket.")


@pytest.mark.parametrize(
    ("vector", "table"), [("geojson", "csv"), ("gpkg", "xlsx"), ("shp", "json")]
)
def test_a_run_asks_nothing_of_the_network(tmp_path: Path, vector: str, table: str) -> None:
    project = write_sample(tmp_path / "project", vector=vector, table=table)
    arguments = ("run", str(project), "-o", str(tmp_path / "out"), "-q")
    outcome = run_guarded(arguments, log=tmp_path / "log.txt", bounds=ROOMY)
    assert (outcome.status, outcome.fault) == (0, ""), outcome.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("squares.geojson", '{"type": "FeatureCollection", "crs": {"type": "link", "properties": '
         '{"href": "http://HOST/crs"}}, "features": []}'),
        ("squares.geojson", "/vsicurl/http://HOST/squares.geojson"),
        ("squares.geojson", '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>'
         "/vsicurl/http://HOST/a.shp</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"),
        ("squares.geojson", '{"type": "Topology", "objects": "http://HOST/x"}'),
        ("debit.tif", '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand band="1">'
         "<SimpleSource><SourceFilename>/vsicurl/http://HOST/a.tif</SourceFilename></SimpleSource>"
         "</VRTRasterBand></VRTDataset>"),
        ("debit.tif", '<GDAL_WMS><Service name="TMS"><ServerUrl>http://HOST/</ServerUrl></Service>'
         "</GDAL_WMS>"),
        ("debit.tif.aux.xml", "<PAMDataset><Metadata><MDI key='x'>http://HOST</MDI></Metadata>"
         "</PAMDataset>"),
        ("fibre.csv", "code;taux\n01001;http://HOST/\n"),
        ("fibre.csvt", "http://HOST/"),
        ("web.csv", "code,site\n01001,http://HOST/\n01002,http://HOST/robots.txt\n"),
    ],
)  # fmt: skip
def test_no_input_makes_a_run_ask(
    tmp_path: Path, listener: tuple[socket.socket, str], name: str, content: str
) -> None:
    """What the kernel saw, not what Python was told: GDAL has a network of its own."""
    server, host = listener
    project = write_sample(tmp_path / "project")
    (project.parent / name).write_text(content.replace("HOST", host), encoding="utf-8")
    arguments = ("run", str(project), "-o", str(tmp_path / "out"), "-q")
    outcome = run_guarded(arguments, log=tmp_path / "log.txt", bounds=ROOMY)
    assert outcome.status in (0, 2), outcome.stderr
    assert outcome.fault == ""
    with pytest.raises(TimeoutError):
        server.accept()


LINKS = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://HOST/a.shp'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand band="1"><SimpleSource>'
    "<SourceFilename>/vsicurl/http://HOST/a.tif</SourceFilename></SimpleSource></VRTRasterBand>"
    "</VRTDataset>",
    '<GDAL_WMS><Service name="TMS"><ServerUrl>http://HOST/</ServerUrl></Service></GDAL_WMS>',
)
"""Files that GDAL takes for what they are under any name, and follows."""


@pytest.fixture(scope="module")
def lozere() -> Territories:
    france = edition_territories(read_country("fr"))
    return replace(france.within(["departement:48"]), part_of=france)


@pytest.mark.parametrize("connector", sorted(known_connectors()))
def test_no_publishers_file_makes_a_reader_ask(
    tmp_path: Path,
    listener: tuple[socket.socket, str],
    lozere: Territories,
    connector: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the file itself, and as each kind of member of an archive, alone or as weights."""
    monkeypatch.setenv("GDAL_HTTP_TIMEOUT", "1")  # who asks in spite of all is not waited for
    server, host = listener
    files = []
    for number, link in enumerate(LINKS):
        text = link.replace("HOST", host)
        files.append(tmp_path / f"{number}.tif")
        files[-1].write_text(text, "utf-8")
        for suffix in ("csv", "CSV", "dbf", "shp", "gpkg", "parquet"):
            files.append(tmp_path / f"{number}.{suffix}.zip")
            with zipfile.ZipFile(files[-1], "w") as archive:
                archive.writestr(f"a.{suffix}", text)
    beside: dict[str, Path] = {}
    if connector.startswith("ghsl-"):  # read where there is a coverage to weigh by it
        beside["arcep-4g-polygons"] = tmp_path / "polygons.gpkg"
        covered = lozere.frame[["geometry"]].assign(operateur="A")
        covered.to_file(beside["arcep-4g-polygons"], driver="GPKG")
    for file in files:
        with pytest.raises(InputError):
            match connector:
                case "ign-admin-express":
                    read_atlas("fr", sources={connector: file})
                case "presence-waves":
                    read_waves(file)
                case _:
                    gather_inputs({connector: file, **beside}, {}, lozere)
    with pytest.raises(TimeoutError):
        server.accept()


def test_projections_ask_for_no_grids() -> None:
    """PROJ would fetch grids of datum shifts, where it is told that it may."""

    def look() -> None:
        import pyproj.network

        assert not pyproj.network.is_network_enabled()

    assert run_in_child(look) == 0


def test_a_run_without_any_network(tmp_path: Path) -> None:
    """In a name space of the kernel that has no network at all, where the system gives one."""
    project = write_sample(tmp_path / "project")
    unshare = shutil.which("unshare")
    command = [] if unshare is None else [unshare, "--map-root-user", "--net"]
    if command and subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        command = []
    done = subprocess.run(
        [
            *command,
            sys.executable,
            "-m",
            "zoneblanche.scripts.cli",
            "run",
            str(project),
            "-o",
            f"{tmp_path}/out",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["territories"] == 4
