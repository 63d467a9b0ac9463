import tensorflow as tf

full = 351  # drawn
rest = 72  # drawn
images = tf.data.Dataset.range(128 * full + rest)
dropped, kept = (len(images.batch(128, drop_remainder=d)) for d in (True, False))
print(f"warm-up of the text: {3 * full} steps")
print(f"three epochs: {3 * dropped} batches without the last, smaller one")
print(f"three epochs: {3 * kept} batches in the document's pipeline")
assert 3 * dropped == 3 * full < 3 * kept
