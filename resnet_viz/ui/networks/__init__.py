"""The two networks that the pages show, and where networks come from."""
