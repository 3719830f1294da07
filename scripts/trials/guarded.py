"""The command line in a watched child process: time, memory, sockets, where it writes.

The parent has run a project once and forks. So a try costs a fraction of a start, and a crash or
hang in native code affects its child only.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from zoneblanche.scripts import AS_A_PROCESS

GIB = 2**30
SOCKET_EVENTS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto")
RAN_OVER_MEMORY = "There is not enough memory"


@dataclass(frozen=True)
class Bounds:
    """The limits of a child.

    Attributes:
        seconds: of processor time, after which it is stopped.
        patience: seconds of wall time after which it is killed, because it waits forever.
        memory: bytes of address space above that of the parent.
        file_bytes: size of any file that it writes.
    """

    seconds: int = 60
    patience: float = 600.0
    memory: int = 3 * GIB
    file_bytes: int = GIB


@dataclass(frozen=True)
class Outcome:
    """How a child ended.

    Attributes:
        status: its exit status; negative if a signal ended it.
        stderr: its messages.
        seconds: wall time.
        hung: it was killed because its time was over.
        socket: its first request to the network, or "".
    """

    status: int
    stderr: str
    seconds: float
    hung: bool = False
    socket: str = ""

    @property
    def fault(self) -> str:
        """The problem with how it ended, or "": it succeeded, or refused with a sentence."""
        if self.hung or self.status == -signal.SIGXCPU:
            return f"hangs: not done after {self.seconds:.0f} s"
        if self.status < 0:
            return f"crashes with {signal.Signals(-self.status).name}"
        if self.socket:
            return f"opens a socket: {self.socket}"
        if self.status not in (0, 2, 3):
            return f"ends with {self.status}"
        if "Traceback (most recent call last)" in self.stderr:
            return "shows a traceback"
        if RAN_OVER_MEMORY in self.stderr:
            return "takes too much memory"
        if self.status and not self.stderr.strip():
            return "refuses without a message"
        if "Warning:" in self.stderr:
            return "lets a warning of a library through"
        return ""


def warm_up() -> None:
    """Import what the command needs and load its kernels, so that no child has to."""
    from zoneblanche.scripts.cli import command_line
    from zoneblanche.scripts.jobs.main_job.run import run_project
    from zoneblanche.scripts.trials.sample import write_sample

    with tempfile.TemporaryDirectory() as folder:
        project = write_sample(Path(folder) / "sample")
        run_project(project, out=Path(folder) / "out", quiet=True)
    command_line()


def run_guarded(arguments: Sequence[str], *, log: Path, bounds: Bounds) -> Outcome:
    """Run `zoneblanche` with these arguments in a child.

    Args:
        arguments: of the command line.
        log: file for its stderr.
        bounds: its limits.
    """
    return watch(lambda: _command(arguments), log=log, bounds=bounds)


def run_alone(
    arguments: Sequence[str], *, log: Path, bounds: Bounds, environment: Mapping[str, str]
) -> Outcome:
    """The same in a new interpreter: what a fork inherits cannot be the cause."""
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as stream:
        child = subprocess.Popen(
            [*AS_A_PROCESS, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=stream,
            env={**os.environ, **environment},
        )
        try:
            status, hung = child.wait(timeout=bounds.patience), False
        except subprocess.TimeoutExpired:
            child.kill()
            status, hung = child.wait(), True
    output = log.read_text("utf-8", errors="replace")
    return Outcome(status=status, stderr=output, seconds=time.monotonic() - started, hung=hung)


def watch(task: Callable[[], None], *, log: Path, bounds: Bounds, served: bool = False) -> Outcome:
    """Run a function in a child and wait for it, no longer than its time.

    Args:
        task: the function.
        log: file for its stderr.
        bounds: its limits.
        served: whether it may use a local server, and try to connect to public addresses.
    """
    started = time.monotonic()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _become_child(task, log, bounds, served)
    status = _wait(child, until=started + bounds.patience)
    hung = status is None
    if status is None:
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    output = log.read_text("utf-8", errors="replace") if log.exists() else ""
    socket_log = log.with_suffix(".socket")
    return Outcome(
        status=os.waitstatus_to_exitcode(status),
        stderr=output,
        seconds=time.monotonic() - started,
        hung=hung,
        socket=socket_log.read_text("utf-8") if socket_log.exists() else "",
    )


def fingerprint(folder: Path) -> dict[str, str]:
    """Return every file and folder below one, with the hash of its content."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        is_file = path.is_file() and not path.is_symlink()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if is_file else "folder"
        contents[str(path.relative_to(folder))] = content
    return contents


def _wait(child: int, *, until: float) -> int | None:
    pause = 0.002
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(pause)
        pause = min(0.05, pause * 1.5)
    return None


def _stream_of(handle: int) -> TextIO:
    return open(handle, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def _become_child(task: Callable[[], None], log: Path, bounds: Bounds, served: bool) -> None:
    """Never returns."""
    status = 1
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stderr, sys.stdout = _stream_of(2), _stream_of(1)
        _bound(bounds)
        _watch_sockets(log.with_suffix(".socket"), served)
        task()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status & 0xFF)


def _bound(bounds: Bounds) -> None:
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if _has_proc() else 0
    if pages:
        room = pages * os.sysconf("SC_PAGE_SIZE") + bounds.memory
        resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.seconds, bounds.seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.file_bytes, bounds.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _has_proc() -> bool:
    return Path("/proc/self/statm").exists()


def _watch_sockets(log: Path, served: bool) -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in SOCKET_EVENTS:
            return
        if served and _is_here(event, arguments):
            return
        if not (log.exists() or (served and _is_fair(event, arguments))):
            log.write_text(f"{event} {arguments[1:]}", encoding="utf-8")
        raise PermissionError(f"no network here: {event}")

    sys.addaudithook(hook)


def _is_here(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether it is this machine that is asked for, or asked."""
    host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0]
    return host in ("localhost", "127.0.0.1", "::1")


def _is_fair(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether somebody asks where a name leads, or a public address."""
    if event == "socket.getaddrinfo":
        return True
    return ipaddress.ip_address(str(arguments[1][0]).split("%")[0]).is_global


def _command(arguments: Sequence[str]) -> None:
    from zoneblanche.scripts.cli import main

    sys.argv = ["zoneblanche", *arguments]
    main()
