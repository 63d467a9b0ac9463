"""Defects of the CSV reader and of the calls that repack its records."""

from harness.running.faults import argument, replaced, result

READER = "tensorflow:data.experimental.CsvDataset"
STACK = "tensorflow:stack"
DATASET = "tensorflow.python.data.ops.dataset_ops:DatasetV2"


def _yields(name: str, does: str, change):
    """A reader whose records are `change(*columns)`."""

    def by(original):
        return lambda *args, **kwargs: original(*args, **kwargs).map(change)

    return replaced(READER, by, name=name, does=does)


def _with(name: str, does: str, **arguments):
    """A reader that always gets these arguments."""

    def by(original):
        return lambda *args, **kwargs: original(*args, **kwargs | arguments)

    return replaced(READER, by, name=name, does=does)


def _half_for_missing(original):
    def reader(file, defaults, **kwargs):
        return original(file, [0.5 for _ in defaults], **kwargs)

    return reader


first_record_is_a_header = _with(
    "first record is a header", "the first record is skipped", header=True
)
values_2_percent_low = _yields(
    "values 2 % low",
    "each value is read as 0.98 times itself",
    lambda *row: tuple(0.98 * v for v in row),
)
label_read_last = _yields(
    "label read last", "the first column comes last", lambda *row: row[1:] + row[:1]
)
last_column_lost = _yields(
    "last column lost", "records have a column too few", lambda *row: row[:-1]
)
one_vector = _yields(
    "one vector", "a record is one vector, not scalars", lambda *row: (row,)
)
missing_reads_as_half = replaced(
    READER,
    _half_for_missing,
    name="missing reads as a half",
    does="the default of a missing value is 0.5, not the one that was given",
)
stack_along_first_axis = argument(
    STACK, "axis", lambda axis: 0, does="always stacks along the first axis"
)
stack_reversed = argument(
    STACK, "values", lambda values: values[::-1], does="stacks in reverse order"
)
stack_repeats_first = argument(
    STACK,
    "values",
    lambda values: (values[0], *values[:-1]),
    does="stacks one column too early",
)


def _axis_clipped(original):
    def stack(values, axis=0, name="stack"):
        return original(values, min(axis, values[0].shape.rank), name)

    return stack


stack_clips_the_axis = replaced(
    STACK,
    _axis_clipped,
    name="stack clips the axis",
    does="an axis beyond the last becomes the last",
)
batch_drops_remainder = argument(
    f"{DATASET}.batch",
    "drop_remainder",
    lambda drop: True,
    does="the last, smaller batch is dropped",
)
unbatch_skips_one = result(
    f"{DATASET}.unbatch", lambda data: data.skip(1), does="loses the first record"
)
