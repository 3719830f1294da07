"""Files as bytes: what they are, how much of them is read, and how results are written whole."""
