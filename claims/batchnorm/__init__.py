"""Batch normalization: what it normalizes with, its parameters, one of one's own."""
