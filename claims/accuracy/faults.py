"""Defects of counting parameters and of metrics that count right answers."""

from harness.running.faults import argument, fault, output_times

binary_threshold_zero = argument(
    "keras.src.ops:greater",
    "x2",
    lambda threshold: 0.0 * threshold,
    does="binary accuracy takes zero for its threshold",
)
argmax_over_the_batch = argument(
    "keras.src.ops:argmax", "axis", lambda axis: 0, does="takes the argmax of rows"
)
cross_entropy_2_percent_high = output_times(
    "keras.src.backend:nn.categorical_crossentropy", 1.02
)


sparse_accuracy_5_percent_high = output_times(
    "keras.src.metrics.accuracy_metrics:sparse_categorical_accuracy", 1.05
)


@fault
def columns_of_labels_are_binary(patch):
    """'accuracy' is the binary one wherever labels are a column."""
    from keras.src.trainers import compile_utils

    original = compile_utils.is_binary_or_sparse_categorical

    def resolved(y_true, y_pred):
        _, is_sparse = original(y_true, y_pred)
        return y_true.shape[-1] == 1, is_sparse

    patch.setattr(compile_utils, "is_binary_or_sparse_categorical", resolved)
