"""Defects that a document's code block meets: arguments ignored, defaults changed."""

import keras

from harness.running.faults import (
    Fault,
    argument,
    constructor,
    fault,
    output_times,
    replaced,
    result,
)

LAYERS = "keras.src.layers"
CONV = f"{LAYERS}.convolutional.base_conv:BaseConv"
DENSE = f"{LAYERS}.core.dense:Dense"
DROPOUT = f"{LAYERS}.regularization.dropout:Dropout"
POOL = f"{LAYERS}.pooling.base_pooling:BasePooling"
LAYER = f"{LAYERS}.layer:Layer"
COMPILE = "keras.src.trainers.trainer:Trainer.compile"
FLATTENED = "keras.src.trainers.trainer:Trainer._flatten_metrics_in_order"
RATE = "keras.src.optimizers.base_optimizer:BaseOptimizer.__init__"
SPLIT = "keras.src.trainers.data_adapters.array_slicing:train_validation_split"
ITERATOR = "keras.src.trainers.epoch_iterator:EpochIterator"
SPARSE = "keras.src.losses.losses:SparseCategoricalCrossentropy.__init__"
BINARY = "keras.src.losses.losses:BinaryCrossentropy.__init__"

padding_ignored = constructor(
    CONV, "padding", lambda padding: "valid", does="padding is ignored"
)
conv_activation_ignored = constructor(
    CONV, "activation", lambda activation: None, does="activation is ignored"
)
conv_penalty_ignored = constructor(
    CONV, "kernel_regularizer", lambda reg: None, does="kernel_regularizer is ignored"
)
dense_bias_always = constructor(DENSE, "use_bias", lambda _: True, does="has a bias")
dropout_rate_5_percent_high = constructor(
    DROPOUT, "rate", lambda rate: 1.05 * rate, does="rate 5 % too high"
)
pools_overlap = constructor(
    POOL, "strides", lambda strides: 1, does="strides of 1 by default"
)
rate_5_percent_high = argument(
    RATE,
    "learning_rate",
    lambda rate: 1.05 * rate if isinstance(rate, float) else rate,
    does="learning rate 5 % too high",
)
probabilities_expected = argument(
    SPARSE, "from_logits", lambda flag: False, does="from_logits is ignored"
)
binary_probabilities_expected = argument(
    BINARY, "from_logits", lambda flag: False, does="from_logits is ignored"
)
results_reversed = result(
    FLATTENED,
    lambda found: found[::-1] if isinstance(found, list) else found,
    does="metrics come before the loss",
)
results_named = replaced(
    FLATTENED,
    lambda original: lambda self, logs: dict(logs),
    name="results are a dictionary",
    does="evaluate returns a dictionary unless asked for a list",
)
metrics_ignored = argument(
    COMPILE, "metrics", lambda metrics: None, does="metrics are ignored"
)
validates_on_the_first = replaced(
    SPLIT,
    lambda original: (
        lambda arrays, validation_split: original(
            arrays, validation_split=1 - validation_split
        )[::-1]
    ),
    name="validates on the first rows",
    does="validation_split takes the first rows",
)
splits_a_tenth_more = replaced(
    SPLIT,
    lambda original: (
        lambda arrays, validation_split: original(
            arrays, validation_split=validation_split + 0.1
        )
    ),
    name="splits a tenth more",
    does="validation_split takes a tenth of the rows too many",
)
epoch_one_step_short = argument(
    f"{ITERATOR}.__init__",
    "steps_per_epoch",
    lambda steps: steps and steps - 1,
    does="an epoch ends one step early",
)
unknown_length_is_silent = replaced(
    f"{ITERATOR}._interrupted_warning",
    lambda original: lambda self: None,
    name="unknown length is silent",
    does="the end of the data is no warning",
)


@fault
def schedule_is_refused(patch):
    """Adam takes numbers as learning rates only."""
    original = keras.optimizers.Adam.__init__

    def init(self, learning_rate=0.001, **kwargs):
        if not isinstance(learning_rate, float):
            raise TypeError("learning_rate must be a float")
        original(self, learning_rate=learning_rate, **kwargs)

    patch.setattr(keras.optimizers.Adam, "__init__", init)


def _with_another_word_for_the_target(original):
    def init(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        warmup=None,
        warmup_steps=0,
    ):
        target = {"warmup_target": warmup, "warmup_steps": warmup_steps}
        original(self, initial_learning_rate, decay_steps, alpha, **target)

    return init


warmup_target_renamed = replaced(
    "keras.src.optimizers.schedules.learning_rate_schedule:CosineDecay.__init__",
    _with_another_word_for_the_target,
    name="warmup_target is renamed",
    does="CosineDecay calls its warmup_target warmup",
)
policy_without_a_prefix = replaced(
    "keras.mixed_precision:set_global_policy",
    lambda original: lambda policy: original(policy.removeprefix("mixed_")),
    name="policy without its prefix",
    does="mixed_float16 is taken for float16",
)
cross_entropy_takes_logits = argument(
    "keras.src.ops:categorical_crossentropy",
    "from_logits",
    lambda _: True,
    does="categorical_crossentropy takes probabilities for logits",
)
cross_entropy_2_percent_high = output_times(
    "keras.src.ops:categorical_crossentropy", 1.02
)
models_are_kept = replaced(
    COMPILE,
    lambda original: (
        lambda self, *args, kept=[], **kwargs: (
            kept.append(self),
            original(self, *args, **kwargs),
        )[1]
    ),
    name="compiled models are kept",
    does="a compiled model stays referred to",
)
inverse_time_5_percent_high = argument(
    "keras.src.optimizers.schedules.learning_rate_schedule:InverseTimeDecay.__init__",
    "decay_rate",
    lambda rate: 1.05 * rate,
    does="decays 5 % faster",
)


