import tensorflow as tf

images = 45_000
batches = [len(b) for b in tf.data.Dataset.range(images).batch(128)]
print("the text says: batches of 128 flow out")
print("measured:", batches.count(128), "batches of 128, then one of", batches[-1])
assert batches[:-1] == [128] * 351 and batches[-1] == 72
