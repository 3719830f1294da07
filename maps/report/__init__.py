"""The policy report: areas and their references, figures with intervals, sentences, pictures.

Each section has tables and sentences. Every number in a sentence is a link to the table cell that
contains it, so that a reader (and a test) can compare the two.
"""
