"""How unequally figures are distributed: between people, groups and sizes of territories."""
