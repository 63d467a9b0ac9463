"""`python -m harness`: work on stored evidence, without importing Keras or torch."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from harness.benchmark import compare as ratios
from harness.documents import corrections, starting, triage
from harness.documents.project import Project, around
from harness.errors import InputError
from harness.evidence import history, merge, record
from harness.evidence import verdict as v
from harness.evidence.store import (
    COMPRESSED,
    EVIDENCE,
    UnreadableEvidence,
    make_folder,
    read_run,
    whole,
    write_atomically,
    write_compressed,
    write_evidence,
)
from harness.lessons import command as lint
from harness.lessons import judged
from harness.report import bisection, compare, patch, stacks
from harness.report.files import write_readable, write_reports

_OUT = "where to write; default: reports/ of the project around this folder"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; wrong input costs one sentence and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {_said(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what was written is whole", file=sys.stderr)
        return 130
    return code


def _said(error: OSError) -> str:
    """What the system refused that nobody foresaw."""
    if not error.filename:
        return f"{error.strerror or error}; free some space, or use another folder."
    return f"{error.filename} cannot be used ({error.strerror}); name another one."


def _parser() -> argparse.ArgumentParser:
    called = Path(sys.argv[0]).name
    prog = called if called == "regularization-audit" else "python -m harness"
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("merge", help="join runs of shards or backends")
    command.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    command.add_argument("--out", type=Path, metavar="DIR", help=_OUT)
    command.set_defaults(command=_merge)
    command = commands.add_parser("report", help="rebuild a run's reports")
    command.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    command.add_argument("--material", type=Path, metavar="DIR")
    command.set_defaults(command=_report)
    command = commands.add_parser(
        "patch", help="write the corrections as diffs against your documents"
    )
    command.add_argument("run", type=Path, metavar="RUN")
    command.add_argument("--material", type=Path, required=True, metavar="DIR")
    command.add_argument(
        "--severity",
        action="append",
        choices=v.SEVERITIES,
        help="only these; may be given several times (default: all)",
    )
    command.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="ID",
        help="only what this claim corrects; may be given several times",
    )
    command.set_defaults(command=_patch)
    command = commands.add_parser("compare", help="what changed between two runs")
    command.add_argument("old", type=Path, metavar="OLD")
    command.add_argument("new", type=Path, metavar="NEW")
    command.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    command.set_defaults(command=_compare)
    command = commands.add_parser("stacks", help="in which versions is it true?")
    command.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="complete runs, one a stack; the sentences speak of the first one",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help=_OUT)
    command.set_defaults(command=_stacks)
    command = commands.add_parser("bisect", help="in which release did it flip?")
    command.add_argument("claim", metavar="CLAIM")
    command.add_argument("--from", dest="first", required=True, metavar="VERSION")
    command.add_argument("--to", dest="last", required=True, metavar="VERSION")
    command.set_defaults(command=_bisect)
    lint.add_to(commands)
    command = commands.add_parser("init", help="start a project about another subject")
    command.add_argument("folder", type=Path, metavar="DIR", help="new, or empty")
    command.set_defaults(command=_init)
    command = commands.add_parser("publish", help="keep a complete run in the project")
    command.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="a complete run, and those of experiments that belong to it",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help=_OUT)
    command.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say what the published audit tells otherwise (exit 1)",
    )
    command.set_defaults(command=_publish)
    command = commands.add_parser(
        "ledger", help="split the documents, show what is untriaged"
    )
    command.add_argument("run", type=Path, metavar="RUN", help="a complete run")
    command.add_argument("--material", type=Path, required=True, metavar="DIR")
    command.add_argument(
        "--write", action="store_true", help="write the ledgers (else only shown)"
    )
    command.add_argument(
        "--changed",
        action="store_true",
        help="the copies are not the audited files: make them so",
    )
    command.set_defaults(command=_ledger)
    return parser


def _out(given: Path | None, name: str) -> Path:
    """The folder to write to. Raises UnreadableEvidence outside of any project."""
    project = around(Path.cwd())
    if given is None and project is None:
        raise UnreadableEvidence(
            f"this folder lies in no project with `claims/documents/`, so there is no "
            f"reports/{name} to write; name a folder with --out."
        )
    return given or (project.root if project else Path()) / "reports" / name


def _merge(options: argparse.Namespace) -> int:
    lines = merge.runs([read_run(run) for run in options.runs])
    out = _out(options.out, "merged")
    _refuse_foreign(out, options.runs)
    make_folder(out)
    write_evidence(out / EVIDENCE, lines)
    audited = record.audit(lines)
    write_reports(audited, out)
    print(f"report: {out / 'audit.html'}")
    for name in audited["run"]["backends"]:
        on = [
            c["by_backend"][name] for c in audited["claims"] if name in c["by_backend"]
        ]
        said = record.counts(record.totals([{"verdict": word} for word in on]))
        print(f"{name}: {said}")
    return 0


def _refuse_foreign(out: Path, runs: list[Path]) -> None:
    """Raises UnreadableEvidence if `out` is one of the runs, or not a run's folder."""
    if any(out.resolve() == run.resolve() for run in runs):
        raise UnreadableEvidence(
            f"--out {out} is one of the runs to be read: name another folder."
        )
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not any((out / name).is_file() for name in (EVIDENCE, COMPRESSED)):
        raise UnreadableEvidence(
            f"--out {out} holds files that no run wrote: name an empty or a new folder."
        )
    read_run(out)  # refuses what is no evidence


