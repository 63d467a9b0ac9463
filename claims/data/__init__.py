"""Batches, splits, shuffles, caches: how examples reach the training."""
