"""`python -m harness.benchmark.neighbour`: the controls beside a busy process.

A second process keeps one core busy half of the time. The same configuration against
itself must still give 1.00, to 10 %, and twice the work 2.0.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from harness.benchmark import configuration, controller
from harness.benchmark.configuration import AGAIN, CONTROL, TWICE

BUSY = """\
import random, time
while True:
    begun = time.perf_counter()
    length = random.uniform(0.02, 0.2)
    while time.perf_counter() - begun < length:
        pass
    time.sleep(length)
"""
WIDEST = 0.10


def main(arguments: list[str] | None = None) -> int:
    """Print both intervals; exit 1 if one misses its truth or A/A is too wide."""
    parser = argparse.ArgumentParser(prog="python -m harness.benchmark.neighbour")
    parser.add_argument("--time-budget", type=float, default=180, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--module", default=configuration.MODELS)
    options = parser.parse_args(arguments)
    configuration.load(options.module)
    ratios = [configuration.RATIOS[name, CONTROL] for name in (AGAIN, TWICE)]
    order = controller.Order(
        ratios,
        options.seed,
        options.time_budget,
        module=options.module,
        folder=Path.cwd(),
    )
    with subprocess.Popen([sys.executable, "-c", BUSY]) as neighbour:
        try:
            found = controller.measure(order)
        finally:
            neighbour.kill()
    same = found.interval(AGAIN, CONTROL)
    twice = found.interval(TWICE, CONTROL)
    if same is None or twice is None:
        print(found.trouble())
        return 1
    print(f"A/A {same.said()}, half-width {same.half_width:.1%}; twice {twice.said()}")
    narrow = same.half_width <= WIDEST
    return int(not (same.contains(1.0) and twice.contains(2.0) and narrow))


if __name__ == "__main__":
    sys.exit(main())
