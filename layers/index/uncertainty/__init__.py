"""How sure scores and ranks are: draws, sensitivity, removal of one indicator."""
