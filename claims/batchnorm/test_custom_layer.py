"""A batch normalization layer of one's own, and where the real one stands."""

import pathlib
import tempfile

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.batchnorm import faults, pictures
from claims.common import compiled
from claims.common.strategies import seeds
from claims.documents import day7, lab
from claims.training_flag import faults as mode_faults
from harness import UPHELD, as_array, claim, example, given, judge, shared
from harness.lab.batch_norm import MyBatchNorm
from harness.lab.networks import regularized_block

NORM = "keras.src.layers.normalization.batch_normalization:BatchNormalization"
FEATURES = 3


@shared
def own():
    """The layer that the lab asks for, built."""
    layer = MyBatchNorm(FEATURES)
    layer.build((None, FEATURES))
    return layer


@shared
def given_by_keras(dimensions):
    """BatchNormalization with its defaults, built for so many dimensions."""
    layer = keras.layers.BatchNormalization()
    layer.build((None,) * (dimensions - 1) + (FEATURES,))
    return layer


def draw(*shape):
    """Random input of this shape, and a bound on the terms of its normalization."""
    x = np.random.normal(1, 2, shape).astype("float32")
    spread = np.sqrt(np.min(np.var(x.reshape(-1, FEATURES), axis=0)) + 1e-3)
    return x, {"operations": 150, "magnitude": 8 * np.abs(x).max() / min(spread, 1)}


shapes = st.sampled_from([(8, 3), (20, 3), (200, 3), (4, 5, 3), (2, 4, 4, 3)])

custom_layer_branches = claim(
    "batchnorm.custom-layer-branches",
    says="A layer with gamma, beta and running statistics that uses the batch's "
    "statistics in training, and the running ones otherwise, reimplements batch "
    "normalization.",
    sources=[lab[48], lab[33]],
    verdict=UPHELD,
    why="In both modes its outputs agree with those of Keras' and PyTorch's layers. "
    "Its running statistics are Keras'; PyTorch keeps 0.9 of the old value, and its "
    "running variance is the unbiased one.",
    explained_by=[f"{NORM}.call", "torch.nn.modules.batchnorm:_BatchNorm.forward"],
    faults=[
        faults.output_2_percent_high,
        faults.momentum_2_percent_low,
        faults.unbiased_variance,
        faults.always_batch_statistics,
        faults.moving_by_default,
        faults.default_epsilon_like_torch,
        mode_faults.torch_norm_heeds_no_grad,
    ],
)


@custom_layer_branches.as_worded
@given(shape=shapes, seed=seeds())
def test_the_layer_agrees_with_that_of_keras(shape, seed):
    """Outputs in training and after it at inference agree, and so do statistics."""
    pictures.running_means()
    ours, theirs = own(), given_by_keras(len(shape))
    x, bound = draw(*shape)
    ours.set_weights(weights := np.random.uniform(0.5, 1.5, (4, 3)).astype("float32"))
    theirs.set_weights(weights)

    for training in (True, False):
        found, expected = ours(x, training=training), theirs(x, training=training)
        judge.close(found, expected, what=f"{training=}", oracle="Keras", **bound)
    size = bound | {"magnitude": 1 + np.abs(x).max() ** 2}
    for found, expected in zip(ours.weights, theirs.weights):
        judge.close(as_array(found), as_array(expected), oracle="Keras", **size)


@custom_layer_branches.as_worded
@given(rows=st.integers(8, 24), seed=seeds())
@example(rows=200, seed=0)
def test_the_layer_agrees_with_that_of_torch(rows, seed):
    """Both modes agree, without gradients, where PyTorch's statistics are the same."""
    ours, theirs = own(), torch.nn.BatchNorm1d(FEATURES, eps=1e-3)
    (x, bound), drawn = draw(rows, FEATURES), np.random.uniform(0.5, 1.5, (4, 3))
    ours.set_weights(drawn.astype("float32"))
    names = ("weight", "bias", "running_mean", "running_var")
    theirs.load_state_dict(
        {k: torch.tensor(w) for k, w in zip(names, drawn)}, strict=False
    )

    for training in (False, True):
        theirs.train(training)
        with torch.no_grad():
            expected = theirs(torch.from_numpy(x))
        found = ours(x, training=training)
        judge.close(found, expected, what=f"{training=}", oracle="torch", **bound)


