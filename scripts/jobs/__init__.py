"""What each command does; its options stand in `scripts.commands`.

Kept apart from the signatures so that `--help` answers before geopandas is loaded.
"""
