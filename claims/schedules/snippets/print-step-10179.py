import keras

lr = keras.optimizers.schedules.CosineDecay(
    0.0, 27 * 351, alpha=0.02, warmup_target=1e-3, warmup_steps=3 * 351
)

found = float(lr(29 * 351))
print(f"the text prints 0.000029 for step 10179, the schedule gives {found:.6f}")
assert f"{found:.6f}" == "0.000023"
