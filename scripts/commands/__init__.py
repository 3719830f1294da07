"""The commands of the command line, one module each: options and help.

`scripts.jobs` does the work. It is imported when a command is called, so that `--help` answers
before geopandas is loaded.
"""
