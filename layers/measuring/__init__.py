"""What layers of the catalogue have in common: columns, shares, places nearby."""
