"""`python -m harness.benchmark.worker NAME... --seed S`: one process' measurements.

Prints one JSON object a line: an `arm` for each configuration once it is warm, a
`block` for each timed block, and an `end`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from dataclasses import asdict
from typing import Any

from harness.benchmark import configuration, machine, trials
from harness.benchmark.configuration import CONFIGURATIONS, Configuration, Run

_KEPT: list[trials.Arm] = []
"""Alive until the process ends: taking two dozen models apart can take a minute."""


def main(arguments: list[str] | None = None) -> int:
    """Measure the named configurations; exit 2 with a sentence for an unknown one."""
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    configuration.load(options.module)
    unknown = [name for name in options.names if name not in CONFIGURATIONS]
    if unknown:
        known = ", ".join(CONFIGURATIONS)
        print(f"no configuration {unknown[0]!r}; there are: {known}", file=sys.stderr)
        return 2
    names = options.names or [
        name
        for name, c in CONFIGURATIONS.items()
        if c.exists(full=options.full, policies=configuration.POLICIES)
    ]
    measure(
        [CONFIGURATIONS[name] for name in dict.fromkeys(names)],
        full=options.full, seed=options.seed,
        until=started + options.seconds, shortest=options.block,
    )  # fmt: skip
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness.benchmark.worker")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60, help="all in all")
    parser.add_argument("--block", type=float, default=trials.SHORTEST)
    parser.add_argument("--full", action="store_true", help="the documents' own sizes")
    parser.add_argument("--module", default=configuration.MODELS)
    return parser


def measure(
    configurations: list[Configuration], *, full: bool, seed: int, until: float,
    shortest: float,
) -> None:  # fmt: skip
    """Build all, warm all up, then blocks in random order until the time is used."""
    rng = random.Random(seed)
    in_order = rng.sample(configurations, len(configurations))  # memory layout differs
    arms = _KEPT
    arms += [
        trials.Arm(c.name, c.group, _built(c, full=full, seed=seed)) for c in in_order
    ]
    clock = time.perf_counter
    plan = trials.prepare(arms, clock=clock, shortest=shortest)
    for each in configurations:
        say(
            "arm", name=each.name, group=each.group, examples=each.examples[full],
            steps=plan.steps[each.name], step_seconds=plan.step_seconds[each.name],
            stable=plan.stable[each.name],
        )  # fmt: skip
    count = plan.rounds(until - clock())
    for block in trials.rounds(arms, plan, count=count, clock=clock, rng=rng):
        say("block", of_rounds=count, **asdict(block), **machine.clocks())
    say("end", rounds=count)


def _built(each: Configuration, *, full: bool, seed: int) -> Run:
    """The configuration's `run`; what it announces is when it began to be built."""
    say("build", name=each.name)
    return each.build(full)


def say(kind: str, **values: Any) -> None:
    """One line to whoever listens."""
    print(json.dumps({"type": kind} | values), flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
