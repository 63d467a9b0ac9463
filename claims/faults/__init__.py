"""Defects of the libraries that the checks must notice, a module per topic."""
