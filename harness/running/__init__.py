"""Checks under pytest: seeds, faults, shared models, the run and its terminal."""
