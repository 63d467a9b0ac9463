"""Data in a lesson's code that judge a model which has seen them."""

import ast
import re

from harness.lessons.patterns import Node, pattern

HEAD = "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras\n"
SPLIT = HEAD + (
    "data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(64)\n"
    "{cut}\n"
    "for x, y in data:\n    step(x, y)\n"
)
SAME = ("reshape", "astype", "cast", "asarray", "array", "float32", "expand_dims")


@pattern(
    "results.test-set-is-the-validation-set",
    instead="Take the test set from examples that the model is not trained on.",
    catches=[
        HEAD + "x_test = np.reshape(x_train, (-1, 784))",
        HEAD + "X_test = X_train.astype('float32') / 255",
        HEAD + "test_images = tf.cast(train_images, tf.float32)",
    ],
    passes=[
        HEAD + "x_test = np.reshape(x_test, (-1, 784))",
        HEAD + "x_test = x_train[50000:]",
        HEAD + "x_test = scaler.transform(x_train)",
        HEAD + "x_train, x_test = train_test_split(x_train)",
        HEAD + "x_test = (x_test - x_train.mean()) / x_train.std()",
        HEAD + "test_mean = np.mean(x_train)",
    ],
)
def training_set_as_test_set(code):
    """The test set is made of the training set."""
    for block in code.blocks:
        for name, value in block.assigned:
            inputs = set(_names(value)) - set(block.names)
            train = {re.sub("test", "train", name)}
            if "test" in name and inputs == train and _same_values(value):
                yield Node(block, value)


@pattern(
    "results.test-set-is-the-validation-set",
    instead="Cut the validation rows off first, and make the data set of what is left.",
    catches=[
        SPLIT.format(cut="x_val = x_train[-100:]\nx_train = x_train[:-100]"),
        SPLIT.format(cut="x_valid = x_train[:10]\nx_train = x_train[10:]"),
        SPLIT.format(cut="x_val, x_train = x_train[:10], x_train[10:]"),
    ],
    passes=[
        HEAD + "x_val = x_train[-100:]\nx_train = x_train[:-100]\n"
        "data = tf.data.Dataset.from_tensor_slices((x_train, y_train))\nfit(data)",
        SPLIT.format(cut="x_test = x_train[-100:]"),
        SPLIT.format(
            cut="x_val = x_train[-100:]\nx_train = x_train[:-100]\n"
            "data = tf.data.Dataset.from_tensor_slices((x_train, y_train))"
        ),
    ],
)
def validation_rows_in_the_training_set(code):
    """The training data set was made before the validation rows were cut off: it still
    holds them."""
    for block in code.blocks:
        cut = {n for n, v in block.assigned if _slice_of(v) == n}
        held = {_slice_of(v) for n, v in block.assigned if "val" in n.lower()}
        for name in cut & held:
            when = min(v.lineno for n, v in block.assigned if _slice_of(v) == n == name)
            made = [
                (target, value)
                for target, value in block.assigned
                if any(
                    getattr(n.func, "attr", "") == "from_tensor_slices"
                    and name in _names(n)
                    for n in ast.walk(value)
                    if isinstance(n, ast.Call)
                )
            ]
            for target, value in made:
                later = [v for t, v in made if t == target and v.lineno > when]
                if value.lineno < when and not later:
                    yield Node(block, value)


STOPPED = HEAD + (
    "model.fit(x_train, y_train, validation_data=({held}), callbacks=[{callback}])\n"
    "score = model.evaluate({judged})\n"
)
STOP = "keras.callbacks.EarlyStopping(patience=5)"
BEST = "keras.callbacks.ModelCheckpoint('best.keras', save_best_only=True)"
CHOOSING = {
    "keras.callbacks.EarlyStopping",
    "keras.callbacks.ReduceLROnPlateau",
    "keras.callbacks.ModelCheckpoint",
}


@pattern(
    "results.test-set-is-the-validation-set",
    instead="Stop and choose by rows cut off from the training set, and keep the test "
    "set for the end.",
    catches=[
        STOPPED.format(held="x_test, y_test", callback=STOP, judged="x_test, y_test"),
        STOPPED.format(held="X_test, Y", callback=BEST, judged="X_test, Y, verbose=0"),
        HEAD + f"stop = {STOP}\n"
        "model.fit(a, b, validation_data=(test_x, test_y), callbacks=[stop])\n"
        "model.evaluate(test_x, test_y)",
    ],
    passes=[
        STOPPED.format(held="x_val, y_val", callback=STOP, judged="x_test, y_test"),
        STOPPED.format(held="x_test, y_test", callback="", judged="x_test, y_test"),
        STOPPED.format(held="x_val, y_val", callback=STOP, judged="x_val, y_val"),
        STOPPED.format(
            held="x_test, y_test",
            callback="keras.callbacks.EarlyStopping('loss', patience=5)",
            judged="x_test, y_test",
        ),
        STOPPED.format(
            held="x_test, y_test",
            callback="keras.callbacks.ModelCheckpoint('last.keras')",
            judged="x_test, y_test",
        ),
    ],
)
def stopped_by_the_test_set(code):
    """The training is stopped, or its weights chosen, by the set that it is tested on:
    the test result is too good."""
    tested = [
        [ast.dump(argument) for argument in call.node.args[:2]]
        for call in code.calls(".evaluate")
    ]
    for fit in code.calls(".fit"):
        held = fit.argument("validation_data")
        if not isinstance(held, (ast.Tuple, ast.List)) or not held.elts:
            continue
        is_test = "test" in getattr(held.elts[0], "id", "").lower()
        same = [ast.dump(element) for element in held.elts[:2]] in tested
        made = code.items(fit.block, fit.argument("callbacks"))
        if is_test and same and any(_chooses(code, call) for call in made):
            yield fit


def _chooses(code, call):
    """Whether a callback decides by a value that was measured on the held out rows."""
    if call.name not in CHOOSING or call.open:
        return False
    first = None if call.name.endswith("ModelCheckpoint") else 0
    watched = code.literal(call.block, call.argument("monitor", first), "val_loss")
    saves_all = call.name.endswith("ModelCheckpoint") and not call.argument(
        "save_best_only"
    )
    return isinstance(watched, str) and watched.startswith("val_") and not saves_all


def _names(node):
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]


def _same_values(node):
    """Whether an expression reshapes, casts or scales, and leaves no row out."""
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Subscript, ast.Compare, ast.Lambda)):
            return False
        if isinstance(inner, ast.Call):
            called = getattr(inner.func, "attr", getattr(inner.func, "id", ""))
            if called not in SAME:
                return False
    return True


def _slice_of(node):
    """The name that an expression is a slice of: `x[:9]` is one of x."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return getattr(node.value, "id", None)
    return None
