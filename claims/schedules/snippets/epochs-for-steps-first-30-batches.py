import keras

epochs = 30  # drawn
steps = 351  # drawn
lr = keras.optimizers.schedules.CosineDecay(
    0.0, epochs, alpha=0.02, warmup_target=1e-3, warmup_steps=3 * steps
)
for step in (epochs, 3 * steps, 3 * steps + epochs):
    print(f"step {step}: {float(lr(step)):.6f}")
print("the text expects the floor, 0.000020, at the first of these steps already")
assert float(lr(epochs)) < float(lr(3 * steps)) > 49 * float(lr(3 * steps + epochs))
assert abs(float(lr(epochs)) - 2e-5) > 1e-6
