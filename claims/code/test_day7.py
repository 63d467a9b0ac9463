"""Code blocks of the day-7 lesson on small images: they run, and do as described."""

import keras
import numpy as np

from claims.code import faults
from claims.code.torch_networks import cross_entropy, images, judge_outputs, outputs
from claims.common.tuners import declared
from claims.documents import day7
from claims.documents.day7_figures import WINNER
from claims.penalties import faults as penalty_faults
from claims.tuner.faults import space as tuner_faults
from harness import REFUTED, UPHELD, as_array, claim, judge, shared
from harness.lab.search import extended_space, space

BASELINE = [
    *(2 * [("conv", 32, "same", "relu")] + ["pool"]),
    *(2 * [("conv", 64, "same", "relu")] + ["pool"]),
    "flatten",
    ("dense", 128, "relu"),
    ("dense", 10, "linear"),
]
SHAPE = (16, 16, 3)
LABELS = np.array([3, 1, 4])


def compiled(model, rate=1e-3):
    """The model with the lesson's compile settings, run step by step."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(rate), loss, metrics=["accuracy"], run_eagerly=True
    )
    return model


@shared
def baseline():
    """The unregularized network."""
    layers = [keras.layers.Input(shape=SHAPE)]
    for filters in (32, 64):
        for _ in range(2):
            layers.append(
                keras.layers.Conv2D(filters, 3, padding="same", activation="relu")
            )
        layers.append(keras.layers.MaxPooling2D())
    layers += [keras.layers.Flatten(), keras.layers.Dense(128, activation="relu")]
    head = keras.layers.Dense(10)
    return compiled(keras.Sequential([*layers, head], name="day6_baseline"))


day7_baseline = claim(
    "code.day7-baseline",
    says="The baseline's block runs: a named stack of convolutions that puts out "
    "logits, trained with Adam(1e-3) and cross-entropy on logits.",
    sources=[day7[36:55]],
    verdict=UPHELD,
    explained_by=[faults.CONV, faults.SPARSE],
    faults=[
        faults.padding_ignored,
        faults.conv_activation_ignored,
        faults.pools_overlap,
        faults.probabilities_expected,
        faults.rate_5_percent_high,
        faults.metrics_ignored,
    ],
    differs_on={
        "keras<3": (
            REFUTED,
            "History.on_epoch_end keeps the order of the metrics, with the loss "
            "first (callbacks.py, Keras 2)",
        ),
    },
)


@day7_baseline.as_worded
def test_the_baseline_computes_the_described_network():
    """Its outputs are those of torch with the same weights; they are logits."""
    model = baseline()

    judge.equal(model.name, "day6_baseline", what="name")
    judge_outputs(model, images(2), plan=BASELINE, what="logits")


@day7_baseline.as_worded
def test_a_step_of_fit_is_adams_on_the_cross_entropy():
    """Loss and accuracy are those of the logits; the new bias is Adam's first step."""
    model, x = baseline(), images(3)
    logits = outputs(model, x, plan=BASELINE)
    hits = np.mean(as_array(model(x)).argmax(axis=1) == LABELS)

    logs = model.fit(x, LABELS, batch_size=3, epochs=1, verbose=0).history

    judge.equal(list(logs), ["accuracy", "loss"], what="history")
    judge.close(logs["accuracy"], [hits], operations=4, what="accuracy")
    exact = cross_entropy(logits, LABELS)
    judge.close(logs["loss"], [exact], operations=999, magnitude=3, what="loss")
    gradient = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gradient[np.arange(3), LABELS] -= 1
    # 1 - beta_2 = 0.001 loses three of float32's seven digits
    step = -1e-3 * np.sign(gradient.mean(axis=0))
    judge.close(model.layers[-1].bias, step, operations=2_000, what="bias")


def block(x, filters, *, l2, drop=0.2):
    """Twice convolution, normalization and ReLU; then pooling and dropout."""
    penalty = keras.regularizers.L2(l2)
    for _ in range(2):
        conv = keras.layers.Conv2D(
            filters, 3, padding="same", use_bias=False, kernel_regularizer=penalty
        )
        x = keras.layers.BatchNormalization()(conv(x))
        x = keras.layers.Activation("relu")(x)
    return keras.layers.Dropout(drop)(keras.layers.MaxPooling2D()(x))


