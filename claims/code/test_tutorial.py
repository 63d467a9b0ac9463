"""Code blocks of the overfitting tutorial: compile and fit on a repeated data set."""

import warnings
from types import SimpleNamespace

import keras
import numpy as np

from claims.code import faults
from claims.documents import tutorial
from claims.documents.tutorial_figures import PLOTS
from harness import REFUTED, UPHELD, as_array, claim, judge, shared
from harness.running.faults import figure

FEATURES, STEPS, EPOCHS = 28, 2, 2
BLOCKS = [53, 142, 193, 241, 247, 319, 402, 453, 488, 601, 711, 768]
"""Lines where the imports, constants, schedule and models of the tutorial begin."""


def records(count):
    """Random records and 0/1 labels as a data set whose length nobody knows.

    That of the tutorial has none either: it is read from a file and unbatched.
    """
    import tensorflow as tf

    x = np.random.normal(size=(count, FEATURES)).astype("float32")
    y = np.random.randint(0, 2, count).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(count).unbatch()
    return x, y, data.cache()


def with_columns(data):
    """The labels of the data set as columns, as the tutorial passes them."""
    import tensorflow as tf

    return data.map(lambda x, y: (x, tf.expand_dims(y, axis=-1)))


@shared
def trained():
    """What two epochs of the tutorial's fit leave behind, with a tiny model."""
    rate = keras.optimizers.schedules.InverseTimeDecay(
        0.001, decay_steps=STEPS * 1_000, decay_rate=1, staircase=False
    )
    hidden = keras.layers.Dense(16, activation="elu")
    model = keras.Sequential([keras.Input((FEATURES,)), hidden, keras.layers.Dense(1)])
    entropy = keras.metrics.BinaryCrossentropy(
        from_logits=True, name="binary_crossentropy"
    )
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[entropy, "accuracy"],
        run_eagerly=True,
    )
    training = records(20)[-1].shuffle(20).repeat().batch(5)
    x, y, validation = records(10)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = model.fit(
            with_columns(training),
            steps_per_epoch=STEPS,
            epochs=EPOCHS,
            validation_data=with_columns(validation.batch(5)),
            verbose=0,
        ).history
    return SimpleNamespace(
        weights=[as_array(w) for w in model.get_weights()],
        history=history,
        x=x,
        y=y,
        updates=int(as_array(model.optimizer.iterations)),
        rate=float(as_array(model.optimizer.learning_rate)),
        messages=[str(w.message) for w in caught],
    )


tutorial_compile_and_fit = claim(
    "code.tutorial-compile-and-fit",
    says="The common training function runs: loss and two metrics on logits, epochs "
    "of a fixed number of steps on a repeated data set, and validation.",
    sources=[tutorial[286:309]],
    verdict=UPHELD,
    why="steps_per_epoch ends an epoch of the endless data set; the validation loss "
    "is that of the whole validation set.",
    explained_by=[f"{faults.ITERATOR}.__init__", faults.BINARY],
    faults=[
        faults.epoch_one_step_short,
        faults.binary_probabilities_expected,
        faults.metric_takes_probabilities,
        faults.metrics_ignored,
        faults.inverse_time_5_percent_high,
    ],
    needs="tensorflow",
    differs_on={
        "keras<3": (
            REFUTED,
            "Optimizer.learning_rate is the schedule's rate of the last update, not "
            "of the next one (optimizers/optimizer.py, Keras 2)",
        ),
    },
)


@tutorial_compile_and_fit.as_worded
def test_two_epochs_take_their_steps_and_log_six_values(own_blocks):
    """2 x 2 updates; loss and both metrics, of training and of validation."""
    done = trained()

    judge.equal(done.updates, EPOCHS * STEPS, what="updates")
    names = ["accuracy", "binary_crossentropy", "loss"]
    names += [f"val_{name}" for name in names]
    judge.equal(sorted(done.history), names, what="history")
    judge.equal([len(v) for v in done.history.values()], 6 * [EPOCHS], what="epochs")
    rate = 0.001 / (1 + done.updates / (STEPS * 1_000))
    judge.close(done.rate, rate, operations=6, what="learning rate")
    own_blocks.judge(tutorial, BLOCKS)


