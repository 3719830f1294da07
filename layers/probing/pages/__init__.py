"""What a page says: its markup, links, accounts, services, statements and dates."""
