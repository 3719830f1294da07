"""Classes in words: labels, counts and reasons of a picture's legend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo.errors import InputError
from layers.atlas import Atlas
from maps.bivariate import DEFAULT
from maps.classed import class_territories, describe_classes
from maps.palettes import BIVARIATE, KINDS, NEED, ramp

ALL = np.ones(4, dtype=bool)


def test_figures_are_classed_from_the_lowest_and_named_by_range(toy_atlas: Atlas) -> None:
    found = class_territories(toy_atlas, "presence", lang="fr", breaks=(33.3, 70))
    assert found.of.tolist() == [2, 0, 1, 1]  # 100, 0, 33.3, 66.7: a break belongs above it
    assert found.labels == (
        "de 0,0 à moins de 33,3\u00a0%",
        "de 33,3 à moins de 70,0\u00a0%",
        "de 70,0 à 100,0\u00a0%",
    )
    assert found.colours == tuple(ramp(NEED["light"], 3)[::-1])  # few is worse, so strongest
    assert found.ends == ("moins bien loti", "mieux loti")
    assert found.counts(ALL) == [1, 2, 1]
    assert found.counts(np.array([True, False, True, False])) == [0, 1, 1]


def test_missing_is_no_class_and_keeps_its_reason(toy_atlas: Atlas) -> None:
    found = class_territories(toy_atlas, "need", lang="en")
    assert found.of[2] == -1
    assert found.missing(ALL, "en") == [("too few indicators known", 1)]
    assert sum(found.counts(ALL)) == 3
    told = describe_classes(found, ALL, title="Need", units="communes", lang="en")
    assert told.startswith("Map of 4 communes: Need.")
    assert told.endswith("no data (too few indicators known): 1.")


@pytest.mark.parametrize("method", ["quantile", "jenks", "equal", "goalposts"])
def test_every_method_puts_every_known_figure_into_a_class(toy_atlas: Atlas, method: str) -> None:
    found = class_territories(toy_atlas, "fibre", lang="fr", method=method)
    assert found.method == method
    assert sum(found.counts(ALL)) == 4


def test_flags_stand_in_the_order_of_what_they_mean(toy_atlas: Atlas) -> None:
    found = class_territories(toy_atlas, "sparse", lang="en")
    assert found.labels == ("no", "yes") and found.counts(ALL) == [2, 2]
    assert found.colours == tuple(ramp(NEED["light"], 2))


def test_kinds_without_order_have_colours_of_their_own(toy_atlas: Atlas) -> None:
    kind = replace(
        toy_atlas.indicators["sparse"], role="typology", unit="category",
        categories={0: "None", 1: {"fr": "Village", "en": "Village"}},
    )  # fmt: skip
    found = class_territories(
        replace(toy_atlas, indicators=toy_atlas.indicators | {"sparse": kind}), "sparse", lang="fr"
    )
    assert found.labels == ("None", "Village")
    assert found.colours == (KINDS["light"][-1], KINDS["light"][0]), "0 is none of the kinds"


def test_a_pair_is_strongest_where_few_and_sparse_meet(toy_atlas: Atlas) -> None:
    found = class_territories(toy_atlas, DEFAULT, lang="en", theme="dark")
    assert found.colours == BIVARIATE["dark"] and len(found.labels) == 9
    assert found.square is not None
    assert [axis.title for axis in found.square] == ["Density", "Presence"]
    sparse_and_few = toy_atlas.codes.get_loc("A2")  # density 3, presence 0
    assert found.of[sparse_and_few] // 3 == 2


def test_breaks_must_rise_and_methods_be_known(toy_atlas: Atlas) -> None:
    with pytest.raises(InputError, match="must rise"):
        class_territories(toy_atlas, "need", lang="fr", breaks=(3, 1))
    with pytest.raises(InputError, match="'density'"):
        class_territories(toy_atlas, "density", lang="fr", method="goalposts")
