"""Start fresh processes one after the other until the planned precision is reached."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.benchmark import interval, trials
from harness.benchmark.configuration import MODELS, Ratio
from harness.benchmark.lines import ArmLine, BlockLine, Line, MemoryLine
from harness.benchmark.results import Results

WIDTH = 0.03
"""The half-width at which a ratio is known well enough."""
OVERDRAWN = 1.2
"""The share of the budget that finishing the first look may take."""
START = 0.5
"""Seconds until a fresh Python begins to count; corrected by what the last one took."""
Lines = Generator[Line, None, None]
Worker = Callable[[int, float, Sequence[str]], Lines]
Keep = Callable[[Mapping[str, object]], None]


class WorkerFailed(Exception):
    """A process ended without its measurements."""


@dataclass(frozen=True)
class Order:
    """What to measure, with which seed, in how many seconds, by which module."""

    ratios: list[Ratio]
    seed: int
    seconds: float
    memory: Sequence[str] = ()
    full: bool = False
    module: str = MODELS
    folder: Path = Path()
    block: float = trials.SHORTEST

    def names(self) -> list[str]:
        """The configurations of all ratios, each once."""
        both = [name for r in self.ratios for name in (r.over, r.of)]
        return list(dict.fromkeys(both))


def measure(
    order: Order,
    *,
    worker: Worker | None = None,
    clock: Callable[[], float] = time.perf_counter,
    progress: Callable[[str], None] = lambda line: None,
    keep: Keep = lambda line: None,
) -> Results:
    """Run the processes of the planned looks until all ratios are narrow enough.

    The first process measures as many ratios as its share of the time allows, the
    controls and the claims' first, and the others measure the same ones. The looks are
    fixed beforehand (`interval.LOOKS`), and only the width decides whether the next
    ones are taken, never a verdict. A look that does not fit into the time budget is
    not begun; the first one is finished if it nearly fits.
    """
    course = _Course(order, worker or process(order), clock, progress, keep)
    for look, _ in interval.LOOKS:
        while course.done < look:
            if not course.fits() or not course.take(look):
                return course.ended()
            if course.done == 1:
                progress(course.bought())
        if course.results.widest() <= WIDTH or not course.look_fits(look):
            break
    return course.ended()


class _Course:
    """A run under way: its results, its time, and how far it is."""

    def __init__(
        self,
        order: Order,
        worker: Worker,
        clock: Callable[[], float],
        progress: Callable[[str], None],
        keep: Keep,
    ) -> None:
        self.results = Results(order.ratios, full=order.full)
        self.done = 0
        self._over = START
        self._each_arm: list[float] = []
        self._budget, self._worker = order.seconds, worker
        self._progress, self._keep = progress, keep
        self._clock, self._started = clock, clock()

    def spent(self) -> float:
        return self._clock() - self._started

    def fits(self) -> bool:
        """Whether one more process like those before ends with the budget, which may be
        overdrawn a little for the minimum that an interval needs."""
        each = self.spent() / max(1, self.done)
        first = self.done < interval.LOOKS[0][0]
        most = (OVERDRAWN if first else 1.05) * self._budget
        return self.spent() + each <= most

    def bought(self) -> str:
        """What the budget buys, as the first process tells."""
        first = interval.LOOKS[0][0]
        left_out = ", ".join(self.results.left_out) or "none"
        kept = len(self.results.ratios)
        return (
            f"time budget {self._budget:.0f} s: {first} processes of about "
            f"{self._budget / first:.0f} s, with {kept} ratios; left out: {left_out}"
        )

    def look_fits(self, look: int) -> bool:
        """Whether all processes up to the next planned look fit into what is left."""
        later = [count for count, _ in interval.LOOKS if count > look]
        whole = self.spent() / look * later[0] if later else float("inf")
        return whole <= self._budget

    def take(self, look: int) -> bool:
        """One process: its lines are kept, its blocks become a number per ratio. False
        if the budget can't hold the processes that an interval needs."""
        before = self.spent()
        share = (self._budget - before) / (look - self.done)
        blocks: list[trials.Block] = []
        arms: dict[str, ArmLine] = {}
        lines = self._worker(self.done, share - self._over, self._names())
        imported = warm = 0.0
        count = trials.FEWEST_ROUNDS
        for line in lines:
            if line["type"] == "ready":
                imported = self.spent() - before
                if self.done == 0 and not self._can_hold():
                    lines.close()
                    return False
            self._keep({**line, "process": self.done})
            if line["type"] == "arm":
                arms[line["name"]] = line
            if line["type"] == "block":
                warm = warm or self.spent() - before
                count = line["of_rounds"]
                blocks.append(_block(line))
            self._tell(line, look)
        if self.done == 0:
            self.results.keep(arms)
        self.results.add(blocks, arms)
        self.done += 1
        took = self.spent() - before
        self._over = max(0.0, self._over + took - share)
        least = (took - warm) * min(1.0, trials.FEWEST_ROUNDS / count)
        self._trim(imported, warm - imported + least, len(arms))
        return True

    def _trim(self, imported: float, needed: float, arms: int) -> None:
        """Leave ratios out that nobody claims, as many as the first look needs.

        imported, needed: seconds that a process took for its imports, and that its arms
        take at least: building, warming up, and the fewest rounds.
        """
        missing = interval.LOOKS[0][0] - self.done
        if missing <= 0 or not arms:
            return
        self._each_arm.append(max(needed / arms, 1e-9))
        left = self._budget - self.spent()
        fitting = int((left / missing - imported) / statistics.median(self._each_arm))
        while len(self._names()) > fitting and self.results.leave_out_last():
            pass

    def _names(self) -> list[str]:
        """The configurations to measure, the most wanted first."""
        both = [name for key in self.results.ratios for name in reversed(key)]
        return list(dict.fromkeys(both))

    def _can_hold(self) -> bool:
        """Whether the first look can fit, now that it is known what imports take."""
        least = interval.LOOKS[0][0] * self.spent()
        if least > OVERDRAWN * self._budget:
            self.results.least = least
            return False
        return True

    def _tell(self, line: Line, look: int) -> None:
        what = _doing(line)
        left = max(0.0, self._budget - self.spent())
        if what:
            place = f"process {self.done + 1} of {look}: {what}"
            so_far = self.results.progress()
            self._progress(f"{place}; at most {left:.0f} s left; {so_far}")

    def ended(self) -> Results:
        return self.results.ended(self.spent(), self._budget)


