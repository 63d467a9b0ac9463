"""Batch normalization: what it computes, what it learns, and what it saves."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.batchnorm import faults
from claims.blocks import faults as block_faults
from claims.capacity import faults as capacity_faults
from claims.common.strategies import seeds
from claims.documents import day7, notebook
from harness import UPHELD, as_array, claim, given, gradients, judge, shared
from harness.stack.keras_internals import name_of

NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization"
EPSILON = 1e-3
CHANNELS = 3
ROUNDING = {"operations": 120, "oracle": "NumPy"}
IMAGES = (5, 3, 4)


@shared
def new_norm():
    """A new BatchNormalization for images of 3 channels, all arguments defaults."""
    norm = keras.layers.BatchNormalization()
    norm.build((None, None, None, CHANNELS))
    return norm


@shared
def convolution():
    """A 3 x 3 convolution of 2 channels with a bias, built."""
    layer = keras.layers.Conv2D(CHANNELS, 3, padding="same")
    layer.build((None, 4, 4, 2))
    return layer


def images(scale, *, channels=CHANNELS):
    """Random images whose channels differ in mean; spread about `scale`."""
    centre = np.linspace(-2, 2, channels)
    drawn = np.random.normal(centre, 1, (*IMAGES, channels))
    return (scale * drawn).astype("float32")


def normalized(x):
    """(x - mean) / sqrt(variance + epsilon) by channel, in float64, and its scale."""
    wide = x.astype("float64")
    deviation = np.sqrt(wide.var(axis=(0, 1, 2)) + EPSILON)
    found = (wide - wide.mean(axis=(0, 1, 2))) / deviation
    return found, 10 * np.abs(wide).max() / deviation.min()


def in_training(x):
    """What a new layer makes of this batch in training; nothing in it is random."""
    return as_array(new_norm()(x, training=True))


scales = st.floats(0.03, 3.0)

normalizes_each_channel = claim(
    "batchnorm.normalizes-each-channel",
    says="In training each channel leaves the layer with a mean of about zero and a "
    "variance of about one, by the statistics of the batch.",
    sources=[day7[61]],
    verdict=UPHELD,
    why="An input of biased variance v leaves with variance v / (v + epsilon), with "
    "epsilon = 0.001: 0.99 for v = 0.1, less for smaller v.",
    explained_by=[f"{NORM}.call", f"{NORM}._moments"],
    faults=[
        faults.unbiased_variance,
        faults.one_statistic_for_all_channels,
        faults.deviation_for_variance,
        faults.epsilon_5_percent_high,
        faults.default_epsilon_like_torch,
        faults.mean_not_subtracted_fully,
        faults.moving_by_default,
        faults.beta_starts_at_one,
    ],
)


@normalizes_each_channel.as_worded
@given(scale=scales, seed=seeds())
def test_training_normalizes_with_batch_statistics(scale, seed):
    """The output is the input less its channel's mean over the root of v + 0.001."""
    x = images(scale)

    y = in_training(x)

    expected, size = normalized(x)
    judge.close(y, expected, magnitude=size, **ROUNDING)


@normalizes_each_channel.as_worded
@given(scale=st.floats(0.5, 3.0), seed=seeds())
def test_mean_is_zero_and_variance_nearly_one(scale, seed):
    """The mean is 0 but for rounding; the variance is v / (v + epsilon)."""
    x = images(scale)

    y = in_training(x).astype("float64")

    v = x.astype("float64").var(axis=(0, 1, 2))
    size = normalized(x)[1]
    judge.close(y.mean(axis=(0, 1, 2)), 0, magnitude=size, what="mean", **ROUNDING)
    found = y.var(axis=(0, 1, 2))
    judge.close(found, v / (v + EPSILON), magnitude=size, what="variance", **ROUNDING)


@normalizes_each_channel.as_worded
def test_channels_may_come_first():
    """With axis=1 the statistics are those of the second dimension's channels."""
    x = images(1.0)

    first = keras.layers.BatchNormalization(axis=1)(
        x.transpose(0, 3, 1, 2), training=True
    )

    expected, size = normalized(x)
    found = as_array(first).transpose(0, 2, 3, 1)
    judge.close(found, expected, magnitude=size, **ROUNDING)


@normalizes_each_channel.as_worded
def test_a_batch_of_the_lessons_size_is_normalized_as_a_whole():
    """128 images of 4 x 4, by the statistics of all of them."""
    centre = np.linspace(-2, 2, CHANNELS)
    x = np.random.normal(centre, 1, (128, 4, 4, CHANNELS)).astype("float32")

    expected, size = normalized(x)
    n = {"operations": 2 * 128 * 16, "oracle": "NumPy"}
    judge.close(in_training(x), expected, magnitude=size, **n)


