"""Dropout: what is dropped, what is rescaled, and where the layer stands."""