@shared
def network(version, *winner):
    """The network of the tuner's build function; version 2 has a width and an l2."""
    hp = declared(extended_space if version == 2 else space)
    hp.values |= dict(winner)
    values = {"l2": 1e-4, "width": 32} | (extended_space if version == 2 else space)(hp)
    x = inputs = keras.layers.Input(shape=SHAPE)
    for filters in (values["width"], 2 * values["width"]):
        x = block(x, filters, l2=values["l2"])
    penalty = keras.regularizers.L2(values["l2"])
    x = keras.layers.Dense(values["units"], use_bias=False, kernel_regularizer=penalty)(
        keras.layers.Flatten()(x)
    )
    x = keras.layers.Activation("relu")(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dropout(values["dropout"])(x)
    outputs = keras.layers.Dense(10, dtype="float32")(x)
    return compiled(keras.Model(inputs, outputs), values["lr"])


def described(width, units):
    """The plan of the lesson's regularized network."""
    steps = []
    for filters in (width, 2 * width):
        conv = ("conv", filters, "same", "linear", "unbiased")
        steps += 2 * [conv, "norm", "relu"] + ["pool", "dropout"]
    head = ["norm", "relu", "dropout", ("dense", 10, "linear")]
    return [*steps, "flatten", ("dense", units, "linear", "unbiased"), *head]


def penalties(model, l2):
    """l2 times the sum of squares of each kernel but the last."""
    kernels = [as_array(k.kernel) for k in model.layers if hasattr(k, "kernel")]
    return [l2 * np.sum(k.astype("float64") ** 2) for k in kernels[:-1]]


def judge_network(model, *, width, units, dropout, lr, l2):
    """Widths, rates, penalties and outputs are those of the values."""
    judge_outputs(model, images(8), plan=described(width, units), what="logits")
    rates = [k.rate for k in model.layers if isinstance(k, keras.layers.Dropout)]
    judge.equal(rates, [0.2, 0.2, dropout], what="dropout rates")
    judge.close(model.optimizer.learning_rate, lr, operations=1, what="rate")
    found = [float(loss) for loss in model.losses]
    n = {"operations": 16 * 64 * units, "what": "penalties"}
    judge.close(found, penalties(model, l2), **n)


TYPICAL = WINNER["typical"]
PENALIZED = [
    faults.dropout_rate_5_percent_high,
    faults.padding_ignored,
    faults.conv_penalty_ignored,
    faults.dense_bias_always,
    faults.rate_5_percent_high,
    tuner_faults.values_given_back_low,
    penalty_faults.l2_too_large,
]

day7_build_model = claim(
    "code.day7-build-model",
    says="The block function and the build function run: two regularized blocks of 32 "
    "and 64 filters and a head, with the values of the hyperparameter object.",
    sources=[day7[70:82], day7[89:93], day7[124:146]],
    verdict=UPHELD,
    why="With a fresh HyperParameters() each call returns its default, the lowest "
    "value. Two layers may share one regularizer object.",
    explained_by=[faults.CONV, faults.DENSE],
    faults=PENALIZED,
)


@day7_build_model.as_worded
def test_the_build_function_follows_the_hyperparameters():
    """With the first value of each hyperparameter the model is the described one."""
    judge_network(
        network(1), width=32, l2=1e-4, **{"units": 64, "dropout": 0.2, "lr": 1e-4}
    )


day7_build_model_v2 = claim(
    "code.day7-build-model-v2",
    says="The solution's build function runs: width and L2 strength follow the "
    "hyperparameters, and the second block is twice as wide.",
    sources=[day7[213:238]],
    verdict=UPHELD,
    explained_by=[faults.CONV, faults.DENSE],
    faults=PENALIZED,
)


@day7_build_model_v2.as_worded
def test_the_solution_follows_the_hyperparameters():
    """With the typical winner of the solution the model is the described one."""
    judge_network(network(2, *TYPICAL.items()), **TYPICAL)


day7_final_training = claim(
    "code.day7-final-training",
    says="evaluate() of the recompiled network gives the pair of loss and accuracy "
    "that the last two lines print.",
    sources=[day7[185:200]],
    verdict=UPHELD,
    why="evaluate() returns a list: the loss, which includes the penalties, and then "
    "the accuracy.",
    explained_by=faults.FLATTENED,
    faults=[
        faults.results_reversed,
        faults.results_named,
        faults.metrics_ignored,
        faults.probabilities_expected,
        penalty_faults.l2_too_large,
    ],
)


@day7_final_training.as_worded
def test_evaluate_returns_loss_and_accuracy():
    """A list of two floats: cross-entropy plus penalties, and the share of hits."""
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, 27 * 351, alpha=0.02, warmup_target=TYPICAL["lr"], warmup_steps=3 * 351
    )
    model, x = compiled(network(2, *TYPICAL.items()), schedule), images(3)
    logits = outputs(model, x, plan=described(64, 192))

    found = model.evaluate(x, LABELS, verbose=0)

    judge.equal([type(found).__name__, np.size(found)], ["list", 2], what="result")
    exact = cross_entropy(logits, LABELS) + sum(penalties(model, TYPICAL["l2"]))
    judge.close(found[0], exact, operations=999, magnitude=4, what="loss")
    hits = np.mean(as_array(model(x)).argmax(axis=1) == LABELS)
    judge.close(found[1], hits, operations=4, what="accuracy")


day7_schedule_and_policy = claim(
    "code.day7-schedule-and-policy",
    says="The blocks of schedule, optimizer and policy run: each argument is taken, "
    "the schedule can be called, printed and handed to Adam.",
    sources=[day7[102:116], day7[119]],
    verdict=UPHELD,
    explained_by="keras.src.optimizers.schedules.learning_rate_schedule:CosineDecay",
    faults=[
        faults.schedule_is_refused,
        faults.warmup_target_renamed,
        faults.policy_without_a_prefix,
    ],
)


@day7_schedule_and_policy.as_worded
def test_the_blocks_of_schedule_and_policy_run():
    """All keywords are taken and kept; Adam holds the schedule; the policy is set."""
    chosen = {
        "initial_learning_rate": 0.0,
        "warmup_target": 1e-3,
        "warmup_steps": 3 * 351,
        "decay_steps": 27 * 351,
        "alpha": 0.02,
    }
    kind = keras.optimizers.schedules.CosineDecay
    schedule = judge.runs(lambda: kind(**chosen), what="schedule")
    kept = {k: v for k, v in schedule.get_config().items() if k in chosen}
    judge.equal(str(sorted(kept.items())), str(sorted(chosen.items())), what="kept")
    judge.equal(f"{float(schedule(1053)):.6f}", "0.001000", what="printed")
    adam = judge.runs(lambda: keras.optimizers.Adam(learning_rate=schedule))
    judge.close(adam.learning_rate, 0.0, operations=1, magnitude=1e-9, what="first")

    before = keras.config.dtype_policy()
    try:
        call = keras.mixed_precision.set_global_policy
        judge.runs(lambda: call("mixed_float16"), what="policy")
        judge.equal(keras.config.dtype_policy().name, "mixed_float16", what="policy")
    finally:
        keras.config.set_dtype_policy(before)
