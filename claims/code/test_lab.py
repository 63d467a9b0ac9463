"""Code lines of the TensorFlow lab: one step of its tape, and its one-line calls."""

import keras
import numpy as np

from claims.code import faults
from claims.common.strategies import seeds
from claims.documents import lab
from claims.penalties import faults as penalty_faults
from harness import UPHELD, as_array, claim, given, judge, shared

lab_tape_step = claim(
    "code.lab-tape-step",
    says="Both calls of the model inside the tape's context run; the tape gives the "
    "gradient of a loss of the first one.",
    sources=[lab[43:45]],
    verdict=UPHELD,
    why="The gradient has the dropped input of the training call. The inference call "
    "in the same context does not change it.",
    explained_by="keras.src.layers.regularization.dropout:Dropout.call",
    faults=[faults.models_train_by_default, faults.dropout_rate_5_percent_high],
    needs="tensorflow",
)


@shared
def dropout_model():
    """Dropout(0.5) on eight units, then a dense layer of three without a bias."""
    steps = [keras.Input((8,)), keras.layers.Dropout(0.5)]
    return keras.Sequential([*steps, keras.layers.Dense(3, use_bias=False)])


@lab_tape_step.as_worded
@given(seed=seeds())
def test_the_gradient_is_that_of_the_call_in_training_mode(seed):
    """The gradient of sum(logits) is the dropped input; inference drops nothing."""
    import tensorflow as tf

    model, x = dropout_model(), np.random.uniform(1, 2, (1, 8)).astype("float32")
    kernel = as_array(model.layers[-1].kernel)

    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        predictions = model(x, training=False)
    gradient = as_array(tape.gradient(logits, model.trainable_variables)[0])

    dropped = np.where(gradient[:, 0] == 0, 0, 2 * x[0])
    judge.close(gradient, np.repeat(dropped[:, None], 3, axis=1), operations=2)
    size = 2 * np.abs(x) @ np.abs(kernel)
    n = {"operations": 10, "magnitude": size, "oracle": "NumPy"}
    judge.close(logits, dropped[None] @ kernel, what="logits", **n)
    judge.close(predictions, x @ kernel, what="predictions", **n)


lab_one_line_calls = claim(
    "code.lab-one-line-calls",
    says="The lab's one-line calls of a penalized layer and of AdamW are accepted as "
    "they stand.",
    sources=[lab[39:40]],
    verdict=UPHELD,
    explained_by="keras.src.layers.core.dense:Dense",
    faults=[
        penalty_faults.l2_stores_more,
        faults.dense_one_unit_less,
        faults.adamw_ignores_its_decay,
    ],
)


@lab_one_line_calls.as_worded
def test_the_arguments_are_taken_and_kept():
    """64 units, an L2 strength and a weight decay of 1e-4."""
    penalty = keras.regularizers.L2(1e-4)
    layer = judge.runs(lambda: keras.layers.Dense(64, kernel_regularizer=penalty))
    adamw = judge.runs(lambda: keras.optimizers.AdamW(weight_decay=1e-4))

    layer.build((None, 2))
    judge.equal(layer.kernel.shape, (2, 64), what="kernel")
    exact = 1e-4 * np.sum(as_array(layer.kernel).astype("float64") ** 2)
    judge.close(as_array(layer.losses[0]), exact, operations=130, what="penalty")
    judge.equal(str(adamw.weight_decay), "0.0001", what="weight decay")
