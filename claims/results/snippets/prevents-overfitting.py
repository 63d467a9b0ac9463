from math import comb

training, images, right = 0.8973, 500, 419
chance = sum(
    comb(images, k) * training**k * (1 - training) ** (images - k)
    for k in range(right + 1)
)
print("the text says: regularization prevents overfitting")
print("measured: gap in points", 100 * (training - right / images), "by chance", chance)
assert chance < 1e-4
