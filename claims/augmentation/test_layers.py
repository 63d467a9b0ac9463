"""Flips and crops as Keras layers: at random in training, fixed at inference."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.augmentation import faults
from claims.common.strategies import seeds
from claims.documents import lab
from harness import QUALIFIED, as_array, claim, given, judge, shared

PREPROCESSING = "keras.src.layers.preprocessing.image_preprocessing"
FLIPS, CROPS = 20_000, 120
ANY_SIZE = "the network takes images of any size, as with global pooling"


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


flips_and_crops_as_layers = claim(
    "augmentation.flips-and-crops-as-layers",
    says="Flips and crops, a condition of the comparison, are available as Keras "
    "layers for fit: random in training, deterministic in validation.",
    sources=[lab[5], lab[54]],
    verdict=QUALIFIED,
    why="RandomFlip draws for each image, RandomCrop one window for each batch. At "
    "inference RandomCrop returns the images whole: a Dense layer after a Flatten "
    "then gets more features than it was built for, and raises an error.",
    explained_by=[
        f"{PREPROCESSING}.random_flip:RandomFlip",
        f"{PREPROCESSING}.random_crop:RandomCrop",
    ],
    faults=[
        faults.layer_flips_at_inference,
        faults.layer_never_flips,
        faults.layer_crops_the_centre,
        faults.layer_crops_at_inference,
    ],
)


@flips_and_crops_as_layers.holds_when(ANY_SIZE)
@given(height=st.integers(2, 5), width=st.integers(2, 5), seed=seeds())
def test_each_image_is_mirrored_or_not(height, width, seed):
    """In training each of 8 images is itself or its mirror image; else it is itself."""
    images = np.random.uniform(size=(8, height, width, 3)).astype("float32")

    found = as_array(flip()(images, training=True))

    mirrored = images[:, :, ::-1]
    same = np.all(found == mirrored, axis=(1, 2, 3), keepdims=True)
    judge.equal(found, np.where(same, mirrored, images), what="training")
    judge.equal(flip()(images, training=False), images, what="inference")


@flips_and_crops_as_layers.holds_when(ANY_SIZE)
def test_half_of_the_images_are_mirrored():
    """The left of two pixels comes out right in half of 20,000 images."""
    images = np.tile(np.float32([[[0], [1]]]), (FLIPS, 1, 1, 1))

    found = as_array(flip()(images, training=True))

    judge.proportion(np.sum(found[:, 0, 0, 0]), of=FLIPS, claimed=1 / 2, resolves=0.05)


@flips_and_crops_as_layers.holds_when(ANY_SIZE)
@given(height=st.integers(4, 6), width=st.integers(4, 6), seed=seeds())
def test_a_crop_is_a_window_of_its_image(height, width, seed):
    """In training one window of 3 x 3 for two images; at inference both stay whole."""
    image = np.arange(height * width, dtype="float32").reshape(height, width, 1)
    images, layer = np.stack([image, image + 100]), crop(3, 3)

    found = as_array(layer(images, training=True))

    top, left = divmod(int(found[0, 0, 0, 0]), width)
    judge.equal(found, images[:, top : top + 3, left : left + 3], what="training")
    judge.equal(layer(images, training=False), images, what="inference")


@flips_and_crops_as_layers.holds_when(ANY_SIZE)
def test_windows_are_drawn_at_random():
    """Of a square of four pixels, each side is taken in half of 120 calls."""
    image, layer = np.arange(4, dtype="float32").reshape(1, 2, 2, 1), crop(1, 1)

    found = [as_array(layer(image, training=True)).item() for _ in range(CROPS)]

    rights, lows = np.mod(found, 2), np.floor_divide(found, 2)
    for what, count in (("to the right", rights.sum()), ("below", lows.sum())):
        judge.proportion(count, of=CROPS, claimed=1 / 2, resolves=0.45, what=what)


@flips_and_crops_as_layers.holds_when(ANY_SIZE)
def test_a_network_of_any_size_trains_and_is_evaluated():
    """With global pooling, a training step and two evaluations that agree."""
    model = cropping(keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2))
    images = np.random.uniform(size=(8, 6, 6, 3)).astype("float32")

    judge.runs(lambda: model.train_on_batch(images, images[:, 0, 0, :2]), what="train")
    once, again = (model.test_on_batch(images, images[:, 0, 0, :2]) for _ in range(2))
    judge.equal(again, once, what="validation loss")


@flips_and_crops_as_layers.fails_throughout(
    "a Dense layer after a Flatten fixes the number of features"
)
def test_a_network_of_one_size_cannot_be_evaluated():
    """Built for 4 * 4 * 3 features, it gets 6 * 6 * 3 in validation."""
    model = cropping(keras.layers.Flatten(), keras.layers.Dense(2))
    images = np.random.uniform(size=(8, 6, 6, 3)).astype("float32")
    y = images[:, 0, 0, :2]

    judge.raises(ValueError, lambda: model.test_on_batch(images, y), what="validation")
