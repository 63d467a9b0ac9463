"""L1 and L2 penalties: formulas, places, optimum, sparsity."""
