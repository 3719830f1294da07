"""The layers of a project file, measured on the user's own tables, rasters, polygons and points."""
