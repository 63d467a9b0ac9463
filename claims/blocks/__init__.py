"""Blocks of convolution, normalization, activation, pooling and dropout, as built."""
