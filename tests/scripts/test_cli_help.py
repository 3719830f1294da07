"""`--help` and `--version`, as a newcomer meets them."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest

from zoneblanche.geo.messages import translate_text
from zoneblanche.scripts.build.catalogues import help_texts
from zoneblanche.scripts.cli import COMMANDS, command_line, command_line_for, main

LEVELS = "commune, epci, departement, region, …"
"""Ids, which are the same in both languages."""


def test_every_help_has_its_french() -> None:
    texts = list(help_texts())
    assert len(texts) > 60
    assert {text for text in texts if translate_text(text, "fr") == text} <= {LEVELS}


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
    page = helped(monkeypatch, capsys, "run", "--help")
    assert "Options :" in page
    assert "Dossier des résultats." in page
    assert "[par défaut : zoneblanche-out]" in " ".join(page.split())
    assert "Options:" in helped(monkeypatch, capsys, "run", "--lang", "en", "--help")
    assert "Commandes :" in helped(monkeypatch, capsys, "--help")
    monkeypatch.setenv("LANG", "C.UTF-8")
    listed = helped(monkeypatch, capsys, "--help")
    assert "Commands:" in listed
    assert "..." not in listed.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("plan", "sites"), "Il manque l'option '--add'."),
        (("compare",), "Il manque l'argument 'ATLAS.parquet'."),
        (("plan", "sites", "--add", "x"), "Valeur non valide pour '--add' : un nombre entier"),
        (("plan", "budget", "--euros", "x"), "Valeur non valide pour '--euros' : un nombre est"),
    ],
)
def test_a_wrong_command_line_is_a_sentence_in_french(
    arguments: tuple[str, ...],
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    monkeypatch.setattr("sys.argv", ["zoneblanche", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code
    assert capsys.readouterr().err.replace("\u00a0", " ").startswith(line)


def test_the_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert helped(monkeypatch, capsys, "--version").strip()


def test_the_package_runs_as_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zoneblanche", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == version("zoneblanche")


def described(command: Any) -> list[Any]:
    names = ("name", "opts", "required", "default", "nargs", "multiple", "help", "metavar")
    parameters = [{name: getattr(one, name, None) for name in names} for one in command.params]
    return [*parameters, command.help, type(command)]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_built_alone_is_the_same(name: str) -> None:
    alone, among_all = command_line_for([name, "--nothing"]), command_line()
    assert list(alone.commands) == [name]
    assert described(alone.commands[name]) == described(among_all.commands[name])
    assert described(alone) == described(among_all)


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["rnu"], ["plan", "sites"], ["--lang", "run"]]
)
def test_all_commands_are_built_where_none_is_named_first(arguments: list[str]) -> None:
    assert command_line_for(arguments) is command_line()
