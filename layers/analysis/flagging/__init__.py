"""Rules that flag territories, and the typology."""
