"""The maintainers' builders: the edition, the gallery, pages of the documentation."""
