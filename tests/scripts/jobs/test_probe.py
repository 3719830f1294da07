"""The command `probe` without a network: its options, its lists, what it would ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.scripts.jobs.probe import Order, run_probe

pytest.importorskip("aiohttp")


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "town-halls.csv"
    path.write_text(
        "code,website,email\n1,https://www.eins.example,rathaus@eins.example\n"
        "2,http://eins.example/zwei/,\n3,,\n4,https://www.facebook.com/vier,x@vier.example\n",
        "utf-8",
    )
    return str(path)


@pytest.mark.parametrize("country, message", [
    ("de", "4 authorities: 2 sites on 1 hosts and 2 mail domains."),
    ("fr", "4 collectivités\u00a0: 2 sites sur 1 hôtes et 2 domaines de messagerie."),
])  # fmt: skip
def test_a_dry_run_of_a_table_asks_nothing(
    listed: str, country: str, message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Also of a country that has services in the table and no description."""
    out = tmp_path / "presence.parquet"
    run_probe(Order(what=listed, contact="", out=out, country=country, dry_run=True))
    assert message in capsys.readouterr().out
    assert not out.exists()


def test_all_faults_of_the_options_are_reported_at_once(listed: str) -> None:
    order = Order(
        what=listed, contact="nobody", out=Path("presence.txt"), connections=65,
        allow_private=("10.1.0.0/99",), dns="nameserver",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        run_probe(order)
    text = str(caught.value)
    for part in ("--contact must be", "presence.txt", "--connections 65", "10.1.0.0/99", "--dns"):
        assert part in text, part


def test_a_level_without_a_directory_names_its_source() -> None:
    order = Order(what="fr", contact="", levels=("region", "canton"), dry_run=True)
    with pytest.raises(InputError) as caught:
        run_probe(order)
    assert "--source dila-directory-region=FILE" in str(caught.value)
    assert "'canton' is not known" in str(caught.value)


def test_a_table_without_websites_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("code,name\n1,Nay\n", "utf-8")
    with pytest.raises(InputError, match="has no column 'website'"):
        run_probe(Order(what=str(path), contact="a@b.example", dry_run=True))
    path.write_text("code,website\n1,a.example\n1,b.example\n", "utf-8")
    with pytest.raises(InputError, match="1 are listed twice"):
        run_probe(Order(what=str(path), contact="a@b.example", dry_run=True))
