"""TensorBoard: what the callback writes, and where."""
