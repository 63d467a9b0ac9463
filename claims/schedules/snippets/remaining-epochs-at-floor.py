import keras

lr = keras.optimizers.schedules.CosineDecay(
    0.0, 30, alpha=0.02, warmup_target=1e-3, warmup_steps=1_053
)
first = next(step for step in range(1_053, 10_530) if float(lr(step)) < 2.001e-5)
epochs = (10_530 - first) / 351
print(f"the floor is reached at step {first}; {epochs:.1f} epochs remain, not 29.9")
assert first == 1_083 and f"{epochs:.1f}" == "26.9"
