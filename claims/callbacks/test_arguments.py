"""Arguments of callbacks: old names, hooks' arguments, things that are no callbacks."""

import warnings

import keras
import numpy as np
from hypothesis import strategies as st

from claims.callbacks import faults
from harness import QUALIFIED, REFUTED, UPHELD, claim, given, judge, public, shared

PLATEAU = "keras.src.callbacks.reduce_lr_on_plateau:ReduceLROnPlateau"
LIST = "keras.src.callbacks.callback_list:CallbackList"

epsilon_of_plateau = claim(
    "callbacks.epsilon-of-plateau",
    says="ReduceLROnPlateau takes epsilon as the old name of min_delta, with a warning "
    "that it is deprecated.",
    sources=[
        public(
            "https://github.com/fizyr/keras-retinanet/pull/746",
            "Keras warns that epsilon of ReduceLROnPlateau is deprecated for min_delta",
        ),
        public(
            "https://github.com/keras-team/keras/pull/9723",
            "epsilon of ReduceLROnPlateau becomes min_delta, and stays as another name",
        ),
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="ReduceLROnPlateau of Keras 3 ignores epsilon, and any other keyword that "
    "it does not know, without a warning: min_delta stays at 1e-4.",
    why="Its constructor takes any keyword and does nothing with unknown ones; "
    "EarlyStopping raises a TypeError.",
    explained_by=f"{PLATEAU}.__init__",
    faults=[faults.epsilon_is_min_delta, faults.plateau_refuses_other_words],
    differs_on={
        "keras<3": (
            REFUTED,
            "ReduceLROnPlateau.__init__ takes epsilon for min_delta, but logs its "
            "warning (callbacks.py, Keras 2)",
        ),
    },
)


def plateau_with(**arguments):
    """The callback, and the warnings that making it gave."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        callback = keras.callbacks.ReduceLROnPlateau(**arguments)
    return callback, [str(w.message) for w in caught]


deltas = st.integers(1, 50).map(lambda k: k / 100)


@epsilon_of_plateau.as_worded
@given(delta=deltas)
def test_epsilon_sets_min_delta_and_warns(delta):
    """One warning, and min_delta is what epsilon says."""
    callback, told = judge.runs(lambda: plateau_with(epsilon=delta), what="epsilon")

    judge.equal(callback.min_delta, delta, what="min_delta")
    judge.equal(len(told), 1, what="warnings")


@epsilon_of_plateau.instead
@given(delta=deltas, word=st.sampled_from(["epsilon", "patiense", "factors"]))
def test_any_word_is_ignored_without_a_warning(delta, word):
    """Everything stays at its default, and nothing is said; min_delta is in force."""
    callback, told = judge.runs(lambda: plateau_with(**{word: delta}), what=word)

    found = [callback.min_delta, callback.patience, callback.factor]
    judge.equal(found, [1e-4, 10, 0.1], what="min_delta, patience, factor")
    judge.equal(len(told), 0, what="warnings")
    judge.equal(plateau_with(min_delta=delta)[0].min_delta, delta, what="min_delta")
    stopping = keras.callbacks.EarlyStopping
    judge.raises(TypeError, lambda: stopping(**{word: delta}), what="EarlyStopping")


lambda_arguments_by_keyword = claim(
    "callbacks.lambda-arguments-by-keyword",
    says="The functions of a LambdaCallback get their arguments by keyword, so that "
    "the argument for the logs must be called logs.",
    sources=[
        public(
            "https://github.com/keras-team/keras/issues/21459",
            "LambdaCallback's functions get keywords, and not positions as documented",
        )
    ],
    verdict=QUALIFIED,
    why="At a batch the logs are passed by keyword; at an epoch, and at the beginning "
    "and end of a training, by position.",
    explained_by=[f"{LIST}.on_train_batch_end", f"{LIST}.on_epoch_end"],
    faults=[faults.batch_logs_by_position, faults.epoch_logs_by_keyword],
    differs_on={
        "keras<3": (
            REFUTED,
            "CallbackList._call_batch_hook_helper passes the logs by position "
            "(callbacks.py, Keras 2)",
        ),
    },
)

BATCHES = ["on_train_batch_begin", "on_train_batch_end"]
OTHERS = ["on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end"]


@shared
def one_weight():
    """A compiled model of one weight."""
    dense = keras.layers.Dense(1, use_bias=False)
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


def fit_with(callback):
    """A fit of one batch with this callback."""
    x = np.ones((2, 1), "float32")
    one_weight().fit(x, x, verbose=0, callbacks=[callback])


def fit_with_hook(hook, function):
    """A fit with a LambdaCallback that has this function."""
    fit_with(keras.callbacks.LambdaCallback(**{hook: function}))


@lambda_arguments_by_keyword.holds_when("the functions are called at a batch")
@given(hook=st.sampled_from(BATCHES))
def test_a_batch_function_needs_an_argument_called_logs(hook):
    """With logs it runs, with another name a TypeError ends the fit."""
    judge.runs(lambda: fit_with_hook(hook, lambda batch, logs: None), what="logs")
    judge.raises(
        TypeError, lambda: fit_with_hook(hook, lambda batch, _: None), what="_"
    )


@lambda_arguments_by_keyword.fails_throughout(
    "the functions are called at an epoch, or at the beginning or end of the training"
)
@given(hook=st.sampled_from(OTHERS))
def test_other_functions_may_call_the_logs_anything(hook):
    """It runs with any name for the logs."""
    one = hook.startswith("on_train")
    function = (lambda _: None) if one else (lambda epoch, _: None)

    judge.runs(lambda: fit_with_hook(hook, function), what=hook)


no_callback_fails_late = claim(
    "callbacks.no-callback-fails-late",
    says="fit does not check that its callbacks are callbacks: given another object, "
    "it fails from within, with an AttributeError about a missing method.",
    sources=[
        public(
            "https://github.com/keras-team/keras/issues/23263",
            "Objects that are no callbacks are not checked, and fail when a method of "
            "theirs is called",
        )
    ],
    verdict=UPHELD,
    why="The error comes before any batch is trained.",
    explained_by=[f"{LIST}.set_model", f"{LIST}._configure_async_dispatch"],
    faults=[faults.no_callbacks_are_dropped],
)


@no_callback_fails_late.as_worded
def test_the_list_takes_it_and_a_call_of_it_fails():
    """An AttributeError about the object's methods; the model has made no step."""
    told = []

    def fit():
        try:
            fit_with(object())
        except AttributeError as error:
            told.append(str(error))
            raise

    judge.raises(AttributeError, fit, what="fit")
    found = " ".join(told).startswith("'object' object has no attribute")
    judge.true(found, what="a missing method is named")
    judge.equal(one_weight().optimizer.iterations, 0, what="steps")
