"""The files of a run other than pages: the atlas, tables, GeoPackage, styles, DCAT, tiles."""
