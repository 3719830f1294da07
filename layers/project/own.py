"""Layers of the user, as a project file describes them: one module per kind of input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneblanche.layers.layer import Layer
    from zoneblanche.layers.project.read import LayerTable, Project


def own_layer(spec: LayerTable, project: Project) -> Layer:
    """Return the layer that `[[layers]]` describes. Nothing is read until it is measured."""
    from zoneblanche.layers.project.points import point_layer
    from zoneblanche.layers.project.polygons import polygon_layer
    from zoneblanche.layers.project.raster import raster_layer
    from zoneblanche.layers.project.table import table_layer

    kinds: Mapping[str, Callable[[LayerTable, Project], Layer]] = {
        "table": table_layer,
        "raster": raster_layer,
        "polygons": polygon_layer,
        "points": point_layer,
    }
    return kinds[spec.kind](spec, project)
