"""Seeds in a lesson's code, and what they reach."""

import re

from harness.lessons.patterns import pattern

MODEL = "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras\n"
LAYERS = "\nmodel = keras.Sequential([keras.layers.Dense(4)])\nmodel.fit(x, y)\n"
DRAWS = {
    "numpy.random.seed": r"\b(np|numpy)\.random\.(?!seed)|\btrain_test_split\b|sklearn",
    "tensorflow.random.set_seed": r"tf\.random\.(?!set_)|\.shuffle\(|random_flip",
}
"""What else in a lesson may draw from the generator that a seed is for."""
SAYS = re.compile(
    r"reproduc|repeatab|stable|determinis|random seed|same results?", re.I
)


@pattern(
    "reproducibility.tf-seed",
    instead="keras.utils.set_random_seed(seed) repeats weights and dropout masks.",
    catches=[
        MODEL + "# for reproducible results\ntf.random.set_seed(1)" + LAYERS,
        MODEL + "# Set the random seed\nnp.random.seed(0)" + LAYERS,
        MODEL + "np.random.seed(3)  # makes the runs deterministic\n"
        "tf.random.set_seed(3)" + LAYERS,
        MODEL
        + "# reproducible\nnp.random.seed(1)\ntf.random.set_seed(1)\n"
        + "x = np.random.normal(size=9)"
        + LAYERS,
    ],
    passes=[
        MODEL + "# reproducible\nkeras.utils.set_random_seed(1)" + LAYERS,
        MODEL
        + "# reproducible\nimport random\nrandom.seed(1)\ntf.random.set_seed(1)"
        + LAYERS,
        MODEL
        + "# reproducible noise\nnp.random.seed(1)\nnoise = np.random.normal()"
        + LAYERS,
        MODEL + "tf.random.set_seed(1)" + LAYERS,
        MODEL
        + "# reproducible\ntf.random.set_seed(1)\ndata = data.shuffle(9)"
        + LAYERS,
        "import torch\n# reproducible\ntorch.manual_seed(0)",
    ],
)
def seed_that_keras_does_not_draw_from(code):
    """This seed does not reach the initial weights and dropout masks of Keras 3."""
    if code.mentions(
        r"keras\.utils\.set_random_seed|(?<!np\.)(?<!numpy\.)random\.seed\("
    ):
        return
    fits = list(code.calls(".fit", ".train_on_batch"))
    layers = list(code.calls("keras.layers."))
    for seed in code.calls(*DRAWS):
        if code.mentions(DRAWS[seed.name]):
            continue
        lines = seed.block.piece.text.split("\n")
        said = "\n".join(lines[max(seed.node.lineno - 3, 0) : seed.node.lineno + 1])
        comments = " ".join(re.findall(r"#(.*)", said))
        if fits and layers and SAYS.search(comments):
            yield seed
            return
