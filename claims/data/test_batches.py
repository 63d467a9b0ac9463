"""Batches: how many an epoch has, and what they hold."""

import warnings

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.pipelines import images, numbers, tensorflow
from claims.common.strategies import seeds
from claims.data import faults
from claims.documents import day7, notebook, tutorial
from claims.documents.day7_figures import CIFAR
from claims.documents.notebook_figures import FIT, IMAGENETTE, REPORT
from claims.documents.tutorial_figures import PIPELINE
from harness import (
    QUALIFIED,
    REFUTED,
    UPHELD,
    as_array,
    claim,
    given,
    judge,
    public,
    shared,
)
from harness.running.faults import figure

DATASET = "tensorflow.python.data.ops.dataset_ops:DatasetV2"
TRAINING_PART = 50_000
"""Images in CIFAR-10's part for training."""


def batch_sizes(count, *, size):
    """The number of records in each batch of one pass."""
    return [len(b) for b in numbers(count).batch(size).as_numpy_iterator()]


steps_per_epoch = claim(
    "data.steps-per-epoch",
    says="With 10,000 training records and batches of 500, an epoch has 20 steps.",
    sources=[tutorial[193:197]],
    verdict=UPHELD,
    explained_by=f"{DATASET}.batch",
    faults=[
        figure(PIPELINE, "training", [10_000, 10_001]),
        figure(PIPELINE, "batch", 512),
        faults.batch_one_too_small,
        faults.each_epoch_begins_anew,
    ],
    needs="tensorflow",
)


@steps_per_epoch.as_worded
def test_an_epoch_of_20_steps_is_one_pass():
    """10,000 // 500 is 20, which is the number of batches of one pass, all full."""
    count, size = PIPELINE["training"][1], PIPELINE["batch"]

    sizes = batch_sizes(count, size=size)
    judge.equal(len(sizes), 20, what="batches of a pass")
    judge.equal(count // size, len(sizes), what="the division")
    judge.equal(sizes, size, what="sizes")


@steps_per_epoch.as_worded
def test_an_epoch_takes_up_the_repeated_set_where_the_last_one_left_it():
    """Two steps an epoch over the batches 0, 1, 2, repeated: means 0.5, 1 and 1.5."""
    import tensorflow as tf

    rows = np.repeat(np.float32([0, 1, 2]), 2).reshape(6, 1)
    data = tf.data.Dataset.from_tensor_slices((rows, rows)).repeat().batch(2)
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(0.0), output_itself, run_eagerly=True)

    found = model.fit(data, steps_per_epoch=2, epochs=3, verbose=0).history["loss"]

    judge.equal(found, [0.5, 1.0, 1.5], what="mean of the batches of each epoch")


def output_itself(labels, outputs):
    """A loss that is the mean of the outputs."""
    return keras.ops.mean(outputs)


repeat_is_needed = claim(
    "data.repeat-is-needed",
    says="Besides shuffle, the training set needs repeat.",
    sources=[tutorial[212]],
    verdict=UPHELD,
    why="With steps_per_epoch and a data set of unknown length, fit goes on with the "
    "same pass in the next epoch: without repeat every second epoch is empty and logs "
    "a loss of 0.0. With known length each epoch starts again.",
    explained_by="keras.src.trainers.epoch_iterator:EpochIterator._enumerate_iterator",
    faults=[
        faults.each_epoch_begins_anew,
        faults.repeats_twice,
        faults.batch_one_too_small,
    ],
    needs="tensorflow",
    differs_on={
        "keras>=3,<3.7": (
            REFUTED,
            "TFEpochIterator.enumerate_epoch makes a new iterator after an epoch "
            "that ran out (trainers/epoch_iterator.py, Keras 3.0 to 3.6)",
        ),
    },
)


@shared
def passing_on():
    """A compiled model that passes its input on, and learns nothing."""
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(0.0), output_itself, run_eagerly=True)
    return model


def logged_losses(data):
    """The loss of each of four epochs of two steps, and the steps; rows are ones."""
    model = passing_on()
    fitted = model.fit(data, steps_per_epoch=2, epochs=4, verbose=0)
    return fitted.history["loss"], int(as_array(model.optimizer.iterations))


