"""Tasks in child processes that a test forks, ends and asks how they ended."""

from __future__ import annotations

import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable


def start_child(task: Callable[[], None]) -> int:
    """Runs a task in a child; its process id. The child ends with 0, or with 1 on any error."""
    with warnings.catch_warnings():
        # The child runs only what the parent ran before, with no thread of it alive.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    status = 1
    try:
        task()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def end_of(child: int) -> int:
    """Waits for a child: its exit status, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_in_child(task: Callable[[], None]) -> int:
    """Runs a task in a child to its end."""
    return end_of(start_child(task))


def kill_after(seconds: float, task: Callable[[], None]) -> bool:
    """Runs a task in a child and kills it with signal 9 after a time; whether it ran until then."""
    child = start_child(task)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return end_of(child) == -signal.SIGKILL
