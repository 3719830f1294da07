"""Recipes: shipped, read from files and tables, and refused in sentences."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.errors import MeasurementError
from zoneblanche.layers.index.recipe.load import known_recipes, read_recipe, recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Dimension
from zoneblanche.layers.index.recipe.record import recipe_as_dict, recipe_from_dict
from zoneblanche.layers.indicator import Indicator

KNOWN = ["fibre", "debit", "4g", "web"]


def read(table: dict[str, Any], indicators: Any = KNOWN) -> Any:
    return recipe_from_table(table, file="projet.toml", indicators=indicators)


def refused(table: dict[str, Any], indicators: Any = KNOWN) -> str:
    with pytest.raises(InputError) as caught:
        read(table, indicators)
    return str(caught.value)


def test_the_table_of_the_design() -> None:
    recipe = read(
        {
            "normalise": "minmax",
            "aggregate": "arithmetic",
            "min_available": 0.67,
            "orientation": "better",
            "weights": {"fibre": 0.4, "debit": 0.2, "4g": 0.2, "web": 0.2},
        }
    )
    assert [element.id for element in recipe.elements] == KNOWN
    assert recipe.root.weights == {"fibre": 0.4, "debit": 0.2, "4g": 0.2, "web": 0.2}
    assert recipe.root.weighting == "given"
    assert (recipe.id, recipe.min_available, recipe.orientation) == ("index", 0.67, "better")


def test_defaults() -> None:
    recipe = read({})
    assert [element.id for element in recipe.elements] == KNOWN
    element = recipe.elements[0]
    assert (element.normalise, element.treat, element.impute) == ("minmax", "none", "none")
    assert element.range == (0.0, 100.0)
    assert (recipe.root.aggregate, recipe.root.weighting) == ("arithmetic", "equal")
    assert recipe.min_available == 0.67


def test_context_and_earlier_waves_are_left_out_unless_they_are_named() -> None:
    indicators = {
        "fibre": Indicator("fibre", "Fibre", better="higher"),
        "fibre-2018": Indicator("fibre-2018", "Fibre", better="higher", wave_of="fibre"),
        "density": Indicator("density", "Densité"),
    }
    assert [e.id for e in read({}, indicators).elements] == ["fibre"]
    named = read({"indicators": {"density": {"better": "lower"}}}, indicators)
    assert [e.id for e in named.elements] == ["fibre", "density"]
    named = read({"weights": {"fibre": 1, "fibre-2018": 1}}, indicators)
    assert [e.id for e in named.elements] == ["fibre", "fibre-2018"]


def test_dimensions_nest_and_inherit() -> None:
    recipe = read(
        {
            "aggregate": "geometric",
            "range": [1, 100],
            "dimensions": {
                "reseaux": {
                    "title": "Réseaux",
                    "dimensions": {"fixe": {"weights": {"fibre": 2, "debit": 1}}},
                    "indicators": ["4g"],
                    "aggregate": "harmonic",
                },
                "presence": {"weights": {"web": 1}, "title": {"fr": "Présence"}},
            },
        }
    )
    assert [d.id for d in recipe.dimensions] == ["fixe", "reseaux", "presence", "index"]
    fixed, networks, presence, root = recipe.dimensions
    assert [child.id for child in networks.children] == ["4g", "fixe"]
    assert (fixed.aggregate, networks.aggregate) == ("harmonic", "harmonic")
    assert (presence.aggregate, root.aggregate) == ("geometric", "geometric")
    assert fixed.weights == {"fibre": 2.0, "debit": 1.0}


def test_dimensions_may_name_each_other() -> None:
    recipe = read(
        {
            "dimensions": {
                "reseaux": {"weights": {"fixe": 2, "4g": 1}},
                "fixe": {"indicators": ["fibre", "debit"]},
            }
        }
    )
    assert [child.id for child in recipe.root.children] == ["reseaux"]
    inner = recipe.root.children[0]
    assert isinstance(inner, Dimension)
    assert [child.id for child in inner.children] == ["fixe", "4g"]


def test_an_indicator_overrides_its_recipe() -> None:
    recipe = read(
        {
            "treat": "auto",
            "indicators": {
                "fibre": {"goalposts": [0, 100]},
                "debit": {"better": "lower", "treat": "none", "error": 2.5},
            },
        }
    )
    fibre, debit, mobile, _ = recipe.elements
    assert (fibre.normalise, fibre.goalposts, fibre.treat) == ("goalposts", (0.0, 100.0), "auto")
    assert (debit.better, debit.treat) == ("lower", "none")
    assert debit.measurement_error == MeasurementError(spread=2.5)
    assert (mobile.normalise, mobile.treat) == ("minmax", "auto")


def test_mazziotta_pareto_standardises_for_itself() -> None:
    recipe = read({"aggregate": "ampi-plus", "indicators": {"fibre": {"goalposts": [0, 100]}}})
    assert {element.normalise for element in recipe.elements} == {"ampi"}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"wieghts": {"fibre": 1}}, ["recipe.wieghts", "'wieghts' is not an option", "'weights'"]),
        ({"weights": {"fibr": 1}}, ["no indicator 'fibr'", "'fibre'"]),
        ({"weights": {"fibre": -1}}, ["recipe.weights", "'fibre' is -1"]),
        ({"weights": {"fibre": 0, "web": 0}}, ["sum to zero"]),
        ({"weights": {"fibre": 1e308, "web": 1e308}}, ["recipe.weights", "too large to be added"]),
        ({"weights": {"fibre": "2"}}, ["'fibre' is not a number"]),
        ({"weights": {"fibre": True}}, ["'fibre' is not a number"]),
        ({"weights": {"fibre": float("nan")}}, ["weights are ≥ 0"]),
        ({"weights": "eqal"}, ["'equal'"]),
        ({"weights": 3}, ["weights are a table"]),
        ({"normalise": "min-max"}, ["recipe.normalise", "Did you mean 'minmax'"]),
        ({"normalise": "mpi"}, ["not a normalisation"]),
        ({"aggregate": "arithmetique"}, ["recipe.aggregate", "'arithmetic'"]),
        ({"orientation": "worst"}, ["recipe.orientation", "'worse'"]),
        ({"min_available": 67}, ["recipe.min_available", "67"]),
        ({"min_available": "0.67"}, ["recipe.min_available"]),
        ({"indicators": {"fibre": {"goalposts": [100, 0]}}}, ["[100, 0]", 'better = "lower"']),
        ({"indicators": {"fibre": {"goalposts": [5, 5]}}}, ["low below high"]),
        ({"indicators": {"fibre": {"treet": "log"}}}, ["'treet'", "'treat'"]),
        ({"indicators": {"fibre": {"better": "up"}}}, ["higher or lower"]),
        ({"weights": {"web": 1}, "indicators": {"fibre": {}}}, ["does not use 'fibre'"]),
        ({"aggregate": "mpi-minus", "normalise": "zscore"}, ["standardises for itself"]),
        ({"impute": "group-mean"}, ["recipe.group"]),
        ({"normalise": "dist2targ"}, ["dist2targ needs a target"]),
        ({"normalise": "dist2ref"}, ["dist2ref needs a reference"]),
        ({"aggregate": "generalised", "power": 0}, ["geometric"]),
        ({"dimensions": {"a": {}}}, ["recipe.dimensions.a", "it has no indicators"]),
        ({"dimensions": {"a": {"wieght": 2}}}, ["recipe.dimensions.a.wieght", "'weights'"]),
        ({"dimensions": {"fibre": {"indicators": ["web"]}}}, ["already an indicator 'fibre'"]),
        (
            {"dimensions": {"a": {"indicators": ["web"]}, "b": {"indicators": ["web"]}}},
            ["'web' is already in 'a'"],
        ),
        (
            {"dimensions": {"a": {"weights": {"b": 1}}, "b": {"weights": {"a": 1, "web": 1}}}},
            ["cycle"],
        ),
        ({"dimensions": {"a": {"weights": {"a": 1}}}}, ["cycle"]),
        (
            {
                "weights": {"a": 1},
                "dimensions": {"a": {"indicators": ["fibre"]}, "b": {"indicators": ["web"]}},
            },
            ["'b' has no weight"],
        ),
        ({"classes": {"all": [0, 100]}}, ["recipe.classes", "names 1 classes"]),
        ({"classes": {"a": [0, 20], "b": [30, 100]}}, ["recipe.classes.b", "begins at 30", "20"]),
        ({"classes": {"a": [0, 20], "b": [10, 100]}}, ["recipe.classes.b", "begins at 10"]),
        ({"classes": {"a": [20, 0], "b": [20, 100]}}, ["recipe.classes.a", "[20, 0]"]),
        ({"classes": {"a": 20}}, ["recipe.classes.a", "[low, high]"]),
        ({"classes": {"a": {"rnge": [0, 20]}}}, ["recipe.classes.a.rnge", "'range'"]),
        ({"draws": -1}, ["recipe.draws"]),
        ({"id": "a b"}, ["recipe.id"]),
        ({"range": [100, 0]}, ["[100, 0]"]),
    ],
)
def test_refused_in_a_sentence(table: dict[str, Any], words: list[str]) -> None:
    message = refused(table)
    assert message.startswith("projet.toml")
    for word in words:
        assert word in message, message


def test_all_faults_are_told_at_once() -> None:
    message = refused({"weights": {"fibr": 1, "wob": 1}, "indicators": {"4g": {}}})
    assert message.count("\n") == 2


@pytest.mark.parametrize("name", known_recipes())
def test_shipped_recipes_are_documented(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.id == name
    for text in (recipe.title, recipe.description):
        assert isinstance(text, dict)
        assert set(text) == {"fr", "en"}
    assert recipe.references
    assert recipe.title_in("fr") != recipe.title_in("en")


@pytest.mark.parametrize("name", known_recipes())
def test_shipped_recipes_are_computed_without_a_warning(name: str) -> None:
    """pandas warned of a table that grew column by column."""
    recipe, count = read_recipe(name), 80
    rng = np.random.default_rng(7)
    codes = pd.Index([f"c{k:02}" for k in range(count)], name="code")
    shapes = [shapely.box(k, 0, k + 1, 1) for k in range(count)]
    territories = Territories(
        frame=gpd.GeoDataFrame({"name": codes}, geometry=shapes, index=codes, crs=3857),
        level="commune",
        parents=pd.DataFrame({"epci": [f"e{k % 8}" for k in range(count)]}, index=codes),
        facts=pd.DataFrame({"population": 100.0, "area_km2": 1.0}, index=codes),
    )
    known = known_layers()
    values = pd.DataFrame({one.id: rng.random(count) for one in recipe.elements}, index=codes)
    others = {f"other-{k}": rng.random(count) for k in range(120)}
    values = pd.concat([values, pd.DataFrame(others, index=codes)], axis=1)
    indicators = {
        one: known[one].indicator if one in known else Indicator(one, one) for one in values
    }
    atlas = Atlas(
        territories, values, values.isna().astype("int8"), indicators, pd.DataFrame(index=codes)
    )
    assert compute_index(atlas, recipe).values[recipe.id].notna().any()


def test_the_first_recipe_is_the_main_one() -> None:
    assert known_recipes()[0] == "digital-inequality"


def test_a_recipe_file(tmp_path: Path) -> None:
    file = tmp_path / "mien.toml"
    file.write_text('[recipe]\nweights = { fibre = 2, web = 1 }\naggregate = "median"\n', "utf-8")
    recipe = read_recipe(file)
    assert recipe.id == "mien"
    assert recipe.root.aggregate == "median"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[recipe\n", "line 1: column 8: expected ']'"),
        ("weights = { a = 1 }\n", "one table, [recipe]"),
        ('title = "x"\n[recipe]\nweights = { a = 1 }\n', "'title'"),
    ],
)
def test_a_file_that_is_no_recipe(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "mien.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"mien\.toml") as caught:
        read_recipe(file)
    assert word in str(caught.value)


def test_an_unknown_recipe_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'digital-inequality'"):
        read_recipe("digital-inequalty")
    with pytest.raises(InputError, match="no such recipe"):
        read_recipe(tmp_path / "none.toml")


def test_classes_have_names_and_an_order() -> None:
    titled = {"range": [0, 40], "title": {"fr": "faible", "en": "low"}}
    recipe = read({"classes": {"strong": [60, 100], "middle": [40, 60], "low": titled}})
    assert [(one.id, one.low, one.high) for one in recipe.classes] == [
        ("low", 0, 40), ("middle", 40, 60), ("strong", 60, 100),
    ]  # fmt: skip
    assert recipe.classes[0].title == titled["title"] and recipe.classes[2].title == "strong"
    kept = json.loads(json.dumps(recipe_as_dict(recipe)))
    assert recipe_from_dict(kept) == recipe
    del kept["classes"]  # as an atlas of an earlier version has it
    assert recipe_from_dict(kept).classes == ()


def test_the_example_of_the_docs() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "recipes.md").read_text("utf-8")
    text = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0]
    recipe = read(tomllib.loads(text)["recipe"], ["fibre", "debit", "4g", "5g", "site"])
    assert [d.id for d in recipe.dimensions] == ["mobile", "networks", "index"]
    assert recipe.root.weights == {"networks": 2.0, "site": 1.0}


def test_every_option_is_documented() -> None:
    from zoneblanche.layers.index.recipe import schema as recipe_options

    page = (Path(__file__).resolve().parents[3] / "docs" / "recipes.md").read_text("utf-8")
    for table in ("RecipeTable", "DimensionTable", "IndicatorTable", "UncertaintyTable"):
        for name in getattr(recipe_options, table).model_fields:
            assert f"`{name}`" in page, (table, name)