@repeat_is_needed.as_worded
def test_without_repeat_every_second_epoch_is_empty():
    """8 steps with it, in each of 4 epochs two; without it 4, and two empty epochs."""
    import tensorflow as tf

    rows = np.ones((8, 1), "float32")
    known = tf.data.Dataset.from_tensor_slices((rows, rows))
    unknown = known.batch(8).unbatch().shuffle(8)

    found, steps = logged_losses(unknown.repeat().batch(4))
    judge.equal([*found, steps], [1.0, 1.0, 1.0, 1.0, 8], what="with repeat")
    found, steps = logged_losses(unknown.batch(4))
    judge.equal([*found, steps], [1.0, 0.0, 1.0, 0.0, 4], what="without")
    found, steps = logged_losses(known.batch(4))
    judge.equal([*found, steps], [1.0, 1.0, 1.0, 1.0, 8], what="of known length")


array_runs_out = claim(
    "data.array-runs-out",
    says="An array that has fewer batches than steps_per_epoch runs out of data: a "
    "warning appears, and the epoch is interrupted.",
    sources=[
        public(
            "https://github.com/keras-team/keras/issues/19037",
            "Arrays cannot be repeated, and with steps_per_epoch run out of data",
        )
    ],
    verdict=UPHELD,
    why="Each epoch starts again at the beginning and has the batches of the array.",
    explained_by="keras.src.trainers.epoch_iterator:EpochIterator.catch_stop_iteration",
    faults=[faults.running_out_is_silent, faults.arrays_go_on],
)


@array_runs_out.as_worded
@given(steps=st.sampled_from([(1, 1), (1, 3), (3, 2)]))
def test_each_epoch_has_the_batches_of_the_array(steps):
    """Of `batches` + `more` steps asked for, two epochs make `batches` each."""
    batches, more = steps
    rows = np.ones((2 * batches, 1), "float32")
    model = passing_on()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        options = {"steps_per_epoch": batches + more, "epochs": 2, "verbose": 0}
        model.fit(rows, rows, batch_size=2, **options)

    judge.equal(model.optimizer.iterations, 2 * batches, what="steps")
    told = [str(w.message).partition(";")[0] for w in caught]
    judge.contains(told, "Your input ran out of data", what="warnings")


notebook_steps = claim(
    "data.notebook-steps",
    says="12,894 training and 500 validation images in batches of 16 give the 806 and "
    "32 steps of the printed progress.",
    sources=[notebook[337], notebook[407]],
    evidence=[notebook[66:67], notebook[126:133]],
    verdict=UPHELD,
    why="batch keeps the smaller last batch: 806 is 12,894 / 16 rounded up.",
    explained_by=f"{DATASET}.batch",
    faults=[
        faults.batch_drops_remainder,
        figure(IMAGENETTE, "notebook training", 12_897),
        figure(FIT, "steps", 805),
        figure(REPORT, "evaluated steps", 31),
    ],
    needs="tensorflow",
)


@notebook_steps.as_worded
def test_the_printed_steps_are_the_batches_of_a_pass():
    """The batches of a pass, counted, are the steps of training and validation."""
    size = IMAGENETTE["notebook batch"]

    training = batch_sizes(IMAGENETTE["notebook training"], size=size)
    validation = batch_sizes(IMAGENETTE["notebook validation"], size=size)

    judge.equal(len(training), FIT["steps"], what="training")
    judge.equal(len(validation), REPORT["evaluated steps"])
    judge.equal([training[-1], validation[-1]], [14, 4], what="last batches")


batches_of_128 = claim(
    "data.batches-of-128",
    says="The 45,000 images of shape (32, 32, 3) come out in batches of shape "
    "(128, 32, 32, 3).",
    sources=[day7[31:35]],
    verdict=QUALIFIED,
    why="Without drop_remainder the last batch holds the images that remain: 72 in "
    "training, 8 in validation.",
    explained_by=f"{DATASET}.batch",
    faults=[
        faults.batch_drops_remainder,
        faults.batch_one_too_small,
        figure(CIFAR, "day 7 batch", 125),
    ],
    needs="tensorflow",
)


@batches_of_128.holds_when("all batches but the last of a pass are meant")
def test_all_but_the_last_batch_are_full():
    """The first 351 batches of 45,000 images hold 128 each."""
    sizes = batch_sizes(CIFAR["images"], size=CIFAR["day 7 batch"])

    judge.equal(sizes[:351], [CIFAR["shape of a batch"][0]] * 351, what="sizes")


