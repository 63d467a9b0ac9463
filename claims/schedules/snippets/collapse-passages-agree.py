import keras

epochs, steps = 30, 351
lr = keras.optimizers.schedules.CosineDecay(
    0.0, epochs, alpha=0.02, warmup_target=1e-3, warmup_steps=3 * steps
)
rate = {step: float(lr(step)) for step in (30, 3 * steps, 3 * steps + epochs)}
for step, value in rate.items():
    print(f"step {step}: {value:.6f}")
print("the decay starts at step 1053, so step 30 cannot be at the floor, 0.000020")
assert rate[30] > 2.5e-5 and rate[1053] > 9.9e-4 and rate[1083] < 2.1e-5