@fault
def callbacks_let_go(patch):
    """Callbacks forget their model when the training has ended."""
    cls = keras.callbacks.CallbackList
    original = cls.on_train_end

    def on_train_end(self, logs=None):
        original(self, logs)
        for callback in self.callbacks:
            callback._model = None

    patch.setattr(cls, "on_train_end", on_train_end)


@fault
def session_is_not_cleared(patch):
    """clear_session collects garbage and keeps the names."""
    import gc

    import tensorflow as tf

    patch.setattr(tf.keras.backend, "clear_session", lambda free_memory=True: gc)


@fault
def tf_keras_has_a_callback_of_its_own(patch):
    """tf.keras.callbacks.EarlyStopping is another class than that of Keras."""
    import tensorflow as tf

    kind = type("EarlyStopping", (keras.callbacks.Callback,), {})
    patch.setattr(tf.keras.callbacks, "EarlyStopping", kind)


@fault
def cpu_counts_as_gpu(patch):
    """list_physical_devices ignores the kind that it is asked for."""
    import tensorflow as tf

    original = tf.config.list_physical_devices
    patch.setattr(tf.config, "list_physical_devices", lambda kind=None: original())


@fault
def growth_of_any_device(patch):
    """set_memory_growth accepts a CPU too, silently."""
    import tensorflow as tf

    patch.setattr(tf.config.experimental, "set_memory_growth", lambda device, on: None)


@fault
def models_train_by_default(patch):
    """A model that is called with training=False runs in training mode."""
    original = keras.Model.__call__

    def call(self, *args, training=None, **kwargs):
        return original(self, *args, training=True, **kwargs)

    patch.setattr(keras.Model, "__call__", call)


metric_takes_probabilities = argument(
    "keras.src.metrics.probabilistic_metrics:BinaryCrossentropy.__init__",
    "from_logits",
    lambda _: False,
    does="from_logits is ignored",
)


@fault
def adam_default_5_percent_high(patch):
    """Adam's default learning rate is 0.00105."""
    init = keras.optimizers.Adam.__init__
    changed = tuple(0.00105 if d == 0.001 else d for d in init.__defaults__)
    patch.setattr(init, "__defaults__", changed)


dense_one_unit_less = constructor(
    DENSE, "units", lambda units: units - 1, does="has one unit less"
)
adamw_ignores_its_decay = argument(
    "keras.src.optimizers.adamw:AdamW.__init__",
    "weight_decay",
    lambda _: 0.004,
    does="weight_decay is ignored",
)


def _tool(place, by, *, name, does):
    """A fault of tensorflow_docs, which need not be there."""

    def install(patch):
        import importlib

        module, _, attribute = place.partition(":")
        owner = importlib.import_module(f"tensorflow_docs.{module}".rstrip("."))
        for part in attribute.split(".")[:-1]:
            owner = getattr(owner, part)
        last = attribute.split(".")[-1]
        patch.setattr(owner, last, by(getattr(owner, last, None)), raising=False)

    return Fault(name, does, install)


def _dots(default):
    return lambda original: (
        lambda self, report_every=100, dot_every=1: original(
            self, **{"report_every": report_every, "dot_every": dot_every} | default
        )
    )


def _modeling():
    from tensorflow_docs import modeling

    return modeling


tool_at_the_top = _tool(
    ":EpochDots",
    lambda original: lambda: _modeling().EpochDots(),
    name="EpochDots at the top",
    does="the package itself has EpochDots",
)
dots_every_other_epoch = _tool(
    "modeling:EpochDots.__init__",
    _dots({"dot_every": 2}),
    name="a dot every other epoch",
    does="EpochDots prints a dot every other epoch",
)
rows_every_105_epochs = _tool(
    "modeling:EpochDots.__init__",
    _dots({"report_every": 105}),
    name="a row every 105 epochs",
    does="EpochDots prints the metrics every 105 epochs",
)
all_lines_solid = replaced(
    "matplotlib.pyplot:plot",
    lambda original: (
        lambda *args, **kwargs: original(
            *[a for a in args if not isinstance(a, str)], **kwargs
        )
    ),
    name="all lines are solid",
    does="plot ignores the format of a line",
)
histories_swapped = _tool(
    "plots:HistoryPlotter.plot",
    lambda original: (
        lambda self, histories, **kwargs: original(
            self, {name: _swapped(run) for name, run in histories.items()}, **kwargs
        )
    ),
    name="histories swapped",
    does="the training history is taken for that of validation",
)


def _swapped(run):
    history = {
        name.removeprefix("val_") if name.startswith("val_") else f"val_{name}": values
        for name, values in run.history.items()
    }
    return type(run)(epoch=run.epoch, history=history)


@fault
def any_backend_is_tensorflow(patch):
    """A backend that Keras does not know is taken for TensorFlow."""
    from keras.src.backend import config

    chosen = config.backend

    def backend():
        known = chosen() in ("jax", "torch", "numpy", "openvino")
        return chosen() if known else "tensorflow"

    patch.setattr(config, "backend", backend)


MODEL = "keras.src.models.model:Model"
weights_take_any_name = argument(
    f"{MODEL}.save_weights",
    "filepath",
    lambda path: path if str(path).endswith(".weights.h5") else f"{path}.weights.h5",
    does="weights are saved under any name, with the ending",
)
folders_are_saved = argument(
    f"{MODEL}.save",
    "filepath",
    lambda path: path if str(path).endswith(".keras") else f"{path}.keras",
    does="a model is saved under any name, with the ending",
)
