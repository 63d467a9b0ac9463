"""`python -m harness lint`: its options, and what it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness.evidence.store import write_atomically
from harness.lessons import asking, choosing, judged, lint, output, page


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "lint", help="hold lessons against the installed libraries and the audit"
    )
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    command.add_argument("--format", choices=(*output.FORMATS, "html"), default="text")
    command.add_argument("--output", type=Path, metavar="FILE")
    for option, tells in (("--select", "only"), ("--ignore", "no")):
        command.add_argument(
            option,
            action="append",
            default=[],
            metavar="RULE",
            help=f"{tells} findings of this rule, and of those that begin with it; may "
            f"be given several times (default: what pyproject.toml says)",
        )
    command.add_argument(
        "--baseline", type=Path, metavar="FILE", help="leave out what this file knows"
    )
    command.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="keep today's findings there, and show none",
    )
    command.set_defaults(command=_lint)


def _lint(options: argparse.Namespace) -> int:
    """Exit 0 without a finding, 1 with some; what cannot be read is a sentence."""
    choice = choosing.choice(
        Path.cwd(),
        options.select,
        options.ignore,
        options.baseline,
        without_baseline=bool(options.write_baseline),
    )
    libraries = asking.Libraries()
    try:
        known = judged.around_or_installed(Path.cwd())
        texts: page.Texts = {}
        linted = lint.lint(options.paths, libraries, known, choice, texts)
    finally:
        libraries.close()
    problems = [entry["problem"] for entry in linted["files"] if entry["problem"]]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if options.write_baseline:
        marks = [found["fingerprint"] for found in linted["findings"]]
        write_atomically(options.write_baseline, choosing.baseline_text(marks))
        print(f"{options.write_baseline}: {len(marks)} findings")
        return 2 if problems else 0
    if options.format == "html":
        said = page.html(linted, texts)
    else:
        said = output.FORMATS[options.format](linted)
    if options.output:
        write_atomically(options.output, said)
    else:
        print(said, end="")
    return 1 if linted["findings"] else 2 if problems else 0