@custom_layer_branches.as_worded
def test_a_compiled_training_moves_the_statistics_with_each_batch():
    """After sixty batches of fit the moving means are those of the layer's formula."""
    run, kept = compiled.training(), compiled.MOMENTUM
    means, expected = run.x.mean(axis=1, dtype="float64"), np.zeros(compiled.UNITS)
    for mean in np.tile(means, (compiled.EPOCHS, 1)):
        expected = kept * expected + (1 - kept) * mean

    n = {"operations": compiled.ROWS + 4 * compiled.UPDATES, "magnitude": 3}
    judge.close(run.moving, expected, what="moving means", oracle="NumPy", **n)


@custom_layer_branches.as_worded
def test_the_layer_is_saved_and_loaded():
    """A model with it comes back from a file with weights and arguments."""
    layer = MyBatchNorm(FEATURES, momentum=0.9, epsilon=0.01)
    model = keras.Sequential([keras.Input((FEATURES,)), layer])
    layer.running_mean.assign([1.0, 2.0, 3.0])

    with tempfile.TemporaryDirectory() as folder:
        model.save(path := pathlib.Path(folder) / "model.keras")
        loaded = keras.models.load_model(path).layers[0]

    names = ("num_features", "momentum", "epsilon")
    config = [loaded.get_config()[name] for name in names]
    judge.equal(config, [FEATURES, 0.9, 0.01], what="arguments")
    judge.equal(as_array(loaded.running_mean), [1.0, 2.0, 3.0], what="running mean")


activation_sees_normalized_inputs = claim(
    "batchnorm.activation-sees-normalized-inputs",
    says="In the order convolution, BatchNorm, activation, the activation gets "
    "normalized inputs.",
    sources=[day7[61], day7[63], day7[276:277]],
    verdict=UPHELD,
    why="In training the ReLU gets the convolution's output, normalized by channel, "
    "for images at scales from 0.5 to 50.",
    explained_by=f"{NORM}.call",
    faults=[
        faults.one_statistic_for_all_channels,
        faults.unbiased_variance,
        faults.moving_by_default,
        faults.beta_starts_at_one,
        faults.output_2_percent_high,
    ],
)


@shared
def block_with_inputs_of_relu():
    """The lesson's block with 3 filters; what its convolutions, BatchNorms and ReLUs
    put out, in this order."""
    inputs = keras.Input((6, 6, 3))
    model = keras.Model(inputs, regularized_block(inputs, filters=3, l2=0.0, rate=0.2))
    kinds = ("Conv2D", "BatchNormalization", "Activation")
    outputs = [
        layer.output
        for kind in kinds
        for layer in model.layers
        if type(layer).__name__ == kind
    ]
    return keras.Model(inputs, outputs)


@activation_sees_normalized_inputs.as_worded
@given(scale=st.floats(0.5, 50.0), seed=seeds())
def test_relu_gets_normalized_channels(scale, seed):
    """Both ReLUs see the convolution's output normalized by channel, clipped at 0."""
    x = scale * np.random.normal(1, 1, (6, 6, 6, 3)).astype("float32")

    outputs = block_with_inputs_of_relu()(x, training=True)

    first, second, *rest = (as_array(y).astype("float64") for y in outputs)
    for conv, norm, relu in zip((first, second), rest[:2], rest[2:]):
        deviation = np.sqrt(conv.var(axis=(0, 1, 2)) + 1e-3)
        expected = (conv - conv.mean(axis=(0, 1, 2))) / deviation
        size = 10 * np.abs(conv).max() / deviation.min()
        judge.close(norm, expected, operations=150, magnitude=size, oracle="NumPy")
        judge.equal(relu, np.maximum(norm, 0), what="ReLU of it")
