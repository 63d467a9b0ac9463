"""Choosing a device, TF32, and memory that does not suffice; all of it on a CPU."""

import argparse
import os

import pytest

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
