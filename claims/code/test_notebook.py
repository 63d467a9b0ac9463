"""Code blocks of the Imagenette notebook on tiny images: they run as described."""

import gc
import os
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path

import keras
import numpy as np
import torch

from claims.code import faults
from claims.code.torch_networks import outputs
from claims.common.policies import policy
from claims.documents import article, notebook, tutorial
from claims.mixed_precision import faults as precision_faults
from harness import REFUTED, UPHELD, as_array, claim, judge, shared
from harness.stack.devices import gpu_count
from harness.stack.keras_internals import own_session

CLASSES = 10
BLOCKS = [
    4,
    20,
    35,
    40,
    52,
    62,
    71,
    77,
    88,
    89,
    90,
    93,
    96,
    99,
    102,
    108,
    109,
    110,
    113,
    119,
    120,
    126,
    129,
    132,
    178,
    188,
    196,
    204,
    213,
    222,
    278,
    289,
    298,
]
"""All of the notebook's own code up to fit, by first line."""
STAND_INS = Path(__file__).with_name("stand_ins")

notebook_imports = claim(
    "code.notebook-imports",
    says="layers, models, regularizers and EarlyStopping can be imported from "
    "tensorflow.keras.",
    sources=[notebook[6:8], article[5:7], article[59], tutorial[53:56]],
    verdict=UPHELD,
    why="tensorflow.keras is the installed Keras: it has the same version, and its "
    "classes are those of keras.",
    explained_by="keras:layers.Dense",
    faults=[faults.tf_keras_has_a_callback_of_its_own],
    needs="tensorflow",
)


@notebook_imports.as_worded
def test_the_paths_below_tensorflow_lead_to_keras():
    """What is imported from tensorflow.keras is what keras has."""

    def imported():
        from tensorflow import keras as of_tensorflow
        from tensorflow.keras import layers, models, regularizers
        from tensorflow.keras.callbacks import EarlyStopping

        kinds = (layers.Dense, models.Sequential, regularizers.L2, EarlyStopping)
        return of_tensorflow.Model, *kinds

    model, *kinds = judge.runs(imported, what="imports")
    judge.true(model is keras.Model, what="model")
    own = (keras.layers.Dense, keras.models.Sequential, keras.regularizers.L2)
    same = [a is b for a, b in zip(kinds, (*own, keras.callbacks.EarlyStopping))]
    judge.true(same, what="classes")


notebook_memory_growth = claim(
    "code.notebook-memory-growth",
    says="Where there are GPUs, the block sets memory growth on each of them.",
    sources=[notebook[20:26]],
    explained_by="tensorflow.python.framework.config:set_memory_growth",
    needs="tensorflow",
)

GROWTH = """
import tensorflow as tf
for device in tf.config.list_physical_devices("GPU"):
    tf.config.experimental.set_memory_growth(device, True)
    print(tf.config.experimental.get_memory_growth(device))
"""


@notebook_memory_growth.as_worded
def test_memory_growth_is_set_on_each_gpu(gpu):
    """In a process of its own: it has to come before the GPUs are used."""
    named = {**os.environ}
    named.pop("TF_FORCE_GPU_ALLOW_GROWTH", None)
    command = [sys.executable, "-c", GROWTH]

    done = subprocess.run(
        command, env=named, capture_output=True, text=True, timeout=120
    )

    judge.equal(done.returncode, 0, what="exit code of the block")
    judge.equal(done.stdout.split(), ["True"] * gpu_count(), what="growth of each GPU")


notebook_without_a_gpu = claim(
    "code.notebook-without-a-gpu",
    says="Without a GPU the list of GPUs is empty, and the block takes its other "
    "branch.",
    sources=[notebook[27:28]],
    verdict=UPHELD,
    why="A CPU is not in the list of GPUs, and TensorFlow refuses memory growth, a "
    "setting of GPUs, for it.",
    explained_by="tensorflow.python.framework.config:set_memory_growth",
    faults=[faults.cpu_counts_as_gpu, faults.growth_of_any_device],
    needs="tensorflow",
)


@notebook_without_a_gpu.as_worded
def test_without_a_gpu_the_other_branch_is_taken(no_gpu):
    """The list of GPUs is empty; a CPU, which is no GPU, is refused."""
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    judge.equal(len(devices), 0, what="GPUs")
    cpu = tf.config.list_physical_devices("CPU")[0]
    refused = tf.config.experimental.set_memory_growth
    judge.raises(ValueError, lambda: refused(cpu, True), what="growth of a CPU")


def plan():
    """The notebook's network, one step a layer."""
    steps = []
    for filters in (32, 64, 128):
        steps += 2 * [("conv", filters, "same", "relu"), "norm"] + ["pool", "dropout"]
    head = ["norm", "dropout", ("dense", CLASSES, "softmax")]
    return [*steps, "flatten", ("dense", 256, "relu"), *head]


@shared
def network():
    """The network for 16 x 16 images under the notebook's policy, compiled."""
    layers, first = [], {"input_shape": (16, 16, 3)}
    with policy("mixed_float16"):
        for filters in (32, 64, 128):
            for _ in range(2):
                like = {"activation": "relu", "padding": "same"} | first
                layers.append(keras.layers.Conv2D(filters, (3, 3), **like))
                layers.append(keras.layers.BatchNormalization())
                first = {}
            layers += [keras.layers.MaxPooling2D((2, 2)), keras.layers.Dropout(0.25)]
        layers += [keras.layers.Flatten(), keras.layers.Dense(256, activation="relu")]
        layers += [keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
        layers.append(keras.layers.Dense(CLASSES, activation="softmax"))
        model = keras.models.Sequential(layers)
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=0.001),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
            run_eagerly=True,
        )
    return model


