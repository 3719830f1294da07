"""Builders for maintainers: the edition, the gallery, pages of the documentation."""
