"""Pipelines in a lesson's code whose order changes what comes out."""

import ast

from harness.lessons.patterns import pattern

LONGEST = 20
"""Methods of a chain that are read."""
HEAD = "import tensorflow as tf\nds = tf.data.Dataset.from_tensor_slices((x, y))\n"


@pattern(
    "data.shuffle-repeat-batch",
    instead="Call shuffle before batch: each pass then composes its batches anew.",
    catches=[
        HEAD + "train = ds.batch(32).shuffle(1000)",
        HEAD + "train = ds.batch(32).prefetch(1).shuffle(buffer_size=10)",
        HEAD + "train = ds.batch(32)\ntrain = train.shuffle(1000)",
        HEAD
        + "train = (ds.map(f).batch(64, drop_remainder=True)\n    .cache().shuffle(9))",
    ],
    passes=[
        HEAD + "train = ds.shuffle(1000).batch(32)",
        HEAD + "train = ds.shuffle(1000)\ntrain = train.batch(32)",
        HEAD + "train = ds.batch(32).unbatch().shuffle(1000)",
        HEAD + "train = ds.batch(32).map(f).unbatch().shuffle(1000).batch(8)",
        HEAD + "random.shuffle(batch(32))",
        HEAD + "one = ds.shuffle(4).batch(2)\ntwo = ds.batch(2).shuffle(4)",
    ],
)
def batches_shuffled_as_a_whole(code):
    """shuffle comes after batch: it reorders batches whose members stay the same."""
    chains = [(s, _between(code, s)) for s in code.calls(".shuffle", ".batch")]
    compared = any(s.name == ".batch" and "shuffle" in chain for s, chain in chains)
    for shuffle, chain in chains:
        if shuffle.name == ".shuffle" and "batch" in chain and not compared:
            yield shuffle


def _between(code, call):
    """The methods of a chain before this one, back to the last `unbatch`; also those of
    what was assigned to the name that the chain begins with."""
    found, block, node = [], call.block, call.node.func.value
    while len(found) < LONGEST:
        if isinstance(node, ast.Name):
            assigned = code.value(block, node)
            node = assigned.node if assigned and assigned.block is block else None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "unbatch":
                break
            found.append(node.func.attr)
            node = node.func.value
        else:
            break
    return found
