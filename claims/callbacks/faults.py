"""Defects of the callbacks that stop, restore, save and report, and of TensorBoard."""

import contextlib
import io
import re
import warnings

import keras
import numpy as np

from harness.running.faults import argument, fault, replaced

STOPPING = "keras.src.callbacks.early_stopping:EarlyStopping"
CHECKPOINT = "keras.src.callbacks.model_checkpoint:ModelCheckpoint"
MONITOR = "keras.src.callbacks.monitor_callback:MonitorCallback"

patience_one_longer = argument(
    f"{STOPPING}.__init__", "patience", lambda n: n + 1, does="waits an epoch longer"
)
patience_one_shorter = argument(
    f"{STOPPING}.__init__", "patience", lambda n: n - 1, does="waits an epoch less"
)
patience_5_percent_long = argument(
    f"{STOPPING}.__init__",
    "patience",
    lambda n: round(1.05 * n),
    does="waits 5 % longer",
)
monitors_the_loss = argument(
    f"{STOPPING}.__init__",
    "monitor",
    lambda name: "val_loss",
    does="always monitors the validation loss",
)
never_restores = argument(
    f"{STOPPING}.__init__",
    "restore_best_weights",
    lambda value: False,
    does="keeps the last weights",
)
needs_a_large_step = argument(
    f"{STOPPING}.__init__",
    "min_delta",
    lambda value: 0.001,
    does="an improvement has to exceed 0.001",
)
ties_are_improvements = replaced(
    f"{MONITOR}._is_improvement",
    lambda original: (
        lambda self, value, reference: (
            reference is None or not original(self, reference, value)
        )
    ),
    name="ties improve",
    does="an equal value counts as an improvement",
)
falls_are_no_improvements = replaced(
    f"{MONITOR}._is_improvement",
    lambda original: (
        lambda self, value, reference: reference is None or value > reference
    ),
    name="higher is better",
    does="a higher loss counts as an improvement",
)
saves_every_epoch = argument(
    f"{CHECKPOINT}.__init__",
    "save_best_only",
    lambda value: False,
    does="saves at the end of every epoch",
)


@fault
def compares_with_the_last_epoch(patch):
    """A checkpoint is written whenever the loss is lower than in the epoch before."""
    cls = keras.callbacks.ModelCheckpoint
    original = cls.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        original(self, epoch, logs)
        self.best = logs[self.monitor]

    patch.setattr(cls, "on_epoch_end", on_epoch_end)


@fault
def statistics_not_loaded(patch):
    """Moving statistics are not read from a file of weights."""

    def load(self, store):
        for index, variable in enumerate(self.trainable_variables):
            variable.assign(store[str(index)])

    patch.setattr(keras.layers.BatchNormalization, "load_own_variables", load)


@fault
def restores_the_epoch_after(patch):
    """The weights restored are those of the epoch after the best one."""
    cls = keras.callbacks.EarlyStopping
    original = cls.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        original(self, epoch, logs)
        if self.best_weights is not None and epoch == self.best_epoch + 1:
            self.best_weights = self.model.get_weights()

    patch.setattr(cls, "on_epoch_end", on_epoch_end)


@fault
def stopping_keeps_its_state(patch):
    """A second training goes on with the best value and the count of the first."""
    cls = keras.callbacks.EarlyStopping
    original = cls.on_train_begin

    def on_train_begin(self, logs=None):
        if not hasattr(self, "begun"):
            original(self, logs)
        self.begun = True

    patch.setattr(cls, "on_train_begin", on_train_begin)


def _keeps(name: str, does: str, change):
    """EarlyStopping with `change(best_weights)` in place of its copy."""

    def by(original):
        def on_epoch_end(self, epoch, logs=None):
            original(self, epoch, logs)
            self.best_weights = change(self.best_weights)

        return on_epoch_end

    return replaced(f"{STOPPING}.on_epoch_end", by, name=name, does=does)


no_copy_of_the_best = _keeps(
    "no copy of the best", "early stopping keeps no weights", lambda weights: None
)
one_array_of_the_best = _keeps(
    "one array of the best",
    "keeps the first array of the weights",
    lambda weights: weights and weights[:1],
)


@fault
def first_epoch_not_recorded(patch):
    """The history starts with the second epoch."""
    cls = keras.callbacks.History
    original = cls.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        if epoch:
            original(self, epoch, logs)

    patch.setattr(cls, "on_epoch_end", on_epoch_end)


