"""Numbers of lessons that follow from their own code: what is found, what is not."""

import json

import pytest

from tests.test_lint import cache, run  # noqa: F401


def code(text, shown="", said=""):
    """A lesson: code, the output stored below it, and a sentence."""
    block = f"```python\nimport keras\nfrom keras import layers\n{text}\n```\n"
    return block + (f"\n```text\n{shown}\n```\n" if shown else "") + f"\n{said}\n"


def log(epochs=3, more=""):
    epoch = "Epoch {}/{}\n10/10 - 1s - loss: 0.{}123{}"
    return "\n".join(epoch.format(n, epochs, 9 - n, more) for n in (1, 2, 3))


FIT = "model.fit(x, y, epochs=3)"
OTHER = code("other.fit(x, y, epochs=3)", log())
LAYERS = "keras.Input((28, 28, 1)), layers.Conv2D(8, 3), layers.Flatten()"
MODEL = f"model = keras.Sequential([{LAYERS}])\n"
ROWS = "conv2d (Conv2D)  (None, {0}, {0}, 8)  80\nflatten (Flatten)  (None, 5408)  0"
TOTAL = "\nTotal params: 80\nTrainable params: 80"
COUNT = MODEL + "print(model.count_params())"
SUMMARY = MODEL + "model.summary()"

LOAD = "(x, y), test = keras.datasets.cifar10.load_data()\n"
TRAIN = "model.fit(x, y, batch_size=100, epochs=1)"
STEPS = "Epoch 1/1\n{0}/{0} [====] - 3s 2ms/step - loss: 0.5"
BATCHES = "{} images in batches of 32 make {} steps per epoch."

DECAY = "s = keras.optimizers.schedules.ExponentialDecay(0.1, 1000, 0.5)\n"
PIECES = "s = keras.optimizers.schedules.PiecewiseConstantDecay([{}], [0.1, 0.01])\n"
FITS = "model.compile(keras.optimizers.SGD(s))\n"
FITS += "model.fit(x, y, epochs=10, steps_per_epoch=600)"
L2 = "r = keras.regularizers.L2(0.01)\n"
ONES = "print(r(keras.ops.ones((3, 2))))"
TENSOR = "tf.Tensor({}, shape=(), dtype=float32)"

TABLE = "| model | accuracy | error |\n|---|---|---|\n"
TABLE += "| plain | 0.80 | 0.20 |\n| dropout | 0.90 | 0.10 |\n\n"

CHAIN = (
    "i = keras.Input((4,))\nx = layers.Dense(3)(i)\ny = layers.Dense(3)(x)\n"
    "x = layers.Concatenate()([x, y])\nmodel = keras.Model(i, x)\n"
)  # 4 * 3 + 3 and 3 * 3 + 3
COUNTS = "Total params: {0}\nTrainable params: {0}"

STOP = "stop = keras.callbacks.EarlyStopping(patience=5)"

