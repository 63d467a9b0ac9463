"""`python -m harness.benchmark.worker NAME... --seed S`: one process' measurements.

Prints one JSON object a line: an `arm` for each configuration once it is warm, a
`block` for each timed block, and an `end`.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import random
import sys
import time
from dataclasses import asdict
from typing import Any

from harness.benchmark import configuration, machine, trials
from harness.benchmark.configuration import (
    AGAIN,
    CONFIGURATIONS,
    CONTROL,
    TWICE,
    Configuration,
    Scale,
)
from harness.stack.devices import is_out_of_memory

BUILDING = 0.65
"""The share of a first process' time in which configurations may be begun."""
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
    here = configuration.Scope(full=options.full)
    names = options.names or [n for n, c in CONFIGURATIONS.items() if c.exists(here)]
    say("ready")
    measure(
        [CONFIGURATIONS[name] for name in dict.fromkeys(names)],
        full=options.full,
        seed=options.seed,
        until=started + options.seconds,
        shortest=options.block,
        build_until=started + BUILDING * options.seconds if options.fit else math.inf,
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness.benchmark.worker")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60, help="all in all")
    parser.add_argument("--block", type=float, default=trials.SHORTEST)
    parser.add_argument(
        "--fit", action="store_true", help="only as many of the names as time allows"
    )
    parser.add_argument("--full", action="store_true", help="the documents' own sizes")
    parser.add_argument("--module", default=configuration.MODELS)
    return parser


def measure(
    configurations: list[Configuration],
    *,
    full: bool,
    seed: int,
    until: float,
    shortest: float,
    build_until: float = math.inf,
) -> None:
    """Build all, warm all up, then blocks in random order until the time is used.

    build_until: no configuration is begun after it, but for the control's; they are
    built in the order given then, in which the most wanted come first.
    """
    rng = random.Random(seed)
    in_order = configurations
    if build_until == math.inf:  # memory layout differs
        in_order = rng.sample(configurations, len(configurations))
    arms, scales = built(in_order, full=full, until=build_until)
    names = {arm.name for arm in arms}
    configurations = [each for each in configurations if each.name in names]
    _KEPT.extend(arms)
    clock = time.perf_counter
    plan = trials.prepare(arms, clock=clock, shortest=shortest)
    for each in configurations:
        say(
            "arm",
            name=each.name,
            group=each.group,
            examples=scales[each.group].of(each.examples),
            shrunk=scales[each.group].shrink,
            steps=plan.steps[each.name],
            step_seconds=plan.step_seconds[each.name],
            stable=plan.stable[each.name],
        )
    count = plan.rounds(until - clock())
    for block in trials.rounds(
        arms, plan, count=count, clock=clock, rng=rng, again=(CONTROL, AGAIN)
    ):
        say("block", of_rounds=count, **asdict(block), **machine.clocks())
    say("end", rounds=count)


def built(
    configurations: list[Configuration], *, full: bool, until: float = math.inf
) -> tuple[list[trials.Arm], dict[str, Scale]]:
    """Every arm after its first step, and the scale of each group.

    Where the device's memory does not suffice, the whole group is built again with half
    the batch, so that what is compared stays comparable. Batches of one that do not fit
    raise the library's error.
    """
    scales = {each.group: Scale(full) for each in configurations}
    arms: dict[str, trials.Arm] = {}
    waiting = list(reversed(configurations))
    while waiting:
        each = waiting.pop()
        if time.perf_counter() > until and each.name not in (CONTROL, AGAIN, TWICE):
            continue
        scale = scales[each.group]
        say("build", name=each.name, shrunk=scale.shrink)
        arm = _first_step(each, scale)
        if arm:
            arms[each.name] = arm
            continue
        scales[each.group] = Scale(full, 2 * scale.shrink)
        group = [c for c in configurations if c.group == each.group]
        waiting += [c for c in reversed(group) if arms.pop(c.name, None)] + [each]
        gc.collect()  # what was built leaves the device's memory
    return [arms[c.name] for c in configurations if c.name in arms], scales


def _first_step(each: Configuration, scale: Scale) -> trials.Arm | None:
    """The configuration, built and run once; None if half the batch may fit better."""
    try:
        run = each.build(scale)
        run(1)
    except Exception as error:
        if is_out_of_memory(error) and scale.of(each.examples) > 1:
            return None
        raise
    return trials.Arm(each.name, each.group, run)


def say(kind: str, **values: Any) -> None:
    """One line to whoever listens."""
    print(json.dumps({"type": kind} | values), flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
