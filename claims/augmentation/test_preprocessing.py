"""Preprocessing of images: value range, size, scale, and one-hot labels."""

import numpy as np
import torch
from hypothesis import strategies as st

from claims.augmentation import faults
from claims.common.pipelines import images, tensorflow
from claims.common.strategies import seeds
from claims.documents import notebook
from claims.documents.notebook_figures import IMAGENETTE, NETWORK
from harness import UPHELD, claim, given, judge
from harness.running.faults import figure

IMAGE = "tensorflow.python.ops.image_ops_impl"
BILINEAR = 24
"""Roundings of a pixel: two positions of up to 7 operations, three interpolations."""


def sides(lowest: int = 1, highest: int = 60) -> st.SearchStrategy:
    """Heights and widths; also larger than the target size, where it shrinks."""
    return st.integers(lowest, highest).map(lambda k: k if k < 55 else 4 * k)


def resized(image):
    """The document's resizing to 160 x 160."""
    return tensorflow().image.resize(image, (IMAGENETTE["size"], IMAGENETTE["size"]))


def prepared(image, label):
    """The document's preprocessing of a validation image, and its one-hot label."""
    tf = tensorflow()
    scaled = tf.cast(resized(image), tf.float32) / 255.0
    return scaled, tf.one_hot(label, NETWORK["classes of imagenette"])


def bilinear(image):
    """torch's bilinear interpolation of the image to 160 x 160, in float64."""
    channels_first = torch.from_numpy(image.astype("float64")).permute(2, 0, 1)[None]
    made = torch.nn.functional.interpolate(
        channels_first,
        size=IMAGENETTE["shape"][:2],
        mode="bilinear",
        align_corners=False,
    )
    return made[0].permute(1, 2, 0)


clip = claim(
    "augmentation.clip",
    says="The clip keeps all pixel values of an augmented image within 0 and 255.",
    sources=[notebook[102:103]],
    verdict=UPHELD,
    why="uint8 images cannot leave the range: brightness and contrast saturate, and "
    "the clip changes nothing. Floats are cut.",
    explained_by="tensorflow.python.ops.clip_ops:clip_by_value",
    faults=[faults.clips_at_250, faults.clips_below_only],
    needs="tensorflow",
)


@clip.as_worded
@given(low=st.integers(-400, 0), high=st.integers(255, 700), seed=seeds())
def test_values_beyond_the_range_become_its_ends(low, high, seed):
    """Floats from far below 0 to far above 255 are cut at these, others unchanged."""
    x = np.random.uniform(low, high, (3, 4, 3)).astype("float32")
    x[0, 0], x[0, 1] = (low, high, 255), (0, 254, 128)

    found = tensorflow().clip_by_value(x, 0, 255)

    judge.equal(found, np.clip(x, 0, 255), oracle="NumPy")


@clip.as_worded
@given(height=st.integers(1, 6), width=st.integers(1, 6), seed=seeds())
def test_augmented_grey_levels_are_in_the_range_already(height, width, seed):
    """After brightness and contrast uint8 images pass the clip as they are."""
    tf = tensorflow()
    (image,) = images(1, shape=(height, width, 3))
    image = tf.image.random_contrast(tf.image.random_brightness(image, 0.2), 0.8, 1.2)

    found = tf.clip_by_value(image, 0, 255)

    judge.equal(found, image, what="values")
    judge.equal(found.dtype.name, "uint8", what="dtype")


resize = claim(
    "augmentation.resize",
    says="Resizing brings images of any dimensions to one size, 160 by 160.",
    sources=[notebook[77:78], notebook[108], notebook[113:114], notebook[121]],
    verdict=UPHELD,
    why="It interpolates bilinearly, does not keep the ratio of the sides, and does "
    "not antialias when it shrinks.",
    explained_by=f"{IMAGE}:resize_images_v2",
    faults=[
        faults.resizes_one_too_small,
        faults.resize_keeps_aspect,
        faults.resizes_by_nearest,
        faults.resize_antialiases,
        figure(IMAGENETTE, "size", 161),
    ],
    needs="tensorflow",
)


