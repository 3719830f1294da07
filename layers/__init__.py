"""What: indicators measured on territories, the composite index, and what it means.

Names are imported when they are first used, so that the command line answers before geopandas is
loaded.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Atlas": "layers.atlas",
    "atlas_at": "layers.aggregate",
    "build_atlas": "layers.build",
    "Indicator": "layers.indicator",
    "Layer": "layers.layer",
    "Reason": "layers.indicator",
    "Recipe": "layers.index.recipe",
    "Source": "geo.source",
    "compute_index": "layers.index.compute",
    "flag": "layers.analysis.flags",
    "known_layers": "layers.catalogue",
    "known_recipes": "layers.index.recipe_file",
    "load_atlas": "layers.storage",
    "read_atlas": "layers.build",
    "read_project": "layers.project",
    "read_recipe": "layers.index.recipe_file",
    "save_atlas": "layers.storage",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'layers' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
