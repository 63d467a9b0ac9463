"""The training flag, and train and eval modes in torch."""
