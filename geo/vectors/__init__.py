"""Vector files: features, their codes and fields; shapes that are repaired, refused or checked."""
