"""Choosing a device, TF32, and memory that does not suffice; all of it on a CPU."""

import argparse
import os

import numpy as np
import pytest

from harness.benchmark import memory, worker
from harness.benchmark.configuration import Configuration, Scale
from harness.stack import devices

pytest_plugins = ["pytester"]


@pytest.fixture
def environment(monkeypatch):
    """`devices.prepare` writes to the environment of the whole process."""
    monkeypatch.setattr(os, "environ", dict(os.environ))


@pytest.mark.parametrize("text", ["cpu", "gpu", "gpu:0", "gpu:13"])
def test_a_device_can_be_chosen(text):
    """One of several cards by its number."""
    assert devices.chosen(text) == text


@pytest.mark.parametrize("text", ["", "tpu", "gpu:", "gpu:x", "gpu:-1", "cpu:1"])
def test_other_devices_cost_one_sentence(text):
    """The sentence says what would have been right."""
    with pytest.raises(argparse.ArgumentTypeError, match="use cpu, gpu, or gpu:1"):
        devices.chosen(text)


def test_the_chosen_card_is_the_only_one_that_libraries_see(environment):
    """gpu:1 hides the other cards, and takes memory as it is needed."""
    assert devices.prepare("gpu:1") == "gpu"

    assert os.environ["CUDA_VISIBLE_DEVICES"] == "1"
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "0"
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert "gpu 1" in str(devices.gpu_problem()).lower()


def full(error):
    """A device that holds batches of up to 16, and says so in its own way."""

    def build(scale):
        def run(steps):
            if scale.of((64, 64)) > 16:
                raise error

        return run

    return build


ERRORS = [
    MemoryError(),
    type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor"),
    RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_out_of_memory_makes_the_batch_of_the_group_smaller(error):
    """64 examples become 16 in all of what is compared; others keep their batch."""
    easy = Configuration("easy", "one", lambda scale: lambda steps: None, (64, 64))
    heavy = Configuration("heavy", "one", full(error), (64, 64))
    other = Configuration("other", "two", lambda scale: lambda steps: None, (64, 64))

    arms, scales = worker.built([easy, heavy, other], full=False)

    assert [arm.name for arm in arms] == ["easy", "heavy", "other"]
    assert scales == {"one": Scale(False, 4), "two": Scale(False, 1)}


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    """And a batch of one that does not fit is an error, too."""
    wrong = Configuration("wrong", "g", full(ValueError("shape")), (64, 64))
    with pytest.raises(ValueError, match="shape"):
        worker.built([wrong], full=False)

    def never(scale):
        raise MemoryError

    with pytest.raises(MemoryError):
        worker.built([Configuration("never", "g", never, (64, 64))], full=False)


def test_what_a_step_takes_is_told_apart_from_what_stays():
    """A step that needs 64 MiB for a moment, on the counter of this machine."""
    size = 64 * 2**20

    def build(scale):
        return lambda steps: [np.ones(size, "uint8").sum() for _ in range(steps)]

    told = memory.measure(Configuration("c", "g", build, (8, 8)), full=False)

    assert told["examples"] == 8
    assert 0.9 * size < told["activations"] < 2 * size


def test_triton_comes_before_the_claims_and_their_tensorflow(project):
    """Where a CUDA build of torch brought triton, it is there when claims load."""
    (project.path / "triton.py").write_text("import sys\nearly = dict(sys.modules)")
    project.claims("""
import sys
asked = claim("paper.order", says="Triton comes first.", sources=[paper[1]])

@asked.as_worded
def test_order():
    judge.equal("tensorflow" in sys.modules["triton"].early, False)
""")

    assert project.run("claims").ret == 0
