"""max_norm: over which axes it takes norms, and when it is applied."""

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common.strategies import seeds
from claims.common.traced import traced
from claims.constraints import faults
from harness import REFUTED, UPHELD, as_array, claim, example, given, judge, public

MAX_NORM = f"{faults.MAX_NORM}.__call__"
FILTER_AXES = [0, 1, 2]
MENDED = public(
    "https://github.com/vlawhern/arl-eegmodels/pull/4",
    "The constraint of a convolution has to name the axes 0, 1, 2 of its kernel, for "
    "both data formats",
)
WITHOUT_AXIS = public(
    "https://github.com/christianversloot/machine-learning-articles/blob/main/"
    "how-to-use-dropout-with-keras.md",
    "max_norm(2.0) on a Conv2D, without an axis: 2 is the largest norm accepted",
)


def large_kernel(*shape):
    """A kernel whose norms along any axis exceed 2."""
    return (5 + 5 * np.random.rand(*shape)).astype("float32")


def filter_norms(kernel):
    """The norm of each filter: over all axes but the last."""
    wide = as_array(kernel).astype("float64")
    return np.sqrt(np.sum(wide**2, axis=tuple(range(wide.ndim - 1))))


def bounded(kernel, bound):
    """w * min(norm, bound) / (norm + epsilon), with the norm of all axes but the last.

    Keras adds its epsilon of 1e-7 below the bound, too: it shrinks what is tiny.
    """
    norms = filter_norms(kernel)
    return kernel.astype("float64") * np.minimum(norms, bound) / (norms + 1e-7)


sizes = {"rows": st.integers(2, 5), "columns": st.integers(1, 5)}
channels = st.integers(2, 8)

default_axis_bounds_filters = claim(
    "constraints.default-axis-bounds-filters",
    says="max_norm(2.0), without an axis, bounds the norm of each filter of a "
    "convolution by 2.",
    sources=[WITHOUT_AXIS],
    verdict=REFUTED,
    severity="lesson",
    instead="Without an axis max_norm(2.0) bounds norms along the kernel's rows only: "
    "a filter of 3 x 3 x 8 keeps a norm of up to 2 * sqrt(24), 9.8. max_norm(2.0, "
    "axis=[0, 1, 2]) bounds each filter by 2.",
    why="The default axis is 0: each column and channel of a filter has a norm of its "
    "own.",
    explained_by=MAX_NORM,
    faults=[faults.all_axes_but_the_last, faults.bound_5_percent_high],
)


@default_axis_bounds_filters.as_worded
@given(**sizes, channels=channels, seed=seeds())
@example(rows=3, columns=3, channels=8, seed=0)
def test_a_filter_has_norm_2_without_an_axis(rows, columns, channels, seed):
    """Filters with larger norms are scaled to 2."""
    kernel = large_kernel(rows, columns, channels, 4)

    found = keras.constraints.MaxNorm(2.0)(kernel)

    n = {"operations": 4 * kernel.size + 9}
    judge.close(filter_norms(found), 2.0, what="filters", oracle="NumPy", **n)


@default_axis_bounds_filters.instead
@given(**sizes, channels=channels, seed=seeds())
@example(rows=3, columns=3, channels=8, seed=0)
def test_a_filter_keeps_a_norm_per_column_and_channel(rows, columns, channels, seed):
    """2 * sqrt(columns * channels) without an axis, and 2 with [0, 1, 2]."""
    kernel = large_kernel(rows, columns, channels, 4)

    found = filter_norms(keras.constraints.MaxNorm(2.0)(kernel))
    bounded = filter_norms(keras.constraints.MaxNorm(2.0, axis=FILTER_AXES)(kernel))

    n = {"operations": 4 * kernel.size + 9, "oracle": "NumPy"}
    judge.close(found, 2 * np.sqrt(columns * channels), what="default axis", **n)
    judge.close(bounded, 2.0, what="axis=[0, 1, 2]", **n)