scale_and_shift = claim(
    "batchnorm.scale-and-shift",
    says="Then a learned scale gamma and shift beta are applied.",
    sources=[day7[61]],
    verdict=UPHELD,
    why="They start at one and zero, and both are trainable.",
    explained_by=[f"{NORM}.build", f"{NORM}.call"],
    faults=[
        faults.beta_ignored,
        faults.gamma_ignored,
        faults.beta_frozen,
        faults.gamma_frozen,
        faults.beta_starts_at_one,
        faults.output_2_percent_high,
    ],
)


@scale_and_shift.as_worded
@given(scale=scales, seed=seeds())
def test_the_output_is_scaled_and_shifted(scale, seed):
    """Every channel of the normalized input is multiplied by gamma, and beta added."""
    x, norm = images(scale), new_norm()
    gamma, beta = np.random.uniform(0.5, 2, (2, CHANNELS)).astype("float32")
    norm.gamma.assign(gamma)
    norm.beta.assign(beta)

    expected, size = normalized(x)
    bound = {"magnitude": 2 * size + 2, **ROUNDING}
    judge.close(norm(x, training=True), expected * gamma + beta, **bound)


@scale_and_shift.as_worded
@given(scale=scales, seed=seeds())
def test_scale_and_shift_are_learned(scale, seed):
    """Both have the gradient of the chain rule, and start at one and zero."""
    x, norm = images(scale), new_norm()
    weights = [name_of(v) for v in norm.trainable_variables]
    judge.equal(weights, ["gamma", "beta"], what="trainable")
    judge.equal(norm.gamma, np.ones(CHANNELS), what="gamma at the start")
    judge.equal(norm.beta, np.zeros(CHANNELS), what="beta at the start")
    pull = np.random.uniform(0.5, 1, x.shape).astype("float32")

    weight = keras.ops.convert_to_tensor(pull)

    found = gradients(
        lambda: keras.ops.sum(norm(x, training=True) * weight), norm.trainable_variables
    )

    expected, size = normalized(x)
    for gradient, factor in zip(found, (expected, np.ones_like(expected))):
        exact = np.sum(factor * pull, axis=(0, 1, 2))
        judge.close(gradient, exact, magnitude=60 * (size + 1), **ROUNDING)


bias_redundant = claim(
    "batchnorm.bias-redundant",
    says="Before batch normalization a convolution's bias is redundant: beta replaces "
    "any constant offset.",
    sources=[day7[62], day7[276:277]],
    verdict=UPHELD,
    why="In training the batch's mean takes the bias out, so its gradient is zero. At "
    "inference a bias b adds gamma b / sqrt(v + epsilon) until the moving mean has "
    "followed; beta can add the same.",
    explained_by=[f"{NORM}.call"],
    faults=[
        faults.mean_not_subtracted_fully,
        faults.moving_by_default,
        faults.beta_ignored,
        faults.epsilon_5_percent_high,
        faults.momentum_2_percent_low,
        faults.one_statistic_for_all_channels,
    ],
)


@bias_redundant.as_worded
@given(size=st.floats(0.5, 4.0), seed=seeds())
def test_a_bias_changes_nothing_in_training(size, seed):
    """With any bias the normalized output is the one without, and so with beta."""
    conv, norm, x = convolution(), new_norm(), images(1.0, channels=2)
    without = as_array(conv(x))
    bias, beta = np.random.uniform(-size, size, (2, CHANNELS)).astype("float32")
    conv.bias.assign(bias)
    norm.beta.assign(beta)

    expected, scale = normalized(without)
    bound = {"magnitude": 20 * (scale + size), **ROUNDING}
    judge.close(norm(conv(x), training=True), expected + beta, **bound)


@bias_redundant.as_worded
@given(seed=seeds())
def test_the_gradient_of_the_bias_is_zero(seed):
    """No loss of the normalized output pulls at the bias."""
    conv, norm, x = convolution(), new_norm(), images(1.0, channels=2)
    pull = np.random.normal(size=(*IMAGES, CHANNELS)).astype("float32")
    weight = keras.ops.convert_to_tensor(pull)

    def loss():
        return keras.ops.sum(norm(conv(x), training=True) * weight)

    (gradient,) = gradients(loss, [conv.bias])

    size = np.abs(pull).sum() * normalized(as_array(conv(x)))[1]
    judge.close(gradient, 0, magnitude=size, **ROUNDING)


