"""`harness lint` on lessons of our own, against the installed libraries."""

import json
import subprocess
import sys

import pytest

from harness.tests.conftest import ROOT

HEAD = "import keras\nimport tensorflow as tf\nfrom tensorflow.keras import layers\n"
RIGHT = [
    "layers.Dense(4, activation='relu')",
    "keras.layers.Dropout(0.5)",
    "tf.keras.optimizers.Adam(1e-3, clipnorm=1.0)",
    "tf.compat.v1.disable_eager_execution()",
    "keras.datasets.mnist.load_data()",
    "layers.Dense(units, dtype=policy, name=name)",
    "keras.Model(inputs=a, outputs=b, name='m')",
    "keras.layers.____(4)",
    "layers.Dense(units, kernel_regularizer=tf.keras.regularizers.l2(0.001))",
    "tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1)",
    "m = keras.metrics.Mean()\nm.reset_state()",
    "m = keras.Sequential()\nm.fit(x, y, epochs=3, **more)\nm.compile('sgd', 'mse')",
    "keras.callbacks.ModelCheckpoint('/etc/x.keras')",
    "open('/etc/passwd')",
    "torch.no_grad(f)",
    "keras.Model(**given)",
    "keras.Model(name='m')",
    "torch.nn.Linear(10**9, 10**9)",
    "torch.nn.Sequential(torch.nn.Linear(784, 10), torch.nn.Dropout(0.5))",
    "keras.layers.Layer.__init__(self, *args, **kwargs)",
    "import keras.src.backend\nkeras.src.backend.numpy.nothing(3)",
    "tf.reduce_variance(x)  # won't work",
    "keras.layers.TextVectorization(vocabulary='/etc/none')",
    "keras.layers.TFSMLayer('/etc/none')",
]
WRONG = [
    ("keras.layers.CuDNNLSTM(4)", "name", "keras.layers.CuDNNLSTM does not exist"),
    ("torch.nn.Linearr(3, 4)", "name", "torch.nn.Linearr does not exist"),
    ("tf.placeholder('float32')", "name", "tensorflow.placeholder does not exist"),
    ("import keras.preprocessing.text", "name", "keras.preprocessing.text"),
    ("m = keras.metrics.Mean()\nm.reset_states()", "name", "no method reset_states"),
    ("m = keras.Sequential()\nm.fit(x, nb_epoch=3)", "call", "Sequential.fit refuses"),
    ("keras.optimizers.legacy.Adam(1e-3)", "call", "Adam refuses"),
    ("keras.optimizers.SGD(lr=0.1)", "call", "SGD refuses"),
    ("keras.optimizers.SGD(decay=0.1)", "call", "SGD warns"),
    ("keras.layers.Dropout(1.5)", "call", "Dropout refuses"),
    ("layers.LeakyReLU(alpha=0.2)", "call", "LeakyReLU warns"),
    ("keras.layers.Dense(4, input_shape=(3,))", "call", "Dense warns"),
    (
        "tf.keras.losses.SparseCategoricalCrossentropy(label_smoothing=0.1)",
        "call",
        "SparseCategoricalCrossentropy refuses",
    ),
    ("keras.callbacks.EarlyStopping(epochs=n)", "call", "EarlyStopping refuses"),
    ("layers.Dense(units, input_shape=shape)", "call", "the argument 'input_shape'"),
    ("keras.optimizers.Adam(lr=rate)", "call", "refuses the argument 'lr'"),
    (
        "keras.callbacks.ReduceLROnPlateau(patience=n, name='x')",
        "call",
        "ignores the argument 'name'",
    ),
    ("keras.callbacks.ModelCheckpoint('best.hdf5')", "call", "ModelCheckpoint refuses"),
    ("keras.callbacks.ModelCheckpoint(path, period=3)", "call", "refuses this call"),
    ("tf.nn.dropout(x, keep_prob=0.5)", "call", "dropout refuses"),
    ("torch.nn.Dropout(1.5)", "call", "Dropout refuses"),
    ("keras.Model(input=a, output=b)", "call", "Model refuses"),
    ("from tf.keras.layers import Dense", "name", "finds no module `tf`"),
    ("print 'a', 1\nkeras.layers.CuDNNGRU(4)", "name", "CuDNNGRU does not exist"),
    ("torch.nn.LSTM(3, 4, dropout=0.5)", "call", "LSTM warns"),
    ("torch.nn.MultiheadAttention(10, 3)", "call", "MultiheadAttention refuses"),
]


