"""Indices of the literature, written as project files and held to figures reckoned by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.optimize import linprog

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.project.index import recipe_of
from zoneblanche.layers.project.read import read_project

HEAD = """
lang = "en"
[territories]
path = "squares.geojson"
code = "code"
population = "people"
[territories.parents]
region = "region"
"""
Index = Callable[..., Atlas]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """From a table and the text of a recipe to the atlas with the index, as the main job does."""

    def make(table: pd.DataFrame, recipe: str, *, lower: str = "", context: str = "") -> Atlas:
        count = len(table)
        gpd.GeoDataFrame(
            {
                "code": list(table.index),
                "people": 100 + np.arange(count),
                "region": np.where(np.arange(count) % 2, "N", "S"),
            },
            geometry=[shapely.box(x / 10, 46, x / 10 + 0.1, 46.1) for x in range(count)],
            crs=4326,
        ).to_file(tmp_path / "squares.geojson", driver="GeoJSON")
        table.to_csv(tmp_path / "table.csv", index_label="code")
        directions = {**dict.fromkeys(lower, "lower"), **dict.fromkeys(context, "none")}
        layers = "".join(
            f'[[layers]]\nid = "{name}"\npath = "table.csv"\ncode = "code"\nvalue = "{name}"\n'
            f'better = "{directions.get(name, "higher")}"\n'
            for name in table
        )
        file = tmp_path / "project.toml"
        file.write_text(HEAD + layers + recipe, encoding="utf-8")
        project = read_project(file)
        atlas = build_atlas(project)
        written = recipe_of(project, atlas)
        assert written is not None
        return compute_index(atlas, written, draws=0)

    return make


def index_of(atlas: Atlas) -> pd.Series:
    return atlas.values[list(atlas.recipes)[-1]]


def figures(*, count: int = 24, seed: int = 1, missing: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "a": random.normal(50, 10, count),
            "b": random.lognormal(2, 1, count),
            "c": random.uniform(1, 100, count),
        },
        index=[f"T{number:02d}" for number in range(count)],
    ).round(4)
    for number in range(missing):
        table.iloc[number, number % 3] = np.nan
    return table


def same(ours: pd.Series, theirs: pd.Series | np.ndarray) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


HDI = """
[recipe]
id = "hdi"
title = "Human development"
normalise = "goalposts"
range = [0, 1]
aggregate = "geometric"
min_available = 1.0
weights = { health = 1, education = 1, income = 1 }
[recipe.dimensions.health]
indicators = ["a"]
[recipe.dimensions.education]
aggregate = "arithmetic"
weights = { b = 1, c = 1 }
[recipe.dimensions.income]
indicators = ["d"]
[recipe.indicators.a]
goalposts = [20, 85]
[recipe.indicators.b]
goalposts = [0, 18]
[recipe.indicators.c]
goalposts = [0, 15]
[recipe.indicators.d]
goalposts = [100, 75000]
scale = "log"
"""


def test_human_development(index: Index) -> None:
    # UNDP, Human Development Report 2023/2024, table 1: life expectancy, expected and mean years
    # of schooling, income a head; and the index as it is published, to three decimals.
    published = {
        "CHE": (84.3, 16.6, 13.9, 69433, 0.967),
        "NOR": (83.4, 18.6, 13.1, 69190, 0.966),
        "ISL": (82.8, 19.1, 13.8, 54688, 0.959),
        "FRA": (83.2, 16.0, 11.7, 47379, 0.910),
        "TCD": (53.0, 8.2, 2.3, 1389, 0.394),
    }
    table = pd.DataFrame.from_dict(published, orient="index", columns=[*"abcd", "hdi"])
    atlas = index(table[[*"abcd"]], HDI)
    assert atlas.values["hdi"].to_numpy() == pytest.approx(table["hdi"].to_numpy(), abs=0.0011)
    assert list(atlas.intervals["hdi"]["rank"]) == [1, 2, 3, 4, 5]
    assert "on a log scale: d" in atlas.indicator("hdi").method_in("en")


@pytest.mark.parametrize("mean", ["mpi-minus", "mpi-plus", "ampi-minus", "ampi-plus"])
@pytest.mark.parametrize("orientation", ["better", "worse"])
def test_mazziotta_pareto(index: Index, mean: str, orientation: str) -> None:
    table = figures()
    text = f'[recipe]\naggregate = "{mean}"\norientation = "{orientation}"\n'
    sign = np.array([1, -1, 1]) * (1 if orientation == "better" else -1)
    if mean.startswith("ampi"):
        # Goalposts centred on a reference, as Mazziotta and Pareto (2016) set them.
        middle, half = table.mean(), (table.max() - table.min()) / 2
        for name in table:
            posts = f"[{middle[name] - half[name]}, {middle[name] + half[name]}]"
            text += f"[recipe.indicators.{name}]\ngoalposts = {posts}\n"
        z = 100 + 30 * sign * (table - middle) / half
    else:
        z = 100 + 10 * sign * (table - table.mean()) / table.std(ddof=0)
    centre, spread = z.mean(axis=1), z.var(axis=1, ddof=0)
    penalty = spread / centre * (1 if mean.endswith("plus") else -1)
    same(index_of(index(table, text, lower="b")), centre + penalty)


def test_weighted_geometric_mean(index: Index) -> None:
    table = figures()
    text = '[recipe]\naggregate = "geometric"\nrange = [1, 100]\nweights = { a = 3, b = 2, c = 1 }'
    scaled = (table - table.min()) / (table.max() - table.min())
    scaled["b"] = 1 - scaled["b"]
    logs = np.log(1 + 99 * scaled)
    same(index_of(index(table, text, lower="b")), np.exp(logs @ np.array([3, 2, 1]) / 6))


def test_benefit_of_the_doubt(index: Index) -> None:
    table = figures()
    x = (table / table.max()).to_numpy()
    best = [-linprog(-row, A_ub=x, b_ub=np.ones(len(x))).fun for row in x]
    text = '[recipe]\naggregate = "bod"\nnormalise = "fracmax"\n'
    same(index_of(index(table, text)), np.array(best))


def test_sub_pillars_of_unequal_weight(index: Index) -> None:
    # In the manner of the Global Innovation Index: weights of 0.5 and 1, three levels, the mean of
    # two sub-indices.
    table = figures().assign(d=lambda t: t["a"] * t["c"], e=lambda t: t["c"] ** 2)
    text = """
