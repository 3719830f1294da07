"""Fetching publishers' files into the cache: the only part that opens a socket."""
