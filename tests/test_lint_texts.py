"""Default values, stored outputs, names in the text: what is found and what is not."""

import json

import pytest

from tests.test_lint import cache, run  # noqa: F401

FIT = "```python\nimport keras\n{}\n```\n\n```text\n{}\n```\n"
CODE = "```python\nimport keras\nimport tensorflow as tf\n{}\n```\n"
MODEL = (
    "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])\n"
    "model.summary()"
)
WRONG = {
    "The default learning_rate of Adam is 0.01.": "number",
    "BatchNormalization has a momentum of 0.9 by default.": "number",
    "EarlyStopping waits, with a default patience of 5, for better values.": "number",
    "In PyTorch, AdamW has a default weight_decay of 0.001.": "number",
    "BatchNorm2d in torch: eps is 1e-5 by default, and BatchNorm1d has a default "
    "momentum of 0.9.": "number",
    "LeakyReLU has a default slope of 0.01 (negative_slope=0.01).": "number",
    FIT.format("model.fit(x, y, epochs=20)", "Epoch 1/25"): "output",
    FIT.format(MODEL, "Trainable params: 40"): "output",
    "A layer such as `keras.layers.CuDNNGRU` is fast.": "name",
    "Use `tf.keras.layers.Denze(4)` at the end.": "name",
    CODE.format("try:\n    tf.Session()\nexcept KeyboardInterrupt:\n    pass"): "name",
    CODE.format("opt = keras.optimizers.Adam()\nprint(opt.lr)"): "name",
    "This is a layer.\n\n" + CODE.format("keras.layers.Dropout(1.5)"): "call",
    CODE.format("def train(model):\n    model.fit_generator(x)"): "name",
    CODE.format("model.fit(x, y, nb_epoch=3)"): "call",
    "Keras trains it with `model.fit_generator(x)`.": "name",
}
RIGHT = [
    CODE.format("def train(model):\n    model.own_step(x)\n    model.fit(x, epochs=3)"),
    CODE.format("class M(keras.Model):\n    def fit(self, x, nb_epoch): ...\n")
    + CODE.format("model.fit(x, nb_epoch=3)"),
    CODE.format("def fit_generator(): ...\nmodel.fit_generator(x)"),
    CODE.format("import torch\nmodel.fit(x, nb_epoch=3)"),
    "The default learning_rate of Adam is 0.001.",
    "In PyTorch the default momentum of BatchNormalization is 0.9.",
    "In PyTorch the default momentum of BatchNorm2d is 0.1.",
    "The default momentum of BatchNorm2d is 0.9.",
    "Unlike in Keras, PyTorch's default weight_decay of AdamW is 0.5.",
    "```python\nimport torch\n```\n\nThe default weight_decay of AdamW is 0.01.",
    "By default Adam has a learning_rate of 0.001, and SGD one of 0.01.",
    "The default of Adam's learning_rate was 0.01 once.",
    "We set the momentum of BatchNormalization to 0.9.",
    "EarlyStopping: is its default patience 5?",
    FIT.format("model.fit(x, y, epochs=25)", "Epoch 1/25"),
    FIT.format("model.fit(x, y, epochs=n)", "Epoch 1/25"),
    FIT.format("train(model)\nmodel.fit(x, y, epochs=2)", "Epoch 1/25"),
    FIT.format(MODEL, "Trainable params: 36"),
    FIT.format(MODEL.replace("(4)", "(n)"), "Trainable params: 40"),
    "The layer `keras.layers.CuDNNGRU` was removed in Keras 3.",
    "Call `keras.layers.GRU` and `model.fit` instead.",
    CODE.format(
        "try:\n    from keras.utils import np_utils\nexcept ImportError:\n    pass"
    ),
    CODE.format("try:\n    import keras.utils.np_utils\nexcept:\n    np_utils = None"),
    CODE.format(
        "if tf.__version__ < '2':\n    tf.set_random_seed(1)\nelse:\n    tf.Session()"
    ),
    CODE.format("opt = keras.optimizers.Adam()\nprint(opt.learning_rate)"),
    CODE.format("opt = keras.optimizers.Adam()\nopt.lr = 1\nprint(opt.lr)"),
    CODE.format("d = keras.layers.Dense(4)\nd(x)\nprint(d.kernel, d.bias)"),
    CODE.format("m = keras.Sequential()\nprint(m.history, m.stop_training)"),
    CODE.format("with pytest.raises(ValueError):\n    keras.layers.Dropout(1.5)"),
    "The next line fails in Keras 3:\n\n" + CODE.format("keras.layers.Dropout(1.5)"),
    CODE.format("keras.layers.Dropout(1.5)") + "\n```text\nValueError: rate\n```\n",
]