@tutorial_compile_and_fit.as_worded
def test_validation_loss_and_metric_are_the_cross_entropy_of_the_logits():
    """The last val_loss is NumPy's for the final weights, with y as a column."""
    done = trained()
    w1, b1, w2, b2 = (w.astype("float64") for w in done.weights)
    z = done.x @ w1 + b1
    logits = (np.where(z > 0, z, np.expm1(z)) @ w2 + b2)[:, 0]

    exact = np.mean(np.logaddexp(0, logits) - done.y * logits)
    size = 1 + (np.abs(done.x) @ np.abs(w1)).max() * np.abs(w2).sum()
    n = {"operations": FEATURES + 16 + 10 + 20, "magnitude": size, "oracle": "NumPy"}
    for name in ("val_loss", "val_binary_crossentropy"):
        judge.close(done.history.get(name, [np.nan])[-1], exact, what=name, **n)


tutorial_ran_out_of_data = claim(
    "code.tutorial-ran-out-of-data",
    says="Training prints a warning that the input ran out of data, although the "
    "training set repeats.",
    sources=[tutorial[360:362], tutorial[639:641]],
    verdict=UPHELD,
    why="The training set is endless; the warning comes once an epoch, for the "
    "validation set of unknown length. No training step is lost.",
    explained_by=f"{faults.ITERATOR}.catch_stop_iteration",
    faults=[faults.unknown_length_is_silent, faults.epoch_one_step_short],
    needs="tensorflow",
    differs_on={
        "keras>=3.16": (
            REFUTED,
            "EpochIterator warns only where steps_per_epoch is given "
            "(trainers/epoch_iterator.py, Keras 3.16)",
        ),
        "keras<3": (
            REFUTED,
            "DataHandler.catch_stop_iteration logs it in place of a warning, and not "
            "for validation data of unknown length (engine/data_adapter.py, Keras 2)",
        ),
    },
)


@tutorial_ran_out_of_data.as_worded
def test_the_end_of_the_validation_set_is_reported():
    """One such warning an epoch, while each epoch has all its steps."""
    done = trained()

    found = [m for m in done.messages if m.startswith("Your input ran out of data")]
    judge.equal(len(found), EPOCHS, what="warnings")
    judge.equal(done.updates, EPOCHS * STEPS, what="updates")


tutorial_plot_printouts = claim(
    "code.tutorial-plot-printouts",
    says="The plotting cells print what their last call returns: the limits of the "
    "axis, or the label.",
    sources=[
        tutorial[388:391],
        tutorial[537:544],
        tutorial[671:675],
        tutorial[753:756],
    ],
    verdict=UPHELD,
    faults=[
        figure(PLOTS, "limits", "(0.5, 0.75)"),
        figure(PLOTS, "label", "Text(0.5, 0, 'Epochs')"),
    ],
)


@tutorial_plot_printouts.as_worded
def test_limits_and_label_print_as_in_the_text():
    """The representations of what ylim and xlabel return, on a logarithmic axis."""
    from matplotlib import pyplot as plt

    with plt.rc_context({"backend": "agg"}):
        plt.rcdefaults()
        plt.figure()
        plt.plot([1, 10, 100], [0.8, 0.6, 0.7])
        limits, _ = plt.ylim([0.5, 0.7]), plt.xscale("log")
        label = plt.xlabel("Epochs [Log Scale]")
        plt.close()

    judge.equal(repr(limits), PLOTS["limits"], what="limits", oracle="the printout")
    judge.equal(repr(label), PLOTS["label"], what="label", oracle="the printout")
