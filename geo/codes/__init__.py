"""Codes of territories as publishers write them: in groups, or within longer ones."""
