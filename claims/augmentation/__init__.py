"""Augmentation: what the random transforms of images do, and when."""