@resize.as_worded
@given(height=sides(), width=sides(), seed=seeds())
def test_any_image_becomes_160_by_160(height, width, seed):
    """Shape (h, w, 3) becomes (160, 160, 3), with bilinear interpolation."""
    (image,) = images(1, shape=(height, width, 3))

    found = resized(image)

    judge.equal(found.shape, IMAGENETTE["shape"], what="shape")
    work = {"operations": BILINEAR * max(height, width), "magnitude": 255}
    judge.close(found, bilinear(image), oracle="torch", **work)


normalized = claim(
    "augmentation.normalized",
    says="Dividing by 255 after the cast normalizes the pixels to [0, 1].",
    sources=[notebook[115], notebook[122]],
    verdict=UPHELD,
    why="Resizing returns float32 on the scale of its input, so only the division "
    "changes the scale: 0 stays 0 and 255 becomes 1.",
    explained_by=f"{IMAGE}:resize_images_v2",
    faults=[faults.resized_2_percent_bright, faults.resize_scales_to_one],
    needs="tensorflow",
)


@normalized.as_worded
@given(height=sides(2), width=sides(2), seed=seeds())
def test_pixels_lie_between_zero_and_one(height, width, seed):
    """All pixels are float32 and in [0, 1]; a white image is 1, a black one 0."""
    (image,) = images(1, shape=(height, width, 3))

    found, _ = prepared(image, 0)

    judge.equal(found.dtype.name, "float32", what="dtype")
    judge.within(found, 0, 1, what="range")
    judge.equal(prepared(np.full_like(image, 255), 0)[0], 1, what="white")
    judge.equal(prepared(np.zeros_like(image), 0)[0], 0, what="black")


not_on_validation = claim(
    "augmentation.not-on-validation",
    says="Validation images are only resized and scaled, without augmentation.",
    sources=[notebook[119:123], notebook[132:133]],
    verdict=UPHELD,
    explained_by=f"{IMAGE}:resize_images_v2",
    faults=[
        faults.resize_mirrors_at_random,
        faults.resized_2_percent_bright,
        faults.resizes_by_nearest,
    ],
    needs="tensorflow",
)


@not_on_validation.as_worded
@given(height=sides(2), width=sides(2), seed=seeds())
def test_validation_images_are_the_resized_ones(height, width, seed):
    """A prepared image is torch's interpolation divided by 255."""
    (image,) = images(1, shape=(height, width, 3))

    found, _ = prepared(image, 3)

    work = {"operations": (BILINEAR + 1) * max(height, width), "magnitude": 1}
    judge.close(found, bilinear(image) / 255, oracle="torch", **work)


@not_on_validation.as_worded
def test_two_passes_over_the_validation_set_agree():
    """Mapped, in parallel and in batches of 16, 20 images come out the same twice."""
    tf = tensorflow()
    data = tf.data.Dataset.from_tensor_slices((images(20), np.arange(20) % 10))
    data = data.map(prepared, num_parallel_calls=tf.data.AUTOTUNE)
    data = data.batch(16).prefetch(tf.data.AUTOTUNE)

    first, second = (
        np.concatenate([x for x, _ in data.as_numpy_iterator()]) for _ in range(2)
    )

    judge.equal(first.shape, (20, *IMAGENETTE["shape"]), what="shape")
    judge.equal(second, first, what="second pass", oracle="the first pass")


one_hot = claim(
    "augmentation.one-hot",
    says="A label becomes a vector with a one for its class and zeros for the others.",
    sources=[notebook[116], notebook[123]],
    verdict=UPHELD,
    explained_by="tensorflow.python.ops.array_ops:one_hot",
    faults=[faults.one_hot_one_too_far, faults.one_hot_smoothed],
    needs="tensorflow",
)


@one_hot.as_worded
@given(label=st.integers(0, 12), more=st.integers(1, 9))
def test_a_label_becomes_a_row_of_the_identity(label, more):
    """The label k of n classes becomes row k of the n by n identity, as float32."""
    classes = label + more

    found = tensorflow().one_hot(label, classes)

    judge.equal(found, np.eye(classes)[label], oracle="NumPy")
    judge.equal(found.dtype.name, "float32", what="dtype")
