"""The countries that are described, a TOML file each, and what such a file may say."""
