"""What `scripts.fuzz` is made of: the mutations, the commands that are tried, and the judgement."""
