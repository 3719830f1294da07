"""The commands of the command line, one module a command: its options and its help.

What a command does stands in `scripts.jobs` and is imported when it is called, so that `--help`
answers before geopandas is loaded.
"""
