"""How a country's embedded edition is made from registry packages: one step a module."""
