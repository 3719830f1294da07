"""Presence that is measured: what the own sites of authorities show to a polite reader.

`run_probe` asks; `presence_table` makes the table of authorities from what was stored. The modules
are small and named by what they do: `sites` (what to ask), `addresses` and `politeness` (how),
`client` (one request), `robots`, `markup`, `accounts`, `statements`, `freshness`, `services`,
`mail` (what an answer says), `site_probe` (one site), `store`, `run`, `table`. The tables beside
them are data: networks, words of statements, parked pages, mail hosts, services by country.

Nothing here is imported by a run that measures from files; the libraries are those of the extra
`probe`.
"""
