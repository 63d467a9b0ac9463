"""Data pipelines of the tutorial: split, cache, shuffle, repeat, batch."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from claims.common.pipelines import numbers, tensorflow, values
from claims.data import faults
from claims.documents import tutorial
from claims.documents.tutorial_figures import PIPELINE
from harness import UPHELD, claim, example, given, judge
from harness.running.faults import figure

DATASET = "tensorflow.python.data.ops.dataset_ops:DatasetV2"


first_1000_next_10000 = claim(
    "data.first-1000-next-10000",
    says="take and skip give the first 1,000 records for validation and the 10,000 "
    "after these for training.",
    sources=[tutorial[190], tutorial[193:194], tutorial[200], tutorial[205:206]],
    verdict=UPHELD,
    explained_by=[f"{DATASET}.skip", f"{DATASET}.take"],
    faults=[
        faults.take_one_too_few,
        faults.skip_one_too_few,
        figure(PIPELINE, "validation", [1_000, 1_001]),
    ],
    needs="tensorflow",
)


@first_1000_next_10000.as_worded
def test_the_documents_split_is_that_of_its_sentence():
    """Of 11,500 records, the first 1,000 and records 1,000 to 10,999."""
    (said, first), (next_said, then) = PIPELINE["validation"], PIPELINE["training"]
    data = numbers(11_500)

    validation = values(data.take(first).batch(500))
    judge.equal(validation, np.arange(said), what="validation")
    training = values(data.skip(first).take(then).batch(500))
    judge.equal(training, np.arange(said, said + next_said), what="training")


@first_1000_next_10000.as_worded
@given(first=st.integers(1, 20), then=st.integers(1, 20), more=st.integers(1, 9))
def test_take_and_skip_split_any_data_set(first, then, more):
    """For any two sizes the parts are disjoint, adjacent and in order."""
    data = numbers(first + then + more)

    judge.equal(values(data.take(first)), np.arange(first), what="first")
    rest = values(data.skip(first).take(then))
    judge.equal(rest, np.arange(first, first + then), what="next")


cache_reads_once = claim(
    "data.cache-reads-once",
    says="With cache the file isn't read again in later epochs.",
    sources=[tutorial[202], tutorial[205:206]],
    verdict=UPHELD,
    why="The shuffle buffer holds the whole training set, so the first epoch reads "
    "the file to the end of that set.",
    explained_by=f"{DATASET}.cache",
    faults=[faults.cache_ignored],
    needs="tensorflow",
)


def column(file):
    """A data set of the numbers in the only column of a CSV file."""
    reader = tensorflow().data.experimental.CsvDataset(str(file), [0.0])
    return reader.map(lambda value: value)


@cache_reads_once.as_worded
@given(steps=st.integers(1, 6), size=st.integers(2, 9))
def test_later_epochs_of_training_do_not_read_the_file(steps, size):
    """Overwriting the file after one epoch changes nothing in the next ones."""
    count = steps * size
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        file.write_text("".join(f"{k}\n" for k in range(count + 5)))
        data = column(file).skip(3).take(count).cache()
        batches = data.shuffle(count).repeat().batch(size).as_numpy_iterator()

        first = [next(batches) for _ in range(steps)]
        file.write_text("-1\n" * (count + 5))
        later = [next(batches) for _ in range(steps)]

    judge.equal(np.sort(np.ravel(first)), np.arange(3, count + 3), what="first epoch")
    judge.equal(np.sort(np.ravel(later)), np.arange(3, count + 3), what="second epoch")


@cache_reads_once.as_worded
def test_later_validations_do_not_read_the_file():
    """Overwriting the file after one validation changes nothing in the next one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        file.write_text("".join(f"{k}\n" for k in range(15)))
        data = column(file).take(10).cache().batch(4)

        first = values(data)
        file.write_text("-1\n" * 15)
        later = values(data)

    judge.equal(first, np.arange(10), what="first validation")
    judge.equal(later, np.arange(10), what="second validation")


def cached_pairs():
    """A cached data set of pairs of a feature vector and a label."""
    data = tensorflow().data.Dataset.from_tensor_slices(
        (np.zeros((6, PIPELINE["printed features"]), "float32"), np.zeros(6, "float32"))
    )
    return data.batch(4).unbatch().skip(1).take(3).cache()


