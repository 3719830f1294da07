"""The layers that ship, one file each."""
