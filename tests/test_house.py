"""The house stands as it is drawn: imports go one way, rooms import lazily."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("geo", "layers", "maps", "scripts")
"""From the lowest up: a room imports itself and the rooms before it."""

FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@cache
def tree_of(path: Path) -> ast.Module:
    """A module as Python reads it; once for all tests of this file."""
    return ast.parse(path.read_text("utf-8"))


@pytest.fixture(scope="module", autouse=True)
def _no_tree_left() -> Iterator[None]:
    """Trees are large, and the collector would walk through them in every later test."""
    yield
    tree_of.cache_clear()


def imported_rooms(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "zoneblanche" and len(part) > 1} & set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_arrow_turns_round(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    assert imported_rooms(path) <= allowed


def modules_it_imports(path: Path, known: set[str]) -> set[str]:
    """Everywhere in the file, inside functions too; not what only a type checker reads."""
    tree = tree_of(path)
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in guarded:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import) and id(node) not in guarded:
            names |= {alias.name for alias in node.names}
    return names & known


def test_no_imports_in_a_circle() -> None:
    named = {
        ".".join(("zoneblanche", *path.relative_to(ROOT).with_suffix("").parts)): path
        for path in FILES
    }
    named = {name.removesuffix(".__init__"): path for name, path in named.items()}
    sorter = TopologicalSorter(
        {name: modules_it_imports(path, set(named)) - {name} for name, path in named.items()}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


READERS = {"geo/rasters/read.py", "geo/vectors/formats/shapefile.py"}
"""The only places where GDAL is given a file to read: each looks at what the file is before."""
READING = {
    "rasterio.open", "pyogrio.read_info", "pyogrio.read_dataframe", "pyogrio.read_arrow",
    "pyogrio.open_arrow", "pyogrio.list_layers", "pyogrio.raw.read", "gpd.read_file",
    "geopandas.read_file", "fiona.open",
}  # fmt: skip


@pytest.mark.parametrize("room", ROOMS[:3])
def test_gdal_is_given_files_in_two_places_only(room: str) -> None:
    """Elsewhere a virtual file under another name would be followed to wherever it points."""
    places = set()
    for path in sorted((ROOT / room).rglob("*.py")):
        if not calls_of(path) & READING:
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in READING:
                continue
            writes = any(isinstance(one, ast.Constant) and one.value == "w" for one in node.args)
            if not writes:
                places.add(path.relative_to(ROOT).as_posix())
    assert places == {place for place in READERS if place.startswith(f"{room}/")}


SOCKETS = {
    "layers/fetching/http.py", "layers/fetching/addresses.py", "layers/fetching/connection.py",
    "layers/probing/asking/client.py", "layers/probing/asking/names.py",
}  # fmt: skip
"""The modules of the product that use the network; `fetch` and `probe` are their only commands."""
NETWORK = {"socket", "requests", "aiohttp", "urllib3", "http.client", "urllib.request",
           "dns.asyncresolver", "dns.resolver", "httpx"}  # fmt: skip


def test_the_network_is_used_in_a_few_places_only() -> None:
    places = set()
    for path in FILES:
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(("scripts/build/", "scripts/bench/", "scripts/trials/")):
            continue
        for node in ast.walk(tree_of(path)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            if any(name == one or name.startswith(f"{one}.") for name in names for one in NETWORK):
                places.add(place)
    assert places <= SOCKETS


OWN = {
    "layers/edition/files.py", "maps/report/areas.py",
    "maps/report/words.py", "maps/embed/snippets.py",
}  # fmt: skip
"""Modules that read files of the package itself."""
DOORS: dict[str, tuple[str, set[str]]] = {
    "SQLite": (
        r"sqlite3\.connect",
        # What the GeoPackage writer and the store of a probe write for themselves.
        {"geo/files/database.py", "layers/outputs/geopackage.py", "layers/probing/store.py"},
    ),
    "tables through pandas": (r"(pd|pandas|gpd|geopandas)\.read_\w+", OWN),
    "CSV": (r"csv\.\w+|(pa|pyarrow)\.csv\.\w+", {"geo/tables/long.py", "geo/points/files.py"}),
    # Written only.
    "workbooks": (r"xlsxwriter\.\w+", {"layers/outputs/workbook.py"}),
    "JSON": (
        r"json\.loads?",
        # What a server answers, and the records that zoneblanche writes for itself.
        {"geo/files/structured/json_text.py", "geo/tables/records.py",
         "geo/files/structured/records.py", "geo/files/results/output.py",
         "geo/files/results/account.py", "layers/fetching/http.py",
         "layers/edition/files.py", "layers/probing/pages/links.py",
         "layers/probing/store.py"},
    ),
    "archives": (
        r"(zipfile|tarfile|gzip|bz2|lzma)\.(?!BadZipFile|ZipInfo|compress)\w+|zlib\.decompress\w*",
        # The client unpacks what a server sends, piece by piece; the last packs its own workbook.
        {"geo/files/archive.py", "geo/tables/formats/sheets/workbook.py",
         "geo/tables/formats/sheets/opendocument.py", "layers/outputs/workbook.py",
         "layers/probing/asking/client.py"},
    ),
    "Parquet": (
        r"(pq|pa\.parquet|pyarrow\.parquet)\.(?!write_|\w+MetaData|ColumnSchema)\w+",
        {"geo/files/parquet.py", "geo/points/files.py", "layers/edition/files.py",
         "layers/outputs/atlas_file.py",
         "maps/report/areas.py"},
    ),
    "well-known binary": (r"(\w+\.)*from_wkb", {"geo/vectors/formats/wkb.py"}),
    "TOML": (
        r"tomllib\.loads?",
        # Tables of the package itself.
        {"geo/files/structured/toml.py", "maps/report/words.py", "maps/embed/snippets.py",
         "layers/probing/packaged.py"},
    ),
}  # fmt: skip
"""By kind of file: how it is opened, and the only modules that may."""
WORKSHOP = ("scripts/bench", "scripts/build", "scripts/trials")


@cache
def calls_of(path: Path) -> frozenset[str]:
    """What a module calls, as it is written; once for all kinds of files."""
    nodes = ast.walk(tree_of(path))
    return frozenset(ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call))


@pytest.mark.parametrize("kind", DOORS)
def test_each_kind_of_file_has_one_door(kind: str) -> None:
    """What a user or a publisher gives is read within limits, by the reader of its kind."""
    opened, doors = DOORS[kind]
    opening = set()
    for path in FILES:
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(WORKSHOP):
            continue
        if any(re.fullmatch(opened, name) for name in calls_of(path)):
            opening.add(place)
    assert opening <= doors
    assert opening or not doors


OPENERS = {
    "bz2", "csv", "gzip", "json", "lzma", "openpyxl", "pandas", "pyarrow.csv", "pyarrow.parquet",
    "sqlite3", "tarfile", "tomllib", "zipfile",
}  # fmt: skip


def test_what_opens_a_file_is_called_by_its_whole_name() -> None:
    """`from json import loads` would pass the test above unseen; errors and types may come so."""
    calls = [
        f"{path.relative_to(ROOT)}: {alias.name}"
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module in OPENERS
        for alias in node.names
        if alias.name.islower()
    ]
    assert calls == []


@pytest.mark.parametrize("room", ROOMS[:3])
def test_every_public_name_is_there(room: str) -> None:
    module = import_module(f"zoneblanche.{room}")
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_unknown_names_are_attribute_errors() -> None:
    for room in ROOMS[:3]:
        with pytest.raises(AttributeError):
            _ = import_module(f"zoneblanche.{room}").no_such_name


def test_help_does_not_load_geopandas() -> None:
    code = (
        "import sys, zoneblanche.scripts.cli, zoneblanche as zb; zb.__all__;"
        "heavy = {'geopandas', 'pandas', 'numba', 'folium', 'rasterio', 'matplotlib', 'scipy'};"
        "print(', '.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_the_top_level_is_the_users() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    top = {line.split("/")[0] for line in done.stdout.splitlines()}
    allowed = {
        *ROOMS, "tests", "docs", "pyproject.toml", "README.md", "README.fr.md", "CHANGELOG.md",
        "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile", ".ci", ".gitignore",
        ".gitattributes", "requirements.lock",
        # Read where they are: by citation tools, by the forge, by setuptools for the sdist.
        "CITATION.cff", ".github", "MANIFEST.in",
    }  # fmt: skip
    assert top <= allowed


def arguments_described_in(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names under "Args:" in a docstring, at the depth of its entries."""
    section = re.search(
        r"^Args:\n(.*?)(?=\n\n|\n\S|\Z)", ast.get_docstring(node) or "", re.S | re.M
    )
    entries = re.findall(r"(?m)^ {4}([a-z_*][a-z_0-9*, ]*):", section[1]) if section else []
    return {name.strip(" *") for entry in entries for name in entry.split(",")}


@pytest.mark.parametrize("room", ROOMS)
def test_docstrings_describe_parameters_that_there_are(room: str) -> None:
    odd = [
        f"{path.relative_to(ROOT)}: {node.name}: {name}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in arguments_described_in(node)
        - {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
    ]
    assert odd == []
