"""Classes in words: labels, counts and reasons of a picture's legend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.outputs.styles import Span, StyleClass
from zoneblanche.maps.drawn.bivariate import DEFAULT, Bivariate
from zoneblanche.maps.drawn.classes import class_territories
from zoneblanche.maps.drawn.gis_styles import styles_of
from zoneblanche.maps.drawn.legend import describe_classes, keys_of
from zoneblanche.maps.drawn.palettes import BIVARIATE, DIVERGING, KINDS, MISSING, NEED, ramp

ALL = np.ones(4, dtype=bool)


def test_figures_are_classed_from_the_lowest_and_named_by_range(toy_atlas: Atlas) -> None:
    classed = class_territories(toy_atlas, "presence", lang="fr", breaks=(33.3, 70))
    assert classed.of.tolist() == [2, 0, 1, 1]  # 100, 0, 33.3, 66.7: a break belongs above it
    assert classed.labels == (
        "de 0,0 à moins de 33,3\u00a0%",
        "de 33,3 à moins de 70,0\u00a0%",
        "de 70,0 à 100,0\u00a0%",
    )
    assert classed.colours == tuple(ramp(NEED["light"], 3)[::-1])  # few is worse, so strongest
    assert classed.ends == ("moins bien loti", "mieux loti")
    assert classed.counts(ALL) == [1, 2, 1]
    assert classed.counts(np.array([True, False, True, False])) == [0, 1, 1]


def test_missing_is_no_class_and_keeps_its_reason(toy_atlas: Atlas) -> None:
    classed = class_territories(toy_atlas, "need", lang="en")
    assert classed.of[2] == -1
    assert classed.missing(ALL, "en") == [("too few indicators known", 1)]
    assert sum(classed.counts(ALL)) == 3
    described = describe_classes(classed, ALL, title="Need", units="communes", lang="en")
    assert described.startswith("Map of 4 communes: Need.")
    assert described.endswith("no data (too few indicators known): 1.")


@pytest.mark.parametrize("method", ["quantile", "jenks", "equal", "goalposts"])
def test_every_method_puts_every_known_figure_into_a_class(toy_atlas: Atlas, method: str) -> None:
    classed = class_territories(toy_atlas, "fibre", lang="fr", method=method)
    assert classed.method == method
    assert sum(classed.counts(ALL)) == 4


def test_flags_stand_in_the_order_of_what_they_mean(toy_atlas: Atlas) -> None:
    classed = class_territories(toy_atlas, "sparse", lang="en")
    assert classed.labels == ("no", "yes") and classed.counts(ALL) == [2, 2]
    assert classed.colours == tuple(ramp(NEED["light"], 2))


def test_kinds_without_order_have_colours_of_their_own(toy_atlas: Atlas) -> None:
    kind = replace(
        toy_atlas.indicators["sparse"], role="typology", unit="category",
        categories={0: "None", 1: {"fr": "Village", "en": "Village"}},
    )  # fmt: skip
    classed = class_territories(
        replace(toy_atlas, indicators=toy_atlas.indicators | {"sparse": kind}), "sparse", lang="fr"
    )
    assert classed.labels == ("None", "Village")
    assert classed.colours == (KINDS["light"][-1], KINDS["light"][0]), "0 is none of the kinds"


def test_a_pair_is_strongest_where_few_and_sparse_meet(toy_atlas: Atlas) -> None:
    classed = class_territories(toy_atlas, DEFAULT, lang="en", theme="dark")
    assert classed.colours == BIVARIATE["dark"] and len(classed.labels) == 9
    assert classed.square is not None
    across, up = classed.square
    assert (across.title, across.heading) == ("Density", "Density, lower")
    assert up.heading == "Presence, lower (worse off)", "few is worse, and up is few"
    assert across.labels[2].startswith("< ") and across.spans[2].startswith("under ")
    assert across.edges[0][1] is None and across.edges[2][0] is None
    sparse_and_few = toy_atlas.codes.get_loc("A2")  # density 3, presence 0
    assert classed.of[sparse_and_few] // 3 == 2


def test_a_side_says_worse_only_where_it_leads_there(toy_atlas: Atlas) -> None:
    pair = Bivariate("density", "presence", y_toward="high")
    classed = class_territories(toy_atlas, pair, lang="fr")
    assert classed.square is not None
    assert classed.square[1].heading == "Présence\u00a0: valeurs plus élevées"


def test_figures_that_allow_no_thirds_take_the_strong_end(toy_atlas: Atlas) -> None:
    same = toy_atlas.values.assign(presence=50.0, density=[1.0, 1.0, 2.0, 2.0])
    classed = class_territories(replace(toy_atlas, values=same), DEFAULT, lang="en")
    assert classed.square is not None
    assert classed.square[1].labels == ("", "", "") and classed.square[1].spans[2] == "all values"
    assert [bool(label) for label in classed.square[0].labels] == [False, True, True]
    assert classed.of.tolist() == [8, 8, 7, 7], "one class of presence, two of density"


def test_a_legend_in_a_list_names_every_colour_and_the_hatch(toy_atlas: Atlas) -> None:
    pair = class_territories(toy_atlas, DEFAULT, lang="en")
    assert [key.colour for key in keys_of(pair, ALL, "en")] == [
        colour for colour, label in zip(pair.colours, pair.labels, strict=True) if label
    ]
    keys = keys_of(class_territories(toy_atlas, "need", lang="en"), ALL, "en")
    assert keys[0].text.endswith("(better off)") and keys[-2].text.endswith("(worse off)")
    assert keys[-1].text == "No data" and keys[-1].stripe


def test_a_pair_is_told_by_where_both_meet(toy_atlas: Atlas) -> None:
    pair = class_territories(toy_atlas, DEFAULT, lang="fr")
    described = describe_classes(pair, ALL, title="D × P", units="communes", lang="fr")
    assert described.startswith(
        "Carte de 4 communes\u00a0: D × P. Là où les deux situations se cumulent (Densité < "
    )


def test_styles_are_the_classes_of_the_page(toy_atlas: Atlas) -> None:
    styles = {style.name: style for style in styles_of(toy_atlas, lang="en")}
    assert next(iter(styles)) == "Need" and styles["Need"].columns == ("score",)
    need = class_territories(toy_atlas, "need", lang="en")
    assert [one.colour for one in styles["Need"].classes[:-1]] == list(need.colours)
    assert styles["Need"].classes[-1] == StyleClass("No data", MISSING["light"][1])
    assert [one.spans for one in styles["Sparse"].classes[:2]] == [
        (Span(code=0),),
        (Span(code=1),),
    ]
    crossed = styles["Density × Presence"]
    assert crossed.columns == ("density", "presence")
    assert all(len(one.spans) == 2 for one in crossed.classes[:-1])


def test_differences_are_styled_in_two_hues(toy_atlas: Atlas) -> None:
    values = toy_atlas.values.assign(presence=[-20.0, -5, 5, 30])
    atlas = replace(toy_atlas, values=values)
    (style,) = [one for one in styles_of(atlas, lang="en") if one.name == "Presence"]
    classed = class_territories(atlas, "presence", lang="en")
    assert [one.colour for one in style.classes[:-1]] == list(classed.colours)
    assert {DIVERGING["light"][side][-1] for side in ("worse", "better")} <= set(classed.colours)
    assert 0.0 in classed.breaks and any(one.spans[0].low == -0.05 for one in style.classes[:-1])


def test_a_class_that_nothing_reaches_has_an_open_end(toy_atlas: Atlas) -> None:
    high = toy_atlas.values.assign(fibre=[61.0, 70.0, 79.0, 79.0])
    atlas = replace(toy_atlas, values=high)
    classed = class_territories(atlas, "fibre", lang="fr", method="goalposts")
    assert (
        classed.labels[0] == "moins de 20,0\u00a0%" and classed.labels[-1] == "80,0\u00a0% et plus"
    )
    assert classed.labels[1] == "de 20,0 à moins de 40,0\u00a0%"
    assert classed.counts(ALL) == [0, 0, 0, 4, 0]
    assert class_territories(atlas, "fibre", lang="en", breaks=(10, 79)).labels == (
        "under 10.0%", "10.0 to under 79.0%", "79.0%",
    )  # fmt: skip


def test_breaks_must_rise_and_methods_be_known(toy_atlas: Atlas) -> None:
    with pytest.raises(InputError, match="must rise"):
        class_territories(toy_atlas, "need", lang="fr", breaks=(3, 1))
    with pytest.raises(InputError, match="'density'"):
        class_territories(toy_atlas, "density", lang="fr", method="goalposts")
