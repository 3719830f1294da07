"""The composite index, one verb a file, and its recipes."""