@bias_redundant.as_worded
@given(size=st.floats(0.5, 4.0), seed=seeds())
def test_at_inference_beta_gives_what_a_bias_gives(size, seed):
    """A bias b is as good as a beta that is larger by gamma b / sqrt(v + 0.001)."""
    conv, norm, x = convolution(), new_norm(), images(1.0, channels=2)
    mean, bias, beta = np.random.uniform(-size, size, (3, CHANNELS)).astype("float32")
    gamma, variance = np.random.uniform(0.5, 2, (2, CHANNELS)).astype("float32")
    for weight, value in zip(norm.weights, (gamma, beta, mean, variance)):
        weight.assign(value)
    without = as_array(conv(x))
    conv.bias.assign(bias)

    found = norm(conv(x), training=False)

    factor = gamma / np.sqrt(variance.astype("float64") + EPSILON)
    expected = (without - mean) * factor + (beta + factor * bias)
    bound = {"magnitude": 3 * (np.abs(without).max() + 3 * size), **ROUNDING}
    judge.close(found, expected, **bound)


@bias_redundant.as_worded
@given(size=st.floats(0.5, 4.0), calls=st.integers(1, 5), seed=seeds())
def test_the_moving_mean_follows_the_bias(size, calls, seed):
    """After n training calls it holds the batch's mean and b, times 1 - 0.99**n."""
    conv, norm, x = convolution(), new_norm(), images(1.0, channels=2)
    mean = as_array(conv(x)).astype("float64").mean(axis=(0, 1, 2))
    bias = np.random.uniform(-size, size, CHANNELS).astype("float32")
    conv.bias.assign(bias)

    for _ in range(calls):
        norm(conv(x), training=True)

    expected = (1 - 0.99**calls) * (mean + bias)
    bound = {"magnitude": np.abs(as_array(conv(x))).max() + size, **ROUNDING}
    judge.close(norm.moving_mean, expected, what="moving mean", **bound)


use_bias_false_saves_parameters = claim(
    "batchnorm.use-bias-false-saves-parameters",
    says="use_bias=False before batch normalization saves parameters.",
    sources=[day7[62:63], day7[72:77]],
    verdict=UPHELD,
    why="It saves one for each filter: 32 of 896 in the first convolution of the "
    "lesson.",
    explained_by="keras.src.layers.convolutional.base_conv:BaseConv.build",
    faults=[
        block_faults.use_bias_ignored,
        block_faults.no_bias_by_default,
        block_faults.one_filter_more,
    ],
)


@use_bias_false_saves_parameters.as_worded
@given(filters=st.integers(1, 64), channels=st.integers(1, 8), seed=seeds())
def test_without_bias_a_convolution_has_the_kernel_alone(filters, channels, seed):
    """It has 9 * channels * filters parameters, and `filters` more with a bias."""
    counts = []
    for bias in ({"use_bias": False}, {}):
        layer = keras.layers.Conv2D(filters, 3, kernel_initializer="zeros", **bias)
        layer.build((None, 5, 5, channels))
        counts.append(sum(np.prod(v.shape) for v in layer.trainable_variables))

    kernel = 3 * 3 * channels * filters
    judge.equal(counts, [kernel, kernel + filters], oracle="arithmetic")


adds_scale_and_shift = claim(
    "batchnorm.adds-scale-and-shift",
    says="Batch normalization layers add parameters: their scale and shift.",
    sources=[notebook[454]],
    verdict=UPHELD,
    why="Each channel also has a moving mean and variance, which are not trainable.",
    explained_by=f"{NORM}.build",
    faults=[faults.no_shift, faults.beta_frozen, capacity_faults.counts_one_more],
)


@adds_scale_and_shift.as_worded
@given(channels=st.integers(1, 300))
def test_each_channel_adds_two_trainable_parameters(channels):
    """Of 4 numbers a channel, 2 are trained: the scale and the shift."""
    norm = keras.layers.BatchNormalization()
    norm.build((None, channels))

    shapes = [tuple(v.shape) for v in norm.trainable_variables]
    judge.equal(np.ravel(shapes), [channels, channels], what="scale and shift")
    frozen = [tuple(v.shape) for v in norm.non_trainable_variables]
    judge.equal(np.ravel(frozen), [channels, channels], what="not trainable")
    judge.equal(norm.count_params(), 4 * channels, what="count")
