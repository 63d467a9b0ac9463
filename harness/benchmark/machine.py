"""What the numbers were measured on, as far as the machine tells."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from harness.stack import libraries
from harness.stack.arrays import Plain


def describe(device: str) -> dict[str, Plain]:
    """Processor, accelerator, driver, clocks, libraries; None where nobody tells."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "dtype_policy": "named by each configuration; float32 where none is",
        **libraries.describe(device),
        **ask("accelerator", "driver", "capability", "clock_mhz", "throttle", "watts"),
    }


def ask(*figures: str) -> dict[str, Any]:
    """These figures of the GPU in use, from its driver; each None if nobody tells."""
    nothing = dict.fromkeys(figures)
    try:
        import pynvml as nvml

        nvml.nvmlInit()
        card = nvml.nvmlDeviceGetHandleByIndex(_index())
    except Exception:  # no library, no driver, no card: each has its own exception
        return nothing
    calls = {
        "accelerator": lambda: _text(nvml.nvmlDeviceGetName(card)),
        "driver": lambda: _text(nvml.nvmlSystemGetDriverVersion()),
        "capability": lambda: list(nvml.nvmlDeviceGetCudaComputeCapability(card)),
        "clock_mhz": lambda: nvml.nvmlDeviceGetClockInfo(card, nvml.NVML_CLOCK_SM),
        "throttle": lambda: nvml.nvmlDeviceGetCurrentClocksThrottleReasons(card),
        "watts": lambda: nvml.nvmlDeviceGetPowerUsage(card) / 1000,
    }
    return {name: _or_none(calls[name]) for name in figures}


def clocks() -> dict[str, Plain]:
    """What can change from block to block; nothing on a machine that tells nothing."""
    return {k: v for k, v in ask("clock_mhz", "throttle").items() if v is not None}


def capability() -> tuple[int, int] | None:
    """CUDA's compute capability: 7.0 and above has Tensor Cores, 8.0 and above TF32.
    None without a card, or if the driver does not say."""
    told = ask("capability")["capability"]
    return (told[0], told[1]) if told else None


def _index() -> int:
    """The card that the libraries see first, as the driver counts."""
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0]
    return int(first) if first.isdecimal() else 0


def _or_none(call: Any) -> Any:
    try:
        return call()
    except Exception:  # this driver does not tell this figure
        return None


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")]
    return names[0] if names else platform.machine()
