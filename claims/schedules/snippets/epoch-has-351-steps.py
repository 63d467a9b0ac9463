import tensorflow as tf

batches = len(tf.data.Dataset.range(45_000).batch(128))
print(f"the text counts 351 steps in an epoch, the pipeline makes {batches}")
assert batches == 352
