import gzip
import os
import tempfile

import tensorflow as tf

file = os.path.join(tempfile.mkdtemp(), "data.csv.gz")
with gzip.open(file, "wt") as text:
    text.write("1.0,2.0,3.0\n")
reader = tf.data.experimental.CsvDataset(file, [0.0] * 3, compression_type="GZIP")
(record,) = reader
print("the text says: a list of scalars for each record")
print("measured:", type(record), [v.shape.rank for v in record])
try:
    record.append(4.0)
    error = None
except AttributeError as raised:
    error = raised
print("append:", error)
assert type(record) is tuple and [v.shape.rank for v in record] == [0] * 3
assert error is not None
