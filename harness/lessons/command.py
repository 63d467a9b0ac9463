"""`python -m harness lint` and `adopt`: their options, and what they print."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from pathlib import Path

from harness.documents.ledger import Ledgers
from harness.documents.project import around
from harness.evidence.store import write_atomically
from harness.lessons import (
    adopting,
    asking,
    choosing,
    fixing,
    judged,
    lint,
    output,
    page,
)


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
            help=f"{tells} findings of this rule, and of those that begin with it; "
            f"several with commas, or given again (default: what pyproject.toml says)",
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
    command.add_argument(
        "--fix", action="store_true", help="rename arguments where that is safe"
    )
    command.add_argument(
        "--diff",
        action="store_true",
        help="show what --fix would change; write nothing",
    )
    command.set_defaults(command=_lint)
    command = commands.add_parser(
        "adopt", help="make a lesson a document with a ledger, to be audited"
    )
    command.add_argument("lesson", type=Path, metavar="LESSON")
    command.add_argument("--into", type=Path, required=True, metavar="DIR")
    command.set_defaults(command=_adopt)


def _adopt(options: argparse.Namespace) -> int:
    """Exit 0 when ledger and text are written."""
    project = around(options.into) or around(Path.cwd())
    at_home = project is not None and project.root == Path.cwd()
    own = project.ledgers if project else Ledgers(Path.cwd() / "claims" / "documents")
    libraries = asking.Libraries()
    try:
        known = judged.around_or_installed(Path.cwd())
        done = adopting.adopt(options.lesson, options.into, own, libraries, known)
    finally:
        libraries.close()
    print(f"{done.ledger}: {done.passages} passages, {done.decided} decided")
    print(f"{done.text}: the text that the ledger is about")
    print(
        f"to confirm: {done.suggested} passages with a suggestion, {done.related} with "
        f"related claims; then{'' if project else ', in a checkout of the audit,'}"
    )
    into = shlex.quote(str(options.into if at_home else options.into.resolve()))
    away = f"cd {shlex.quote(str(project.root))} && " if project and not at_home else ""
    print(f"{away}pytest claims/ --documents {into}")
    return 0


def _lint(options: argparse.Namespace) -> int:
    """Exit 0 without a finding, 1 with some; what cannot be read is a sentence."""
    known = judged.around_or_installed(Path.cwd())
    choice = choosing.choice(
        Path.cwd(),
        options.select,
        options.ignore,
        options.baseline,
        without_baseline=bool(options.write_baseline),
        claims=known.claims,
    )
    known = dataclasses.replace(known, audit=choice.audit or known.audit)
    _refuse_lessons(options)
    libraries = asking.Libraries()
    texts: page.Texts = {}
    try:
        linted = lint.lint(options.paths, libraries, known, choice, texts)
        if options.fix or options.diff:
            made = fixing.edits(linted["findings"], options.paths)
            if options.diff:
                print(fixing.diff(made), end="")
                return int(bool(made))
            fixing.write(made)
            print(f"{len(made)} {'file' if len(made) == 1 else 'files'} changed")
            linted = lint.lint(options.paths, libraries, known, choice, texts)
            for left in output.not_fixed(linted):
                print(left)
    finally:
        libraries.close()
    for remark in output.remarks(linted):
        print(f"note: {remark}", file=sys.stderr)
    if not known.claims:
        print(
            "note: no judged claims are here or installed, so no statement is held "
            "against them; install the audit, or publish one of your own.",
            file=sys.stderr,
        )
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


def _refuse_lessons(options: argparse.Namespace) -> None:
    """Raises BadChoice where a lesson or another text would be overwritten."""
    read = {path.resolve() for path, _ in lint.lessons(options.paths)}
    for target in (options.output, options.write_baseline):
        if target and target.resolve() in read:
            raise choosing.BadChoice(
                f"{target} is one of the lessons, and would be overwritten: name "
                "another file."
            )
    baseline = options.write_baseline
    if baseline and baseline.exists():
        choosing.read_baseline(baseline)
