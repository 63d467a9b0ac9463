"""Collected penalties: how `model.losses` gathers them, over layers and models."""

from functools import partial

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.penalty_models import (
    OPERATIONS,
    built,
    factors,
    judge_entries,
    kinds,
    layer_names,
    penalty,
    regularizer,
    strengths,
    weights_away_from_zero,
)
from claims.documents import day7, lab
from claims.penalties import faults as broken
from harness import QUALIFIED, REFUTED, UPHELD, as_array, claim, given, judge, shared

LOSSES = "keras.src.layers.layer:Layer.losses"
ENTRIES = "keras.src.layers.layer:Layer._get_regularization_losses"


@shared
def nested_model():
    """A model in a model, a layer that is used twice, a plain layer and an output.

    Regularized are the kernels of all but the plain layer.
    """
    dense = partial(keras.layers.Dense, use_bias=False)
    innermost = keras.Sequential([keras.Input((3,)), dense(3, kernel_regularizer="l2")])
    inner = keras.Sequential([keras.Input((3,)), innermost])
    twice = dense(3, kernel_regularizer="l2")
    x = inputs = keras.Input((3,))
    x = dense(3)(twice(twice(inner(x))))
    model = keras.Model(inputs, dense(1, kernel_regularizer="l2")(x))
    model.compile("sgd", "mse", run_eagerly=True, jit_compile=False)
    return model


def nested_and_kernels(kind, strength):
    """The nested model under this penalty, and its regularized kernels."""
    model, kernels = nested_model(), []
    for weight in model.trainable_variables:
        value = weights_away_from_zero(*weight.shape)
        weight.assign(value)
        if weight.regularizer is not None:
            weight.regularizer = regularizer(kind, strength)
            kernels.append(value)
    return model, kernels


sum_over_layers = claim(
    "penalties.sum-over-layers",
    says="The objective is the data loss plus the penalties summed over the weight "
    "arrays of the regularized layers.",
    sources=[day7[85]],
    verdict=UPHELD,
    why="compute_loss adds all of self.losses. It has each regularized weight once, "
    "even if the layer is nested or shared.",
    explained_by=ENTRIES,
    faults=[broken.last_entry_lost, broken.entries_too_large, broken.first_entry_twice],
)


@sum_over_layers.as_worded
@given(kind=kinds, strength=strengths)
def test_the_loss_exceeds_the_data_loss_by_all_penalties(kind, strength):
    """What fit minimizes is mse plus the penalties of the three kernels."""
    model, kernels = nested_and_kernels(kind, strength)
    y = np.random.normal(size=(2, 2, 1)).astype("float32")

    loss = model.compute_loss(None, *map(keras.ops.convert_to_tensor, y))

    paid = sum(penalty(w, **factors(kind, strength)) for w in kernels)
    data = np.mean((y[0] - y[1]) ** 2)
    judge.equal(len(kernels), 3, what="regularized kernels")
    judge.close(
        loss, data + paid, operations=OPERATIONS, magnitude=np.sum(2 * y**2) + paid
    )


accumulate_in_losses = claim(
    "penalties.accumulate-in-losses",
    says="model.losses gathers the penalties of all layers, those of nested models "
    "included, without being asked.",
    sources=[lab[40], day7[88], day7[279]],
    verdict=UPHELD,
    why="model.losses is computed anew at each access, so that calls of the model do "
    "not make it longer.",
    explained_by=LOSSES,
    faults=[broken.penalty_per_call, broken.last_entry_lost, broken.entries_too_large],
)


@accumulate_in_losses.as_worded
@given(kind=kinds, strength=strengths, calls=st.integers(0, 2))
def test_losses_hold_every_penalty_once(kind, strength, calls):
    """Entries are the kernels' penalties, however often the model was called."""
    model, kernels = nested_and_kernels(kind, strength)

    for _ in range(calls):
        model(np.ones((1, 3), "float32"))

    judge_entries(
        model.losses, [penalty(w, **factors(kind, strength)) for w in kernels]
    )


summed_into_losses = claim(
    "penalties.summed-into-losses",
    says="model.losses is the sum of the model's penalties.",
    sources=[lab[40]],
    verdict=REFUTED,
    severity="wording",
    instead="The regularization losses are gathered in the list model.losses, one "
    "scalar per regularized variable; their sum is the penalty.",
    why="model.losses is a list, and nothing is added up in it.",
    explained_by=LOSSES,
    faults=[broken.entries_summed, broken.entries_too_large],
)


@summed_into_losses.as_worded
@given(kind=kinds, strength=strengths)
def test_losses_are_the_total(kind, strength):
    """model.losses amounts to one number, the total penalty."""
    model, kernels = nested_and_kernels(kind, strength)

    paid = sum(penalty(w, **factors(kind, strength)) for w in kernels)
    judge_entries(model.losses, [paid])


@summed_into_losses.instead
@given(kind=kinds, strength=strengths)
def test_losses_are_a_list_of_summands(kind, strength):
    """model.losses is a list with the penalty of each kernel."""
    model, kernels = nested_and_kernels(kind, strength)

    judge.true(isinstance(model.losses, list), what="a list")
    paid = sum(penalty(w, **factors(kind, strength)) for w in kernels)
    judge_entries([sum(model.losses)], [paid])
    judge_entries(
        model.losses, [penalty(w, **factors(kind, strength)) for w in kernels]
    )


one_scalar_per_layer = claim(
    "penalties.one-scalar-per-layer",
    says="Each regularized layer contributes one scalar to model.losses.",
    sources=[day7[88]],
    verdict=QUALIFIED,
    why="There is an entry for each regularized trainable weight. The text's "
    "convolutions have one such weight each; Dense and Conv2D can have two.",
    explained_by=ENTRIES,
    faults=[
        broken.entries_summed,
        broken.entries_not_scalar,
        broken.l2_too_large,
    ],
    differs_on={
        "keras<3": (
            UPHELD,
            "Layer.losses has the penalties of frozen weights too "
            "(engine/base_layer.py, Keras 2)",
        ),
    },
)


@one_scalar_per_layer.holds_when("the layer has one regularized trainable weight")
@given(name=layer_names, kind=kinds, strength=strengths)
def test_one_regularized_weight_gives_one_scalar(name, kind, strength):
    """A layer with a regularized kernel has one entry, of shape ()."""
    layer = built(name, strength, kind)

    w, _ = layer.get_weights()
    judge.equal(
        [len(as_array(entry).shape) for entry in layer.losses], [0], what="ranks"
    )
    judge_entries(layer.losses, [penalty(w, **factors(kind, strength))])


@one_scalar_per_layer.fails_throughout(
    "both kernel and bias of the layer are regularized"
)
@given(name=layer_names, kind=kinds, strength=strengths)
def test_two_regularized_weights_give_two_scalars(name, kind, strength):
    """A layer with regularized kernel and bias has two entries."""
    layer = built(name, strength, kind, kind)

    judge.equal(len(layer.losses), 2, what="entries")


@one_scalar_per_layer.fails_throughout("the layer is frozen")
@given(name=layer_names, kind=kinds, strength=strengths)
def test_a_frozen_layer_gives_none(name, kind, strength):
    """A frozen layer with a regularizer has no entry."""
    layer = built(name, strength, kind)

    layer.trainable = False
    entries = layer.losses
    layer.trainable = True

    judge.equal(len(entries), 0, what="entries")
