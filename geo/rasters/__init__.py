"""Rasters on territories: reading, zonal statistics, population grids."""
