"""The shipped cases: one folder each, data only (case.toml, README.md, expected.toml). `hallflow cases` lists them."""
