"""Monte Carlo dropout: predictions with dropout left on."""
