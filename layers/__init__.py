"""What: indicators measured on territories, the composite index, and what it means.

Each name is imported when it is first used, so that the command line starts before geopandas is
loaded.
"""

from zoneblanche.geo.runtime.lazy import lazy_names

_HOME = {
    "Atlas": "zoneblanche.layers.atlas",
    "atlas_at": "zoneblanche.layers.aggregate",
    "build_atlas": "zoneblanche.layers.build",
    "Indicator": "zoneblanche.layers.indicator",
    "Layer": "zoneblanche.layers.layer",
    "Reason": "zoneblanche.geo.reasons",
    "Recipe": "zoneblanche.layers.index.recipe.recipe",
    "Source": "zoneblanche.geo.source",
    "compute_index": "zoneblanche.layers.index.compute",
    "explain": "zoneblanche.layers.index.explain",
    "flag": "zoneblanche.layers.analysis.flagging.flags",
    "known_layers": "zoneblanche.layers.catalogue",
    "known_recipes": "zoneblanche.layers.index.recipe.load",
    "known_sites": "zoneblanche.layers.planning.read",
    "load_atlas": "zoneblanche.layers.outputs.atlas_file",
    "plan_sites": "zoneblanche.layers.planning.sites.plan_sites",
    "read_atlas": "zoneblanche.layers.build",
    "read_project": "zoneblanche.layers.project.read",
    "read_recipe": "zoneblanche.layers.index.recipe.load",
    "save_atlas": "zoneblanche.layers.outputs.atlas_file",
    "SitesRequest": "zoneblanche.layers.planning.sites.sentences",
}
__all__, __getattr__, __dir__ = lazy_names(__name__, _HOME)