@pytest.mark.slow
def test_each_wrong_text_has_its_one_finding(tmp_path, cache):  # noqa: F811
    for at, text in enumerate(WRONG):
        (tmp_path / f"{at:02}.md").write_text(text + "\n")

    done = run(tmp_path, "--format", "json", cache=cache)

    found = [(f["file"], f["rule"]) for f in json.loads(done.stdout)["findings"]]
    assert found == [(f"{at:02}.md", rule) for at, rule in enumerate(WRONG.values())]


@pytest.mark.slow
def test_near_misses_have_none(tmp_path, cache):  # noqa: F811
    for at, text in enumerate(RIGHT):
        (tmp_path / f"{at:02}.md").write_text(text + "\n")

    done = run(tmp_path, cache=cache)

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "rules"),
    [("tinynet", []), ("keras", ["statement.label-smoothing.sparse-takes-argument"])],
)
def test_a_lesson_about_a_library_of_its_own_is_not_judged(
    tmp_path,
    cache,  # noqa: F811
    library,
    rules,
):
    """The same sentence is wrong of Keras, and may be right of another library."""
    path = tmp_path / "lesson.md"
    said = "SparseCategoricalCrossentropy takes the argument label_smoothing."
    path.write_text(f"{said}\n\n```python\nimport {library}\n```\n")

    done = run(path, "--format", "json", cache=cache)

    assert [f["rule"] for f in json.loads(done.stdout)["findings"]] == rules


@pytest.mark.slow
def test_a_lesson_for_another_version_is_not_judged(tmp_path, cache):  # noqa: F811
    """It says so itself, in its first cell."""
    for at, first in enumerate(
        (
            "!pip install tensorflow==2.9.0",
            'import os\nos.environ["TF_USE_LEGACY_KERAS"] = "1"',
        )
    ):
        block = f"```python\n{first}\nimport keras\nkeras.layers.CuDNNGRU(4)\n```\n"
        (tmp_path / f"{at}.md").write_text(block)

    done = run(tmp_path, cache=cache)

    assert done.returncode == 0, done.stdout
    assert "2 written for other versions, and not judged" in done.stdout
    assert "0.md: not judged: it is for tensorflow 2.9" in done.stdout
    assert "1.md: not judged: it is for Keras 2, by TF_USE" in done.stdout


@pytest.mark.slow
def test_what_a_name_stands_for_is_certain_or_nothing_is_said(tmp_path, cache):  # noqa: F811
    """Tabs of several libraries, printed tensors, files, plurals, own attributes."""
    pieces = [
        "```python\n%%tab mxnet\nfrom mxnet.gluon import nn\n```",
        "```python\n%%tab pytorch\nfrom torch import nn\n```",
        "```python\n%%tab pytorch, mxnet\nnn.Conv2D(6)\n```",
        "```\ntf.Tensor([1. 2.], shape=(2,), dtype=float32)\n```",
        "```python\nimport torch\ntorch.Tensor.plain = 1\ntorch.Tensor.plain\n```",
        "Put the settings into `keras.json`, and call any `keras.layers.ConvXD`.",
        "All `keras.Models` have a summary.",
    ]
    (tmp_path / "a.md").write_text("\n\n".join(pieces) + "\n")

    done = run(tmp_path, cache=cache)

    assert done.returncode == 0, done.stdout
