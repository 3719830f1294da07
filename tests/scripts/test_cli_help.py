"""`--help` and `--version`, as a newcomer meets them."""

from __future__ import annotations

import pytest
import typer

from zoneblanche.geo.sentences import french_sentences
from zoneblanche.scripts.cli import app, main

LEVELS = "commune, epci, departement, region, …"
"""Ids, which are the same in both languages."""


def test_every_help_has_its_french() -> None:
    group = typer.main.get_group(app)
    known = french_sentences()
    said = [group.help, *(command.help for command in group.commands.values())]
    for command in group.commands.values():
        said += [getattr(parameter, "help", None) for parameter in command.params]
    lacking = [text for text in said if text and " ".join(text.split()) not in known]
    assert set(lacking) <= {LEVELS}


def helped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> str:
    monkeypatch.setattr("sys.argv", ["zoneblanche", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert not caught.value.code
    return capsys.readouterr().out.replace("\u00a0", " ")


def test_help_speaks_the_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    told = helped(monkeypatch, capsys, "run", "--help")
    assert "Options :" in told
    assert "Dossier des résultats." in told
    assert "[par défaut : zoneblanche-out]" in " ".join(told.split())
    assert "Options:" in helped(monkeypatch, capsys, "run", "--lang", "en", "--help")
    assert "Commandes :" in helped(monkeypatch, capsys, "--help")
    monkeypatch.setenv("LANG", "C.UTF-8")
    listed = helped(monkeypatch, capsys, "--help")
    assert "Commands:" in listed
    assert "..." not in listed.partition("Commands:")[2]


def test_the_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert helped(monkeypatch, capsys, "--version").strip()