def _block(line: BlockLine) -> trials.Block:
    return trials.Block(line["round"], line["name"], line["steps"], line["seconds"])


def _doing(line: Line) -> str | None:
    """What a line says for the progress line."""
    if line["type"] == "build":
        less = f" with 1/{line['shrunk']} of its batch" if line["shrunk"] > 1 else ""
        return f"building {line['name']}{less}"
    if line["type"] == "block":
        number = line["round"] % line["of_rounds"] + 1
        return f"round {number} of {line['of_rounds']}, {line['name']}"
    return None


def process(order: Order) -> Worker:
    """A worker that is a fresh Python process; its lines come as they are printed."""

    def worker(number: int, seconds: float, names: Sequence[str]) -> Lines:
        timing = ["--seed", str(order.seed + number), "--seconds", f"{seconds:.1f}"]
        timing += ["--fit"] if number == 0 else []
        return _said_by(order, "worker", *names, *timing, "--block", str(order.block))

    return worker


def memory(order: Order) -> Iterator[MemoryLine]:
    """What each configuration of `order.memory` takes, in a fresh process each."""
    for name in order.memory:
        for line in _said_by(order, "memory", name):
            if line["type"] == "memory":
                yield line


def _said_by(order: Order, module: str, *arguments: str) -> Lines:
    """The lines that a fresh process of ours prints, as they come."""
    command = [
        sys.executable,
        "-m",
        f"harness.benchmark.{module}",
        *arguments,
        "--module",
        order.module,
        *(["--full"] if order.full else []),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=order.folder,
        env=_environment(),
    ) as started:
        yield from _lines(started)


def _environment() -> dict[str, str]:
    """Ours, but TF32 as each library has it by default: its speed is in question."""
    kept = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    for name in ("NVIDIA_TF32_OVERRIDE", "JAX_DEFAULT_MATMUL_PRECISION"):
        kept.pop(name, None)
    kept["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    kept["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    root = str(Path(__file__).parents[2])
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH")]))
    return kept


def _lines(started: subprocess.Popen[str]) -> Lines:
    """The process' lines; WorkerFailed if it did not come to its end."""
    import threading

    assert started.stdout and started.stderr
    said: list[str] = []
    stderr = started.stderr
    reader = threading.Thread(target=lambda: said.extend(stderr), daemon=True)
    reader.start()  # a full pipe would stop the process
    ended = False
    try:
        for line in started.stdout:
            if line.startswith("{"):
                told: Line = json.loads(line)
                ended = ended or told["type"] == "end"
                yield told
    except BaseException:
        started.kill()
        raise
    code = started.wait()
    reader.join(timeout=5)
    if code or not ended:
        last = next((x.strip() for x in reversed(said) if x.strip()), "no message")
        raise WorkerFailed(f"a measuring process ended with exit {code}: {last}")
