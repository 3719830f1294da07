"""The catalogue: what each file says is whole, and the page on adding one is right."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.structured.toml import parse_document
from zoneblanche.geo.messages import severity_of
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.catalogue import known_layers, layers_of
from zoneblanche.layers.edition import edition_inputs
from zoneblanche.layers.layer import Layer, Table
from zoneblanche.layers.measure import measure_layers
from zoneblanche.layers.measuring.source_layers import ColumnLayer, PresenceLayer, layers_in
from zoneblanche.layers.probing.pages.accounts import known_networks
from zoneblanche.layers.project.read import read_project
from zoneblanche.layers.publishers.connector import known_connectors

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "add-a-layer.md").read_text("utf-8")
EXAMPLE, PROJECT = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
DESCRIBED = [
    layer
    for layer in known_layers().values()
    if isinstance(layer.measure, ColumnLayer | PresenceLayer)
]


def described(text: str) -> Layer:
    (layer,) = layers_in(parse_document(text.encode(), file="people_apart.toml"))
    return layer


@pytest.mark.parametrize("layer", known_layers().values(), ids=lambda layer: layer.id)
def test_every_layer_speaks_french_and_english(layer: Layer) -> None:
    for words in (layer.indicator.title, layer.indicator.method):
        assert isinstance(words, dict)
        assert set(words) == {"fr", "en"}


@pytest.mark.parametrize("layer", DESCRIBED, ids=lambda layer: layer.id)
def test_what_a_layer_is_measured_from_is_published(layer: Layer) -> None:
    assert isinstance(layer.measure, ColumnLayer | PresenceLayer)
    entry = layer.measure.entry
    connectors = known_connectors().values()
    if layer.indicator.wave_of:  # the embedded edition alone has earlier dates
        earlier = set(edition_inputs(read_country("fr"))) - set(known_connectors())
        assert set(entry.origin) <= earlier
        return
    feeding = [one for one in connectors if {one.id, one.input} & set(entry.origin)]
    assert feeding, entry.origin
    named = {name for one in connectors for name in (one.id, one.input)}
    named.add("generic-providers")  # which the embedded edition alone has
    assert {name for needed in layer.needs for name in needed.split("|")} <= named
    if isinstance(layer.measure, ColumnLayer):
        columns = {name for one in feeding for name in one.columns}
        missing = {*layer.measure.entry.value, layer.measure.entry.over} - {None} - columns
        assert not missing, f"{layer.id}: {missing}; {entry.origin} has {sorted(columns)}"


def test_most_of_the_catalogue_is_described() -> None:
    """A layer is code only where it computes something."""
    computed = [name for name, layer in known_layers().items() if layer not in DESCRIBED]
    assert computed == [
        "density", "distance-france-services", "lacking-fixed", "mail-provider",
        "site-reachable", "https-measured", "presence-equal-size",
        *(f"{network}-measured" for network in known_networks()), "social-measured",
        "rpnt-criteria", "rpnt-website", "rpnt-email", "rpnt-score",
    ]  # fmt: skip


def test_the_layer_of_the_page_is_found_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a_catalogue_for_one_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "people_apart.toml").write_text(EXAMPLE, "utf-8")
    (folder / "people_apart.py").write_text("LAYERS = ()\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    try:
        (layer,) = layers_of(importlib.import_module(folder.name))
    finally:
        for name in [name for name in sys.modules if name.startswith(folder.name)]:
            del sys.modules[name]
    assert (layer.id, layer.needs) == ("people-apart", ("insee-populations",))
    assert layer.indicator.kind == "extensive"
    assert layer.indicator.role == "context"


def test_the_layer_of_the_page_on_three_territories(toy: Territories) -> None:
    codes = pd.Index(["A1", "A2", "B1"], name="code")
    frame = pd.DataFrame({"population_apart": [16.0, np.nan, 0.0]}, index=codes)
    reasons = pd.DataFrame({"population_apart": [0, Reason.SECRET, 0]}, index=codes)
    table = Table(frame, level="commune", source=Source("INSEE", "x"), reasons=reasons)
    measured = described(EXAMPLE).measure(toy, {"insee-populations": table})
    np.testing.assert_array_equal(measured.values.to_numpy(), [16, np.nan, 0, np.nan])
    assert measured.reasons.tolist() == [0, Reason.SECRET, 0, Reason.NOT_MATCHED]


def test_the_project_of_the_page(
    tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = described(EXAMPLE)
    monkeypatch.setattr(
        "zoneblanche.layers.build.known_layers", lambda: {**known_layers(), layer.id: layer}
    )
    (tmp_path / "project.toml").write_text(PROJECT, "utf-8")
    file = shared_data / "fr/population/donnees_communes.csv"
    project = read_project(tmp_path / "project.toml", sources={"insee-populations": file})
    atlas = build_atlas(project)
    assert list(atlas.values) == ["people-apart"]
    rows = pd.read_csv(file, sep=";", dtype="str").set_index("COM")
    assert atlas.values["people-apart"]["48095"] == float(rows["PCAP"]["48095"])


def test_the_fault_of_the_page() -> None:
    expected = re.findall(r"```\n(people_apart\.toml.*)\n```", PAGE)[0]
    with pytest.raises(InputError) as caught:
        described(EXAMPLE.replace('better = "none"', 'better = "non"'))
    assert str(caught.value) == expected


def test_an_unknown_column_is_refused_as_in_a_project() -> None:
    text = (
        '[[layers]]\nid = "radio"\nfrom = "arcep-technologies"\nunit = "percent"\n'
        'value = "premises_radio"\nover = "premise"\n'
    )
    with pytest.raises(InputError) as caught:
        described(text)
    value, over = str(caught.value).splitlines()
    assert value == (
        "people_apart.toml, line 5, key 'layers.radio.value': the source arcep-technologies has no "
        "column 'premises_radio'. Did you mean 'premises'?"
    )
    assert over == (
        "people_apart.toml, line 6, key 'layers.radio.over': the source arcep-technologies has no "
        "column 'premise'. Did you mean 'premises'?"
    )


def test_every_key_is_on_the_page() -> None:
    from zoneblanche.layers.measuring.entries import ColumnEntry, PresenceEntry

    for key in {*ColumnEntry.known_keys(), *PresenceEntry.known_keys()}:
        assert f"`{key}`" in PAGE or f"layers.{key}" in PAGE, key


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('from = "insee-populations"', "", "the key 'from' is missing"),
        ('from = "insee-populations"', 'path = "a.csv"', "the key 'path' says nothing"),
        ('value = "population_apart"', 'value = ["a", "b"]', "added up only for a share"),
        ('unit = "count"', 'unit = "category"', "categories go with the unit category"),
        ('unit = "count"', 'unit = "count"\nband = 1', "says nothing for a layer of kind column"),
        ('unit = "count"', 'kind = "table"', "'table' is not a choice here"),
        ('id = "people-apart"', 'id = "people apart"', "line 3, key 'layers.people apart.id'"),
    ],
)
def test_what_is_refused(old: str, new: str, message: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(InputError) as caught:
        described(EXAMPLE.replace(old, new))
    assert message in str(caught.value)


def test_an_unknown_weight_is_refused() -> None:
    text = EXAMPLE.replace('unit = "count"', 'unit = "number"\nweight = "populaton"')
    with pytest.raises(InputError, match=r"nothing is known of 'populaton'.* 'population'"):
        described(text)
    assert described(text.replace("populaton", "population")).indicator.denominator == "population"


def test_two_layers_of_one_id_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a_catalogue_with_one_id_twice"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name in ("first", "second"):
        (folder / f"{name}.toml").write_text(EXAMPLE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    with pytest.raises(InputError) as caught:
        list(layers_of(importlib.import_module(folder.name)))
    sys.modules.pop(folder.name)
    assert str(caught.value) == (
        "second.toml, key 'layers.people-apart.id': two layers have the id 'people-apart'. "
        "first.toml has the first: give this one another id."
    )


@pytest.mark.parametrize(
    ("unit", "figure", "sentence"),
    [
        ("ratio", 2.9, "2.9 lies outside 0 to 1. Correct the figure"),
        ("count", -3.0, "-3.0 lies below 0. Correct the figure"),
        ("number", np.inf, "inf is not a finite number. Correct the figure"),
        (
            'category"\ncategories.1 = "one',
            9.0,
            "9.0 is not the code of a category. Correct",
        ),
    ],
)
def test_figures_outside_the_unit_are_refused(
    toy: Territories, unit: str, figure: float, sentence: str
) -> None:
    ratio = described(EXAMPLE.replace('unit = "count"', f'unit = "{unit}"'))
    frame = pd.DataFrame({"population_apart": [np.nan, figure]}, index=pd.Index(["A1", "A2"]))
    table = Table(frame, level="commune", source=Source("INSEE", "x"))
    with pytest.raises(InputError) as caught:
        measure_layers(toy, [ratio], {"insee-populations": table})
    (fault,) = caught.value.faults
    assert (fault.kind, fault.column, fault.feature) == (
        "out-of-bounds", "layers.people-apart", "A2"
    )  # fmt: skip
    assert sentence in str(fault)


def test_a_layer_left_out_is_a_warning_if_it_was_named(toy: Territories) -> None:
    layer = described(EXAMPLE)
    for names, severity in (((), "remark"), (("people-apart",), "warning")):
        (notice,) = measure_layers(toy, [layer], {}, named=names).notices
        assert "People counted apart (insee-populations)" in notice
        assert severity_of(notice) == severity


def test_a_share_of_a_containing_level_weighs_with_its_people(toy: Territories) -> None:
    layer = described(
        '[[layers]]\nid = "s"\nfrom = "x"\nvalue = ["a", "b"]\nover = "c"\nunit = "percent"\n'
    )
    frame = pd.DataFrame(
        {"a": [1.0, 2.0], "b": [1.0, 2.0], "c": [8.0, 4.0]},
        index=pd.Index(["A", "B"], name="code"),
    )
    table = Table(frame, level="departement", source=Source("x", "y"))
    measured = layer.measure(toy, {"x": table})
    assert measured.values.tolist() == [25, 25, 100, 100]
    # 8 of A among 100 and 300 people, 4 of B among 1,000 and 600.
    np.testing.assert_allclose(measured.weights["c"].to_numpy(), [2, 6, 2.5, 1.5])
    assert layer.indicator.denominator == "c"
    assert measured.indicator.native_level == "departement"


def test_the_first_source_that_is_given_is_taken(toy: Territories) -> None:
    layer = described(EXAMPLE.replace('"insee-populations"', '["own-count", "insee-populations"]'))
    assert layer.needs == ("own-count|insee-populations",)
    frame = pd.DataFrame({"population_apart": 1.0}, index=pd.Index(["A1"], name="code"))
    first = Table(frame, level="commune", source=Source("us", "x"))
    second = Table(frame + 1, level="commune", source=Source("INSEE", "y"))
    both = {"insee-populations": second, "own-count": first}
    assert layer.measure(toy, both).values["A1"] == 1
    del both["own-count"]
    measured = layer.measure(toy, both)
    assert measured.values["A1"] == 2
    assert measured.indicator.sources == (second.source,)


def test_the_bound_of_a_number_of_networks() -> None:
    assert known_layers()["networks-measured"].indicator.bounds == (0, len(known_networks()))
