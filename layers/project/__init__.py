"""The project file: its schema, its checks, and the layers in it."""
