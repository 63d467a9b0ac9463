"""Mixup and CutMix: what they mix, and where in a pipeline."""
