"""Layers of the user, as a project file describes them: one module per kind of input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneblanche.layers.layer import Layer
    from zoneblanche.layers.measuring.entries import ProjectLayer
    from zoneblanche.layers.project.read import Project
    from zoneblanche.layers.project.user_layers.shared_tables import SharedTables


def user_layers(project: Project) -> list[Layer]:
    """The layers of a project, which share the tables that several of them read."""
    from zoneblanche.layers.measuring.entries import TableEntry
    from zoneblanche.layers.project.user_layers.shared_tables import SharedTables

    entries = project.table.layers
    tables = SharedTables(
        project.path(entry.path) for entry in entries if isinstance(entry, TableEntry)
    )
    return [user_layer(entry, project, tables) for entry in entries]


def user_layer(entry: ProjectLayer, project: Project, tables: SharedTables | None = None) -> Layer:
    """The layer that an entry of `[[layers]]` describes. Nothing is read until it is measured."""
    # A kind is imported when a layer is of it: rasters need libraries that take a second to load.
    from zoneblanche.layers.measuring import entries

    match entry:
        case entries.TableEntry():
            from zoneblanche.layers.project.user_layers.table import table_layer

            return table_layer(entry, project, tables)
        case entries.RasterEntry():
            from zoneblanche.layers.project.user_layers.raster import raster_layer

            return raster_layer(entry, project)
        case entries.PolygonsEntry():
            from zoneblanche.layers.project.user_layers.polygons import polygon_layer

            return polygon_layer(entry, project)
        case entries.PointsEntry():
            from zoneblanche.layers.project.user_layers.points import point_layer

            return point_layer(entry, project)
        case entries.ColumnEntry() | entries.PresenceEntry():
            from zoneblanche.layers.measuring.source_layers import source_layer

            return source_layer(entry)
