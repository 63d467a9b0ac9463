"""Steps in an epoch: the comments, the log and the pipelines of two documents."""

import numpy as np
from hypothesis import strategies as st

from claims.common.day7_schedule import (
    ALPHA,
    DECAY,
    LAST,
    STEPS,
    WARMUP,
    closed_form,
    cosine,
    rates,
)
from claims.documents import day7
from claims.documents.day7_figures import CIFAR, SCHEDULE
from claims.schedules import faults
from harness import REFUTED, UPHELD, claim, contradiction, example, given, judge, side
from harness.running.faults import figure

steps_per_epoch_351 = claim(
    "schedules.steps-per-epoch-351",
    says="45000 training images divided by the batch size 128, rounded down, are 351.",
    sources=[day7[103]],
    verdict=UPHELD,
    why="The quotient is right. An epoch of this pipeline has one batch more: see "
    "schedules.epoch-has-351-steps.",
    faults=[figure(SCHEDULE, "in the comment", 352)],
)


@steps_per_epoch_351.as_worded
def test_the_quotient_is_351():
    """45000 // 128 is the figure of the comment."""
    quotient = CIFAR["images"] // CIFAR["day 7 batch"]

    judge.equal(quotient, SCHEDULE["in the comment"])


log_352_batches = claim(
    "schedules.log-352-batches",
    says="The training log counts 352 batches in an epoch.",
    sources=[day7[57]],
    verdict=UPHELD,
    needs="tensorflow",
    why="These are 351 full batches and one of 72 images.",
    explained_by="tensorflow.data:Dataset.batch",
    faults=[
        faults.batches_drop_the_remainder,
        figure(SCHEDULE, "in the log", 351),
    ],
)


@log_352_batches.as_worded
def test_the_pipeline_has_352_batches():
    """45000 elements in batches of 128 are as many batches as the log counts."""
    judge.equal(batches(CIFAR["images"]), SCHEDULE["in the log"])


def batches(images, *, drop_remainder=None):
    """Number of batches that a tf.data pipeline makes of the images."""
    import tensorflow as tf

    options = {} if drop_remainder is None else {"drop_remainder": drop_remainder}
    return len(tf.data.Dataset.range(images).batch(CIFAR["day 7 batch"], **options))


epoch_has_351_steps = claim(
    "schedules.epoch-has-351-steps",
    says="An epoch of the training has the 351 steps that the schedule counts with.",
    sources=[day7[103]],
    verdict=REFUTED,
    severity="number",
    instead="steps_per_epoch = len(train_ds)  # 352: the last batch is smaller",
    needs="tensorflow",
    why="Dataset.batch keeps the remainder by default.",
    explained_by="tensorflow.data:Dataset.batch",
    faults=[faults.batches_drop_the_remainder],
)


