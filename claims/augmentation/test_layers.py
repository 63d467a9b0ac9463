"""Flips and crops as Keras layers, and what Keras' own pages say of them."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.augmentation import faults
from claims.common.strategies import seeds
from claims.common.traced import traced
from harness import REFUTED, UPHELD, as_array, claim, given, judge, public, shared

PREPROCESSING = "keras.src.layers.preprocessing.image_preprocessing"
FLIPS, CROPS = 20_000, 120
PAGES = "https://keras.io/api/layers/preprocessing_layers/image_augmentation/"


@shared
def flip():
    """Mirrors each image of a batch left to right, or does not."""
    return keras.layers.RandomFlip("horizontal")


@shared
def crop(height, width):
    """Cuts windows of this size out of a batch of images."""
    return keras.layers.RandomCrop(height, width)


@shared
def cropping(*head):
    """A compiled model that crops 6 x 6 images to 4 x 4; these layers follow."""
    layers = [keras.Input((6, 6, 3)), keras.layers.RandomCrop(4, 4), *head]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse", run_eagerly=True)
    return model


random_flip_in_training_only = claim(
    "augmentation.random-flip-in-training-only",
    says="RandomFlip mirrors images at random in training, and leaves them as they are "
    "at inference.",
    sources=[
        public(f"{PAGES}random_flip/", "RandomFlip flips at random in training only")
    ],
    verdict=UPHELD,
    why="Each image of a batch is drawn for itself.",
    explained_by=f"{PREPROCESSING}.random_flip:RandomFlip",
    faults=[faults.layer_flips_at_inference, faults.layer_never_flips],
)


@random_flip_in_training_only.as_worded
@given(height=st.integers(2, 5), width=st.integers(2, 5), seed=seeds())
def test_each_image_is_mirrored_or_not(height, width, seed):
    """In training each of 8 images is itself or its mirror image; else it is itself."""
    images = np.random.uniform(size=(8, height, width, 3)).astype("float32")

    found = as_array(flip()(images, training=True))

    mirrored = images[:, :, ::-1]
    same = np.all(found == mirrored, axis=(1, 2, 3), keepdims=True)
    judge.equal(found, np.where(same, mirrored, images), what="training")
    judge.equal(flip()(images, training=False), images, what="inference")


@random_flip_in_training_only.as_worded
def test_half_of_the_images_are_mirrored():
    """The left of two pixels comes out right in half of 20,000 images."""
    images = np.tile(np.float32([[[0], [1]]]), (FLIPS, 1, 1, 1))

    found = as_array(flip()(images, training=True))

    judge.proportion(np.sum(found[:, 0, 0, 0]), of=FLIPS, claimed=1 / 2, resolves=0.05)


@random_flip_in_training_only.as_worded
def test_a_single_image_is_mirrored_in_half_of_the_calls():
    """Of two pixels, the left one comes out right in half of 120 calls."""
    image, layer = np.float32([[[0], [1]]]), flip()

    found = [as_array(layer(image, training=True))[0, 0, 0] for _ in range(CROPS)]

    judge.proportion(np.sum(found), of=CROPS, claimed=1 / 2, resolves=0.45)


@random_flip_in_training_only.as_worded
def test_a_single_image_stays_at_inference():
    """An image without the axis of a batch is itself in each of 120 calls."""
    image, layer = np.float32([[[0], [1]]]), flip()

    for _ in range(CROPS):
        judge.equal(layer(image, training=False), image, what="inference")


@random_flip_in_training_only.as_worded
def test_each_compiled_call_draws_anew():
    """Two calls of one graph mirror not the same ones of 120 images, each half."""
    images, layer = np.tile(np.float32([[[0], [1]]]), (CROPS, 1, 1, 1)), flip()
    mirrored = traced(lambda x: layer(x, training=True), shape=(None, 1, 2, 1))
    images = keras.ops.convert_to_tensor(images)

    first, second = (as_array(mirrored(images)) for _ in range(2))

    judge.false(np.all(first == second), what="the same", chance=2.0**-CROPS)
    rights = np.sum(first[:, 0, 0, 0]) + np.sum(second[:, 0, 0, 0])
    judge.proportion(rights, of=2 * CROPS, claimed=1 / 2, resolves=0.45)


random_crop_one_window = claim(
    "augmentation.random-crop-one-window",
    says="In training RandomCrop draws a place, and cuts all images of a batch there.",
    sources=[
        public(f"{PAGES}random_crop/", "RandomCrop crops a batch at one random place")
    ],
    verdict=UPHELD,
    explained_by=f"{PREPROCESSING}.random_crop:RandomCrop",
    faults=[faults.layer_crops_the_centre],
)


@random_crop_one_window.as_worded
@given(height=st.integers(4, 6), width=st.integers(4, 6), seed=seeds())
def test_a_crop_is_a_window_of_its_image(height, width, seed):
    """One window of 3 x 3 for two images."""
    image = np.arange(height * width, dtype="float32").reshape(height, width, 1)
    images, layer = np.stack([image, image + 100]), crop(3, 3)

    found = as_array(layer(images, training=True))

    top, left = divmod(int(found[0, 0, 0, 0]), width)
    judge.equal(found, images[:, top : top + 3, left : left + 3], what="training")


@random_crop_one_window.as_worded
def test_windows_are_drawn_at_random():
    """Of a square of four pixels, each side is taken in half of 120 calls."""
    image, layer = np.arange(4, dtype="float32").reshape(1, 2, 2, 1), crop(1, 1)
    compiled = traced(lambda x: layer(x, training=True), shape=(None, 2, 2, 1))
    calls = [lambda x: layer(x, training=True), compiled] * (CROPS // 2)

    image = keras.ops.convert_to_tensor(image)
    found = [as_array(call(image)).item() for call in calls]

    judge.true(
        len(set(found[1::2])) > 1, what="compiled", chance=4.0 ** (1 - CROPS / 2)
    )
    rights, lows = np.mod(found, 2), np.floor_divide(found, 2)
    for what, count in (("to the right", rights.sum()), ("below", lows.sum())):
        judge.proportion(count, of=CROPS, claimed=1 / 2, resolves=0.45, what=what)


random_crop_at_inference = claim(
    "augmentation.random-crop-at-inference",
    says="At inference RandomCrop resizes and crops images to its target size.",
    sources=[
        public(
            f"{PAGES}random_crop/",
            "At inference RandomCrop returns the largest window that has the target's "
            "aspect ratio, in the target size",
        )
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="At inference RandomCrop returns the images as they are. The next layers "
    "get another size than in training: a Dense layer after a Flatten raises an error, "
    "global pooling takes any size.",
    why="transform_images crops and resizes under `if training` alone.",
    explained_by=f"{PREPROCESSING}.random_crop:RandomCrop.transform_images",
    faults=[faults.layer_crops_at_inference],
    differs_on={
        "keras<3.6": (
            UPHELD,
            "RandomCrop.call resizes and crops at inference "
            "(layers/preprocessing/random_crop.py, Keras 3.0 to 3.5)",
        ),
    },
)


@random_crop_at_inference.as_worded
@given(height=st.integers(4, 6), width=st.integers(4, 6), seed=seeds())
def test_images_have_the_target_size_at_inference(height, width, seed):
    """From 4 to 6 pixels a side, to 3."""
    images = np.random.uniform(size=(2, height, width, 1)).astype("float32")

    found = crop(3, 3)(images, training=False)

    judge.equal(list(found.shape), [2, 3, 3, 1], what="shape")


@random_crop_at_inference.instead
@given(height=st.integers(4, 6), width=st.integers(4, 6), seed=seeds())
def test_images_are_returned_as_they_are(height, width, seed):
    """At inference both images stay whole."""
    images = np.random.uniform(size=(2, height, width, 1)).astype("float32")

    judge.equal(crop(3, 3)(images, training=False), images, what="inference")


@random_crop_at_inference.instead
def test_a_network_of_any_size_trains_and_is_evaluated():
    """With global pooling, a training step and two evaluations that agree."""
    model = cropping(keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2))
    images = np.random.uniform(size=(8, 6, 6, 3)).astype("float32")

    y = images[:, 0, 0, :2]

    judge.runs(lambda: model.train_on_batch(images, y), what="train")
    once, again = (model.evaluate(images, y, verbose=0) for _ in range(2))
    judge.equal(again, once, what="validation loss")


@random_crop_at_inference.instead
def test_a_network_of_one_size_cannot_be_evaluated():
    """Built for 4 * 4 * 3 features, it gets 6 * 6 * 3 in validation."""
    model = cropping(keras.layers.Flatten(), keras.layers.Dense(2))
    images = np.random.uniform(size=(8, 6, 6, 3)).astype("float32")
    y = images[:, 0, 0, :2]

    judge.raises(ValueError, lambda: model.test_on_batch(images, y), what="validation")
