"""`make timing`: the ordinary run against a process that only imports the libraries."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time

RUNS = 3
IMPORTS = [sys.executable, "-c", "import tensorflow, keras, torch"]
AUDIT = [sys.executable, "-m", "pytest", "claims/", "-q"]


def main() -> int:
    """Print both medians, their ratio and the peak memory of the audit."""
    imports = statistics.median(_seconds(IMPORTS) for _ in range(RUNS))
    audit = statistics.median(_seconds(AUDIT) for _ in range(RUNS))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"import of TensorFlow, Keras and torch: {imports:.1f} s (median of {RUNS})")
    print(f"pytest claims/: {audit:.1f} s (median of {RUNS})")
    print(f"ratio: {audit / imports:.2f} (at most 8); peak memory: {peak:.2f} GiB")
    return 0


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
