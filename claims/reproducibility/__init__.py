"""Reproducibility: which seed reaches which draw."""
