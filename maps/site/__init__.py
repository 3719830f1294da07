"""The static atlas: pages for a web space, one for each territory that contains others."""
