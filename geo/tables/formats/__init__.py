"""The formats of tables, one a module: delimited text, workbooks, Parquet, JSON records."""
