"""GDAL and PROJ take nothing from the environment that could run code."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from zoneblanche.geo.runtime.surroundings import LOADING, drop_loading, drop_settings
from zoneblanche.scripts.trials.sample import write_sample

HARMFUL = {
    **dict.fromkeys(LOADING, "planted"),
    "CPL_LOG": "planted/log",
    "CPL_DEBUG": "ON",
    "PROJ_NETWORK": "ON",
    "PROJ_AUX_DB": "planted/aux.db",
    "GDAL_SKIP": "GTiff",
    "OGR_SKIP": "GPKG",
    "NUMBA_CACHE_DIR": "planted",
    "NUMBA_CHROME_TRACE": "planted/trace",
}
LIBRARY = """
from zoneblanche import geo
import pyogrio, rasterio
for name in ("GDAL_DRIVER_PATH", "GDAL_PYTHON_DRIVER_PATH", "GDAL_CONFIG_FILE",
             "OGR_SQLITE_LOAD_EXTENSIONS"):
    assert pyogrio.get_gdal_config_option(name) is None, name
    with rasterio.Env():
        assert rasterio.env.getenv().get(name) is None, name
"""
COMMAND = """
import sys
from zoneblanche.scripts.cli import main
sys.argv = ["zoneblanche", "run", "PROJECT", "-q", "-o", "out"]
try:
    main()
except SystemExit as leaving:
    status = leaving.code
import pyproj
assert not pyproj.network.is_network_enabled()
sys.exit(status)
"""


def run(program: str, place: Path, harmful: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    (place / "planted").mkdir()
    (place / "planted" / "gdal_planted.so").write_text("not a library: loading it is an error")
    return subprocess.run(
        [sys.executable, "-c", program], cwd=place, env={**os.environ, **harmful},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_no_library_is_loaded(tmp_path: Path) -> None:
    done = run(LIBRARY, tmp_path, dict.fromkeys(LOADING, "planted"))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "gdal_planted" not in done.stderr


def test_the_command_line_takes_no_settings_of_its_libraries(tmp_path: Path) -> None:
    """Neither a driver that is switched off, a file to log to, nor a server to ask."""
    project = write_sample(tmp_path / "p")
    done = run(COMMAND.replace("PROJECT", str(project)), tmp_path, HARMFUL)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out" / "territories.gpkg").is_file()
    assert [entry.name for entry in (tmp_path / "planted").iterdir()] == ["gdal_planted.so"]


@pytest.mark.parametrize("drop", [drop_loading, drop_settings])
def test_other_variables_stay(drop: Callable[[dict[str, str]], None]) -> None:
    kept = {"PATH": "/bin", "PROJ_DATA": "/usr/share/proj", "GDAL_DATA": "/usr/share/gdal"}
    environment = {**kept, **dict.fromkeys(LOADING, "x")}
    drop(environment)
    assert environment == kept
