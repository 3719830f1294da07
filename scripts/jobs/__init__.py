"""The work of each command; its options are in `scripts.commands`.

They are separate so that `--help` answers before geopandas is loaded.
"""
