"""The publishers, one file each: how to fetch what they publish and how to read it."""
