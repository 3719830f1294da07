"""JSON and TOML, read strictly, with file, line and key of every fault."""
