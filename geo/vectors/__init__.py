"""Vector files: features, their codes and fields, shapes repaired, refused or placed."""