@fault
def best_value_so_far_recorded(patch):
    """The history holds the lowest value so far in place of each epoch's."""
    cls = keras.callbacks.History
    original = cls.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        original(self, epoch, logs)
        for values in self.history.values():
            values[-1] = min(values)

    patch.setattr(cls, "on_epoch_end", on_epoch_end)


verbose_ignored = argument(
    "keras.src.utils.progbar:Progbar.__init__",
    "verbose",
    lambda value: 1,
    does="always draws the progress bar",
)


rows_5_percent_high = argument(
    "keras.src.utils.progbar:Progbar.update",
    "values",
    lambda values: values and [(name, 1.05 * value) for name, value in values],
    does="prints figures 5 % too high",
)
best_starts_at_infinity = argument(
    f"{CHECKPOINT}.__init__",
    "initial_value_threshold",
    lambda value: float("inf"),
    does="takes infinity for the best loss so far",
)
messages_count_from_zero = argument(
    f"{CHECKPOINT}._save_model",
    "epoch",
    lambda epoch: epoch - 1,
    does="a checkpoint's message counts epochs from zero",
)


@fault
def rows_without_times(patch):
    """A printed row has neither the seconds nor the time of a step."""
    original = keras.utils.Progbar.update

    def update(self, *args, **kwargs):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            original(self, *args, **kwargs)
        print(re.sub(r" - \d+s - \d+m?s/step", "", printed.getvalue()), end="")

    patch.setattr(keras.utils.Progbar, "update", update)


ten_percent_are_needed = replaced(
    f"{MONITOR}._is_improvement",
    lambda original: (
        lambda self, value, reference: (
            reference is None or original(self, value, np.float64(reference) * 0.9)
        )
    ),
    name="10 % are needed",
    does="an improvement of less than 10 % is none",
)


PLATEAU = "keras.src.callbacks.reduce_lr_on_plateau:ReduceLROnPlateau"
LIST = "keras.src.callbacks.callback_list:CallbackList"


def _epsilon_is_min_delta(original):
    def init(self, *args, epsilon=None, **kwargs):
        if epsilon is not None:
            warnings.warn("epsilon is deprecated, use min_delta", stacklevel=2)
            kwargs["min_delta"] = epsilon
        original(self, *args, **kwargs)

    return init


epsilon_is_min_delta = replaced(
    f"{PLATEAU}.__init__",
    _epsilon_is_min_delta,
    name="epsilon is min_delta",
    does="epsilon is another name of min_delta, with a warning",
)
plateau_refuses_other_words = replaced(
    f"{PLATEAU}.__init__",
    lambda original: (
        lambda self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4: (
            original(self, monitor, factor, patience, min_delta=min_delta)
        )
    ),
    name="plateau refuses other words",
    does="ReduceLROnPlateau refuses words that it does not know",
)


@fault
def batch_logs_by_position(patch):
    """The functions of a batch get the logs by position."""
    cls = keras.callbacks.CallbackList
    for hook in ("on_train_batch_begin", "on_train_batch_end"):

        def called(self, batch, logs=None, hook=hook):
            for callback in self.callbacks:
                getattr(callback, hook)(batch, logs)

        patch.setattr(cls, hook, called)


@fault
def epoch_logs_by_keyword(patch):
    """The functions of an epoch get the logs by keyword."""
    cls = keras.callbacks.CallbackList
    for hook in ("on_epoch_begin", "on_epoch_end"):

        def called(self, epoch, logs=None, hook=hook):
            for callback in self.callbacks:
                getattr(callback, hook)(epoch, logs=logs or {})

        patch.setattr(cls, hook, called)


@fault
def no_callbacks_are_dropped(patch):
    """What is no callback is left out of the list."""
    cls = keras.callbacks.CallbackList
    original = cls.__init__

    def init(self, callbacks=None, **kwargs):
        kind = keras.callbacks.Callback
        kept = [c for c in callbacks or [] if isinstance(c, kind)]
        original(self, kept, **kwargs)

    patch.setattr(cls, "__init__", init)


accuracy_is_filed_as_acc = argument(
    "keras.src.callbacks.history:History.on_epoch_end",
    "logs",
    lambda logs: {name.replace("accuracy", "acc"): v for name, v in logs.items()},
    does="the history calls the accuracy acc",
)
