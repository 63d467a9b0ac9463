"""Gradient clipping: by norm, by global norm, by value; in Keras and in torch."""
