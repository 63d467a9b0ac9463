"""train() and eval() in PyTorch, and their counterpart in Keras."""

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common.dropout_layers import dropout
from claims.common.strategies import dropout_rates, seeds
from claims.documents import day7, lab
from claims.dropout import faults as dropout_faults
from claims.training_flag import faults
from harness import UPHELD, claim, given, judge, shared

NORM_CALL = "keras.src.layers.normalization.batch_normalization:BatchNormalization.call"
DROPOUT_CALL = "keras.src.layers.regularization.dropout:Dropout.call"

torch_modes_are_manual = claim(
    "training-flag.torch-modes-are-manual",
    says="In PyTorch the user calls train() and eval(); nothing switches the mode "
    "by itself.",
    sources=[day7[68], day7[278]],
    verdict=UPHELD,
    explained_by=["torch.nn.modules.module:Module.train"],
    faults=[faults.torch_starts_in_eval_mode, faults.torch_eval_forgets_children],
)


@torch_modes_are_manual.as_worded
@given(depth=st.integers(1, 25))
def test_the_mode_changes_when_it_is_told_to(depth):
    """Modules start in training mode, keep it under no_grad, and obey recursively."""
    inner = torch.nn.Dropout(0.5)
    module = inner
    for _ in range(depth):
        module = torch.nn.Sequential(module)

    with torch.no_grad():
        module(torch.ones(1, 4))
    judge.true(inner.training, what="after a pass under no_grad")
    module.eval()
    module(torch.ones(1, 4))
    judge.false(inner.training, what="after eval()")
    module.train()
    judge.true(inner.training, what="after train()")


torch_forgotten_eval = claim(
    "training-flag.torch-forgotten-eval",
    says="Without eval() before validation, PyTorch's dropout keeps dropping and its "
    "batch norm keeps using batch statistics, which spoils the metrics.",
    sources=[day7[68]],
    verdict=UPHELD,
    why="torch.no_grad() does not help: dropout keeps dropping under it, and batch "
    "norm keeps using batch statistics.",
    explained_by=[
        "torch.nn.modules.dropout:Dropout.forward",
        "torch.nn.modules.batchnorm:_BatchNorm.forward",
    ],
    faults=[
        faults.torch_starts_in_eval_mode,
        faults.torch_dropout_heeds_no_grad,
        faults.torch_norm_heeds_no_grad,
    ],
)


@torch_forgotten_eval.as_worded
@given(rate=dropout_rates(), seed=seeds())
def test_dropout_keeps_dropping_in_validation(rate, seed):
    """In a new module under no_grad a share of `rate` units is dropped, each time."""
    module = torch.nn.Dropout(rate)
    for _ in range(2):
        with torch.no_grad():
            y = module(torch.ones(16_384))

        judge.proportion((y == 0).sum(), of=y.numel(), claimed=rate, resolves=0.06)


@torch_forgotten_eval.as_worded
@given(rows=st.integers(4, 20), seed=seeds())
def test_batch_norm_keeps_using_batch_statistics(rows, seed):
    """In a new module under no_grad the output has the batch's own statistics out."""
    norm = torch.nn.BatchNorm1d(2, eps=0.01).double()
    x = np.random.normal(5, 2, (rows, 2))

    expected = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.01)
    bound = {"operations": 16 * rows, "magnitude": 100 * np.abs(x).max()}
    for _ in range(2):
        with torch.no_grad():
            y = norm(torch.from_numpy(x))

        judge.close(y, expected, dtype="float64", oracle="NumPy", **bound)


dropout_argument_is_the_counterpart = claim(
    "training-flag.dropout-argument-is-the-counterpart",
    says="For dropout, layer(x, training=True or False) does what train() and eval() "
    "do in PyTorch.",
    sources=[lab[17:18], lab[3], lab[43:45]],
    verdict=UPHELD,
    explained_by=[DROPOUT_CALL, "torch.nn.modules.dropout:Dropout.forward"],
    faults=[
        dropout_faults.always_active,
        dropout_faults.scaled_2_percent_low,
        dropout_faults.rate_5_percent_high,
        faults.torch_dropout_unscaled,
    ],
)


