"""The notebook's report and plots: whose figures they are, and what they leave."""

import os

import keras
from hypothesis import strategies as st

from claims.callbacks import faults
from claims.common.callback_runs import (
    best_epoch,
    drive,
    last_epoch,
    losses,
    validation,
)
from claims.common.tuners import folder
from claims.documents import notebook
from harness import QUALIFIED, claim, example, given, judge, shared

STOPPING = "keras.src.callbacks.early_stopping:EarlyStopping"


final_figures_are_the_kept_models = claim(
    "callbacks.final-figures-are-the-kept-models",
    says="The final losses and accuracies of the report are those of the model that "
    "the training leaves.",
    sources=[notebook[398:401], notebook[416:420]],
    verdict=QUALIFIED,
    why="history[-1] belongs to the last epoch. With restore_best_weights the model "
    "has the weights of the best one, here epoch 32. Their evaluation is printed as "
    "0.5492 and 84.0 %.",
    explained_by=f"{STOPPING}.on_train_end",
    faults=[faults.never_restores, faults.restores_the_epoch_after],
)


def report(values, patience):
    """The epoch that the report's figures are of, and that of the model's weights."""
    callback = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=patience, restore_best_weights=True
    )
    return drive(callback, validation(values))


@final_figures_are_the_kept_models.holds_when(
    "the last epoch of the training is its best"
)
@given(values=st.lists(st.integers(1, 99), min_size=2, max_size=9, unique=True))
def test_a_training_that_improves_to_its_end_is_reported(values):
    """With losses that always fall the last epoch's weights are kept."""
    last, kept = report(sorted(values, reverse=True), patience=7)

    judge.equal(kept, last, what="epoch of the weights")


@final_figures_are_the_kept_models.fails_throughout(
    "early stopping ended the training, as here, and restored better weights"
)
@given(values=losses(12), patience=st.integers(1, 5))
@example(values=[1 + abs(k - 31) / 100 for k in range(50)], patience=7)
def test_the_weights_are_of_an_earlier_epoch(values, patience):
    """The figures are of the epoch `patience` after the one whose weights are kept."""
    values = [*values, *[max(values)] * (patience + 1)]

    last, kept = report(values, patience)

    judge.equal(last, last_epoch(values, patience), what="last epoch")
    judge.equal(kept, best_epoch(values[:last]), what="epoch of the weights")
    judge.equal(last - kept, patience, what="epochs between")


memory_efficient = claim(
    "callbacks.memory-efficient",
    says="The callbacks of the training are memory-efficient.",
    sources=[notebook[315]],
    evidence=[notebook[290:295]],
    verdict=QUALIFIED,
    why="With restore_best_weights=True EarlyStopping holds a copy of all weights of "
    "the model.",
    explained_by=f"{STOPPING}.on_epoch_end",
    faults=[faults.no_copy_of_the_best, faults.one_array_of_the_best],
)


@shared
def layer_of(units):
    """A model of one Dense layer with three inputs."""
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])


def bytes_held(callback, units):
    """Of arrays in the callback after an epoch, and of the model's weights."""
    model = layer_of(units)
    model.optimizer = keras.optimizers.SGD()
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_end(0, {"val_loss": 1.0})
    lists = [held for held in vars(callback).values() if isinstance(held, list)]
    held = [x.nbytes for values in lists for x in values if hasattr(x, "nbytes")]
    return sum(held), sum(w.nbytes for w in model.get_weights())


@memory_efficient.holds_when("ReduceLROnPlateau and ModelCheckpoint are meant")
def test_the_other_callbacks_hold_no_weights():
    """After an epoch neither holds an array."""
    plateau = keras.callbacks.ReduceLROnPlateau(patience=3)
    with folder() as path:
        name = os.path.join(path, "best.weights.h5")
        checkpoint = keras.callbacks.ModelCheckpoint(
            name, save_best_only=True, save_weights_only=True
        )
        found = [bytes_held(c, 8)[0] for c in (plateau, checkpoint)]

    judge.equal(found, [0, 0], what="bytes")


@memory_efficient.fails_throughout(
    "EarlyStopping is made with restore_best_weights=True, as here"
)
@given(units=st.sampled_from([1, 8, 40]))
def test_early_stopping_holds_a_copy_of_all_weights(units):
    """As many bytes as the model's weights have."""
    stopping = keras.callbacks.EarlyStopping(patience=7, restore_best_weights=True)

    held, weights = bytes_held(stopping, units)

    judge.equal(held, weights, what="bytes")
    judge.equal(held, 4 * (3 * units + units), what="bytes", oracle="kernel and bias")
