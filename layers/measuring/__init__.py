"""Functions that several layers of the catalogue use: columns, shares, places nearby."""
