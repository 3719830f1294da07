"""The main job: a project to results, alone or step by step, and what the terminal says of them."""
