"""Label smoothing: who takes the argument, and what it does to logits."""
