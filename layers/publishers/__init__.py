"""The publishers, one module each: where their files are, and how they are read."""
