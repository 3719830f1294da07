"""Codes of different years: events, the passage from one year to another, carrying figures."""
