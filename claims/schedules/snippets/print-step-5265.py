import keras

lr = keras.optimizers.schedules.CosineDecay(
    0.0, 27 * 351, alpha=0.02, warmup_target=1e-3, warmup_steps=3 * 351
)

found = float(lr(15 * 351))
print(f"the text prints 0.000541 for step 5265, the schedule gives {found:.6f}")
assert f"{found:.6f}" == "0.000595"
