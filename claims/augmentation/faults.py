"""Defects of tf.image's augmentations, of resizing and of one-hot labels."""

import keras

from harness.running.faults import Fault, argument, output_times, replaced, result

FLIP = "tensorflow:image.random_flip_left_right"
BRIGHTNESS = "tensorflow:image.random_brightness"
CONTRAST = "tensorflow:image.random_contrast"
ROTATION = "tensorflow:image.rot90"
CLIP = "tensorflow:clip_by_value"
RESIZE = "tensorflow:image.resize"
ONE_HOT = "tensorflow:one_hot"


def _upside_down(original):
    import tensorflow as tf

    return lambda image, seed=None: tf.image.random_flip_up_down(image, seed)


def _less_often(original):
    import tensorflow as tf

    def flip(image, seed=None):
        chosen = tf.random.uniform([]) < 0.45
        return tf.where(chosen, tf.image.flip_left_right(image), image)

    return flip


def _always(original):
    import tensorflow as tf

    return lambda image, seed=None: tf.image.flip_left_right(image)


flips_upside_down = replaced(
    FLIP, _upside_down, name="flips upside down", does="flips along the height"
)
flips_45_percent = replaced(
    FLIP, _less_often, name="flips 45 %", does="flips with probability 0.45"
)
flips_always = replaced(FLIP, _always, name="flips always", does="always flips")


def _multiplies(original):
    import tensorflow as tf

    def brightness(image, max_delta, seed=None):
        factor = tf.random.uniform([], 1 - max_delta, 1 + max_delta)
        changed = tf.cast(image, tf.float32) * factor
        return tf.saturate_cast(changed, image.dtype)

    return brightness


def _brightens_only(original):
    import tensorflow as tf

    def brightness(image, max_delta, seed=None):
        return tf.image.adjust_brightness(image, tf.random.uniform([], 0, max_delta))

    return brightness


brightness_multiplies = replaced(
    BRIGHTNESS,
    _multiplies,
    name="brightness multiplies",
    does="brightness is multiplied by a factor in 1 -+ max_delta",
)
brightens_only = replaced(
    BRIGHTNESS, _brightens_only, name="brightens only", does="never darkens"
)
brightness_2_percent_less = argument(
    BRIGHTNESS, "max_delta", lambda d: 0.98 * d, does="changes by 2 % less"
)
contrast_upper_2_percent_low = argument(
    CONTRAST, "upper", lambda upper: 0.98 * upper, does="upper bound 2 % low"
)
contrast_lower_ignored = argument(
    CONTRAST, "lower", lambda lower: 1.0, does="contrast is never reduced"
)


def _about_zero(original):
    import tensorflow as tf

    def contrast(image, lower, upper, seed=None):
        changed = tf.cast(image, tf.float32) * tf.random.uniform([], lower, upper)
        return tf.saturate_cast(changed, image.dtype)

    return contrast


def _about_common_mean(original):
    import tensorflow as tf

    def contrast(image, lower, upper, seed=None):
        x = tf.cast(image, tf.float32)
        mean = tf.reduce_mean(x)
        changed = mean + (x - mean) * tf.random.uniform([], lower, upper)
        return tf.saturate_cast(changed, image.dtype)

    return contrast


contrast_about_zero = replaced(
    CONTRAST, _about_zero, name="contrast about zero", does="scales about zero"
)
contrast_about_common_mean = replaced(
    CONTRAST,
    _about_common_mean,
    name="contrast about a common mean",
    does="scales about the mean of all channels",
)
half_turns = argument(ROTATION, "k", lambda k: 2 * k, does="turns by 180 degrees")
clockwise = argument(ROTATION, "k", lambda k: -k, does="turns the other way")
draws_5_percent_low = output_times("tensorflow:random.uniform", 0.95)
clips_at_250 = argument(
    CLIP, "clip_value_max", lambda high: high - 5, does="upper bound 2 % low"
)
clips_below_only = argument(
    CLIP, "clip_value_max", lambda high: 2 * high, does="upper bound twice as large"
)
resizes_by_nearest = argument(
    RESIZE, "method", lambda method: "nearest", does="takes the nearest pixel"
)
resizes_one_too_small = argument(
    RESIZE, "size", lambda size: (size[0], size[1] - 1), does="one column too few"
)
resize_keeps_aspect = argument(
    RESIZE,
    "preserve_aspect_ratio",
    lambda keep: True,
    does="keeps the ratio of the sides",
)
resize_antialiases = argument(
    RESIZE, "antialias", lambda flag: True, does="smooths when shrinking"
)
resized_2_percent_bright = output_times(RESIZE, 1.02)
resize_scales_to_one = output_times(RESIZE, 1 / 255)


def _mirrored(image):
    import tensorflow as tf

    return tf.image.random_flip_left_right(image)


resize_mirrors_at_random = result(RESIZE, _mirrored, does="mirrors every other image")
one_hot_one_too_far = argument(
    ONE_HOT, "indices", lambda label: label + 1, does="the class after the label"
)
one_hot_smoothed = argument(
    ONE_HOT, "on_value", lambda value: 0.95, does="the label's class gets 0.95"
)

LAYERS = "keras.src.layers.preprocessing.image_preprocessing"


def _always_trains(layer: str, does: str) -> Fault:
    """The preprocessing layer of this name acts at inference as in training."""

    def install(patch):
        kind = getattr(keras.layers, layer)
        draw, transform = kind.get_random_transformation, kind.transform_images

        def drawn(self, data, training=True, seed=None):
            return draw(self, data, training=True, seed=seed)

        def transformed(self, images, transformation, training=True):
            return transform(self, images, transformation, training=True)

        patch.setattr(kind, "get_random_transformation", drawn)
        patch.setattr(kind, "transform_images", transformed)

    return Fault(f"{layer} always trains", does, install)


layer_flips_at_inference = _always_trains("RandomFlip", "flips in validation as well")
layer_crops_at_inference = _always_trains("RandomCrop", "crops in validation as well")
layer_never_flips = argument(
    f"{LAYERS}.random_flip:RandomFlip.transform_images",
    "training",
    lambda _: False,
    does="never flips",
)
layer_crops_the_centre = argument(
    f"{LAYERS}.random_crop:RandomCrop.get_random_transformation",
    "training",
    lambda _: False,
    does="always cuts the centre out",
)
