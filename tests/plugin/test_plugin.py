"""A plug-in adds one of each: listed with its name, used by a run, refused in a sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from zoneblanche.geo import country
from zoneblanche.geo import plugins as plugin_reading
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.plugins import PlugInError, plugins
from zoneblanche.layers import catalogue
from zoneblanche.layers.analysis.flagging import rule
from zoneblanche.layers.index.recipe import load
from zoneblanche.layers.publishers import connector

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "docs" / "plug-ins.md").read_text("utf-8")
PYPROJECT, LAYER, PROJECT = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
CLASH = re.findall(r"```\n(the plug-in .*?)\n```", PAGE)[0]
GROUPS: dict[str, dict[str, str]] = tomllib.loads(PYPROJECT)["project"]["entry-points"]

Install = Callable[[Mapping[str, Mapping[str, str]]], Path]


def write_distribution(site: Path, groups: Mapping[str, Mapping[str, str]]) -> None:
    """As pip would have installed it."""
    info = site / "zoneblanche_toy-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zoneblanche-toy\nVersion: 1.0\n")
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder for packages with the toy plug-in."""
    folder = tmp_path / "site"
    shutil.copytree(HERE / "zoneblanche_toy", folder / "zoneblanche_toy")
    write_distribution(folder, GROUPS)
    return folder


