"""Defects of Mixup and CutMix, and of what layers of one's own draw."""

import keras

from harness.running.faults import argument, fault, output_times, replaced, result

MIXUP = "keras.src.layers.preprocessing.image_preprocessing.mix_up:MixUp"
CUTMIX = "keras.src.layers.preprocessing.image_preprocessing.cut_mix:CutMix"
DATASET = "tensorflow.python.data.ops.dataset_ops:DatasetV2"


def _changes(layer, key, change, *, does):
    """The drawn transformation has `change(value)` for its entry `key`."""

    def changed(transformation):
        return transformation | {key: change(transformation[key])}

    return result(f"{layer}.get_random_transformation", changed, does=does)


mixup_shares_squared = _changes(
    MIXUP, "mix_weight", lambda w: w**2, does="coefficients are squared"
)
mixup_one_share_for_all = _changes(
    MIXUP, "mix_weight", lambda w: w[:1] + 0 * w, does="one coefficient for all"
)
mixup_partner_is_self = _changes(
    MIXUP,
    "permutation_order",
    lambda order: keras.ops.sort(order),
    does="each example is mixed with itself",
)


def _labels_swapped(original):
    def transform_labels(self, labels, transformation, training=True):
        swapped = transformation | {"mix_weight": 1 - transformation["mix_weight"]}
        return original(self, labels, swapped, training)

    return transform_labels


mixup_label_shares_swapped = replaced(
    f"{MIXUP}.transform_labels",
    _labels_swapped,
    name="label shares swapped",
    does="labels get the partner's share as their own",
)
alpha_ignored = argument(
    "keras.src.backend:random.beta", "alpha", lambda a: 1.0, does="alpha is always 1"
)
mixup_labels_2_percent_low = output_times(f"{MIXUP}.transform_labels", 0.98)
cutmix_labels_2_percent_low = output_times(f"{CUTMIX}.transform_labels", 0.98)
cutmix_label_shares_swapped = replaced(
    f"{CUTMIX}.transform_labels",
    _labels_swapped,
    name="CutMix label shares swapped",
    does="labels get the rectangle's share as their own",
)
cutmix_sides_by_the_share = argument(
    f"{CUTMIX}._compute_crop_bounds",
    "crop_ratio",
    lambda ratio: ratio**2,
    does="sides shrink with the share, not with its root",
)
cutmix_box_wider_than_share = result(
    f"{CUTMIX}._compute_crop_bounds",
    lambda ends: (ends[0] - 1.5, ends[1] + 1.5),
    does="the rectangle is three pixels too long",
)


@fault
def cutmix_own_share_10_percent_low(patch):
    """Labels give the example 0.9 times its share of the area."""
    original = keras.layers.CutMix._generate_batch_mask

    def generate(self, shape, corners):
        masks, weight = original(self, shape, corners)
        return masks, 0.9 * weight

    patch.setattr(keras.layers.CutMix, "_generate_batch_mask", generate)


all_or_nothing = result(
    "keras.src.backend:random.beta",
    lambda share: keras.ops.cast(keras.ops.round(share), "float32"),
    does="shares are 0 or 1",
)
partners_are_neighbours = replaced(
    "keras.src.backend:random.shuffle",
    lambda original: lambda x, axis=0, seed=None: keras.ops.roll(x, 1, axis=axis),
    name="partners are neighbours",
    does="the order is shifted by one instead of shuffled",
)
batch_one_too_small = argument(
    f"{DATASET}.batch", "batch_size", lambda n: n - 1, does="batches one too small"
)


def _labels_shifted(original):
    def mapped(self, map_func, *args, **kwargs):
        def with_shifted_labels(images, labels):
            import tensorflow as tf

            return map_func(images, tf.roll(labels, 1, axis=0))

        return original(self, with_shifted_labels, *args, **kwargs)

    return mapped


map_shifts_labels = replaced(
    f"{DATASET}.map",
    _labels_shifted,
    name="map shifts labels",
    does="each image gets the label of the one before",
)


def _unmixed(original):
    def transform_images(self, images, transformation=None, training=True):
        return original(self, images, transformation, training=False)

    return transform_images


mixup_leaves_images = replaced(
    f"{MIXUP}.transform_images",
    _unmixed,
    name="images left unmixed",
    does="training is taken for inference: images stay as they are",
)
cutmix_leaves_images = replaced(
    f"{CUTMIX}.transform_images",
    _unmixed,
    name="images left uncut",
    does="training is taken for inference: images stay as they are",
)
shuffle_leaves_order = replaced(
    "keras.src.backend:random.shuffle",
    lambda original: lambda x, axis=0, seed=None: x,
    name="shuffle leaves the order",
    does="each example is its own partner",
)


def _once(original):
    """A map whose results are kept after the first pass."""

    def mapped(self, *args, **kwargs):
        return original(self, *args, **kwargs).cache()

    return mapped


map_runs_once = replaced(
    f"{DATASET}.map", _once, name="map runs once", does="map keeps its first results"
)
