"""The command line, called as a user calls it but in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from zoneblanche.geo.country import Country, read_country
from zoneblanche.layers.presence.waves import Counted, count_presence
from zoneblanche.scripts.cli import main
from zoneblanche.scripts.jobs import barometer

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session", autouse=True)
def embedded_waves() -> Iterator[None]:
    """The embedded waves are counted once for all tests of commands that show them."""
    counted = cache(lambda code: count_presence(read_country(code), {}))

    def count(country: Country, sources: Mapping[str, Path]) -> Counted:
        return count_presence(country, sources) if sources else counted(country.code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(barometer, "count_presence", count)
        yield


def call(*arguments: str) -> int:
    """Run a command outside the fixtures of a single test; return its exit status."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as leaving:
        patch.setattr("sys.argv", ["zoneblanche", *arguments])
        patch.setenv("LC_ALL", "C.UTF-8")
        main()
    assert isinstance(leaving.value.code, int)
    return leaving.value.code


@pytest.fixture
def zoneblanche(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line; returns the exit status, stdout and stderr."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["zoneblanche", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(caught.value.code or 0), out, err

    return command
