training, validation, images = 0.8973, 0.8380, 500
error = (validation * (1 - validation) / images) ** 0.5
gap = training - validation
print(
    f"training less validation accuracy: {gap:.4f}, {gap / error:.1f} standard errors"
)
print(f"validation loss over training loss: {0.5665 / 0.3196:.2f}")
assert gap > 3 * error
