"""Whether the libraries of the extra `probe` are there, asked before anything is begun."""

from __future__ import annotations

from importlib.util import find_spec

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _

NEEDED = ("aiohttp", "dns", "idna", "protego", "publicsuffixlist", "selectolax", "webencodings")
"""Modules of the libraries that a probe needs."""


def check_libraries() -> None:
    """Nothing where all libraries are there.

    Raises:
        ProblemWithEnvironment: some are not installed; the message says how to install them.
    """
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise ProblemWithEnvironment(
            _(
                "a probe needs libraries that are not installed ({names}): "
                "pip install 'zoneblanche[probe]'.",
                names=", ".join(absent),
            )
        )
