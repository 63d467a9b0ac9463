"""Reading CSV records: from a gzip file to pairs of features and label."""

import gzip
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from claims.common.pipelines import tensorflow
from claims.common.strategies import seeds
from claims.csv import faults
from claims.documents import tutorial
from claims.documents.tutorial_figures import RECORDS
from harness import QUALIFIED, UPHELD, claim, given, judge
from harness.evidence.tolerance import rounding_interval
from harness.running.faults import figure

READER = "tensorflow.python.data.experimental.ops.readers:CsvDatasetV2"


def table(*, rows, columns=29):
    """Random float32 records, the label first."""
    return np.random.normal(size=(rows, columns)).astype("float32")


def text_of(values):
    """The records as CSV text, with as many digits as float32 needs."""
    return "".join(",".join(str(v) for v in row) + "\n" for row in values.tolist())


def reader(text, *, columns=29):
    """All records of a gzip file with this text, and the names in its folder."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv.gz"
        file.write_bytes(gzip.compress(text.encode()))
        data = tensorflow().data.experimental.CsvDataset(
            str(file), [0.0] * columns, compression_type="GZIP"
        )
        records = list(data.as_numpy_iterator())
        return records, sorted(path.name for path in Path(folder).iterdir())


def columns_as_data_set(values):
    """A data set that yields a record as a tuple of scalars, as the reader does."""
    return tensorflow().data.Dataset.from_tensor_slices(tuple(values.T))


def pack(*columns):
    """The document's repacking: the first column is the label, the rest is stacked."""
    return tensorflow().stack(columns[1:], 1), columns[0]


from_gzip = claim(
    "csv.from-gzip",
    says="CsvDataset reads the records of a gzip file as it is; nothing has to be "
    "unpacked before.",
    sources=[tutorial[145], tutorial[148]],
    verdict=UPHELD,
    explained_by=f"{READER}.__init__",
    faults=[faults.first_record_is_a_header, faults.values_2_percent_low],
    needs="tensorflow",
)


@from_gzip.as_worded
@given(rows=st.integers(1, 6), columns=st.integers(1, 5), seed=seeds())
def test_a_gzip_file_yields_its_records(rows, columns, seed):
    """The records are the table's, in order, and no other file appears beside it."""
    values = table(rows=rows, columns=columns)

    records, names = reader(text_of(values), columns=columns)

    judge.equal(np.array(records), values, what="records", oracle="the table")
    judge.equal(names, ["data.csv.gz"], what="files in the folder")


scalars_per_record = claim(
    "csv.scalars-per-record",
    says="For each record the reader gives its columns as a sequence of scalars.",
    sources=[tutorial[151]],
    verdict=UPHELD,
    why="It is a tuple; `list` is meant informally, as the packing function's star "
    "argument takes either.",
    explained_by=f"{READER}.element_spec",
    faults=[faults.last_column_lost, faults.one_vector, faults.label_read_last],
    needs="tensorflow",
)


@scalars_per_record.as_worded
@given(columns=st.integers(2, 29), seed=seeds())
def test_a_record_is_a_tuple_of_one_scalar_a_column(columns, seed):
    """A record of n columns is a tuple of n float32 scalars, in their order."""
    values = table(rows=1, columns=columns)

    (record,), _ = reader(text_of(values), columns=columns)

    judge.equal(type(record).__name__, "tuple", what="type")
    judge.equal(len(record), columns, what="items")
    judge.equal([np.ndim(v) for v in record], [0] * columns, what="ranks")
    judge.equal(record, values[0], what="values", oracle="the table")


record_defaults = claim(
    "csv.record-defaults",
    says="`[float()] * 29` declares 29 optional float columns: 28 features, one label.",
    sources=[tutorial[148], tutorial[142], tutorial[128]],
    verdict=UPHELD,
    why="float() is 0.0, the default that missing values are read as.",
    explained_by=f"{READER}.__init__",
    faults=[
        faults.missing_reads_as_half,
        faults.values_2_percent_low,
        figure(RECORDS, "features", [28, 27]),
    ],
    needs="tensorflow",
)


@record_defaults.as_worded
def test_missing_values_read_as_the_default():
    """An empty column of 29 is 0.0, the others are read; all are float32."""
    values = table(rows=29)
    cells = [[str(v) for v in row] for row in values.tolist()]
    for k in range(29):
        cells[k][k], values[k, k] = "", 0.0

    records, _ = reader("".join(",".join(row) + "\n" for row in cells))

    judge.equal(np.array(records), values, what="values", oracle="the table")
    kinds = {v.dtype.name for record in records for v in record}
    judge.equal(sorted(kinds), ["float32"], what="dtypes")
    judge.equal(np.array(RECORDS["features"]) + 1, len(records[0]), what="columns")


