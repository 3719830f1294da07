"""Points on territories: reading, locating, counting, measuring distances, for any number of
points."""
