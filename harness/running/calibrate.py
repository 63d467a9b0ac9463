"""`make calibrate`: many seeds, and the stated error rates seen to be true.

First the ordinary run under many random seeds: no verdict may change. Then every
random decision loosened to `--alpha 0.01`: the share of false decisions must stay under
1 % plus its binomial bound.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from scipy import stats

from harness.evidence.lines import Audited

ALPHA = 0.01


def main(arguments: list[str] | None = None) -> int:
    """Print both results; exit 1 if either is not as promised."""
    parser = argparse.ArgumentParser(prog="python -m harness.running.calibrate")
    parser.add_argument("--runs", type=int, default=50, help="random seeds (50)")
    parser.add_argument("selection", nargs="*", help="what to pass on to pytest")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        changed = sum(
            _run(folder, options.selection, [])["changed"] for _ in range(options.runs)
        )
        loose = [
            _run(folder, options.selection, ["--alpha", str(ALPHA)])
            for _ in range(options.runs)
        ]
    decisions = sum(run["decisions"] for run in loose)
    false = sum(run["false"] for run in loose)
    most = int(stats.binom.isf(1e-6, decisions, ALPHA))
    print(f"{options.runs} random seeds: {changed} changed verdicts (promised: 0)")
    print(
        f"at --alpha {ALPHA}: {false} of {decisions} true statements falsified, "
        f"{false / max(1, decisions):.2%} (promised: at most {most})"
    )
    return int(changed > 0 or false > most)


def _run(folder: str, selection: list[str], extra: list[str]) -> dict[str, int]:
    """One run with a random seed: changed verdicts, decisions, false ones."""
    command = [sys.executable, "-m", "pytest", *(selection or ["claims/"]), "-q"]
    command += ["--seed", "random", "--reports", folder, *extra]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    latest = max(Path(folder, "runs").iterdir(), key=lambda path: path.stat().st_mtime)
    audited: Audited = json.loads((latest / "audit.json").read_text("utf-8"))
    checks = [
        check
        for claim in audited["claims"]
        for check in claim["checks"]
        if check["predicted"] == "held" or check["negated"]
    ]
    return {
        "changed": sum(claim["changed"] for claim in audited["claims"]),
        "decisions": sum(check["random_decisions"] or 0 for check in checks),
        "false": sum(check["random_falsified"] or 0 for check in checks),
    }


if __name__ == "__main__":
    sys.exit(main())