WRONG = {
    code("layers.Dense(32)  # a layer of 64 units"): "number",
    code("# two dense layers; here 1,024 hidden units\nlayers.Dense(64)"): "number",
    code("layers.Dropout(0.5)  # drops 20 % of them"): "number",
    code(STOP, said="It stops when the loss has not improved for 10 epochs."): "number",
    code(STOP, said="We stop with a patience of three."): "number",
    code("EPOCHS = 20\nmodel.fit(x, y, epochs=EPOCHS)  # long", log(25)): "output",
    code(FIT, log(more=" - val_loss: 0.5")): "output",
    code(FIT, log()) + OTHER: "output",
    code(COUNT, "81"): "output",
    code(MODEL + "print('It has', model.count_params())", "It has 81"): "output",
    code(SUMMARY, ROWS.format(28) + TOTAL): "output",
    code(SUMMARY, said="The model has 81 parameters."): "number",
    code(SUMMARY, said="In all, our network has **108** trainable params."): "number",
    code(LOAD + TRAIN, STEPS.format(400)): "output",
    code("x = x[:10000]\n" + TRAIN, STEPS.format(200)): "output",
    BATCHES.format("60,000", "1,785"): "number",
    "Of 500 training images in batches of 5, one epoch is 90 steps.": "number",
    code(DECAY + "print(float(s(2000)))", "0.05"): "output",
    code(DECAY + "for n in [0, 500]:\n    print(n, s(n))", "0 0.1\n500 0.08"): "output",
    code(DECAY + "print(f'rate {s(1000).numpy():.3f}')", "rate 0.100"): "output",
    code(DECAY, said="After 2,000 steps the learning rate is 0.05."): "number",
    code(DECAY, said="The learning rate falls to 0.01 at step 1000."): "number",
    code(PIECES.format(100000) + FITS): "number",
    code(L2 + ONES, TENSOR.format("0.03")): "output",
    code(
        L2 + "r(keras.ops.array([1.0, 2.0]))",
        "<tf.Tensor: shape=(), dtype=float32, numpy=0.5>",
    ): "output",
    TABLE + "Dropout improves the accuracy by 20 percentage points.": "number",
    TABLE + "Here dropout cuts the error by a factor of three.": "number",
    TABLE + "Dropout lowers the error by 20 %.": "number",
    code(CHAIN + "model.summary()", COUNTS.format(28)): "output",
}
RIGHT = [
    code("layers.Dense(64)  # a layer of 64 units"),
    code("layers.Dense(32)  # 784 input units"),
    code("layers.Dense(1024)  # 1,024 units"),
    code("layers.Dropout(0.2)  # drops 20%, keeps 80%"),
    code(STOP, said="It stops when the loss has not improved for five epochs."),
    code(STOP, said="If you wait for 10 epochs without progress, it takes longer."),
    code("stop = keras.callbacks.EarlyStopping(patience=n)", said="A patience of 3."),
    code("EPOCHS = 20\nEPOCHS = 25\nmodel.fit(x, y, epochs=EPOCHS)", log(25)),
    code("EPOCHS = 20\noverride('EPOCHS')\nmodel.fit(x, epochs=EPOCHS)", log(25)),
    code("for n in 1, 25:\n    model.fit(x, y, epochs=n)", log(25)),
    code("model.fit(x, y, epochs=3, validation_split=0.1)", log(more=" - val_loss: 1")),
    code("model.fit(x, y, epochs=3, **more)", log(more=" - val_loss: 0.5")),
    code("class C(keras.callbacks.Callback): ...")
    + code(FIT, log(more=" - val_loss: 1")),
    code(FIT, log()) + code(FIT, log()),
    code(FIT, log()) + OTHER.replace("0.8123", "0.8124"),
    code("keras.utils.set_random_seed(1)\n" + FIT, log())
    + code("keras.utils.set_random_seed(1)\nother.fit(x, y, epochs=3)", log()),
    code(COUNT, "80"),
    code(COUNT + "\nprint(layers)", "81"),
    code(MODEL + "model.pop()\nprint(model.count_params())", "81"),
    code(MODEL + "for n in 1, 2:\n    model.add(layers.Dense(n))\n" + COUNT[-27:], "8"),
    code(SUMMARY, ROWS.format(26) + TOTAL),
    code("c = 'channels_first'\n" + SUMMARY, ROWS.format(28) + TOTAL),
    code(SUMMARY, said="The model has 80 parameters."),
    code(SUMMARY, said="The model has about 100 parameters."),
    code(SUMMARY, said="The larger model of the paper has 100 parameters, ours fewer."),
    code(SUMMARY + "\nkeras.Sequential()", said="The model has 81 parameters."),
    code(LOAD + TRAIN, STEPS.format(500)),
    code(LOAD + TRAIN, STEPS.format(50000)),  # Keras 2 counted examples
    code(LOAD + "x = x[:-10000]\n" + TRAIN, STEPS.format(400)),
    code(LOAD + "x = more(x)\n" + TRAIN, STEPS.format(400)),
    code("x = x[:10000]\n" + TRAIN, STEPS.format(80)),
    code(LOAD + TRAIN.replace("100", "size"), STEPS.format(400)),
    code(LOAD + TRAIN.replace("100", "1, validation_split=0.2"), STEPS.format(40000)),
    BATCHES.format("60,000", "1,875"),
    BATCHES.format("60,010", "1,875"),
    "MNIST has 70,000 images. With batches of 32, we make 1,875 steps per epoch.",
    BATCHES.format("About 60,000", "1,785"),
    BATCHES.format("Of 60,000, 10,000 are for validation: the", "1,563"),
    code(DECAY + "print(float(s(2000)))", "0.025"),
    code(DECAY + "print(s(500))", TENSOR.format("0.07071068")),
    code(DECAY + "s = other(s)\nprint(float(s(2000)))", "0.05"),
    code(DECAY + "print(n)\nprint(float(s(2000)))", "0.05"),
    code(DECAY, said="After 2,000 steps the learning rate is 0.025."),
    code(DECAY, said="After 2,000 steps the learning rate is about 0.03."),
    code(DECAY, said="After 2 epochs the learning rate is 0.05."),
    code(DECAY, said="The learning rate is low: after 2000 steps the loss is 0.5."),
    code(DECAY, said="# More\n\nAfter 2,000 steps the learning rate is 0.05."),
    code(DECAY + DECAY, said="After 2,000 steps the learning rate is 0.05."),
    code(PIECES.format(1000), said="After 1000 steps the learning rate is 0.01."),
    code(PIECES.format(6000) + FITS),
    code(PIECES.format(100000) + FITS.replace("SGD(s)", "SGD()")),
    code(PIECES.format(100000) + FITS + "\nmodel.fit(x, y)"),
    code(PIECES.format(100000) + FITS.replace("600", "steps")),
    code(L2 + ONES, TENSOR.format("0.06")),
    code(L2 + ONES.replace("3, 2", "n, 2"), TENSOR.format("0.03")),
    TABLE + "Dropout improves the accuracy by 10 percentage points.",
    TABLE + "Dropout improves the accuracy by 12.5 %.",
    TABLE + "Dropout lowers the error by 50 %, that is by a factor of two.",
    TABLE + "Dropout lowers the error by up to 20 %.",
    TABLE + "Dropout lowers the error of plain by 20 %.",
    TABLE + "L2 lowers the error by 20 %.",
    TABLE + "# Others\n\nDropout lowers the error by 20 %.",
    TABLE.replace("\n\n", "\n| l2 | 0.7 | 0.3 |\n\n")
    + "Dropout cuts the error by 5 %.",
    code(CHAIN + "model.summary()", COUNTS.format(27)),
    code(
        CHAIN.replace("x = layers.C", "x += y\nx = layers.C") + "model.summary()",
        COUNTS.format(28),
    ),
    code(
        CHAIN.replace("y = ", "for n in 1, 2:\n    y = ") + "model.summary()",
        COUNTS.format(28),
    ),
    code(
        "a = layers.Dense(3)\n"
        + CHAIN.replace("layers.Dense(3)(", "a(")
        + "model.summary()",
        COUNTS.format(28),
    ),
]


@pytest.mark.slow
def test_each_wrong_number_has_its_one_finding(tmp_path, cache):  # noqa: F811
    for at, text in enumerate(WRONG):
        (tmp_path / f"{at:02}.md").write_text(text)

    done = run(tmp_path, "--format", "json", cache=cache)

    found = [(f["file"], f["rule"]) for f in json.loads(done.stdout)["findings"]]
    assert found == [(f"{at:02}.md", rule) for at, rule in enumerate(WRONG.values())]


@pytest.mark.slow
def test_numbers_that_are_right_or_uncertain_have_none(tmp_path, cache):  # noqa: F811
    for at, text in enumerate(RIGHT):
        (tmp_path / f"{at:02}.md").write_text(text)

    done = run(tmp_path, cache=cache)

    assert done.returncode == 0, done.stdout
