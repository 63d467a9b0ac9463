import re

import keras
import tensorflow as tf


def measured(policy):
    layer = keras.layers.Dense(8, dtype=policy)
    layer.build((None, 3))
    compiled = tf.function(layer, jit_compile=True, autograph=False)
    with tf.device("CPU:0"):
        x = tf.ones((4, 3))
        program = compiled.experimental_get_compiler_ir(x)(stage="optimized_hlo")
        size = keras.ops.convert_to_numpy(layer(x)).nbytes
    products = re.findall(r"= (\w+)\[[^=]*? dot\(", program)
    return products, program.count(" convert("), size


print("the text says: on a CPU mixed precision does nothing useful")
mixed, plain = measured("mixed_float16"), measured("float32")
print("measured: products, casts, bytes of the output:", mixed, "without:", plain)
assert mixed[0] == plain[0] == ["f32"] and mixed[1] > plain[1] == 0
assert 2 * mixed[2] == plain[2]
