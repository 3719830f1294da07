"""What is written besides pages: the atlas file, tables, GeoPackage, styles, DCAT, tiles."""
