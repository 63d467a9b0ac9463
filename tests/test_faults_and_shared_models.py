"""Faults come and go without a trace; shared objects are always as new."""

import contextlib
import random
import time

import keras
import numpy as np
import pytest

from harness.evidence.measurement import Measurement, measuring
from harness.running import faults as f
from harness.running import properties, shared
from harness.running.bounds import NoEnd, bounded

L2 = "keras.src.regularizers.regularizers:L2.__call__"


@pytest.fixture(autouse=True)
def measured():
    """As within a check: shared objects are built from the run's seed."""
    with measuring(Measurement()):
        yield


def penalty():
    return float(keras.regularizers.L2(0.5)(np.ones(2, "float32")))


@shared.shared
def compiled():
    """A compiled (traced) model with a penalty of 1."""
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(1, "linear", True, "ones", kernel_regularizer="l2"),
            keras.layers.Dropout(0.5, seed=3),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
    return model


def loss_of_compiled():
    return float(compiled().test_on_batch(np.zeros((1, 2)), np.zeros((1, 1))))


def test_a_fault_changes_the_library_and_is_gone_afterwards():
    """Inside the factor is seen, outside the very same function is back."""
    original = keras.regularizers.L2.__call__

    with f.output_times(L2, 1.05).active():
        assert penalty() == pytest.approx(1.05)

    assert keras.regularizers.L2.__call__ is original
    assert penalty() == 1.0


def test_a_fault_is_gone_after_a_crash():
    """An exception inside the fault restores the library too."""
    with pytest.raises(KeyError), f.output_times(L2, 2).active():
        raise KeyError

    assert penalty() == 1.0


def test_a_traced_model_sees_the_fault_and_forgets_it():
    """Claim, fault, claim on a compiled model: 0.02, 0.04, 0.02."""
    before = loss_of_compiled()
    with f.output_times(L2, 2).active():
        under = loss_of_compiled()

    assert (before, under, loss_of_compiled()) == pytest.approx((0.02, 0.04, 0.02))


def test_a_shared_model_is_always_as_new():
    """Weights, optimizer, seed generators and settings are set back at each fetch."""
    x, y = np.ones((4, 2)), np.zeros((4, 1))
    first = [v.numpy().copy() for v in compiled().variables]

    used = compiled()
    used.train_on_batch(x, y)
    used.layers[1].rate = 0.9
    used.layers[0].trainable = False
    used.optimizer.momentum = 0.7
    model = compiled()

    for value, variable in zip(first, model.variables):
        np.testing.assert_array_equal(value, variable.numpy())
    assert int(model.optimizer.iterations.numpy()) == 0
    assert (model.layers[1].rate, model.optimizer.momentum) == (0.5, 0.0)
    assert model.layers[0].trainable


def test_a_shared_model_that_was_compiled_again_is_built_again():
    """Its next user would train with another optimizer."""
    compiled().compile("adam", "mse")

    assert isinstance(compiled().optimizer, keras.optimizers.SGD)


def test_an_argument_can_be_changed():
    """The call sees the changed parameter, given by position or by name."""
    place = "keras.src.regularizers.regularizers:L2.__init__"

    with f.argument(place, "l2", lambda v: 2 * v, does="doubles").active():
        assert penalty() == 2.0


def test_a_place_that_does_not_exist_is_named():
    """A fault on a missing attribute says which place is meant."""
    with pytest.raises(f.NotInstalled, match="no such place: keras:Nothing"):
        f.output_times("keras:Nothing", 2).active().__enter__()


def test_examples_draw_different_kernels():
    """Hypothesis resets Python's generator; ours makes kernels differ all the same."""
    kernels = []

    @properties.given(n=properties.hypothesis.strategies.integers(0, 999))
    def draw(n):
        layer = keras.layers.Dense(1)
        layer.build((None, 1))
        kernels.append((float(layer.kernel.numpy()[0, 0]), random.random()))

    with measuring(Measurement("self-test", seed=1)):
        draw()

    assert len(set(kernels)) == len(kernels) >= 20


def test_a_seed_replays_and_another_one_differs():
    """The same run seed gives the same kernels, another one others."""

    def kernels(seed):
        found = []

        @properties.given(n=properties.hypothesis.strategies.just(3))
        def draw(n):
            found.append(np.random.random())

        with measuring(Measurement("self-test", seed=seed)):
            draw()
        return found

    assert kernels(1) == kernels(1) != kernels(2)


def test_a_check_without_end_is_broken():
    """Also if what never ends catches every Exception."""
    with pytest.raises(NoEnd, match=r"not within 0.05 s"), bounded(0.05):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(1)
    time.sleep(0.1)  # the alarm is off again