def _report(options: argparse.Namespace) -> int:
    for run in options.runs:
        project = _with_material(run, options.material) if options.material else None
        if project:
            _refuse_published(run, project)
        copies = corrections.copies(project)
        audited = corrections.set_right(record.audit(read_run(run)), copies)
        audited = {**audited, **history.beside(run, audited)}
        write_reports(audited, run, copies)
        partial = "" if audited["run"]["complete"] else " (partial run)"
        print(f"report: {run / 'audit.html'}{partial}")
        print(record.counts(audited["totals"]))
    return 0


def _refuse_published(run: Path, project: Project) -> None:
    """Raises UnreadableEvidence: nothing there may hold text of a document."""
    if run.resolve() == project.published.resolve():
        raise UnreadableEvidence(
            f"{run} is the published audit, which quotes no document: copy it to "
            "another folder, and use it with --material there."
        )


def _patch(options: argparse.Namespace) -> int:
    project = _with_material(options.run, options.material)
    _refuse_published(options.run, project)
    copies = corrections.copies(project)
    audited = record.audit(read_run(options.run))
    unknown = set(options.claim) - {claim["id"] for claim in audited["claims"]}
    if unknown:
        raise UnreadableEvidence(
            f"--claim {min(unknown)}: {options.run} has no such claim; "
            "the ids are in audit.json and in the report."
        )
    for id in options.claim:
        verdict = next(c["verdict"] for c in audited["claims"] if c["id"] == id)
        if verdict != v.REFUTED:
            raise UnreadableEvidence(
                f"--claim {id}: it is {verdict}, so there is nothing to correct."
            )
    chosen = options.severity or v.SEVERITIES
    written = patch.patches(audited, copies, chosen, options.claim)
    if not written:
        raise UnreadableEvidence(
            f"{options.run} has no corrections for what is in {options.material}: "
            "use a run of `pytest claims/` of this project."
        )
    for made in written:
        path = made.write(options.run)
        count = len(made.applied)
        changes = f"{count} change{'' if count == 1 else 's'}"
        print(f"{path}: {changes}, {len(made.left_out)} left out")
        for reason in made.left_out:
            print(f"  left out, {reason}")
        if made.diff:
            command = ["git", "-C", str(options.material), "apply", str(path.resolve())]
            print(f"  apply it: {shlex.join(command)}")
    return 0


def _with_material(near: Path, material: Path) -> Project:
    """The project of a run, or the one called from, and the reader's copies.

    Raises UnreadableEvidence if there is no project, or nothing to read.
    """
    project = around(near) or around(Path.cwd())
    if project is None:
        raise UnreadableEvidence(
            f"--material needs the project's ledgers: neither {near} nor this folder "
            "lies in a project with `claims/documents/`; call it from there."
        )
    problem = project.ledgers.problem(material)
    if problem:
        raise UnreadableEvidence(problem)
    return replace(project, material=material.resolve())


