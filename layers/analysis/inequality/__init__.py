"""How unequally figures are spread: between people, groups and sizes of territories."""
