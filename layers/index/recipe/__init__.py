"""The recipe of an index, read from TOML and stored with the atlas."""
