"""The documents' own blocks of code: they run, and do what is said of them."""