def _compare(options: argparse.Namespace) -> int:
    old, new = (record.audit(read_run(run)) for run in (options.old, options.new))
    difference = compare.compare(old, new)
    difference["ratios"] = ratios.between(options.old, options.new)
    print(compare.markdown(difference), end="")
    if options.html:
        page = options.html
        if page.is_file() and page.read_bytes()[:9].lower() != b"<!doctype":
            raise UnreadableEvidence(
                f"{page} is no page of this command: name another file for --html."
            )
        make_folder(options.html.parent)
        write_atomically(options.html, compare.html(difference, old, new))
        print(f"page: {options.html}", file=sys.stderr)
    return int(compare.changed(difference))


def _stacks(options: argparse.Namespace) -> int:
    found = stacks.matrix([record.audit(read_run(run)) for run in options.runs])
    out = _out(options.out, "stacks")
    make_folder(out)
    write_atomically(out / "stacks.md", stacks.markdown(found))
    write_atomically(out / "stacks.html", stacks.html(found))
    for title, sentences in found.sentences.items():
        print(f"{title}: {' '.join(sentences)}")
    print(f"report: {out / 'stacks.html'}")
    return 0


def _bisect(options: argparse.Namespace) -> int:
    project = around(Path.cwd())
    if project is None:
        raise UnreadableEvidence("bisect runs claims: call it in the project's folder.")
    see = bisection.in_environment(project.root, options.claim)
    versions = bisection.releases(options.first, options.last)

    def said(version: str) -> bisection.Seen:
        seen = see(version)
        print(f"Keras {version}: {seen.verdict}", file=sys.stderr)
        return seen

    print("\n".join(bisection.told(*bisection.search(versions, said))))
    return 0


def _init(options: argparse.Namespace) -> int:
    for path in starting.init(options.folder):
        print(path)
    print(
        f"run it: cd {shlex.quote(str(options.folder))} && pytest --material material"
    )
    return 0


def _publish(options: argparse.Namespace) -> int:
    run, *others = options.runs
    lines = read_run(run)
    if others:
        lines = merge.runs([lines, *map(read_run, others)])
    out = _out(options.out, "published")
    audited = record.audit(lines)
    if not audited["run"]["complete"]:
        raise UnreadableEvidence(
            f"{run} is a partial run; publish one of `pytest claims/ --faults`."
        )
    project = around(Path.cwd())
    known = {document.id for document in project.ledgers.documents()} if project else ()
    adopted = [
        d["id"] for d in audited["documents"] if project and d["id"] not in known
    ]
    if adopted:
        raise UnreadableEvidence(
            f"{run} judges {', '.join(adopted)} too, which has no ledger here; "
            "publish a run without --documents."
        )
    untried = record.untried_faults(audited)
    if untried:
        raise UnreadableEvidence(
            f"{run} did not try {untried} of the faults; publish one of "
            "`pytest claims/ --faults`."
        )
    if options.check:
        outdated = compare.outdated(record.audit(read_run(out)), audited)
        print("\n".join(outdated) or f"{out} is the audit of these claims.")
        return int(bool(outdated))
    _refuse_foreign(out, options.runs)
    with whole(out) as fresh:
        write_compressed(fresh, lines)
        write_readable(audited, fresh)
    if project and out.resolve() == project.published:
        write_atomically(project.claims / judged.FILE, judged.text(audited))
    print(f"published: {out / 'audit.html'}")
    return 0


def _ledger(options: argparse.Namespace) -> int:
    audited = record.audit(read_run(options.run))
    if not audited["run"]["complete"]:
        raise UnreadableEvidence(
            f"{options.run} is a partial run: the claims that it lacks would vanish "
            "from the ledgers. Use a complete one (`pytest claims/`)."
        )
    project = _with_material(options.run, options.material)
    states = triage.update(
        project.ledgers,
        audited["claims"],
        options.material,
        keep=options.write,
        changed=options.changed,
    )
    for id, state in states.items():
        print(f"{id}: {state.sentence()}")
    if not options.write:
        print("nothing is written; `--write` writes the ledgers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