[recipe]
weights = { input = 1, output = 1 }
[recipe.dimensions.input]
weights = { institutions = 0.5, people = 1 }
[recipe.dimensions.input.dimensions.institutions]
weights = { a = 1, b = 0.5 }
[recipe.dimensions.input.dimensions.people]
indicators = ["c"]
[recipe.dimensions.output]
weights = { d = 1, e = 1 }
"""
    s = (table - table.min()) / (table.max() - table.min()) * 100
    s["b"] = 100 - s["b"]
    institutions = (s["a"] + 0.5 * s["b"]) / 1.5
    inner = (0.5 * institutions + s["c"]) / 1.5
    atlas = index(table, text, lower="b")
    same(index_of(atlas), (inner + (s["d"] + s["e"]) / 2) / 2)
    same(atlas.values["institutions"], institutions)
    assert atlas.indicator("input").parts == ("institutions", "people")


@pytest.mark.parametrize("method", ["group-mean", "group-median"])
@pytest.mark.parametrize("group", ["region", "d"])
def test_imputation_by_group(index: Index, method: str, group: str) -> None:
    table = figures(missing=6)
    groups = np.arange(len(table)) % 2
    text = f'[recipe]\nimpute = "{method}"\ngroup = "{group}"\nmin_available = 0.6\n'
    text += "weights = { a = 1, b = 1, c = 1 }\n"
    filled = table.fillna(table.groupby(groups).transform(method.removeprefix("group-")))
    scaled = (filled - filled.min()) / (filled.max() - filled.min())
    same(index_of(index(table.assign(d=groups), text, context="d")), 100 * scaled.mean(axis=1))


def test_denominators(index: Index) -> None:
    table = figures()
    text = """
[recipe]
weights = { a = 1, b = 1 }
[recipe.indicators.a]
denominator = "population"
[recipe.indicators.b]
denominator = "c"
"""
    divided = pd.DataFrame({"a": table["a"] / (100 + np.arange(24)), "b": table["b"] / table["c"]})
    scaled = (divided - divided.min()) / (divided.max() - divided.min())
    atlas = index(table, text)
    same(index_of(atlas), 100 * scaled.mean(axis=1))
    assert "divided: a / population, b / c" in atlas.indicator("index").method_in("en")


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ('[recipe.indicators.a]\ndenominator = "peple"', "nothing is known of 'peple'"),
        ('[recipe.indicators.a]\nscale = "log"', "'a' is zero or below in T00"),
        (
            '[recipe.indicators.a]\nscale = "log"\ngoalposts = [0, 1]',
            "a logarithmic scale has no zero",
        ),
        ("[recipe.indicators.a]\ngoalposts = [1, 2, 3]", "expected two numbers, [low, high]"),
        ("[recipe]\nmin_available = 67", "Write 0.67 for 67 %."),
        ('[recipe]\nid = "a"', "the index has the id of an indicator, 'a'"),
        (
            '[recipe.dimensions.Score]\nindicators = ["a"]',
            "the dimension 'Score' has the name of a column of the results",
        ),
        (
            '[recipe.dimensions.B]\nindicators = ["a"]',
            "the dimension 'B' has the id of the indicator 'b'",
        ),
        ('[recipe.dimensions."a b"]\nindicators = ["a"]', "'a b' is not a valid id"),
    ],
)
def test_what_is_refused(index: Index, recipe: str, message: str) -> None:
    table = figures()
    table.iloc[0, 0] = 0.0
    with pytest.raises(InputError) as caught:
        index(table, recipe)
    assert message in str(caught.value)
    assert len(caught.value.faults) == 1, "one sentence"
