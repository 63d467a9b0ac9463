"""Names of files that a model is saved to."""

import contextlib
import os
import tempfile

import keras
from hypothesis import strategies as st

from claims.code import faults
from harness import REFUTED, UPHELD, claim, given, judge, public, shared

PAGE = (
    "https://github.com/keras-team/keras/blob/2.3.1/docs/templates/getting-started/"
    "faq.md"
)


@shared
def one_layer():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def saved(method, name):
    """Whether the model's method writes a file or folder of this name."""
    with tempfile.TemporaryDirectory() as path, contextlib.chdir(path):
        getattr(one_layer(), method)(name)
        return os.path.exists(name)


save_weights_takes_any_name = claim(
    "code.save-weights-takes-any-name",
    says="model.save_weights writes the weights to a file of any name, such as "
    "weights.h5.",
    sources=[public(PAGE, "save_weights writes the weights to an HDF5 file, *.h5")],
    verdict=REFUTED,
    severity="lesson",
    instead="In Keras 3 save_weights refuses a name that does not end in .weights.h5 "
    "with a ValueError; model.weights.h5 is written.",
    explained_by="keras.src.saving.saving_api:save_weights",
    faults=[faults.weights_take_any_name],
    differs_on={
        "keras<3": (
            UPHELD,
            "Model.save_weights takes any name (engine/training.py, Keras 2)",
        ),
    },
)
names = st.sampled_from(["weights.h5", "weights", "model.ckpt", "best_weights.hdf5"])


@save_weights_takes_any_name.as_worded
@given(name=names)
def test_weights_are_saved_under_the_name(name):
    """The call runs."""
    judge.runs(lambda: saved("save_weights", name), what=name)


@save_weights_takes_any_name.instead
@given(name=names)
def test_weights_are_saved_under_the_ending_alone(name):
    """A ValueError, and the file with the right ending is there."""
    judge.raises(ValueError, lambda: saved("save_weights", name), what=name)
    written = judge.runs(lambda: saved("save_weights", "model.weights.h5"))
    judge.true(written, what="model.weights.h5 is written")


save_takes_a_folder = claim(
    "code.save-takes-a-folder",
    says="model.save writes the model to a path without an ending, as a folder.",
    sources=[
        public(
            "https://github.com/tensorflow/docs/blob/r2.4/site/en/tutorials/keras/"
            "save_and_load.ipynb",
            "model.save with a path without an ending writes a SavedModel folder",
        )
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="Keras 3 refuses a path without an ending in model.save with a ValueError; "
    "model.save('model.keras') writes the model to that file.",
    explained_by="keras.src.saving.saving_api:save_model",
    faults=[faults.folders_are_saved],
    differs_on={
        "keras<3": (
            UPHELD,
            "Model.save writes a SavedModel to a path without an ending "
            "(engine/training.py, Keras 2)",
        ),
    },
)
folders = st.sampled_from(["model", "my_model", "saved.tf"])


@save_takes_a_folder.as_worded
@given(name=folders)
def test_a_model_is_saved_as_a_folder(name):
    """The call runs."""
    judge.runs(lambda: saved("save", name), what=name)


@save_takes_a_folder.instead
@given(name=folders)
def test_a_model_is_saved_as_a_file_with_an_ending(name):
    """A ValueError, and the file with an ending is there."""
    judge.raises(ValueError, lambda: saved("save", name), what=name)
    written = judge.runs(lambda: saved("save", "model.keras"))
    judge.true(written, what="model.keras is written")