def forget() -> None:
    for known in (
        catalogue._known,
        rule._known,
        load._known,
        connector._known,
        plugin_reading._entries,
        plugins,
    ):
        known.cache_clear()
    for name in [name for name in sys.modules if name.startswith("zoneblanche_toy")]:
        del sys.modules[name]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs the toy plug-in with other entry points, in this process."""

    def installed(groups: Mapping[str, Mapping[str, str]]) -> Path:
        folder = tmp_path / "site"
        shutil.copytree(HERE / "zoneblanche_toy", folder / "zoneblanche_toy")
        write_distribution(folder, groups)
        monkeypatch.syspath_prepend(folder)
        forget()
        return folder / "zoneblanche_toy"

    yield installed
    monkeypatch.undo()
    forget()


def zoneblanche(site: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from zoneblanche.scripts.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site), "LANG": "C", "LC_ALL": "C", "LANGUAGE": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("layers", "hotspots +Hotspots that work .needs toy-hotspots."),
        ("recipes", "toy-index +Toy index"),
        ("rules", "without-hotspots +Without a hotspot that works"),
        ("countries", "xt Toyland: municipality, country; bring your own polygons"),
        ("sources", "toy-hotspots .*Office of hotspots: Hotspots"),
    ],
)
def test_each_is_listed_with_the_name_of_its_distribution(
    site: Path, tmp_path: Path, what: str, line: str
) -> None:
    done = zoneblanche(site, "list", what, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    added = [line for line in done.stdout.splitlines() if line.endswith("]")]
    assert len(added) == 1
    assert re.fullmatch(line + r" \[zoneblanche-toy 1\.0\]", added[0])
    assert len(done.stdout.splitlines()) > 3


def test_a_run_uses_all_of_them(site: Path, tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_text(PROJECT, "utf-8")
    codes = ["T01", "T02", "T03", "T04"]
    squares = [shapely.box(4 + n / 10, 46, 4.1 + n / 10, 46.1) for n in range(4)]
    names = [f"Toy {n}" for n in range(4)]
    frame = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=squares, crs=4326)
    (tmp_path / "toyland.geojson").write_text(frame.to_json(drop_id=True), "utf-8")
    (tmp_path / "hotspots.csv").write_text("code;number;answering\nT01;10;9\nT02;4;1\nT03;0;0\n")
    done = zoneblanche(site, "run", "project.toml", "-o", "out", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = pd.read_csv(tmp_path / "out" / "territories.csv", index_col="code")
    assert rows["hotspots"].tolist()[:2] == [90, 25]
    assert rows["score"].tolist()[:2] == [90, 25]
    assert rows["without-hotspots"].tolist()[:2] == [0, 1]
    assert "hotspots: not applicable" in rows["missing"]["T03"]
    assert "hotspots: not in the table" in rows["missing"]["T04"]
    record = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert record["versions"]["zoneblanche-toy"] == "1.0"


def test_the_page_shows_the_plugin_that_is_tested() -> None:
    assert (HERE / "pyproject.toml").read_text("utf-8") == PYPROJECT
    assert (HERE / "zoneblanche_toy/layers/hotspots.toml").read_text("utf-8") == LAYER
    assert set(GROUPS) == {
        f"zoneblanche.{kind}" for kind in ("layers", "publishers", "countries", "recipes", "rules")
    }


def test_objects_are_as_good_as_packages(install: Install) -> None:
    folder = install(
        {f"zoneblanche.{kind}": {"toy": f"zoneblanche_toy.objects:{kind}"} for kind in
         ("layers", "publishers", "countries", "recipes", "rules")}
    )  # fmt: skip
    (folder / "objects.py").write_text(
        "from dataclasses import replace\n"
        "from zoneblanche.geo.country import read_country\n"
        "from zoneblanche.layers.analysis.flagging.rule import Condition, Group, Rule\n"
        "from zoneblanche.layers.index.recipe.load import recipe_from_table\n"
        "from zoneblanche.layers.indicator import Indicator\n"
        "from zoneblanche.layers.layer import Layer\n"
        "from .publishers import HOTSPOTS as publishers\n"
        "layers = [Layer(Indicator('a', 'A'), (), print), Layer(Indicator('b', 'B'), (), print)]\n"
        "recipes = recipe_from_table({'weights': {'a': 1}}, file='x', recipe_id='ours')\n"
        "rules = (Rule('ours', 'Ours', Group('all', (Condition(('a',), '<', (1.0,)),))),)\n"
        "from zoneblanche.geo.country import Country, Level, Part\n"
        "countries = Country('xu', 'Xu', 'en', (Level('unit', 'unit', 'units'),),\n"
        "    (Part('all', 'all', 'EPSG:2154'),), (0.0, 0.0, 1.0, 1.0), 'unit')\n"
    )
    named = {"a", "b"}
    assert dict.fromkeys(named, "zoneblanche-toy 1.0") == catalogue.added_layers()
    assert list(connector.added_connectors()) == ["toy-hotspots"]
    assert load.read_recipe("ours").root.weights == {"a": 1.0}
    assert rule.read_rule("ours").title == "Ours"
    assert country.read_country("xu").base.id == "unit"
    assert country.added_countries() == {"xu": "zoneblanche-toy 1.0"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("zoneblanche_toy.nowhere", "ModuleNotFoundError, No module named 'zoneblanche_toy.now"),
        ("zoneblanche_toy.publishers:NOTHING", "AttributeError, "),
        ("zoneblanche_toy.publishers:HOTSPOTS", "found an object of the type Connector."),
        ("zoneblanche_toy.publishers", "found no layers."),
        ("zoneblanche_toy.broken", "SyntaxError, "),
        ("zoneblanche_toy.leaving", "SystemExit, goodbye."),
        ("zoneblanche_toy.folder", "ZeroDivisionError, division by zero."),
        ("not a name at all", "cannot be used"),
    ],
)
def test_a_plugin_that_is_broken_is_a_sentence(install: Install, value: str, message: str) -> None:
    folder = install({"zoneblanche.layers": {"toy": value}})
    (folder / "broken.py").write_text("def\n")
    (folder / "leaving.py").write_text("raise SystemExit('goodbye')\n")
    (folder / "folder").mkdir()
    (folder / "folder" / "__init__.py").write_text("")
    (folder / "folder" / "dividing.py").write_text("1 / 0\n")
    with pytest.raises(PlugInError) as caught:
        catalogue.known_layers()
    sentence = str(caught.value)
    assert sentence.startswith("the plug-in zoneblanche-toy 1.0 cannot be used. Its entry 'toy'")
    assert message in sentence
    assert sentence.endswith("Update it, uninstall it, or tell its author.")
    assert caught.value.exit_status == 3
    assert "le greffon" in caught.value.said_in("fr")


def test_all_that_is_broken_is_said_at_once(install: Install) -> None:
    folder = install({"zoneblanche.layers": {"a": "zoneblanche_toy.layers", "b": "json:dumps"}})
    (folder / "layers" / "hotspots.toml").write_text(
        LAYER.replace("better", "beter").replace('"percent"', '"percents"')
    )
    (folder / "layers" / "more.toml").write_text(LAYER)
    with pytest.raises(PlugInError) as caught:
        catalogue.known_layers()
    first, second, third = str(caught.value).split("\n")
    assert first.startswith(
        "zoneblanche-toy 1.0, hotspots.toml, line 7, key 'layers.hotspots.unit': 'percents' is not"
    )
    assert "line 8, key 'layers.hotspots.beter'" in second
    assert "Its entry 'b' of zoneblanche.layers: found an object of the type function" in third


def test_a_name_that_is_taken(install: Install) -> None:
    folder = install(
        {f"zoneblanche.{kind}": {"toy": f"zoneblanche_toy.{kind}"} for kind in
         ("layers", "publishers", "countries", "recipes", "rules")}
    )  # fmt: skip
    shutil.move(folder / "publishers.py", folder / "office.py")
    (folder / "publishers").mkdir()
    (folder / "publishers" / "__init__.py").write_text("")
    (folder / "publishers" / "office.py").write_text(
        "from dataclasses import replace\nfrom zoneblanche_toy.office import HOTSPOTS\n"
        "CONNECTORS = (HOTSPOTS, replace(HOTSPOTS, id='Arcep-Debit'))\n"
    )
    (folder / "layers" / "hotspots.toml").write_text(LAYER.replace('"hotspots"', '"density"'))
    (folder / "layers" / "x.toml").write_text(LAYER)
    shutil.move(folder / "countries" / "xt.toml", folder / "countries" / "FR.toml")
    shutil.move(folder / "recipes" / "toy-index.toml", folder / "recipes" / "rpnt.toml")
    shutil.move(folder / "rules" / "without-hotspots.toml", folder / "rules" / "sparse.toml")
    with pytest.raises(PlugInError) as caught:
        catalogue.known_layers()
    assert str(caught.value) == CLASH
    for known, taken in (
        (connector.known_connectors, "'Arcep-Debit' in zoneblanche.publishers"),
        (country.known_countries, "'FR' in zoneblanche.countries"),
        (load.known_recipes, "'rpnt' in zoneblanche.recipes"),
        (rule.known_rules, "'sparse' in zoneblanche.rules"),
    ):
        with pytest.raises(PlugInError, match=taken):
            known()


def test_a_country_of_a_plugin_is_checked(install: Install) -> None:
    folder = install({"zoneblanche.countries": {"toy": "zoneblanche_toy.countries"}})
    path = folder / "countries" / "xt.toml"
    text = path.read_text("utf-8")
    assert country.read_country("xt").name == {"fr": "Jouetland", "en": "Toyland"}
    path.write_text(text.replace('code = "xt"', 'code = "xt"\nedition = "fr"'), "utf-8")
    with pytest.raises(InputError, match=r"'xt' of zoneblanche-toy 1\.0 names an edition"):
        country.read_country("xt")
    path.write_text(text.replace('code = "xt"', 'code = "xy"'), "utf-8")
    with pytest.raises(InputError, match=r"xt\.toml, line 1, key 'code': the file of the country"):
        country.read_country("xt")


def test_without_plugins_nothing_is_added() -> None:
    assert catalogue.added_layers() == {}
    assert country.added_countries() == {}
