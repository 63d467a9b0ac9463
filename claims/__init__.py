"""The claims: one file per lesson topic."""
