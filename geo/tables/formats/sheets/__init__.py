"""Workbooks of any program, read as tables within limits."""
