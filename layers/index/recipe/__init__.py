"""The recipe: what an index is made of, read from TOML and kept with the atlas."""
