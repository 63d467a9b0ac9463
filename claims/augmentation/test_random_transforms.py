"""Augmentation with tf.image: what each random step does, and how often."""

import numpy as np
from hypothesis import strategies as st
from scipy import stats

from claims.augmentation import faults
from claims.common.pipelines import images, tensorflow
from claims.common.strategies import seeds
from claims.documents import notebook
from harness import QUALIFIED, UPHELD, as_array, claim, given, judge
from harness.evidence.tolerance import gamma

IMAGE = "tensorflow.python.ops.image_ops_impl"
DRAWS = 20_000


def sides(lowest: int = 2, highest: int = 7) -> st.SearchStrategy:
    """Heights and widths."""
    return st.integers(lowest, highest)


def draws(augment, image, *, count=DRAWS):
    """The results of `count` independent calls of an augmentation of one image."""
    tf = tensorflow()
    image = tf.constant(image)

    @tf.function
    def repeated():
        return tf.map_fn(
            lambda _: augment(image), tf.range(count), fn_output_signature=image.dtype
        )

    return as_array(repeated())


def randomly_bright(image):
    """The document's step for brightness."""
    return tensorflow().image.random_brightness(image, 0.2)


def randomly_stretched(image):
    """The document's step for contrast."""
    return tensorflow().image.random_contrast(image, 0.8, 1.2)


def randomly_turned(image):
    """The document's step for rotation: 0 to 3 quarter turns."""
    tf = tensorflow()
    return tf.image.rot90(image, tf.cast(tf.random.uniform([], 0, 4), tf.int32))


flip = claim(
    "augmentation.flip",
    says="Images are mirrored left to right at random.",
    sources=[notebook[82], notebook[90:91]],
    verdict=UPHELD,
    why="On average every second image is mirrored.",
    explained_by=f"{IMAGE}:_random_flip",
    faults=[faults.flips_upside_down, faults.flips_45_percent, faults.flips_always],
    needs="tensorflow",
)


@flip.as_worded
@given(height=sides(), width=sides(), seed=seeds())
def test_an_image_is_mirrored_or_not(height, width, seed):
    """Each of 8 calls gives the image or its mirror image."""
    (image,) = images(1, shape=(height, width, 3))

    found = [
        as_array(tensorflow().image.random_flip_left_right(image)) for _ in range(8)
    ]

    mirrored = image[:, ::-1]
    closest = [mirrored if np.array_equal(y, mirrored) else image for y in found]
    judge.equal(np.array(found), np.array(closest), what="image or mirror image")


@flip.as_worded
def test_half_of_the_images_are_mirrored():
    """The left of two pixels comes out right in half of 20,000 calls."""
    mirror = tensorflow().image.random_flip_left_right

    found = draws(mirror, np.array([[[0], [1]]], "uint8"))

    judge.proportion(np.sum(found[:, 0, 0]), of=DRAWS, claimed=1 / 2, resolves=0.05)


brightness = claim(
    "augmentation.brightness",
    says="Brightness changes at random by up to 20 % up or down.",
    sources=[notebook[83]],
    evidence=[notebook[93:94]],
    verdict=QUALIFIED,
    why="random_brightness adds one number from [-0.2, 0.2) to an image on the scale "
    "from 0 to 1: up to 51 of 255 grey levels, no matter how dark the image is.",
    explained_by=[f"{IMAGE}:random_brightness", f"{IMAGE}:adjust_brightness"],
    faults=[
        faults.brightness_multiplies,
        faults.brightens_only,
        faults.brightness_2_percent_less,
    ],
    needs="tensorflow",
)


@brightness.holds_when("percent of the full range is meant")
@given(height=sides(), width=sides(), seed=seeds())
def test_every_pixel_moves_by_one_number_of_grey_levels(height, width, seed):
    """All pixels move as the middle grey does, by at most 51 levels, and saturate."""
    (image,) = images(1, shape=(height, width, 3))
    image[-1, -1, -1] = 128

    found = as_array(randomly_bright(image)).astype(int)

    moved = found[-1, -1, -1] - 128
    judge.within(moved, -0.2 * 255, 0.2 * 255, what="grey levels")
    expected = np.clip(image.astype(int) + moved, 0, 255)
    judge.at_most(np.abs(found - expected), 1, what="rounding to grey levels")


@brightness.holds_when("percent of the full range is meant")
def test_the_change_is_uniform():
    """What is added on the scale from 0 to 1 is uniform in [-0.2, 0.2)."""
    found = draws(randomly_bright, np.zeros((1, 1, 1), "float32")).ravel()

    judge.law(found, stats.uniform(-0.2, 0.4).cdf, resolves=0.05)
    end = np.float32(0.2)
    judge.within(found, -end, end, what="all changes")
    rare = 2 * (1 - 1 / 400) ** DRAWS
    ends = [found.min() < -0.199, found.max() > 0.199]
    judge.true(ends, what="changes beyond 0.199", chance=rare)


