"""Spectral normalization: the bound it keeps, in Keras and in torch."""
