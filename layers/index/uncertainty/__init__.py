"""The uncertainty of scores and ranks: draws, sensitivity, removal of one indicator."""
