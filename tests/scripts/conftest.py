"""The command line, called as a user calls it but in this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zoneblanche.scripts.cli import main

Command = Callable[..., tuple[int, str, str]]


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
