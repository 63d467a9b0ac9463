"""Names of files that Keras 3 does not save to, in a lesson's code."""

import ast

from harness.lessons.loops import MODELS
from harness.lessons.patterns import pattern

HEAD = (
    "from tensorflow import keras\nmodel = keras.Sequential([keras.layers.Dense(1)])\n"
)
WEIGHTS = (".weights.h5", ".weights.json")
FILES = (".keras", ".h5", ".hdf5", ".zip")


def of_a_model(code, call, method):
    """Whether the method is called on something that the lesson makes as a model."""
    match call.node.func:
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr == method:
            made = code.as_call(code.latest(name, call.order))
            return made is not None and made.name in MODELS
    return False


def path_of(code, call):
    """The literal path that a call saves to, or None."""
    path = code.literal(call.block, call.argument("filepath", 0))
    return path if isinstance(path, str) and path else None


@pattern(
    "code.save-weights-takes-any-name",
    catches=[
        HEAD + "model.save_weights('weights.h5')",
        HEAD + "model.save_weights('./checkpoints/my_checkpoint')",
        HEAD + "path = 'best.hdf5'\nmodel.save_weights(path)",
    ],
    passes=[
        HEAD + "model.save_weights('model.weights.h5')",
        HEAD + "model.save_weights(path)",
        HEAD + "agent.save_weights('agent.h5')",
        HEAD + "model.load_weights('weights.h5')",
        HEAD + "model.save_weights('model.weights.json', max_shard_size=1)",
    ],
)
def weights_of_another_ending(code):
    """Keras 3 refuses this file name: that of weights has to end in .weights.h5."""
    for call in code.calls(".save_weights"):
        path = path_of(code, call)
        accepted = path is None or path.endswith(WEIGHTS)
        if not accepted and of_a_model(code, call, "save_weights"):
            yield call


@pattern(
    "code.save-takes-a-folder",
    catches=[
        HEAD + "model.save('my_model')",
        HEAD + "model.save('models/first', save_format='tf')",
        HEAD + "folder = 'saved/1'\nmodel.save(filepath=folder)",
    ],
    passes=[
        HEAD + "model.save('my_model.keras')",
        HEAD + "model.save('my_model.h5')",
        HEAD + "model.save(path)",
        HEAD + "figure.save('picture')",
        HEAD + "model.export('my_model')",
    ],
)
def model_without_an_ending(code):
    """Keras 3 refuses this path: that of a model has to end in .keras or .h5."""
    for call in code.calls(".save"):
        path = path_of(code, call)
        accepted = path is None or path.endswith(FILES)
        if not accepted and of_a_model(code, call, "save"):
            yield call
