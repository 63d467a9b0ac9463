"""A training as the documents run it: compiled, in batches, over epochs, twice."""

from types import SimpleNamespace

import keras
import numpy as np

from harness import as_array, shared

EPOCHS, BATCHES, ROWS, UNITS = 6, 10, 64, 64
UPDATES = EPOCHS * BATCHES
DRAWS = BATCHES * ROWS * UNITS
"""Units that dropout draws for in an epoch."""
ZEROS = "dropped_share_of_zeros"
ALIKE = "dropped_share_of_columns_alike"
RATE, MOMENTUM, LEARNING_RATE, STRENGTH = 0.5, 0.9, 0.125, 0.03125


def share_of_zeros(_, outputs):
    return keras.ops.mean(keras.ops.cast(keras.ops.equal(outputs, 0), "float32"))


def share_of_columns_alike(_, outputs):
    """Units that are dropped in all rows of the batch, or in none."""
    zero = keras.ops.equal(outputs, 0)
    alike = keras.ops.all(keras.ops.equal(zero, zero[:1]), axis=0)
    return keras.ops.mean(keras.ops.cast(alike, "float32"))


def nothing(_, outputs):
    return 0.0 * keras.ops.mean(outputs)


def _fit_of_unknown_rows(model, x, y, options):
    """Another epoch; TensorFlow gets batches whose number of rows its graph does not
    know, as those of tf.data that keep the last, smaller one."""
    validation = {"validation_data": (x, y), "validation_batch_size": ROWS}
    if keras.backend.backend() != "tensorflow":
        return model.fit(x, y, **validation, **options).history
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(ROWS)
    return model.fit(data, **validation, verbose=0).history


@shared
def training() -> SimpleNamespace:
    """What six epochs of fit, evaluate and a further epoch of fit leave and log.

    Dropout, batch normalization and a kernel with an L2 penalty are three branches of
    one model. zeros: the share of zeros that dropout gives, by epoch; those of
    evaluate, of predict, of a call without a flag and of the second fit; alike: the
    share of units with one fate for all rows of a batch, by epoch, those of the second
    fit last; loss: without the share of zeros, so the penalty alone; the same for
    evaluate, and for the validation of the second fit.
    kernels: before and after the six epochs, and at the end; moving: the means after
    the six; x: the inputs.
    """
    inputs = keras.Input((UNITS,))
    dropped = keras.layers.Dropout(RATE, name="dropped")(inputs)
    norm = keras.layers.BatchNormalization(
        momentum=MOMENTUM, center=False, scale=False, name="normed"
    )
    dense = keras.layers.Dense(
        1,
        use_bias=False,
        kernel_regularizer=keras.regularizers.L2(STRENGTH),
        name="pulled",
    )
    model = keras.Model(inputs, [dropped, norm(inputs), dense(inputs)])
    losses = {"dropped": share_of_zeros, "normed": nothing, "pulled": nothing}
    model.compile(
        keras.optimizers.SGD(LEARNING_RATE),
        losses,
        metrics={"dropped": [share_of_zeros, share_of_columns_alike]},
    )
    x = np.random.uniform(1, 3, (BATCHES * ROWS, UNITS)).astype("float32")
    y = dict.fromkeys(losses, np.zeros((len(x), 1), "float32"))
    options = {"batch_size": ROWS, "shuffle": False, "verbose": 0}
    before = as_array(dense.kernel).astype("float64")

    log = model.fit(x, y, epochs=EPOCHS, **options).history
    kernels = before, as_array(dense.kernel).copy()
    moving = as_array(norm.moving_mean).copy()
    evaluated = model.evaluate(x, y, batch_size=ROWS, verbose=0, return_dict=True)
    predicted, *_ = model.predict(x, batch_size=ROWS, verbose=0)
    unflagged, *_ = model(x[:ROWS])
    again = _fit_of_unknown_rows(model, x, y, options)
    kernels = *kernels, as_array(dense.kernel).copy()

    return SimpleNamespace(
        zeros=log[ZEROS],
        alike=log[ALIKE] + again[ALIKE],
        zeros_of_evaluate=evaluated[ZEROS],
        zeros_of_predict=np.mean(predicted == 0),
        zeros_without_flag=np.mean(as_array(unflagged) == 0),
        zeros_of_second_fit=again[ZEROS],
        loss=np.subtract(log["loss"], log[ZEROS]),
        loss_of_evaluate=evaluated["loss"] - evaluated[ZEROS],
        loss_of_validation=again["val_loss"][0] - again[f"val_{ZEROS}"][0],
        kernels=kernels,
        moving=moving,
        x=x.reshape(BATCHES, ROWS, UNITS),
    )