cache_printout = claim(
    "data.cache-printout",
    says="The training set prints as a cached set of float32 pairs: 28 features and a "
    "scalar label.",
    sources=[tutorial[208:209]],
    verdict=UPHELD,
    explained_by=f"{DATASET}.__repr__",
    faults=[
        faults.cache_ignored,
        figure(PIPELINE, "printed kind", "TakeDataset"),
        figure(PIPELINE, "printed features", 29),
    ],
    needs="tensorflow",
)


@cache_printout.as_worded
def test_a_cached_data_set_prints_its_element_spec():
    """The text names CacheDataset and the specs of features and label."""
    tf = tensorflow()

    found = repr(cached_pairs())

    spec = (tf.TensorSpec((28,), tf.float32), tf.TensorSpec((), tf.float32))
    judge.equal(found, f"<{PIPELINE['printed kind']} element_spec={spec}>")


individual_examples = claim(
    "data.individual-examples",
    says="Before batch is called, the sets for validation and training give one "
    "example at a time.",
    sources=[tutorial[212]],
    verdict=UPHELD,
    explained_by=f"{DATASET}.unbatch",
    faults=[faults.unbatch_ignored, faults.take_one_too_many],
    needs="tensorflow",
)


@individual_examples.as_worded
def test_each_element_is_one_example():
    """Three elements, each a vector of 28 features and a scalar."""
    elements = list(cached_pairs().as_numpy_iterator())

    judge.equal(len(elements), 3, what="elements")
    judge.equal([np.shape(x) for x, _ in elements], [(28,)] * 3, what="features")
    judge.equal([np.ndim(y) for _, y in elements], [0] * 3, what="labels")


shuffle_repeat_batch = claim(
    "data.shuffle-repeat-batch",
    says="Shuffle and repeat before batch: the training set never ends, each pass "
    "holds every record once, and its batches of 500 are composed anew.",
    sources=[tutorial[212], tutorial[216]],
    evidence=[tutorial[193:197]],
    verdict=UPHELD,
    why="repeat after shuffle keeps the passes apart, 500 divides 10,000, and a "
    "buffer as large as the training set shuffles uniformly.",
    explained_by=[f"{DATASET}.shuffle", f"{DATASET}.repeat"],
    faults=[
        faults.same_order_in_each_pass,
        faults.buffer_one_too_small,
        faults.repeats_twice,
        faults.batch_one_too_small,
        figure(PIPELINE, "batch", 501),
        figure(PIPELINE, "buffer", 1),
    ],
    needs="tensorflow",
)


@shuffle_repeat_batch.as_worded
def test_each_pass_has_every_record_once_in_new_batches():
    """Three times 20 batches of 500: all 10,000 numbers, in three orders."""
    count, size = PIPELINE["training"][1], PIPELINE["batch"]
    data = numbers(count).shuffle(PIPELINE["buffer"]).repeat().batch(size)

    found = values(data.take(3 * (count // size)))
    judge.equal(len(found), 3 * count, what="records in three passes")
    passes = found.reshape(3, -1)
    judge.equal(np.sort(passes), np.tile(np.arange(count), (3, 1)), what="a pass")
    together = {tuple(np.sort(p[:size])) for p in (*passes, np.arange(count))}
    judge.equal(len(together), 4, what="first batches that differ", chance=2.0**-999)
    judge.equal(int(data.cardinality()), tensorflow().data.INFINITE_CARDINALITY)


@shuffle_repeat_batch.as_worded
@given(place=st.integers(0, 7), other=st.integers(0, 7))
@example(place=0, other=7)
@example(place=7, other=0)
def test_a_buffer_as_large_as_the_set_shuffles_uniformly(place, other):
    """Each of 8 records comes at each place in an eighth of 2,000 passes."""
    data = numbers(8).shuffle(8).repeat(2_000).batch(16_000)

    found = values(data)
    judge.equal(len(found), 16_000, what="records")
    orders = found.reshape(2_000, 8)

    there = np.sum(orders[:, place] == other)
    judge.proportion(there, of=2_000, claimed=1 / 8, resolves=0.11)