def batch():
    """Four random uint8 images and labels, prepared as the notebook prepares them."""
    import tensorflow as tf

    raw = np.random.randint(0, 256, (4, 12, 20, 3), "uint8")
    image = tf.cast(tf.image.resize(raw, (16, 16)), tf.float32) / 255.0
    return as_array(image), as_array(tf.one_hot([3, 1, 4, 1], CLASSES))


notebook_one_train_step = claim(
    "code.notebook-one-train-step",
    says="Preparation, network, policy and compile settings fit together: the model "
    "trains on one-hot labels with a softmax output.",
    sources=[notebook[113:116], notebook[178:220]],
    verdict=UPHELD,
    why="Under the policy the softmax output is float16; the loss is computed from it "
    "in float32.",
    explained_by="keras.src.losses.loss:Loss.__call__",
    faults=[
        faults.pools_overlap,
        faults.conv_activation_ignored,
        faults.cross_entropy_takes_logits,
        faults.rate_5_percent_high,
        faults.metrics_ignored,
        precision_faults.computes_in_float32,
        precision_faults.compile_never_wraps,
    ],
    needs="tensorflow",
)


@notebook_one_train_step.as_worded
def test_the_network_gives_probabilities_in_float16():
    """Its outputs are torch's softmax of the same weights, in float16."""
    model, (x, _) = network(), batch()

    found = model(x)

    judge.equal(keras.backend.standardize_dtype(found.dtype), "float16", what="dtype")
    paths = {"narrow": torch.float16, "wide": torch.float64}
    exact = {k: outputs(model, x, plan=plan(), dtype=d) for k, d in paths.items()}
    judge.trajectory(as_array(found), **exact, what="probabilities", oracle="torch")


@notebook_one_train_step.as_worded
def test_the_network_trains_on_one_hot_labels(own_blocks):
    """evaluate's loss is -log p of the label; a training step runs with Adam(0.001)."""
    model, (x, y) = network(), batch()
    p = as_array(model(x)).astype("float64")

    found = model.test_on_batch(x, y)
    model.train_on_batch(x, y)

    judge.equal(np.size(found), 2, what="loss and accuracy")
    exact = -np.mean(np.log(p[y == 1] / p.sum(axis=1)))
    judge.close(found[0], exact, operations=40, what="loss")
    hits = np.mean(p.argmax(axis=1) == y.argmax(axis=1))
    judge.close(found[1], hits, operations=4, what="accuracy")
    outer = model.optimizer
    judge.equal(type(outer).__name__, "LossScaleOptimizer", what="optimizer")
    rate = outer.inner_optimizer.learning_rate
    judge.close(rate, 0.001, operations=1, what="learning rate")
    own_blocks.judge(notebook, BLOCKS, stand_ins=STAND_INS)


notebook_cleanup = claim(
    "code.notebook-cleanup",
    says="The last block frees the model's memory: it deletes the reference, collects "
    "garbage and clears the session.",
    sources=[notebook[500:506]],
    evidence=[notebook[316:321]],
    verdict=REFUTED,
    severity="lesson",
    instead="Delete the history and the callbacks too (`del model, "
    "history_regularized, early_stopping, reduce_lr, checkpoint_callback`): each "
    "refers to the model, which stays in memory otherwise.",
    why="fit() hands the model to each callback and returns one of them, the History; "
    "Callback.set_model stores it. clear_session resets Keras' names, but does not "
    "free a model that a callback still refers to.",
    explained_by=[
        "keras.src.callbacks.callback:Callback.set_model",
        "keras.src.backend.common.global_state:clear_session",
    ],
    faults=[
        faults.callbacks_let_go,
        faults.models_are_kept,
        faults.session_is_not_cleared,
    ],
    needs="tensorflow",
)


def fitted():
    """The names that the notebook has at its end, and a weak reference to a weight."""
    dense = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile("adam", "mse", run_eagerly=True)
    data, new = (np.ones((1, 1)), np.ones((1, 1))), keras.callbacks
    with tempfile.TemporaryDirectory() as path:
        file = os.path.join(path, "best.weights.h5")
        given = {"save_best_only": True, "save_weights_only": True, "monitor": "loss"}
        names = {
            "early_stopping": new.EarlyStopping("loss", restore_best_weights=True),
            "reduce_lr": new.ReduceLROnPlateau(monitor="loss"),
            "checkpoint_callback": new.ModelCheckpoint(file, **given),
        }
        history = model.fit(*data, verbose=0, callbacks=[*names.values()])
    names |= {"model": model, "history_regularized": history}
    return names, weakref.ref(dense.kernel)


def freed_by_deleting_all_but(*kept):
    """Whether the weights are gone after del, gc.collect() and clear_session(), and the
    name of the next layer."""
    import tensorflow as tf

    names, kernel = fitted()
    for name in [name for name in names if name not in kept]:
        del names[name]
    gc.collect()
    with own_session():
        tf.keras.backend.clear_session()
        gc.collect()
        return kernel() is None, keras.layers.Dense(1).name


OTHERS = ("history_regularized", "early_stopping", "reduce_lr", "checkpoint_callback")


@notebook_cleanup.as_worded
def test_the_block_frees_the_weights():
    """With history and callbacks around, the weights are gone after the block."""
    freed, _ = freed_by_deleting_all_but(*OTHERS)

    judge.true(freed, what="weights are gone")


@notebook_cleanup.instead
def test_the_weights_are_freed_with_history_and_callbacks():
    """Any one of the four names keeps them; without all of them they go."""
    for name in OTHERS:
        kept, _ = freed_by_deleting_all_but(name)
        judge.false(kept, what=f"weights are gone, but for {name}")
    freed, first = freed_by_deleting_all_but()

    judge.true(freed, what="weights are gone")
    judge.equal(first, "dense", what="first name")
