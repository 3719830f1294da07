"""The policy report: areas and their references, figures with intervals, sentences, pictures.

Each section is made of tables and of sentences; every number in a sentence is a link to the table
cell that holds it, so that a reader (and a test) can hold one against the other.
"""
