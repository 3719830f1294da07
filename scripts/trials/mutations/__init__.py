"""Damaging files: mutations of each format, from the bytes of a real input."""
