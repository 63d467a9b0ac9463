"""Accuracy: what the metric counts for each kind of label and output."""