def run(path, *options, cache, cwd=ROOT):
    """`python -m harness lint` in that folder, with that folder for its cache."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "lint", str(path), *options],
        cwd=cwd,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(cache),
            "HOME": str(cache),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.slow
def test_what_is_right_has_no_finding(tmp_path, cache):
    """Exit 0; what opens a file is not made, and nothing is run."""
    blocks = [f"```python\n{HEAD}{code}\n```\n" for code in RIGHT]
    (tmp_path / "right.md").write_text("\n".join(blocks))

    done = run(tmp_path, cache=cache)

    assert done.returncode == 0, done.stdout
    assert "0 findings in 1 lesson" in done.stdout


@pytest.mark.slow
def test_each_wrong_line_is_found_at_its_place(tmp_path, cache):
    """One finding each, with the library's words; the second time from the cache."""
    for at, (code, *_) in enumerate(WRONG):
        (tmp_path / f"{at:02}.md").write_text(f"```python\n{HEAD}{code}\n```\n")

    done = run(tmp_path, "--format", "json", cache=cache)
    again = run(tmp_path, "--format", "json", cache=cache)

    assert done.returncode == 1
    assert done.stdout == again.stdout
    found = json.loads(done.stdout)
    assert set(found["stack"]) == {"keras", "tensorflow", "torch"}
    by_file = {f["file"]: f for f in found["findings"]}
    assert len(by_file) == len(found["findings"]) == len(WRONG)
    for at, (code, rule, message) in enumerate(WRONG):
        finding = by_file[f"{at:02}.md"]
        assert (finding["rule"], message in finding["message"]) == (rule, True), finding
        assert finding["line"] == 4 + code.count("\n") + 1


@pytest.mark.slow
def test_a_refuted_sentence_is_found_with_what_is_right(tmp_path, cache):
    """With the claim, its correction, and the version that it was measured on."""
    text = "Dropout.\n\nAt inference the outputs are scaled down by the dropout rate.\n"
    (tmp_path / "a.md").write_text(text)

    found = json.loads(run(tmp_path, "--format", "json", cache=cache).stdout)

    (finding,) = found["findings"]
    assert finding["rule"] == "statement.dropout.scaled-down-at-inference"
    assert (finding["line"], finding["severity"]) == (3, "error")
    assert "survivors are scaled up" in finding["instead"]
    assert finding["evidence"].startswith("measured on keras 3.")


def test_a_path_without_a_lesson_costs_one_sentence(tmp_path, cache):
    """Exit 2."""
    assert "no such file" in run(tmp_path / "none", cache=cache).stderr
    assert run(tmp_path, cache=cache).returncode == 2


def test_fix_renames_arguments_and_keeps_the_other_bytes(tmp_path, cache):
    """Two renamed in a notebook and a text, one word each; --diff writes nothing."""
    notebook = tmp_path / "a.ipynb"
    text = tmp_path / "a.md"
    twice = "keras.optimizers.SGD(lr=0.1)  # é lr=0.1"
    code = f'import keras\\n", "{twice}\\n", "{twice}\\n", "print()'
    notebook.write_text(
        '{"nbformat": 4, "nbformat_minor": 4,  "metadata": {},\n "cells": [{'
        '"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1,'
        f' "source": ["{code}"]}}]}}\n',
        "utf-8",
    )
    text.write_text(
        "```python\nimport keras\nkeras.layers.LeakyReLU(alpha=slope)\n```\n"
    )
    before = notebook.read_text("utf-8"), text.read_text()

    shown = run(tmp_path, "--diff", cache=cache)
    assert shown.returncode == 1
    assert "+keras.layers.LeakyReLU(negative_slope=slope)" in shown.stdout
    assert (notebook.read_text("utf-8"), text.read_text()) == before

    done = run(tmp_path, "--fix", cache=cache)
    assert done.returncode == 0 and "2 files changed" in done.stdout
    renamed = before[0].replace("SGD(lr=", "SGD(learning_rate=")
    assert notebook.read_text("utf-8") == renamed
    assert text.read_text() == before[1].replace("alpha", "negative_slope")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("keras.layers.Dense(3, lr=3)", None),
        ("keras.layers.Dense(units, lr=0.1)", None),
        ("keras.optimizers.Adam(lr=0.1)", "learning_rate="),
    ],
)
def test_a_rename_is_certain_or_none(tmp_path, cache, code, instead):
    """A layer never had an argument `lr`; one with these initials is no hint."""
    (tmp_path / "a.py").write_text(f"import keras\n{code}\n")

    found = json.loads(run(tmp_path, "--format", "json", cache=cache).stdout)

    assert [f["instead"] for f in found["findings"]] == [instead]


@pytest.mark.slow
def test_a_method_that_is_gone_is_found_in_the_text_too(tmp_path, cache):
    """In the code and in the inline code above it; another method is left alone."""
    said = "Call `m.reset_states()` each epoch, and `m.result()` to see it."
    code = "import keras\nm = keras.metrics.Mean()\nm.reset_states()"
    (tmp_path / "a.md").write_text(f"{said}\n\n```python\n{code}\n```\n")

    found = json.loads(run(tmp_path, "--format", "json", cache=cache).stdout)

    assert [f["line"] for f in found["findings"]] == [1, 6]
    assert {f["message"] for f in found["findings"]} == {
        "Mean has no method reset_states"
    }