pack_row = claim(
    "csv.pack-row",
    says="The packing function turns the scalars of one record into a pair of a "
    "feature vector and a label.",
    sources=[tutorial[151]],
    evidence=[tutorial[154:157]],
    verdict=QUALIFIED,
    why="tf.stack along axis 1 needs columns that are batches: on the scalars of a "
    "single record it raises an error.",
    explained_by="tensorflow.python.ops.array_ops_stack:stack",
    faults=[
        faults.stack_clips_the_axis,
        faults.stack_along_first_axis,
        faults.stack_reversed,
        faults.stack_repeats_first,
    ],
    needs="tensorflow",
)


@pack_row.holds_when("the columns hold a batch of records, as the document uses it")
@given(rows=st.integers(2, 9), columns=st.integers(3, 29), seed=seeds())
def test_a_batch_of_columns_is_packed(rows, columns, seed):
    """Row i of the features is record i without its first column, the label."""
    values = table(rows=rows, columns=columns)

    features, label = judge.runs(lambda: pack(*values.T))

    judge.equal(features, values[:, 1:], what="features", oracle="the table")
    judge.equal(label, values[:, 0], what="label", oracle="the table")


@pack_row.fails_when("it gets the scalars of one record, as the reader yields them")
def test_a_single_record_is_packed():
    """The call accepts the 29 scalars of a record and stacks 28 of them."""
    tf, values = tensorflow(), table(rows=1)[0]

    features, _ = judge.runs(lambda: pack(*(tf.constant(v) for v in values)))

    judge.equal(features, values[1:], what="features", oracle="the table")


batch_map_unbatch = claim(
    "csv.batch-map-unbatch",
    says="Batching, packing each batch and splitting it up again gives the individual "
    "records as pairs, as if each had been packed by itself.",
    sources=[tutorial[162], tutorial[166], tutorial[212]],
    verdict=UPHELD,
    why="batch keeps the remainder, so the last batch may be smaller than 10,000.",
    explained_by="tensorflow.python.data.ops.dataset_ops:DatasetV2.unbatch",
    faults=[
        faults.batch_drops_remainder,
        faults.unbatch_skips_one,
        faults.stack_reversed,
    ],
    needs="tensorflow",
)


@batch_map_unbatch.as_worded
@given(rows=st.integers(3, 20), size=st.integers(2, 19))
def test_batches_are_packed_and_split_up(rows, size):
    """Whatever the batch size, the pairs are those of the records, in order."""
    values = table(rows=rows, columns=4)

    data = columns_as_data_set(values).batch(size).map(pack).unbatch()
    pairs = list(data.as_numpy_iterator())

    judge.equal(len(pairs), rows, what="records")
    judge.equal(np.array([x for x, _ in pairs]), values[:, 1:], oracle="the table")
    judge.equal(np.array([y for _, y in pairs]), values[:, 0], oracle="the table")


printed_record = claim(
    "csv.printed-record",
    says="The printed feature vector is a float32 tensor of the 28 features.",
    sources=[tutorial[180:185]],
    evidence=[tutorial[128], tutorial[142], tutorial[175]],
    verdict=UPHELD,
    why="A float32 tensor of the 28 printed numbers prints exactly these numbers "
    "again.",
    explained_by="tensorflow.python.framework.tensor:Tensor",
    faults=[
        figure(RECORDS, "printed shape", 29),
        figure(RECORDS, "printed", RECORDS["printed"].replace("0.65792954", "")),
        figure(
            RECORDS, "printed", RECORDS["printed"].replace("0.65792954", "0.657929541")
        ),
    ],
    needs="tensorflow",
)


@printed_record.as_worded
def test_the_printed_record_is_a_float32_vector_of_28_numbers():
    """A float32 tensor of the printed numbers prints them again, with shape (28,)."""
    numbers = RECORDS["printed"].split()

    again = str(tensorflow().constant([float(n) for n in numbers], "float32"))

    inside, rest = again[again.index("[") + 1 :].split("]")
    judge.equal(inside.split(), numbers, what="numbers", oracle="TensorFlow")
    judge.equal(RECORDS["features"], len(numbers), what="count")
    judge.equal(rest, f", shape=({RECORDS['printed shape']},), dtype=float32)")


download_time_per_byte = claim(
    "csv.download-time-per-byte",
    says="The download's time per step, 0 us, is its 290 seconds divided by its bytes.",
    sources=[tutorial[137]],
    verdict=UPHELD,
    why="The progress bar counts bytes as steps: 290 s over 2,816,407,858 bytes are "
    "0.103 us each, printed as 0.",
    explained_by="keras.src.utils.progbar:Progbar._format_time",
    faults=[
        figure(RECORDS, "seconds", "2900"),
        figure(RECORDS, "microseconds a byte", "1"),
    ],
)


@download_time_per_byte.as_worded
def test_seconds_over_bytes_are_the_time_of_a_byte():
    """Seconds / bytes in us, at both ends of the seconds' rounding, prints as 0."""
    low, high = rounding_interval(RECORDS["microseconds a byte"])
    for seconds in rounding_interval(RECORDS["seconds"]):
        judge.within(1e6 * seconds / RECORDS["bytes"], low, high, what="us a byte")
