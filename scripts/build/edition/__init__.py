"""How the embedded edition of a country is built from registry packages: one step per module."""
