"""Delimited text: encoding, separator, header, decimal mark and notes, each detected."""
