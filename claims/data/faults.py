"""Defects of tf.data: of taking, caching, shuffling, repeating and batching."""

import numpy as np

from harness.running.faults import argument, replaced

DATASET = "tensorflow.python.data.ops.dataset_ops:DatasetV2"


def _with(method: str, parameter: str, change, *, does: str):
    return argument(f"{DATASET}.{method}", parameter, change, does=does)


def _ignored(method: str):
    """The method returns the data set that it was called on."""

    def by(original):
        return lambda self, *args, **kwargs: self

    return replaced(
        f"{DATASET}.{method}", by, name=f"{method} ignored", does="does nothing"
    )


cache_ignored = _ignored("cache")
unbatch_ignored = _ignored("unbatch")
take_one_too_few = _with("take", "count", lambda n: n - 1, does="takes one too few")
take_one_too_many = _with("take", "count", lambda n: n + 1, does="takes one too many")
skip_one_too_few = _with("skip", "count", lambda n: n - 1, does="skips one too few")
same_order_in_each_pass = _with(
    "shuffle",
    "reshuffle_each_iteration",
    lambda again: False,
    does="each pass has the first one's order",
)
not_shuffled = _with("shuffle", "buffer_size", lambda n: 1, does="buffer of one")
buffer_one_too_small = _with(
    "shuffle", "buffer_size", lambda n: max(n - 1, 1), does="buffer one too small"
)
repeats_twice = _with("repeat", "count", lambda n: 2, does="ends after two passes")
batch_one_too_small = _with(
    "batch", "batch_size", lambda n: n - 1, does="batches are one too small"
)
batch_drops_remainder = _with(
    "batch", "drop_remainder", lambda drop: True, does="drops the smaller last batch"
)


def _labels_shifted(original):
    def from_tensor_slices(tensors, name=None):
        images, labels = tensors
        return original((images, np.roll(labels, 1, axis=0)), name=name)

    return staticmethod(from_tensor_slices)


def _unwrapped(by):
    """A fault of a static method, which `vars` holds wrapped."""
    return lambda original: by(getattr(original, "__func__", original))


labels_shifted = replaced(
    f"{DATASET}.from_tensor_slices",
    _unwrapped(_labels_shifted),
    name="labels shifted",
    does="each image gets the label of the one before",
)


def _scaled(original):
    def from_tensor_slices(tensors, name=None):
        images, labels = tensors
        return original((images * np.float32(0.98), labels), name=name)

    return staticmethod(from_tensor_slices)


images_2_percent_dark = replaced(
    f"{DATASET}.from_tensor_slices",
    _unwrapped(_scaled),
    name="images 2 % dark",
    does="images are slices times 0.98",
)


def _from_the_start(original):
    def enumerated(self):
        self._current_iterator = None
        return original(self)

    return enumerated


each_epoch_begins_anew = replaced(
    "keras.src.trainers.epoch_iterator:EpochIterator._enumerate_iterator",
    _from_the_start,
    name="each epoch begins anew",
    does="fit starts its data set again in every epoch",
)

running_out_is_silent = replaced(
    "keras.src.trainers.epoch_iterator:EpochIterator._interrupted_warning",
    lambda original: lambda self: None,
    name="running out is silent",
    does="the end of the data is no warning",
)
arrays_go_on = replaced(
    "keras.src.trainers.epoch_iterator:EpochIterator.__init__",
    lambda original: (
        lambda self, x, y=None, sample_weight=None, batch_size=None, **kwargs: original(
            self,
            *(np.tile(a, (9, 1)) if isinstance(a, np.ndarray) else a for a in (x, y)),
            sample_weight,
            batch_size,
            **kwargs,
        )
    ),
    name="arrays go on",
    does="an array begins again at its end, nine times",
)
