"""`python -m harness.benchmark.memory NAME`: the device memory of one configuration.

Alone in its process, by the backend's own counter. Prints one JSON object: `model`, the
bytes in use between two steps (weights, the optimizer's state, a batch), and
`activations`, what a step adds to them at its peak (gradients and work space too).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.benchmark import configuration, worker
from harness.benchmark.configuration import CONFIGURATIONS, Configuration
from harness.stack.devices import gpu_count
from harness.stack.libraries import backend

STEPS = 3


@dataclass(frozen=True)
class Counter:
    """Bytes in use, and the most of them since `reset`; JAX counts from the start."""

    name: str
    in_use: Callable[[], int]
    peak: Callable[[], int]
    reset: Callable[[], object]


def counter() -> Counter:
    """The backend's own for a GPU; on a CPU the process' resident memory."""
    if not gpu_count():
        return Counter(
            "resident memory of the process",
            lambda: _resident("VmRSS"),
            lambda: _resident("VmHWM"),
            _forget_high_water_mark,
        )
    if backend() == "torch":
        from torch import cuda

        return Counter(
            "torch.cuda.max_memory_allocated",
            cuda.memory_allocated,
            cuda.max_memory_allocated,
            cuda.reset_peak_memory_stats,
        )
    if backend() == "jax":
        import jax

        told = jax.devices()[0].memory_stats
        return Counter(
            "jax.Device.memory_stats",
            lambda: told()["bytes_in_use"],
            lambda: told()["peak_bytes_in_use"],
            lambda: None,
        )
    from tensorflow import config

    info = config.experimental.get_memory_info
    return Counter(
        "tf.config.experimental.get_memory_info",
        lambda: info("GPU:0")["current"],
        lambda: info("GPU:0")["peak"],
        lambda: config.experimental.reset_memory_stats("GPU:0"),
    )


def _resident(field: str) -> int:
    """A line of Linux' account of this process, in bytes."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return 1024 * int(next(x for x in lines if x.startswith(field)).split()[1])


def _forget_high_water_mark() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def measure(each: Configuration, *, full: bool) -> dict[str, object]:
    """Two numbers of bytes, the counter's name, and the examples of a step."""
    (arm,), scales = worker.built([each], full=full)
    counted = counter()
    counted.reset()
    model = counted.in_use()
    arm.run(STEPS)
    return {
        "name": each.name,
        "examples": scales[each.group].of(each.examples),
        "counter": counted.name,
        "model": model,
        "activations": max(0, counted.peak() - model),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure the named configuration; exit 2 with a sentence if there is none."""
    parser = argparse.ArgumentParser(prog="python -m harness.benchmark.memory")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--full", action="store_true", help="the documents' own sizes")
    parser.add_argument("--module", default=configuration.MODELS)
    options = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    configuration.load(options.module)
    if options.name not in CONFIGURATIONS:
        print(f"no configuration {options.name!r}", file=sys.stderr)
        return 2
    try:
        worker.say("memory", **measure(CONFIGURATIONS[options.name], full=options.full))
    except OSError as error:
        worker.say("memory", name=options.name, counter=None, reason=str(error))
    worker.say("end")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
