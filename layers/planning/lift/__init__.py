"""What it takes for a territory to leave the worst tenth, or to lose a flag."""
