"""The convolutional models of an article: they are built, compiled and run."""

import keras
import numpy as np

from claims.accuracy import faults as metric_faults
from claims.blocks import faults
from claims.common.block_models import entries, rows
from claims.documents import article
from harness import UPHELD, as_array, claim, judge, shared

CONV = "keras.src.layers.convolutional.base_conv:BaseConv"
SHAPES = [(26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (1600,), (128,), (10,)]
COLUMN = [(9 + 1) * 32, 0, (9 * 32 + 1) * 64, 0, 0, (1600 + 1) * 128, (128 + 1) * 10]


@shared
def built(rate=None, penalties=(None, None, None)):
    """The article's model for 28 x 28 images, compiled as there."""
    new, (first, second, third) = keras.layers, penalties
    layers = [
        keras.Input((28, 28, 1)),
        new.Conv2D(32, (3, 3), activation="relu", kernel_regularizer=first),
        new.MaxPooling2D((2, 2)),
        new.Conv2D(64, (3, 3), activation="relu", kernel_regularizer=second),
        new.MaxPooling2D((2, 2)),
        new.Flatten(),
        new.Dense(128, activation="relu", kernel_regularizer=third),
        *([new.Dropout(rate)] if rate else []),
        new.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile(
        "adam", "categorical_crossentropy", metrics=["accuracy"], run_eagerly=True
    )
    return model


article_models_run = claim(
    "blocks.article-models-run",
    says="Two convolutions with pooling, a dense layer of 128 and a softmax of ten, "
    "compiled for one-hot labels, are a working classifier of 28 x 28 images.",
    sources=[article[11:22], article[25], article[33:45], article[61:75]],
    verdict=UPHELD,
    why="Each variant has 225,034 parameters; neither dropout nor penalties add any.",
    explained_by=[
        f"{CONV}.compute_output_shape",
        "keras.src.models.sequential:Sequential",
    ],
    faults=[
        faults.one_filter_more,
        faults.no_bias_by_default,
        faults.dense_without_bias,
        faults.dense_activation_ignored,
        metric_faults.cross_entropy_2_percent_high,
    ],
)


@article_models_run.as_worded
def test_all_three_models_have_the_layers_of_one_classifier():
    """Shapes of the seven layers, and their parameters, in each of the variants."""
    for model in (built(), built(0.5), built(None, ("l1", "l2", "L1L2"))):
        layers = [row for row in rows(model) if row.kind != "Dropout"]

        shapes = [n for row in layers for n in row.shape]
        judge.equal(shapes, [n for shape in SHAPES for n in shape], what="shapes")
        judge.equal([row.trainable for row in layers], COLUMN, what="parameters")
        judge.equal(entries(model.weights), sum(COLUMN), what="total")


@article_models_run.as_worded
def test_the_classifier_gives_probabilities_and_a_loss():
    """Rows sum to one; the loss is the mean of -log p of the labels."""
    model = built()
    x = np.random.uniform(size=(3, 28, 28, 1)).astype("float32")
    labels = np.array([1, 4, 9])

    p = as_array(model(x)).astype("float64")
    loss, _ = model.test_on_batch(x, np.eye(10, dtype="float32")[labels])

    judge.close(p.sum(axis=1), np.ones(3), operations=30, what="sum of a row")
    exact = -np.mean(np.log(p[np.arange(3), labels]))
    judge.close(loss, exact, operations=4000, oracle="NumPy")


article_dropout_behind_the_dense_layer = claim(
    "blocks.article-dropout-behind-the-dense-layer",
    says="Dropout of 0.5 is inserted after the dense layer of 128 units.",
    sources=[article[31], article[41], article[48]],
    verdict=UPHELD,
    explained_by="keras.src.models.sequential:Sequential.add",
    faults=[faults.dropout_rate_halved, faults.dense_one_unit_more],
)


@article_dropout_behind_the_dense_layer.as_worded
def test_dropout_follows_the_hidden_layer():
    """The last three layers: Dense(128), Dropout(0.5), Dense(10)."""
    *_, hidden, dropped, output = rows(built(0.5))

    kinds = [hidden.kind, dropped.kind, output.kind]
    judge.equal(kinds, ["Dense", "Dropout", "Dense"], what="order")
    units = [hidden.shape[0], dropped.shape[0], output.shape[0]]
    judge.equal(units, [128, 128, 10], what="units")
    judge.equal(dropped.config["rate"], 0.5, what="rate")