@dropout_argument_is_the_counterpart.as_worded
@given(rate=dropout_rates(0.1, 0.9))
def test_keras_and_torch_dropout_have_one_law(rate):
    """Kept value and rate of zeros agree in training; inference is the identity."""
    layer, module = dropout(rate), torch.nn.Dropout(rate)
    ones = torch.ones(16_384)
    peer = module(ones)

    ours = keras.ops.convert_to_numpy(layer(ones.numpy(), training=True))

    judge.close(ours.max(), peer.max(), operations=8, what="kept", oracle="torch")
    judge.proportion((ours == 0).sum(), of=16_384, claimed=rate, resolves=0.06)
    judge.proportion((peer == 0).sum(), of=16_384, claimed=rate, resolves=0.06)
    judge.equal(layer(ones.numpy(), training=False), module.eval()(ones), what="eval")


batchnorm_argument_is_the_counterpart = claim(
    "training-flag.batchnorm-argument-is-the-counterpart",
    says="For batch norm, layer(x, training=True or False) does what train() and "
    "eval() do in PyTorch.",
    sources=[lab[19:20], lab[4]],
    verdict=UPHELD,
    why="The outputs agree for the same statistics and epsilon. The defaults differ: "
    "Keras keeps 0.99 of the old value and PyTorch 0.9, and PyTorch's running "
    "variance is the unbiased one.",
    explained_by=[NORM_CALL, "torch.nn.modules.batchnorm:_BatchNorm.forward"],
    faults=[
        faults.norm_ignores_training,
        faults.norm_always_trains,
        faults.norm_3_percent_high,
        faults.torch_running_variance_is_biased,
    ],
)


@shared
def new_norm(features):
    """BatchNormalization with torch's kind of initial statistics, 0 and 1."""
    norm = keras.layers.BatchNormalization(epsilon=0.01)
    norm.build((None, features))
    return norm


@batchnorm_argument_is_the_counterpart.as_worded
@given(rows=st.integers(4, 16), features=st.sampled_from((1, 4)), seed=seeds())
def test_keras_and_torch_batch_norm_agree_in_both_modes(rows, features, seed):
    """Batch statistics with training=True, moving ones with False, as in torch."""
    x = np.random.normal(1, 2, (rows, features)).astype("float32")
    norm = new_norm(features)
    peer = torch.nn.BatchNorm1d(features, eps=0.01)

    bound = {"operations": 16 * rows, "magnitude": 100 * np.abs(x).max()}
    for training in (False, True):
        peer.train(training)
        expected = peer(torch.from_numpy(x))
        ours = norm(x, training=training)
        judge.close(
            ours, expected, what=f"training={training}", oracle="torch", **bound
        )
    # the defaults differ: Keras keeps 0.99 of its statistics, torch 0.9; and torch's
    # variance is the unbiased one
    mean, largest = x.astype("float64").mean(axis=0), np.abs(x).max()
    for found, share in ((norm.moving_mean, 0.01), (peer.running_mean, 0.1)):
        judge.close(
            found,
            share * mean,
            operations=rows + 8,
            magnitude=share * largest,
            what="moving mean",
        )
    n = {"operations": 4 * rows + 8, "magnitude": 1 + largest**2}
    ours, theirs = (np.var(x.astype("float64"), axis=0, ddof=k) for k in (0, 1))
    judge.close(norm.moving_variance, 0.99 + 0.01 * ours, what="moving variance", **n)
    judge.close(peer.running_var, 0.9 + 0.1 * theirs, what="running variance", **n)
    maps = torch.nn.BatchNorm2d(features, eps=0.01)
    maps(torch.from_numpy(x[:, :, None, None]))
    for name in ("running_mean", "running_var"):
        found, expected = getattr(maps, name), getattr(peer, name)
        judge.close(found, expected, what=f"2d: {name}", **n)