@brightness.fails_when("percent of the image's own brightness is meant")
@given(level=st.integers(10, 20), seed=seeds())
def test_brightness_changes_by_a_fifth_of_itself(level, seed):
    """In 12 calls a dark image stays within 20 % of its level, but for rounding."""
    image = np.full((2, 2, 3), level, "uint8")

    found = np.array([as_array(randomly_bright(image)) for _ in range(12)])

    inside = np.abs(found.astype(int) - level) <= 0.2 * level + 1
    judge.true(inside, what="all within 20 %", chance=0.12**12)


contrast = claim(
    "augmentation.contrast",
    says="Contrast changes at random by a factor from 0.8 to 1.2.",
    sources=[notebook[84], notebook[96:97]],
    verdict=UPHELD,
    why="The distance of each pixel from its channel's mean is multiplied by one "
    "factor.",
    explained_by=[f"{IMAGE}:random_contrast", f"{IMAGE}:adjust_contrast"],
    faults=[
        faults.contrast_upper_2_percent_low,
        faults.contrast_lower_ignored,
        faults.contrast_about_zero,
        faults.contrast_about_common_mean,
    ],
    needs="tensorflow",
)


@contrast.as_worded
@given(height=sides(), width=sides(), seed=seeds())
def test_distances_from_the_channel_means_are_multiplied(height, width, seed):
    """One factor in [0.8, 1.2] explains all pixels of all channels."""
    x = np.random.uniform(0, 1, (height, width, 3)).astype("float32")
    x[0, 0], x[0, 1] = (0, 0.5, 0), (1, 0.5, 0.5)

    found = as_array(randomly_stretched(x)).astype("float64")

    mean = x.mean(axis=(0, 1), dtype="float64")
    factor = float(found[0, 1, 0] - found[0, 0, 0])
    work = 4 * height * width + 8
    slack = 3 * gamma(work)
    judge.within(factor, 0.8 - slack, 1.2 + slack, what="factor")
    expected = mean + factor * (x - mean)
    judge.close(found, expected, operations=work, magnitude=3.0, what="pixels")


@contrast.as_worded
@given(height=sides(), width=sides(), seed=seeds())
def test_contrast_of_grey_levels_saturates(height, width, seed):
    """Of uint8 images the result lies between those of 0.8 and 1.2, but for 1 level."""
    (image,) = images(1, shape=(height, width, 3))

    found = as_array(randomly_stretched(image)).astype(int)

    mean = image.mean(axis=(0, 1))
    ends = [np.clip(mean + f * (image - mean), 0, 255) for f in (0.8, 1.2)]
    judge.at_least(found, np.minimum(*ends) - 1, what="grey levels")
    judge.at_most(found, np.maximum(*ends) + 1, what="grey levels")


@contrast.as_worded
def test_the_factor_is_uniform():
    """The distance from the mean, 1 before, is uniform in [0.8, 1.2) after."""
    found = draws(randomly_stretched, np.array([[[-1], [1]]], "float32"))[:, 0, 1, 0]

    judge.law(found, stats.uniform(0.8, 0.4).cdf, resolves=0.05)
    rare = 2 * (1 - 1 / 400) ** DRAWS
    ends = [found.min() < 0.801, found.max() > 1.199]
    judge.true(ends, what="factors near the ends", chance=rare)


rotation = claim(
    "augmentation.rotation",
    says="Images are turned by a random multiple of 90 degrees.",
    sources=[notebook[85], notebook[99:100]],
    verdict=UPHELD,
    why="The cast truncates: 0, 1, 2 and 3 quarter turns are equally likely.",
    explained_by=f"{IMAGE}:rot90",
    faults=[faults.half_turns, faults.clockwise, faults.draws_5_percent_low],
    needs="tensorflow",
)


@rotation.as_worded
@given(turns=st.integers(0, 3), height=sides(), width=sides(), seed=seeds())
def test_an_image_is_turned_by_quarter_turns(turns, height, width, seed):
    """k quarter turns are NumPy's, also if height and width differ."""
    (image,) = images(1, shape=(height, width, 3))

    found = tensorflow().image.rot90(image, turns)

    judge.equal(found, np.rot90(image, turns), oracle="NumPy")


@rotation.as_worded
def test_all_quarter_turns_are_equally_likely():
    """The pixel that comes first names the turn: each one in a quarter of the draws."""
    found = draws(randomly_turned, np.array([[[0], [1]], [[3], [2]]], "uint8"))[
        :, 0, 0, 0
    ]

    for first in range(4):
        there = np.sum(found == first)
        judge.proportion(there, of=DRAWS, claimed=1 / 4, resolves=0.05)
    judge.within(found, 0, 3, what="first pixel")
