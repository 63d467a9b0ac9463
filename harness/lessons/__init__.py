"""Lessons: texts that are no audited documents, held against the libraries."""
