"""Arguments of optimizers from older versions: refused, ignored, or in force."""

import warnings

import keras
import numpy as np
from hypothesis import strategies as st

from claims.optimizers import faults
from harness import REFUTED, UPHELD, as_array, claim, given, judge, public

INIT = "keras.src.optimizers.base_optimizer:BaseOptimizer.__init__"
kinds = st.sampled_from(faults.OPTIMIZERS)
rates = st.integers(1, 90).map(lambda k: k / 100)
rates_with_decay = st.sampled_from([0.1, 0.5])
decays = st.sampled_from([0.1, 0.9])


def made(kind, **arguments):
    """The optimizer, and the warnings that making it gave."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optimizer = kind(**arguments)
    return optimizer, [str(w.message) for w in caught]


lr_is_ignored = claim(
    "optimizers.lr-is-ignored",
    says="An optimizer accepts lr, with a warning at most, and ignores it.",
    sources=[
        public(
            "https://github.com/keras-team/keras/issues/17338",
            "The new optimizers accept lr and ignore it; they should raise",
        ),
        public(
            "https://github.com/keras-team/tf-keras/issues/331",
            "The new optimizers accept lr and ignore it; they should raise",
        ),
        public(
            "https://github.com/tensorflow/tensorflow/issues/58831",
            "The new optimizers accept lr and ignore it; they should raise",
        ),
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="An optimizer of Keras 3 refuses lr, as it refuses any unknown keyword, "
    "with a ValueError; its argument is learning_rate.",
    explained_by=INIT,
    faults=[faults.lr_is_dropped, faults.lr_is_the_old_name],
    differs_on={
        "keras<3": (
            UPHELD,
            "Optimizer._process_kwargs warns of lr and drops it "
            "(optimizers/optimizer.py, Keras 2.11 to 2.15)",
        ),
    },
)


@lr_is_ignored.as_worded
@given(kind=kinds, rate=rates)
def test_lr_is_accepted(kind, rate):
    """The optimizer is made, and its rate is that of one without lr."""
    optimizer, _ = judge.runs(lambda: made(kind, lr=rate), what="lr")

    judge.equal(optimizer.learning_rate, as_array(kind().learning_rate), what="rate")


@lr_is_ignored.instead
@given(kind=kinds, rate=rates, word=st.sampled_from(["lr", "momentums", "learn_rate"]))
def test_lr_is_refused_like_any_other_word(kind, rate, word):
    """A ValueError, for lr and for misspelled words; learning_rate is in force."""
    judge.raises(ValueError, lambda: kind(**{"lr": rate}), what="lr")
    judge.raises(ValueError, lambda: kind(**{word: rate}), what=word)
    optimizer, _ = made(kind, learning_rate=rate)
    judge.close(optimizer.learning_rate, rate, operations=1, what="learning_rate")


decay_is_refused = claim(
    "optimizers.decay-is-refused",
    says="The argument decay, which made the learning rate fall, is refused with a "
    "ValueError.",
    sources=[
        public(
            "https://github.com/keras-team/keras/pull/17752",
            "Adam(decay=...) raises a ValueError with a hint at the legacy optimizer",
        ),
        public(
            "https://github.com/balajisrinivas/Face-Mask-Detection/issues/29",
            "A script with decay ends in a ValueError",
        ),
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="Keras 3 accepts decay with a warning and ignores it: the learning rate "
    "stays what it was; with schedules.InverseTimeDecay(rate, 1, decay) it falls.",
    explained_by=INIT,
    faults=[faults.decay_raises, faults.decay_is_applied],
    differs_on={
        "keras<3": (
            UPHELD,
            "Optimizer._process_kwargs raises a ValueError for decay "
            "(optimizers/optimizer.py, Keras 2.11 to 2.15)",
        ),
    },
)


@decay_is_refused.as_worded
@given(kind=kinds, decay=rates)
def test_decay_raises(kind, decay):
    """The optimizer is not made."""
    judge.raises(ValueError, lambda: made(kind, decay=decay), what="decay")


def rate_after(optimizer, steps):
    """The learning rate when so many updates are done."""
    weight = keras.Variable(np.ones(1, "float32"))
    for _ in range(steps):
        optimizer.apply([keras.ops.ones((1,))], [weight])
    return as_array(optimizer.learning_rate)


def stays_with_a_warning(kind, rate, decay):
    """After three updates the rate is the first one; that of the schedule is not."""
    arguments = {"learning_rate": rate, "decay": decay}
    optimizer, told = judge.runs(lambda: made(kind, **arguments), what="decay")

    judge.contains(
        [" ".join(m.split()[-4:]) for m in told],
        "and will be ignored.",
        what="warnings",
    )
    judge.close(rate_after(optimizer, 3), rate, operations=1, what="rate")
    schedule = keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)
    found = rate_after(kind(learning_rate=schedule), 3)
    judge.close(found, rate / (1 + 3 * decay), operations=9, what="with the schedule")


@decay_is_refused.instead
@given(kind=kinds, rate=rates_with_decay, decay=decays)
def test_decay_is_ignored_with_a_warning(kind, rate, decay):
    """After three updates the rate is the first one."""
    stays_with_a_warning(kind, rate, decay)


decay_lowers_the_rate = claim(
    "optimizers.decay-lowers-the-rate",
    says="With the optimizer's argument decay the learning rate falls: rate / (1 + "
    "decay * updates).",
    sources=[
        public(
            "https://github.com/keras-team/keras/blob/2.3.1/keras/optimizers.py",
            "With decay the rate of SGD is divided by 1 + decay * iterations",
        )
    ],
    verdict=REFUTED,
    severity="lesson",
    instead="Keras 3 ignores decay with a warning: the learning rate stays what it "
    "was; with schedules.InverseTimeDecay(rate, 1, decay) it falls.",
    why="The argument is taken from the keywords, warned of and dropped.",
    explained_by=INIT,
    faults=[faults.decay_is_applied],
    differs_on={
        "keras<3": (
            REFUTED,
            "Optimizer._process_kwargs raises a ValueError for decay "
            "(optimizers/optimizer.py, Keras 2.11 to 2.15)",
        ),
    },
)


@decay_lowers_the_rate.as_worded
@given(kind=kinds, rate=rates_with_decay, decay=decays)
def test_the_rate_falls(kind, rate, decay):
    """After three updates it is rate / (1 + 3 * decay)."""
    optimizer, _ = judge.runs(
        lambda: made(kind, learning_rate=rate, decay=decay), what="decay"
    )

    expected = rate / (1 + 3 * decay)
    judge.close(rate_after(optimizer, 3), expected, operations=9, what="rate")


@decay_lowers_the_rate.instead
@given(kind=kinds, rate=rates_with_decay, decay=decays)
def test_the_rate_stays(kind, rate, decay):
    """After three updates the rate is the first one."""
    stays_with_a_warning(kind, rate, decay)
