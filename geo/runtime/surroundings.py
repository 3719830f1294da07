"""What the libraries below us may take from the environment of the process.

GDAL, PROJ and numba read settings from variables, some of which name libraries, Python modules or
folders of machine code to be loaded, a file to write a log to, or a server to ask. None of them is
needed for what is done here.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

LOADING = frozenset(
    {
        "GDAL_CONFIG_FILE",
        "GDAL_DRIVER_PATH",
        "GDAL_PYTHON_DRIVER_PATH",
        "GDAL_VRT_ENABLE_PYTHON",
        "GDAL_VRT_PYTHON_TRUSTED_MODULES",
        "OGR_DRIVER_PATH",
        "OGR_SQLITE_INIT",
        "OGR_SQLITE_LOAD_EXTENSIONS",
        "OGR_SQLITE_PRAGMA",
        "PYTHONSO",
    }
)
"""Variables by which GDAL would load code."""

SETTING = ("CPL_", "GDAL_", "NUMBA_", "OGR_", "PROJ_", "VSI_", "VRT_", "OSR_", "GTIFF_")
"""How the names of variables begin that set something in these libraries."""

KEPT = frozenset(
    {
        "GDAL_DATA",
        "GDAL_NUM_THREADS",
        "NUMBA_DISABLE_JIT",
        "NUMBA_NUM_THREADS",
        "PROJ_DATA",
        "PROJ_LIB",
    }
)
"""Where a system keeps its own tables, and how many processors may be used."""


def drop_loading(environment: MutableMapping[str, str] | None = None) -> None:
    """Takes out of the environment what GDAL would load code by; before GDAL is loaded, which
    looks once.

    >>> environment = {"GDAL_DRIVER_PATH": "/tmp", "GDAL_CACHEMAX": "64"}
    >>> drop_loading(environment)
    >>> environment
    {'GDAL_CACHEMAX': '64'}
    """
    variables = os.environ if environment is None else environment
    for name in LOADING & set(variables):
        del variables[name]


def drop_settings(environment: MutableMapping[str, str] | None = None) -> None:
    """Takes out of the environment every setting of GDAL, PROJ and numba but a few harmless ones:
    for the command line, whose results depend on its inputs alone.

    >>> environment = {"CPL_LOG": "/tmp/log", "PROJ_NETWORK": "ON", "NUMBA_NUM_THREADS": "2"}
    >>> drop_settings(environment)
    >>> environment
    {'NUMBA_NUM_THREADS': '2'}
    """
    variables = os.environ if environment is None else environment
    drop_loading(variables)
    for name in [name for name in variables if name.startswith(SETTING) and name not in KEPT]:
        del variables[name]
