"""The commands of the command line, a file each family; `scripts.cli` gives them their names.

Heavy modules are imported inside the commands that need them, so that `--help` answers at once.
"""
