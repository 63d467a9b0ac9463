"""Calls of models in a lesson's training loops, and their training flag."""

from harness.lessons.loops import loops, model_of
from harness.lessons.patterns import pattern

DIFFERS = [
    f"keras.layers.{kind}"
    for kind in (
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
        *("AlphaDropout", "GaussianDropout", "GaussianNoise", "BatchNormalization"),
    )
]
"""Layers that compute something else in training than at inference."""
MODEL = """
import tensorflow as tf
from tensorflow.keras import layers
net = tf.keras.Sequential([layers.Dense(8, "relu"), layers.Dropout(0.5)])
"""
STEP = """
with tf.GradientTape() as tape:
    loss = loss_fn(y, net({call}))
grads = tape.gradient(loss, net.trainable_variables)
optimizer.apply_gradients(zip(grads, net.trainable_variables))
"""


OWN_STEP = """
import keras
import tensorflow as tf
class Own(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = mse(y, self({call}))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
inputs = keras.Input((3,))
model = Own(inputs, keras.layers.Dropout(0.5)(inputs))
"""


@pattern(
    "training-flag.custom-loop-explicit",
    catches=[
        MODEL + STEP.format(call="x"),
        MODEL.replace("Dropout(0.5)", "BatchNormalization()") + STEP.format(call="x"),
        MODEL + "def step(x, y):" + STEP.format(call="x").replace("\n", "\n    "),
        OWN_STEP.format(call="x"),
    ],
    passes=[
        MODEL + STEP.format(call="x, training=True"),
        MODEL + STEP.format(call="x, True"),
        MODEL + STEP.format(call="x, is_training=True"),
        MODEL.replace("Dropout(0.5)", "Flatten()") + STEP.format(call="x"),
        MODEL + "with tf.GradientTape() as tape:\n    y = net(x)\n"
        "gradients = tape.gradient(y, x)",
        OWN_STEP.format(call="x, training=True"),
        OWN_STEP.format(call="x").replace("Dropout(0.5)", "Flatten()"),
    ],
)
def flag_left_out(code):
    """This training step does not pass training=True, so that dropout and batch
    normalization run in inference mode."""
    for loop in loops(code):
        made = model_of(code, loop.model, loop.tape.order)
        if made and any(call.name in DIFFERS for call in made.layers):
            for call in loop.forward:
                flagged = call.args[1:] or any(
                    keyword.arg is None or "train" in keyword.arg
                    for keyword in call.keywords
                )
                if not flagged:
                    yield loop.at(call)
