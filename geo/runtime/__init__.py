"""How our code runs: compiled kernels, many processes, lazy imports, the environment and memory."""
