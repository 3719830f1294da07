"""Names of areas in the sentences of a report, with the articles of the language."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.naming import of_area
from zoneblanche.maps.report.words import (
    DEFINITE,
    article_of,
    definite_article_of,
)
from zoneblanche.maps.report.write import Shared, compose_report


def test_names_of_departements_have_their_article(shared_data: Path) -> None:
    """INSEE says in TNCC what stands before a name."""
    words = {"0": "de ", "1": "d'", "2": "du ", "3": "de la ", "4": "des ", "5": "de l'"}
    table = pd.read_csv(shared_data / "fr" / "population" / "departements.csv", dtype=str)
    for code, kind, name in zip(table["DEP"], table["TNCC"], table["LIBELLE"], strict=True):
        assert article_of("departement", code, name) == words[kind], name
        definite = DEFINITE.get(words[kind], "")
        assert definite_article_of("departement", code, name) == definite, name
    assert article_of("commune", "72181", "Le Mans") == ""
    assert article_of("commune", "54395", "Nancy") == "de "


@pytest.mark.parametrize(
    ("level", "code", "name", "of", "definite"),
    [
        ("region", "84", "Auvergne-Rhône-Alpes", "de l'", "l'"),
        ("region", "52", "Pays de la Loire", "des ", "les "),
        ("region", "04", "La Réunion", "", ""),  # its name has its article
        ("epci", "200069144", "CC du Haut Allier", "de la ", "la "),
        ("epci", "200054781", "Métropole du Grand Paris", "de la ", "la "),
        ("epci", "246700488", "Eurométropole de Strasbourg", "de l'", "l'"),
        ("epci", "244500468", "Orléans Métropole", "d'", ""),
        ("epci", "243300316", "Bordeaux Métropole", "de ", ""),
    ],
)
def test_names_of_areas_have_their_article(
    level: str, code: str, name: str, of: str, definite: str
) -> None:
    assert article_of(level, code, name) == of
    assert definite_article_of(level, code, name) == definite


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("47001", "d'Agen"),
        ("76351", "du Havre"),
        ("85213", "des Lucs-sur-Boulogne"),
        ("54395", "de Nancy"),
        ("17300", "de La Rochelle"),
        ("40119", "Hagetmau"),  # whether its h is silent is not known
    ],
)
def test_a_commune_has_its_article_in_a_sentence(shared: Shared, code: str, name: str) -> None:
    scope = compose_report(shared, area="48", lang="fr").scope
    own = name.removeprefix("d'").removeprefix("de ")
    own = re.sub("^du ", "Le ", re.sub("^des ", "Les ", own))
    area = Area("commune", code, own, np.zeros(len(shared.atlas.codes), dtype=bool))
    assert "".join(one.text for one in scope.inside(area)) == f"dans la commune {name}"


def test_an_intercommunality_named_after_an_article_is_contracted(shared: Shared) -> None:
    scope = compose_report(shared, area="48", lang="fr").scope
    inside = np.zeros(len(shared.atlas.codes), dtype=bool)
    for name, text in (("Le Grand Chalon", "du Grand Chalon"), ("CC du Sud", "de la CC du Sud")):
        pieces = of_area(scope, Area("epci", "1", name, inside))
        assert "".join(one.text for one in pieces) == text
