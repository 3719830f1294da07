"""The documentation says what the code does; what it names exists."""

from __future__ import annotations

import contextlib
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from tests.test_house import ROOMS, imported_rooms
from zoneblanche.geo import country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.index.recipe.load import known_recipes, read_recipe
from zoneblanche.layers.index.score import resolve, score
from zoneblanche.layers.outputs.export import write_open_data
from zoneblanche.layers.publishers import connector
from zoneblanche.scripts.cli import leaf_commands

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def python_blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def readme(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names that the snippet of the README has defined, and `folder`, where it ran."""
    folder = tmp_path_factory.mktemp("readme")
    blocks = python_blocks(ROOT / "README.md")
    assert len(blocks) == 1
    scope: dict[str, Any] = {}
    with contextlib.chdir(folder):
        exec(compile(blocks[0], "README.md", "exec"), scope)
    return {**scope, "folder": folder}


def test_the_snippet_of_the_readme_runs(readme: dict[str, Any]) -> None:
    page = (readme["folder"] / "lozere.html").read_text("utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert len(readme["atlas"].codes) == 152


BLOCK = re.compile(r"(?:^`([\w.-]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""A block of code: the file it shows, if the line above names one; language; text."""


def test_the_tutorial_does_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
    compared, printed = 0, ""
    for name, language, text in blocks:
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "console":
            command, expected = text.removeprefix("$ zoneblanche ").split("\n", 1)
            done = subprocess.run(
                [sys.executable, "-m", "zoneblanche.scripts.cli", *command.split()],
                capture_output=True, encoding="utf-8", check=True,
            )  # fmt: skip
            assert done.stdout.replace(tmp_path.as_uri(), "file:///…") == expected
            compared += 1
        elif language == "python":
            exec(compile(text, "tutorial.md", "exec"), {})
            printed = capsys.readouterr().out
        elif language == "text":
            assert printed == text
            compared += 1
    assert compared == 3
    assert (tmp_path / "out" / "index.html").is_file()
    assert (tmp_path / "map.html").is_file()


def test_other_tools_read_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readme: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    atlas = readme["atlas"]
    (tmp_path / "lozere").mkdir()
    write_open_data(atlas, tmp_path / "lozere", lang="en", title="Lozère")
    scope: dict[str, Any] = {}
    blocks = python_blocks(ROOT / "docs" / "other-tools.md")
    for text in blocks:
        exec(compile(text, "other-tools.md", "exec"), scope)
    assert len(blocks) == 4
    scores = atlas.values["digital-inequality"]
    incomes = atlas.values["median-income"]
    people = atlas.territories.facts["population"]
    assert scope["communes"]["code"].to_list() == list(atlas.codes)
    assert scope["by_epci"]["communes"].sum() == len(atlas.codes)
    assert scope["by_epci"]["population"].sum() == people.sum()
    assert scope["without_income"] == incomes.isna().sum() > 0
    highest = scores.sort_values(ascending=False).index[:5]
    assert [code for code, *_ in scope["worst"]] == list(highest)
    assert [one[3] for one in scope["worst"]] == list(incomes[highest].notna())
    shapes = atlas.territories.frame.geometry
    ((code, wkt),) = scope["first"]
    assert shapely.from_wkt(wkt).equals(shapes[code])
    texts = dict(scope["as_text"].iter_rows())
    assert shapely.from_wkt(texts[code]).equals_exact(shapes[code], 1e-6)


def test_the_project_of_the_tutorial_has_ten_lines() -> None:
    blocks = BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
    (project,) = [text for name, _, text in blocks if name == "project.toml"]
    assert len(project.splitlines()) == 10


def block_of(page: str, name: str, folder: Path) -> Path:
    """The file that a page shows under that name, written into a folder."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    match = re.search(
        rf"`[\w/-]*{re.escape(name)}`[^\n]*:\n\n```\w*\n(.*?)^```$", text, re.S | re.M
    )
    assert match, f"{page} shows no {name}"
    path = folder / name.strip("/")
    path.write_text(match[1], encoding="utf-8")
    return path


def test_the_publisher_of_its_page_reads_the_file_of_its_page(tmp_path: Path) -> None:
    scope: dict[str, Any] = {}
    code = block_of("add-a-publisher.md", "access_points.py", tmp_path).read_text("utf-8")
    exec(compile(code, "access_points.py", "exec"), scope)
    (access_points,) = scope["CONNECTORS"]
    table = access_points.read(block_of("add-a-publisher.md", "bornes.csv", tmp_path))
    assert table.frame["access_points"].fillna(-1).to_dict() == {
        "48095": 12, "48140": 3, "48080": -1,
    }  # fmt: skip
    assert table.reasons["access_points"].tolist() == [0, 0, Reason.NOT_PUBLISHED]


def test_the_test_of_a_publisher_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"Path": Path, "pytest": pytest, "Reason": Reason, "InputError": InputError}
    scope: dict[str, Any] = {**names, "read_source": connector.read_source}
    for name in ("access_points.py", "test_access_points.py"):
        code = block_of("add-a-publisher.md", f"/{name}", tmp_path).read_text("utf-8")
        exec(compile(code, name, "exec"), scope)
    (access_points,) = scope["CONNECTORS"]
    monkeypatch.setattr(connector, "known_connectors", lambda: {access_points.id: access_points})
    scope["test_access_points"](tmp_path)


def test_the_recipe_of_its_page_scores_a_table(tmp_path: Path) -> None:
    recipe = read_recipe(block_of("add-a-recipe.md", "fibre-and-website.toml", tmp_path))
    recipe = resolve(recipe, {name: layer.indicator for name, layer in known_layers().items()})
    figures = pd.DataFrame({"premises-1gbps": [85.0, 100.0], "website": [1.0, 0.0]})
    assert score(figures, recipe).index.round(1).tolist() == [90.0, 66.7]


def test_the_country_of_its_page_is_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block_of("add-a-country.md", "lu.toml", tmp_path)
    monkeypatch.setattr(country, "descriptions", lambda: tmp_path)
    described = country.read_country("lu")
    assert [level.id for level in described.levels] == ["commune", "canton", "country"]
    assert re.fullmatch(described.base.code_pattern, "0101")
    assert not re.fullmatch(described.base.code_pattern, "101")


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    names = list(leaf_commands())
    assert names
    for name in names:
        assert f"`zoneblanche {name}" in text, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not re.match(r"https?:", target):
            assert (page.parent / target).exists(), target


def test_the_index_lists_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    listed = set(re.findall(r"\]\(([^)#]+)", index.read_text("utf-8")))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {index.name}
    assert pages <= listed, pages - listed


@pytest.mark.parametrize("name", connector.known_connectors())
def test_every_source_has_a_row(name: str) -> None:
    """A row lists ids; `…-epci` continues the first of them, and `ghsl-population-…` any tile."""
    text = (ROOT / "docs" / "sources.md").read_text("utf-8")
    rows = [re.findall(r"`([^`]+)`", cell) for cell in re.findall(r"^\| (`.*?) \|", text, re.M)]
    listed = {one.replace("…-", f"{ids[0]}-") for ids in rows for one in ids}
    open_ended = tuple(one.removesuffix("…") for one in listed if one.endswith("…"))
    assert name in listed or name.startswith(open_ended), (
        f"docs/sources.md has no row of `{name}`: add one to its table"
    )


@pytest.mark.parametrize("name", known_recipes())
def test_every_shipped_recipe_is_documented(name: str) -> None:
    page, index = f"method-{name}.md", (ROOT / "docs" / "README.md").read_text("utf-8")
    assert (ROOT / "docs" / page).is_file(), (
        f"python -m scripts.build.method_pages full.parquet --only {name} -o docs"
    )
    assert f"[{name}]({page})" in index, f"docs/README.md has no link to {page}"
    recipes = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    headings = ", ".join(re.findall(r"^### (.*)$", recipes, re.M)).split(", ")
    assert name in headings, f"docs/recipes.md has no section '### {name}'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_scripts_that_are_named_exist(page: Path) -> None:
    for name in re.findall(r"python -m (scripts(?:\.\w+)+)", page.read_text("utf-8")):
        module = ROOT / name.replace(".", "/")
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), name


def test_the_python_that_is_required() -> None:
    assert sys.version_info >= (3, 11)


MADE_UP = {
    "layers/catalogue/people_apart.toml",
    "geo/countries/lu.toml",
    "layers/index/recipes/fibre-and-website.toml",
    "layers/publishers/access_points.py",
    "tests/layers/publishers/test_access_points.py",
}
"""Files that the pages on adding something have the reader write."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_folders_that_are_named_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"`((?:geo|layers|maps|scripts|tests)/[\w./-]*)`", text)) - MADE_UP
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert len(named) > 20 or page.name not in ("guarantees.md", "architecture.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_of_the_code_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"`(?:zoneblanche\.)?((?:geo|layers|maps|scripts)(?:\.\w+)+)", text))
    for name in sorted(named):
        thing: Any = import_module("zoneblanche")
        for part in name.split("."):
            thing = attribute_or_module(thing, part)
    for line in re.findall(r"^(?:from zoneblanche|import zoneblanche).*$", text, re.MULTILINE):
        exec(line, {})
    assert len(named) > 15 or page.name not in ("glossary.md", "architecture.md")


def attribute_or_module(thing: Any, name: str) -> Any:
    """A module before what a package calls the same: `layers.index.explain`."""
    if inspect.ismodule(thing) and hasattr(thing, "__path__"):
        with contextlib.suppress(ModuleNotFoundError):
            return import_module(f"{thing.__name__}.{name}")
    if name in getattr(thing, "__dataclass_fields__", {}):
        return thing.__dataclass_fields__[name]
    return getattr(thing, name)


def test_the_architecture_lists_every_folder() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    listed = re.findall(r"^\| `((?:geo|layers|maps|scripts)/[\w/]*)` \|", text, re.MULTILINE)
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()]
    real = {path.parent.relative_to(ROOT).as_posix() + "/" for path in files}
    real = {re.sub(r"(?<=locale/).*", "", folder) for folder in real}  # each language has its own
    assert set(listed) == {folder for folder in real if "__pycache__" not in folder}


def test_the_architecture_draws_every_import_between_rooms() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawn = set(re.findall(r"^  (\w+) --> (\w+)$", text, re.MULTILINE))
    real = {
        (room, other)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for other in imported_rooms(path) - {room}
    }
    assert {arrow for arrow in drawn if set(arrow) <= set(ROOMS)} == real


def test_a_run_goes_the_way_that_the_architecture_says() -> None:
    """Each function of the list is named by a function before it, or in a module of one."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    steps = text.split("## From command to page")[1].split("\n## ")[0]
    named = re.findall(r"`((?:geo|layers|maps|scripts)(?:\.\w+)+)`", steps.split("An error")[0])
    assert len(named) >= 15
    modules = [name.rpartition(".")[0].replace(".", "/") for name in named]
    paths = [ROOT / f"{module}.py" for module in modules]
    texts = [
        (path if path.exists() else path.with_suffix("") / "__init__.py").read_text("utf-8")
        for path in paths
    ]
    for place, name in enumerate(named[1:], start=1):
        short = name.rpartition(".")[2]
        assert any(re.search(rf"\b{short}\b", before) for before in texts[:place]), name
