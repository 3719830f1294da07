"""Rasters on territories: reading, zonal statistics, grids of people."""