three_axes_bound_filters = claim(
    "constraints.three-axes-bound-filters",
    says="max_norm with the axes 0, 1, 2 bounds each filter of a convolution.",
    sources=[MENDED],
    verdict=UPHELD,
    why="Filters below the bound stay as they are, except for an epsilon of 1e-7 that "
    "is added to each norm. The optimizer applies the constraint after its update.",
    explained_by=[MAX_NORM, "keras.src.optimizers.base_optimizer:BaseOptimizer.apply"],
    faults=[
        faults.first_axis_always,
        faults.bound_5_percent_high,
        faults.norms_as_large_as_allowed,
        faults.constraints_are_not_applied,
    ],
)


@three_axes_bound_filters.as_worded
@given(bound=st.floats(0.5, 4), scale=st.floats(0.05, 2), seed=seeds())
def test_each_filter_is_scaled_to_the_bound_or_left(bound, scale, seed):
    """w * min(norm, bound) / (norm + 1e-7) with the filter's norm."""
    kernel = np.random.normal(0, scale, (3, 3, 4, 6)).astype("float32")

    found = keras.constraints.MaxNorm(bound, axis=FILTER_AXES)(kernel)

    n = {"operations": 9 + 3 * 36, "oracle": "NumPy"}
    judge.close(found, bounded(kernel, bound), what="kernel", **n)


@three_axes_bound_filters.as_worded
def test_a_layer_made_from_its_configuration_bounds_each_filter():
    """As in a model that was cloned or loaded."""
    bound = keras.constraints.MaxNorm(2.0, axis=FILTER_AXES)
    conv = keras.layers.Conv2D(5, 3, kernel_constraint=bound)
    again = keras.layers.Conv2D.from_config(conv.get_config())
    kernel = large_kernel(3, 3, 4, 5)

    found = again.kernel_constraint(kernel)

    judge.close(filter_norms(found), 2.0, operations=4 * kernel.size, what="filters")


@three_axes_bound_filters.as_worded
def test_an_update_ends_within_the_bound():
    """Steps that would make a filter's norm 60 leave it at 2, a compiled one too."""
    conv = keras.layers.Conv2D(
        5,
        3,
        kernel_initializer="zeros",
        kernel_constraint=keras.constraints.MaxNorm(2.0, axis=FILTER_AXES),
    )
    conv.build((None, 4, 4, 4))
    gradient = keras.ops.full(conv.kernel.shape, -10.0)
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build([conv.kernel])

    def update(gradient):
        optimizer.apply([gradient], [conv.kernel])

    for apply in (update, update, traced(update)):
        apply(gradient)

        judge.close(filter_norms(conv.kernel), 2.0, operations=99, what="filters")


same_axes_for_both_formats = claim(
    "constraints.same-axes-for-both-formats",
    says="The kernel of a convolution, and so the axes of its constraint, are the same "
    "for channels_first and channels_last.",
    sources=[MENDED],
    verdict=UPHELD,
    why="The axes are rows, columns, channels and filters, in this order.",
    explained_by="keras.src.layers.convolutional.base_conv:BaseConv.build",
    faults=[faults.kernels_channels_first],
)


@same_axes_for_both_formats.as_worded
@given(rows=st.integers(1, 4), columns=st.integers(1, 4), filters=st.integers(1, 9))
def test_the_kernel_ends_with_the_filters(rows, columns, filters):
    """Seven channels, first or last in the images, are third in the kernel."""
    shapes = {"channels_last": (None, 9, 9, 7), "channels_first": (None, 7, 9, 9)}
    for data_format, shape in shapes.items():
        conv = keras.layers.Conv2D(filters, (rows, columns), data_format=data_format)
        conv.build(shape)
        expected = (rows, columns, 7, filters)
        judge.equal(tuple(conv.kernel.shape), expected, what=data_format)


