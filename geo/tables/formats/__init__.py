"""The formats of tables, one module each: delimited text, workbooks, Parquet, JSON records."""
