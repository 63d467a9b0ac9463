"""Simulated machines to try the measuring code on: invented time, known ratios."""

from __future__ import annotations

import math
import random

from harness.benchmark.configuration import Run

KINDS = ("calm", "drifting", "heavy tails", "periodic interference", "bimodal clock")
RATIOS = (1.0, 1.05, 1.5, 2.0, 3.0)


class Machine:
    """A clock that the arms push forward, and a disturbance of one of the `KINDS`."""

    def __init__(self, kind: str, seed: int) -> None:
        self.now = 0.0
        self.rng = random.Random(seed)
        self.kind = kind
        self.phase = self.rng.random()
        self.drift = self.rng.uniform(-0.3, 0.3)
        self.slow_until, self.slow = 0.0, False

    def clock(self) -> float:
        return self.now

    def arm(self, step: float) -> Run:
        """`run(k)` of a configuration whose step takes `step` seconds undisturbed."""
        build = 1 + self.rng.gauss(0, 0.003)  # memory placement, anew in each process

        def run(steps: int) -> None:
            self.now += steps * step * build * self.disturbance() + 2e-6

        return run

    def disturbance(self) -> float:
        """The factor on the next block's time."""
        jitter = math.exp(self.rng.gauss(0, 0.02))
        slower: float = getattr(self, self.kind.replace(" ", "_"))()
        return jitter * slower

    def calm(self) -> float:
        return 1.0

    def drifting(self) -> float:
        return math.exp(self.drift * self.now)

    def heavy_tails(self) -> float:
        return 1 + 0.02 * self.rng.paretovariate(1.1)

    def periodic_interference(self) -> float:
        return (
            1.6 if math.sin(2 * math.pi * (self.now / 0.17 + self.phase)) > 0.6 else 1
        )

    def bimodal_clock(self) -> float:
        if self.now >= self.slow_until:
            self.slow = not self.slow
            self.slow_until = self.now + self.rng.expovariate(1 / 0.3)
        return 1.4 if self.slow else 1.0
