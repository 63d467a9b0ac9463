"""Callbacks: early stopping, checkpoints, what they log and print."""
