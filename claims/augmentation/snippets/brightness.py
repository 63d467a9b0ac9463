import tensorflow as tf

level = 40  # drawn: a dark image
image = tf.fill((2, 2, 3), tf.constant(level, tf.uint8))
found = [int(tf.image.random_brightness(image, 0.2)[0, 0, 0]) for _ in range(200)]
print("20 % of the image's brightness would be", 0.8 * level, "to", 1.2 * level)
print("measured in 200 calls:", min(found), "to", max(found))
print("20 % of the full range:", max(level - 51, 0), "to", level + 51)
assert max(found) > 1.2 * level + 1 and max(found) <= level + 52
