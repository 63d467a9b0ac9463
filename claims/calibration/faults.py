"""Defects of the functions that calibration is computed with."""

from harness.running.faults import argument, output_times, result

SOFTMAX = "keras.src.backend:nn.softmax"

softmax_2_percent_low = output_times(SOFTMAX, 0.98)
softmax_of_twice_the_logits = argument(
    SOFTMAX, "x", lambda x: 2 * x, does="takes twice the logits"
)
off_by_one_class = result(
    "keras.src.backend:numpy.argmax", lambda index: index + 1, does="is off by one"
)
cross_entropy_5_percent_high = output_times(
    "keras.src.losses.losses:sparse_categorical_crossentropy", 1.05
)
logits_for_probabilities = argument(
    "keras.src.losses.losses:sparse_categorical_crossentropy",
    "from_logits",
    lambda _: False,
    does="takes logits for probabilities",
)
