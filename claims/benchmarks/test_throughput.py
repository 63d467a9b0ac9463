"""Throughput: what mixed precision buys; measured by `pytest --benchmark` only."""

import pytest

from claims.documents import day7
from harness import claim

speed_up = claim(
    "mixed-precision.speeds-up-tensor-cores",
    says="On a GPU with Tensor Cores this model trains 1.5 to 3 times as fast.",
    sources=[day7[121]],
)


@speed_up.as_worded
def test_the_training_step_is_faster_in_mixed_precision():
    """Examples per second, mixed_float16 over float32, lie in the claimed range."""
    pytest.skip("needs `--benchmark`")


on_cpu = claim(
    "mixed-precision.nothing-useful-on-cpu",
    says="On a CPU mixed precision brings nothing useful.",
    sources=[day7[121]],
)


@on_cpu.as_worded
def test_the_training_step_is_not_faster_on_a_cpu():
    """Examples per second, mixed_float16 over float32 on a CPU, are at most 1."""
    pytest.skip("needs `--benchmark`")
