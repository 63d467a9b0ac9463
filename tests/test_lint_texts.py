"""Default values, stored outputs, names in the text: what is found and what is not."""

import json

import pytest

from tests.test_lint import cache, run  # noqa: F401

FIT = "```python\nimport keras\n{}\n```\n\n```text\n{}\n```\n"
MODEL = (
    "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])\n"
    "model.summary()"
)
WRONG = {
    "The default learning_rate of Adam is 0.01.": "number",
    "BatchNormalization has a momentum of 0.9 by default.": "number",
    "EarlyStopping waits, with a default patience of 5, for better values.": "number",
    FIT.format("model.fit(x, y, epochs=20)", "Epoch 1/25"): "output",
    FIT.format(MODEL, "Trainable params: 40"): "output",
    "A layer such as `keras.layers.CuDNNGRU` is fast.": "name",
    "Use `tf.keras.layers.Denses(4)` at the end.": "name",
}
RIGHT = [
    "The default learning_rate of Adam is 0.001.",
    "In PyTorch the default momentum of BatchNormalization is 0.9.",
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