default_axis_bounds_units = claim(
    "constraints.default-axis-bounds-units",
    says="For a Dense layer the default axis of max_norm bounds the weights of each "
    "unit separately.",
    sources=[
        public(
            "https://github.com/ageron/handson-ml3/issues/76",
            "What the default axis 0 of max_norm means for a dense layer's weights",
        )
    ],
    verdict=UPHELD,
    why="A kernel has inputs as rows and units as columns; the norm is that of a "
    "column.",
    explained_by=MAX_NORM,
    faults=[faults.last_axis_for_the_first, faults.bound_5_percent_high],
)


@default_axis_bounds_units.as_worded
@given(inputs=st.integers(1, 9), units=st.integers(1, 9), seed=seeds())
@example(inputs=2, units=9, seed=0)
def test_each_column_is_scaled_to_the_bound_or_left(inputs, units, seed):
    """w * min(norm, 2) / (norm + 1e-7) with the norm of the unit's column."""
    kernel = np.random.normal(0, 2, (inputs, units)).astype("float32")

    found = keras.constraints.MaxNorm(2.0)(kernel)

    operations = 9 + 3 * inputs
    judge.close(found, bounded(kernel, 2), operations=operations, oracle="NumPy")


renorm_of_torch = claim(
    "constraints.renorm-of-torch",
    says="torch.renorm with dim=0 does to a linear layer's weight what max_norm with "
    "axis=0 does to the transposed kernel of Keras.",
    sources=[
        public(
            "https://github.com/braindecode/braindecode/pull/680",
            "A double inversion: torch's weight is transposed, and its dim is the one "
            "that is kept",
        )
    ],
    verdict=UPHELD,
    explained_by=[MAX_NORM, "torch:renorm"],
    faults=[
        faults.renorm_of_rows_for_columns,
        faults.renorm_5_percent_high,
        faults.last_axis_for_the_first,
    ],
)


@renorm_of_torch.as_worded
@given(bound=st.floats(0.5, 4), seed=seeds())
def test_both_give_the_same_weights(bound, seed):
    """A kernel of 5 x 3, and its transpose; norms above 1 hide the epsilons."""
    signs = np.random.choice([-1, 1], (5, 3))
    kernel = (signs * np.random.uniform(0.5, 3, (5, 3))).astype("float32")

    found = keras.constraints.MaxNorm(bound)(kernel)
    theirs = torch.renorm(torch.tensor(kernel.T), p=2, dim=0, maxnorm=bound)

    judge.close(found, theirs.numpy().T, operations=60, oracle="torch")


once_is_not_enough = claim(
    "constraints.once-is-not-enough",
    says="In PyTorch a max-norm that is applied once, when the network is created, "
    "does not hold in training; it has to follow each step.",
    sources=[
        public(
            "https://github.com/amrzhd/EEGNet/issues/3",
            "A max-norm in the constructor constrains nothing in training",
        )
    ],
    verdict=UPHELD,
    explained_by="torch:renorm",
    faults=[faults.torch_updates_keep_the_norm, faults.renorm_5_percent_high],
)


def renormed(weight):
    """The rows of the weight, bounded by 1, in place."""
    with torch.no_grad():
        weight.copy_(torch.renorm(weight, p=2, dim=0, maxnorm=1.0))


@once_is_not_enough.as_worded
@given(rate=st.floats(0.1, 2), seed=seeds())
def test_a_step_leaves_the_bound_unless_it_follows(rate, seed):
    """A step outwards along the weights: norm 1 + rate; bounded again: 1."""
    weight = torch.nn.Parameter(torch.randn(4, 3) + 9)
    renormed(weight)
    sgd = torch.optim.SGD([weight], lr=rate)
    weight.grad = -weight.detach().clone()

    sgd.step()

    n = {"operations": 40, "oracle": "NumPy"}
    norms = np.linalg.norm(weight.detach().numpy().astype("float64"), axis=1)
    judge.close(norms, 1 + rate, what="after a step", **n)
    renormed(weight)
    norms = np.linalg.norm(weight.detach().numpy().astype("float64"), axis=1)
    judge.close(norms, 1.0, what="bounded again", **n)
