"""The command line, called as a user calls it but in this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zoneblanche.scripts.cli import main

Command = Callable[..., tuple[int, str, str]]


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
