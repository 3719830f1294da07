"""The figures by territory of an edition: from publishers' files to one packed table."""
