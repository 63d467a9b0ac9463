"""What a measuring process prints, line by line, and what `ratios.json` holds: the
names and types of every key."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ReadyLine(TypedDict):
    """The libraries are imported, and nothing is built yet."""

    type: Literal["ready"]


class BuildLine(TypedDict):
    """A configuration is about to be built. shrunk: what its batch is divided by."""

    type: Literal["build"]
    name: str
    shrunk: int


class ArmLine(TypedDict):
    """A configuration that is warm. stable: whether its last warm-up blocks agreed."""

    type: Literal["arm"]
    name: str
    group: str
    examples: int
    shrunk: int
    steps: int
    step_seconds: float
    stable: bool


class BlockLine(TypedDict):
    """A timed block, with what the card's driver tells of its clocks."""

    type: Literal["block"]
    of_rounds: int
    round: int
    name: str
    steps: int
    seconds: float
    clock_mhz: NotRequired[int]
    throttle: NotRequired[int]


class Memory(TypedDict, total=False):
    """Bytes of one configuration; without a counter only the reason is there."""

    name: str
    examples: int
    counter: str | None
    model: int
    activations: int
    reason: str


class MemoryLine(Memory):
    """What a process of its own said of a configuration's memory."""

    type: Literal["memory"]


class EndLine(TypedDict):
    """The process came to its end, if it took blocks after this many rounds."""

    type: Literal["end"]
    rounds: NotRequired[int]


Line = ReadyLine | BuildLine | ArmLine | BlockLine | MemoryLine | EndLine


class RatioEntry(TypedDict):
    """A ratio with its 99 % interval; None before the first planned look."""

    of: str
    over: str
    quantity: str
    interval: list[float] | None
    centre: float | None
    half_width: float | None
    reading: str
    process_medians: list[float]


class Measured(TypedDict):
    """All ratios of a run; with the machine beside them it is `ratios.json`."""

    schema: int
    full: bool
    processes: int
    seconds: float
    budget: float
    error_rate: float
    trouble: str | None
    left_out: list[str]
    step_times: dict[str, list[float]]
    memory: list[MemoryLine]
    batch_divided_by: dict[str, int]
    not_flat_after_warm_up: list[str]
    ratios: list[RatioEntry]
