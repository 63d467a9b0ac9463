"""Capacity: how many parameters the documents' networks have."""
