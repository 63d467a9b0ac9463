"""What a benchmark run leaves behind: blocks, ratios, and a page with figures."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from harness.benchmark.configuration import MEMORY
from harness.benchmark.interval import Interval
from harness.benchmark.results import Results
from harness.evidence import judge, pictures
from harness.evidence.store import write_atomically
from harness.stack.arrays import Plain

RATIOS, PAGE, BLOCKS = "ratios.json", "ratios.md", "blocks.jsonl"
WIDTH = 41


def write(
    folder: Path, results: Results, machine: Mapping[str, Plain], raw: Path
) -> None:
    """Three files beside the evidence of the run."""
    whole = {**results.as_dict(), "machine": machine}
    text = json.dumps(whole, indent=1, ensure_ascii=False)
    write_atomically(folder / RATIOS, text + "\n")
    write_atomically(folder / PAGE, page(results, machine))
    raw.replace(folder / BLOCKS)


def lines(results: Results) -> list[str]:
    """The table of the terminal: ratio, interval, what it tells."""
    said = []
    for (of, over), ratio in results.ratios.items():
        found = results.interval(of, over)
        value = found.said() if found else "no interval"
        said.append(f"{value:<24} {results.reading(of, over):<10} {ratio.title}")
    said += [
        f"{'not measured':<24} {'left out':<10} {title}: the budget is spent"
        for title in results.left_out
    ]
    settled = sum(results.reading(*key) != "unsettled" for key in results.ratios)
    said.append(
        f"{settled} of {len(results.ratios)} ratios conclusive, "
        f"{results.processes} processes, {results.seconds:.0f} s"
    )
    if results.trouble():
        said.append(f"every verdict inconclusive: {results.trouble()}")
    return [*said, *_of_memory(results)]


def _of_memory(results: Results) -> list[str]:
    """What was seen of the device's memory: its parts, and batches that did not fit."""
    said = [
        f"{name} was measured with 1/{by} of its batch: out of memory"
        for name, by in results.shrunk.items()
    ]
    for of, over in MEMORY:
        found = results.memory_ratio(of, over)
        if found:
            told = ", ".join(f"{part} {value:.3g}" for part, value in found.items())
            counter = results.memory[of]["counter"]
            said.append(f"memory of {of} over {over}: {told} ({counter})")
    return said


def page(results: Results, machine: Mapping[str, Plain]) -> str:
    """The ratios as Markdown, each with its place on a logarithmic scale."""
    told = [f"- {name}: {value}" for name, value in machine.items() if value]
    rows = [
        f"{figure(results.interval(*key))}  {ratio.title}: "
        f"{_said(results.interval(*key))}, {results.reading(*key)}"
        for key, ratio in results.ratios.items()
    ]
    return "\n".join(
        [
            "# Ratios",
            "",
            *told,
            "",
            "99 % intervals; `|` is 1.00, the scale runs from 1/8 to 8.",
            "",
            "```",
            *rows,
            "```",
            "",
            *lines(results)[len(rows) :],
            "",
        ]
    )


def _said(found: Interval | None) -> str:
    return found.said() if found else "no interval"


def picture(
    results: Results, of: str, over: str, low: float = 0.0, high: float = math.inf
) -> None:
    """Both configurations' step times, and their ratio beside the claimed band."""
    found, ratio = results.interval(of, over), results.ratios[of, over]
    times = {n: [1e3 * s for s in results.step_times[n]] for n in (of, over)}
    values = {"ratio": [math.exp(v) for v in results.medians[of, over]]}
    bars = {"ratio": (found.low, found.centre, found.high)} if found else None
    band = low if low > 0 else None, high if math.isfinite(high) else None
    judge.picture(
        f"Milliseconds a step of {of} and of {over}, and {ratio.title}: one mark for "
        f"the median of each of {results.processes} processes. The bar is the 99 % "
        f"interval, {_said(found)}; shaded is the range that the text claims.",
        lambda: pictures.strips(
            [
                pictures.Panel("milliseconds a step", times),
                pictures.Panel(ratio.title, values, bars, band, level=1.0),
            ]
        ),
    )


def figure(found: Interval | None) -> str:
    """The interval as characters: `...........|..[=o=]......`."""
    cells = ["."] * WIDTH
    cells[WIDTH // 2] = "|"
    if found:
        low, centre, high = (_cell(x) for x in (found.low, found.centre, found.high))
        cells[low : high + 1] = "=" * (high + 1 - low)
        cells[centre] = "o"
    return "".join(cells)


def _cell(ratio: float) -> int:
    place = round((math.log2(ratio) / 3 + 1) * (WIDTH // 2))
    return min(max(place, 0), WIDTH - 1)