@batches_of_128.holds_when("all batches but the last of a pass are meant")
@given(more=st.integers(1, 127))
def test_a_full_batch_has_the_stated_shape(more):
    """The first batch of images of shape (32, 32, 3) has shape (128, 32, 32, 3)."""
    size, shape = CIFAR["day 7 batch"], CIFAR["shape of a batch"]
    x = np.zeros((size + more, *shape[1:]), "uint8")

    first = next(iter(tensorflow().data.Dataset.from_tensor_slices(x).batch(size)))

    judge.equal(first.shape, shape, what="shape")


@batches_of_128.fails_when("the last batch of a pass is included")
def test_every_batch_is_full():
    """Every batch of the 45,000 images holds 128."""
    sizes = batch_sizes(CIFAR["images"], size=CIFAR["day 7 batch"])

    judge.equal(sizes, CIFAR["shape of a batch"][0], what="images in a batch")


last_5000_held_out = claim(
    "data.last-5000-held-out",
    says="Cutting at 45,000 keeps the last 5,000 training images for validation and "
    "leaves 45,000 to train on.",
    sources=[day7[28:30], day7[35]],
    verdict=UPHELD,
    why="keras.datasets.cifar10 documents 50,000 training images.",
    explained_by="keras.src.datasets.cifar10:load_data",
    faults=[
        figure(CIFAR, "split", [44_999, 45_000]),
        figure(CIFAR, "split", [45_000, 44_999]),
        figure(CIFAR, "held out", 4_999),
    ],
)


@last_5000_held_out.as_worded
def test_the_cut_holds_out_the_last_images():
    """The two slices of 50,000 numbers are the last 5,000 and the 45,000 before."""
    everything, (above, below) = np.arange(TRAINING_PART), CIFAR["split"]

    validation = everything[above:]
    training = everything[:below]

    first = TRAINING_PART - CIFAR["held out"]
    judge.equal(validation, np.arange(first, TRAINING_PART), what="validation")
    judge.equal(training, np.arange(CIFAR["images"]), what="training")
    documented = keras.datasets.cifar10.load_data.__doc__.split()
    judge.contains(documented, f"{TRAINING_PART:,}", what="Keras' documentation")


day7_pipeline = claim(
    "data.day7-pipeline",
    says="The pipeline yields shuffled training batches of float images in [0, 1] with "
    "one class number each, and unshuffled validation batches.",
    sources=[day7[24:27], day7[32:35]],
    verdict=UPHELD,
    explained_by=[f"{DATASET}.from_tensor_slices", f"{DATASET}.shuffle"],
    faults=[
        faults.labels_shifted,
        faults.images_2_percent_dark,
        faults.not_shuffled,
        faults.batch_drops_remainder,
    ],
    needs="tensorflow",
)


def one_pass(x, y, *, shuffled):
    """Images and labels of one pass in batches of 16, in the order they come."""
    tf = tensorflow()
    data = tf.data.Dataset.from_tensor_slices((x, y))
    data = data.shuffle(10_000) if shuffled else data
    batches = list(data.batch(16).prefetch(tf.data.AUTOTUNE).as_numpy_iterator())
    return tuple(np.concatenate(parts) for parts in zip(*batches))


@day7_pipeline.as_worded
@given(count=st.integers(30, 60), seed=seeds())
def test_training_images_keep_their_labels_in_a_new_order(count, seed):
    """Sorted by label, the shuffled images are the scaled ones, in [0, 1]."""
    raw, labels = images(count), np.arange(count)[:, np.newaxis]
    x, y = raw.astype("float32") / 255.0, labels.squeeze()

    found, classes = one_pass(x, y, shuffled=True)

    judge.equal(np.sort(classes), np.arange(count), what="labels")
    same = classes.tolist() == list(range(count))
    judge.false(same, what="in order", chance=2.0**-100)
    judge.equal(found.dtype.name, "float32", what="dtype")
    judge.within(found, 0, 1, what="range")
    wide = raw[classes].astype("float64") / 255
    judge.close(found, wide, operations=1, oracle="NumPy")


@day7_pipeline.as_worded
@given(count=st.integers(17, 60), seed=seeds())
def test_validation_images_come_in_their_order(count, seed):
    """Without shuffle a pass gives images and labels as they are."""
    x, y = images(count).astype("float32") / 255.0, np.random.randint(0, 10, count)

    found, classes = one_pass(x, y, shuffled=False)

    judge.equal(found, x, what="images")
    judge.equal(classes, y, what="labels")