@epoch_has_351_steps.as_worded
def test_an_epoch_has_351_batches():
    """The pipeline of the document yields 45000 // 128 batches."""
    images = CIFAR["images"]

    judge.equal(batches(images), images // CIFAR["day 7 batch"], what="batches")


@epoch_has_351_steps.instead
@given(rest=st.integers(1, 127), full=st.integers(1, 400))
@example(rest=72, full=351)
def test_an_epoch_has_one_batch_more(rest, full):
    """Wherever images remain, an epoch has one batch more than the quotient."""
    judge.equal(batches(128 * full + rest), full + 1, what="batches")


comment_agrees_with_log = contradiction(
    "schedules.comment-agrees-with-log",
    says="The training log counts 352 batches in an epoch; the schedule is "
    "computed with 351.",
    sides=[
        side("schedules.log-352-batches", day7[57]),
        side("schedules.epoch-has-351-steps", day7[103]),
    ],
    right="schedules.log-352-batches",
    instead="steps_per_epoch = len(train_ds)  # 352, as in the training log",
    why="steps_per_epoch is 351 by the comment; the log counts 352 steps in an epoch, "
    "the last of them with fewer images.",
    faults=[figure(SCHEDULE, "in the comment", 352)],
)


@comment_agrees_with_log.all_sides
def test_comment_and_log_agree():
    """The figure of the comment is that of the log."""
    judge.equal(SCHEDULE["in the comment"], SCHEDULE["in the log"])


@comment_agrees_with_log.right_side
def test_the_comment_is_one_below_the_log():
    """The comment has the rounded-down quotient, the log the rounded-up one."""
    images, batch = CIFAR["images"], CIFAR["day 7 batch"]

    judge.equal(SCHEDULE["in the comment"], images // batch, what="comment")
    judge.equal(SCHEDULE["in the log"], -(-images // batch), what="log")


warmup_lasts_three_epochs = claim(
    "schedules.warmup-lasts-three-epochs",
    says="3 * (n // batch) warm-up steps last three epochs, and the decay covers all "
    "remaining batches.",
    sources=[day7[107:108]],
    verdict=REFUTED,
    severity="number",
    instead="With steps_per_epoch = len(train_ds), 352, the warm-up lasts three epochs "
    "and the decay the others; with 351 the warm-up ends 3 batches early, and the last "
    "30 updates stay on the floor.",
    needs="tensorflow",
    why="The document's pipeline keeps its last, smaller batch, which 45000 // 128 "
    "leaves out.",
    explained_by="tensorflow.data:Dataset.batch",
    faults=[
        faults.batches_drop_the_remainder,
        figure(SCHEDULE, "training, lesson", 31),
    ],
)


@warmup_lasts_three_epochs.as_worded
def test_the_schedule_ends_with_the_training():
    """Three epochs of the pipeline are the warm-up, thirty the whole schedule."""
    epoch = batches(CIFAR["images"])

    judge.equal(WARMUP, SCHEDULE["warm-up, lesson"][0] * epoch, what="warm-up")
    judge.equal(LAST, SCHEDULE["training, lesson"] * epoch, what="end")


@warmup_lasts_three_epochs.instead
def test_the_schedule_ends_before_the_training():
    """The warm-up is 3 batches short, and 30 updates are at the floor of 2 %."""
    epoch, epochs = batches(CIFAR["images"]), SCHEDULE["training, lesson"]

    judge.equal(
        SCHEDULE["warm-up, lesson"][0] * epoch - WARMUP, 3, what="short of 3 epochs"
    )
    late = np.arange(LAST, epochs * epoch)
    found = rates(cosine(peak=1.0), late)
    judge.equal(late.size, 30, what="updates after the decay")
    judge.close(found, ALPHA, operations=16, magnitude=1, what="floor")


@warmup_lasts_three_epochs.instead
def test_the_length_of_the_pipeline_fits_the_training():
    """With 352 steps in an epoch the peak is at step 3 * 352, the floor at the end."""
    epoch, epochs = batches(CIFAR["images"]), SCHEDULE["training, lesson"]
    warmup = SCHEDULE["warm-up, lesson"][0] * epoch
    schedule = cosine(decay=epochs * epoch - warmup, peak=1.0, warmup=warmup)

    found = rates(schedule, np.array([warmup, epochs * epoch]))

    judge.equal(epoch, 352, what="batches")
    judge.close(found, [1, ALPHA], operations=16, magnitude=1, what="peak and floor")


solution_decays_as_the_lesson = claim(
    "schedules.solution-decays-as-the-lesson",
    says="The solution's schedule decays as that of the lesson does, over the 27 "
    "epochs that the warm-up leaves of 30.",
    sources=[day7[185:191], day7[259:265]],
    verdict=UPHELD,
    explained_by="keras.src.optimizers.schedules.learning_rate_schedule:CosineDecay.__call__",
    faults=[
        figure(SCHEDULE, "decay, solution", 26),
        figure(SCHEDULE, "training, lesson", 31),
    ],
)


@solution_decays_as_the_lesson.as_worded
@given(k=st.integers(1, 100))
def test_both_schedules_reach_their_floor_at_the_same_step(k):
    """Both are at 0.02 of the peak at step 10530, and above it a step before."""
    decays = [
        SCHEDULE["training, lesson"] - SCHEDULE["warm-up, lesson"][0],
        SCHEDULE["decay, solution"],
    ]

    peak = k * 1e-4
    for decay in decays:
        schedule = cosine(decay=decay * STEPS, peak=peak)
        middle, before, last = rates(schedule, [LAST // 2, LAST - 99, LAST])
        n = {"operations": 16, "magnitude": peak}
        form = {"peak": peak, "alpha": ALPHA, "decay": DECAY}
        judge.close(middle, closed_form(LAST // 2 - WARMUP, **form), what="half", **n)
        judge.close(before, closed_form(DECAY - 99, **form), what="99 before", **n)
        judge.close(last, ALPHA * peak, what="step 10530", **n)
