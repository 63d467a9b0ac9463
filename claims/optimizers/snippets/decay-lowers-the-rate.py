import keras

print("the old library: the rate is divided by 1 + decay * updates")
optimizer = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)
weight = keras.Variable([1.0])
for _ in range(3):
    optimizer.apply([keras.ops.ones((1,))], [weight])
rate = float(optimizer.learning_rate)
print("measured after three updates:", rate, "and not", 0.1 / (1 + 3 * 0.5))
assert abs(rate - 0.1) < 1e-6
