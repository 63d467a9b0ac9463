"""Penalties in the loss: in training, in evaluation, in metrics, in a custom loop."""
