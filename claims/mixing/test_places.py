"""Where Mixup and CutMix can run: mapped over a data set, or inside a model."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.pipelines import tensorflow
from claims.common.strategies import seeds
from claims.documents import lab
from claims.mixing import faults
from harness import QUALIFIED, as_array, claim, given, judge, shared
from harness.evidence.tolerance import gamma
from harness.lab.mixing import CutMixPairs, MixUpPairs

MIXUP = "keras.src.layers.preprocessing.image_preprocessing.mix_up:MixUp"
CUTMIX = "keras.src.layers.preprocessing.image_preprocessing.cut_mix:CutMix"


def mapped(x, y, layer):
    """The batches of 128 that the document's two lines make."""
    data = tensorflow().data.Dataset.from_tensor_slices((x, y))
    return data.batch(128).map(layer)


def coded(count, classes):
    """Images of four equal pixels, and labels; both hold the class number."""
    y = np.arange(count) % classes
    x = np.broadcast_to(y.astype("float32").reshape(-1, 1, 1, 1), (count, 2, 2, 1))
    return x, y


layer_in_map = claim(
    "mixing.layer-in-map",
    says="A mixing layer can be mapped over a data set of batches of images and labels "
    "as it is.",
    sources=[lab[51:53]],
    verdict=QUALIFIED,
    why="The labels must be one-hot, unless the layer encodes them. With class "
    "numbers, as CIFAR-10 has them, a mix of classes 0 and 9 reads as a class between "
    "them.",
    explained_by=[
        "keras.src.layers.preprocessing.data_layer:DataLayer.__call__",
        f"{MIXUP}.transform_labels",
    ],
    faults=[
        faults.all_or_nothing,
        faults.batch_one_too_small,
        faults.map_shifts_labels,
    ],
    needs="tensorflow",
)


@layer_in_map.holds_when(
    "the layer is called with images and labels, the images are in floating point and "
    "the labels one-hot"
)
def test_pairs_with_one_hot_labels_are_mixed_in_batches():
    """200 pairs come as 128 and 72; the images' mean class is the labels'."""
    x, y = coded(200, 5)
    one_hot = np.eye(5, dtype="float32")[y]

    batches = list(mapped(x, one_hot, MixUpPairs(1.0, seed=3)).as_numpy_iterator())

    judge.equal([np.shape(i) for i, _ in batches], [(128, 2, 2, 1), (72, 2, 2, 1)])
    for images, labels in batches:
        judge.close(labels.sum(axis=1), 1, operations=4, what="shares")
        means = labels.astype("float64") @ np.arange(5)
        judge.close(images[:, 0, 0, 0], means, operations=8, magnitude=8, what="mix")


@layer_in_map.holds_when(
    "the layer is called with images and labels, the images are in floating point and "
    "the labels one-hot"
)
def test_cutmix_of_one_hot_labels_keeps_the_mean_class():
    """The pixels' mean class is the labels' mean class."""
    x, y = coded(130, 5)
    one_hot = np.eye(5, dtype="float32")[y]

    batches = mapped(x, one_hot, CutMixPairs()).as_numpy_iterator()

    images, labels = next(batches)
    judge.equal(len(images), 128, what="batch")
    means = labels.astype("float64") @ np.arange(5)
    judge.close(images.mean(axis=(1, 2, 3)), means, operations=9, magnitude=8)


@layer_in_map.fails_when(
    "the labels are class numbers, as CIFAR-10 has them, and the layer does not encode "
    "them"
)
def test_mixed_class_numbers_name_the_classes_of_their_images():
    """Of images of classes 0 and 9, the loss takes each label for 0 or 9."""
    x, y = coded(128, 2)

    batches = mapped(x, 9 * y[:, np.newaxis], MixUpPairs()).as_numpy_iterator()
    _, labels = next(batches)

    taken = {int(label) for label in np.floor(labels).ravel()}
    judge.equal(sorted(taken | {0, 9}), [0, 9], what="classes", chance=2.0**-99)


inside_fit = claim(
    "mixing.inside-fit",
    says="Mixup and CutMix as preprocessing layers do their work inside model.fit.",
    sources=[lab[5]],
    verdict=QUALIFIED,
    why="Mapped over the data set that fit iterates over, both mix anew in each epoch. "
    "keras.layers.MixUp and CutMix as layers of the model mix the images only: the "
    "loss gets unmixed labels.",
    explained_by=[f"{MIXUP}.transform_images", f"{CUTMIX}.transform_images"],
    faults=[
        faults.map_runs_once,
        faults.mixup_leaves_images,
        faults.cutmix_leaves_images,
        faults.shuffle_leaves_order,
    ],
    needs="tensorflow",
)


class Recorder(keras.losses.Loss):
    """The mean absolute error; keeps the labels and outputs that it has seen."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, y_true, y_pred):
        self.seen.append((as_array(y_true), as_array(y_pred)))
        return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)


@shared
def passing_model(*layers):
    """A model that returns its input, after layers of these kinds."""
    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            *(kind(1.0) for kind in layers),
            keras.layers.Flatten(),
        ]
    )
    model.compile("sgd", Recorder(), run_eagerly=True)
    return model


@inside_fit.holds_when("they are mapped over the data set that fit iterates over")
def test_fit_trains_on_pairs_mixed_anew_in_each_epoch():
    """Labels that fit sees are the mean pixels of its images, other ones each epoch."""
    model, (x, _) = passing_model(), coded(64, 64)
    for layer in (MixUpPairs(), CutMixPairs()):
        model.loss.seen.clear()

        model.fit(mapped(x, x.reshape(64, 4), layer), epochs=2, verbose=0)

        for labels, images in model.loss.seen:
            means = images.mean(axis=1, keepdims=True) + 0 * labels
            judge.close(labels, means, operations=12, magnitude=64, what="labels")
        first, second = (labels for labels, _ in model.loss.seen)
        changed = [np.any(first != x.reshape(64, 4)), np.any(first != second)]
        judge.true(changed, what="mixed, anew", chance=2.0**-99)


def judge_labels_of(kind, count):
    """Labels are the mean pixels of the images behind a layer that is in the model.

    All images differ. Where only images are mixed, one that has another partner is
    seen to change at least half the time (CutMix pastes a pixel where its share is
    above 1/4, by the symmetry of its law), so that luck hides all changes with a
    probability of E[2**fixed points] / 2**count < e / 2**count.
    """
    model, (x, _) = passing_model(kind), coded(count, count)
    model.loss.seen.clear()

    model.train_on_batch(x, x.reshape(count, 4))

    ((labels, images),) = model.loss.seen
    gaps = np.abs(labels.mean(axis=1) - images.mean(axis=1))
    same = bool(gaps.max() < count * gamma(12))
    judge.true(same, what="labels are those of the images", chance=3 * 2.0**-count)


@inside_fit.fails_when("the layer is part of the model and gets the images")
@given(count=st.integers(40, 64), seed=seeds())
def test_mixup_in_the_model_mixes_images_and_labels(count, seed):
    """Where labels equal the images' mean pixels before, they do so after MixUp."""
    judge_labels_of(keras.layers.MixUp, count)


@inside_fit.fails_when("the layer is part of the model and gets the images")
@given(count=st.integers(40, 64), seed=seeds())
def test_cutmix_in_the_model_mixes_images_and_labels(count, seed):
    """Where labels equal the images' mean pixels before, they do so after CutMix."""
    judge_labels_of(keras.layers.CutMix, count)
