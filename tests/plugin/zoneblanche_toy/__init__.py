"""A plug-in for the tests: one layer, publisher, country, recipe and rule. docs/plug-ins.md."""
