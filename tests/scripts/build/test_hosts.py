"""Matching hosts of websites to the names of authorities."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from zoneblanche.scripts.build.edition.hosts import match_hosts, read_hosts

NAMES = pd.Series(
    {
        "200000001": "CC du Pays de Gex",
        "200000002": "CA Laval Agglomération",
        "200000003": "CC Cœur de Brenne",
        "200000004": "CC du Val d'Or",
        "200000005": "CA du Val d'Or",
        "24": "Dordogne",
        "01": "Ain",
    }
)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("www.paysdegex.fr", "200000001"),
        ("cc-pays-de-gex.fr", "200000001"),
        ("agglo-laval.fr", "200000002"),
        ("coeurdebrenne.fr", "200000003"),
        ("valdor.fr", ""),  # two have that name
        ("cg24.fr", "24"),
        ("ladordogne.fr", "24"),
        ("ain.fr", "01"),
        ("ccpg.fr", ""),  # initials are no name
        ("cc.fr", ""),
    ],
)
def test_a_host_has_the_code_of_the_one_name_it_spells(host: str, code: str) -> None:
    table = match_hosts([host], NAMES)
    assert table["code"].tolist() == [code]
    assert table["host"].tolist() == [host.removeprefix("www.")]


def test_a_host_stands_once() -> None:
    assert len(match_hosts(["www.ain.fr", "ain.fr", "AIN.fr"], NAMES)) == 1


def test_remarks_in_a_list_are_no_hosts(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("ain.fr\ncg972.fr (redirection from x.fr)\n# comment\n\n", "utf-8")
    assert read_hosts(path) == ["ain.fr", "cg972.fr"]
