"""pytest's hooks and options: the only module that knows pytest's life cycle."""

from __future__ import annotations

import gc
import inspect
import json
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from harness.documents import adopted, corrections, figures, set_aside
from harness.documents.ledger import Ledgers
from harness.documents.project import Project
from harness.errors import InputError
from harness.evidence.measurement import DEFAULT_ALPHA, Measurement
from harness.evidence.verdict import BROKEN, INCONCLUSIVE, NOT_RUN, VERDICTS
from harness.running import debugging, declared, properties, terminal
from harness.running.blocks import OwnBlocks
from harness.running.claim import REGISTRY, Check, Claim, DeclarationError
from harness.running.runner import Policy, Result, evidence_of, left_out, run
from harness.running.session import Audit
from harness.running.stash import AUDIT, EVIDENCE, NOTES, POLICY, PROJECT
from harness.stack import devices, libraries
from harness.stack.arrays import plain
from harness.stack.stacks import BadStacks, Stacks

MISSING_PARTS = (
    "keyword",
    "markexpr",
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "ff",
    "audit_benchmark",
    "audit_experiments",
)
PROJECTS = ("pyproject.toml", "pytest.ini")
"""Files in the folder of a project of its own."""
pytest_plugins = ["harness.benchmark.hooks", "harness.experiments.hooks"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("audit", "auditing teaching material")
    group.addoption(
        "--seed",
        default="20261122",
        metavar="N|random",
        help="seed of every random draw (default: a fixed one)",
    )
    group.addoption(
        "--alpha",
        type=float,
        default=DEFAULT_ALPHA,
        metavar="A",
        help="false-alarm rate per random decision; for calibration only",
    )
    group.addoption(
        "--faults",
        nargs="?",
        const="own",
        choices=("own", "matrix"),
        default=None,
        help="run each claim under its own faults too, or under its topic's (matrix)",
    )
    group.addoption("--reports", metavar="DIR", help="folder for reports")
    group.addoption("--material", metavar="DIR", help="your copies of the documents")
    group.addoption(
        "--documents", metavar="DIR", help="adopted lessons, audited with the documents"
    )
    group.addoption(
        "--fail-on",
        action="append",
        default=[],
        metavar="VERDICT",
        help="exit 1 if a claim has this verdict; may be given several times",
    )
    group.addoption(
        "--device",
        type=devices.chosen,
        default="cpu",
        metavar="cpu|gpu[:N]",
        help="where the claims run; gpu:1 is the second of several cards",
    )
    group.addoption(
        "--thorough",
        action="store_true",
        help="slow checks too, and ten times the examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    project = config.stash[PROJECT] = _project(config)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    config.option.device = devices.prepare(config.option.device)
    if not config.option.audit_benchmark:
        devices.use_one_thread()
    libraries.load_triton_first()
    _refuse_bad_options(config)
    thorough = 10 if config.option.thorough else 1
    properties.load_profile(examples=properties.EXAMPLES * thorough)
    stack = libraries.describe(config.option.device)
    try:
        stacks = Stacks.of(project.root)
    except BadStacks as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[POLICY] = Policy(
        _seed(config),
        config.option.alpha,
        config.option.faults,
        config.option.thorough,
        stacks.elsewhere(stack),
        tuple(stacks.unmeasured(stack)),
    )
    without_paths = config.args_source == pytest.Config.ArgsSource.INVOCATION_DIR
    if without_paths and _means_claims(config.invocation_params.dir, project):
        config.args[:] = [str(project.claims)]
    if not _is_worker(config):
        audit = Audit(
            _reports(config),
            config.stash[POLICY],
            config.option.device,
            " ".join(["pytest", *map(str, config.invocation_params.args)]),
            project,
        )
        config.stash[AUDIT] = audit
        config.pluginmanager.register(Recorder(audit), "audit-recorder")


def _means_claims(folder: Path, project: Project) -> bool:
    """Whether `pytest` without a path, called in `folder`, is about all claims: unless
    the folder has tests of its own, as a topic of the claims has."""
    if not project.claims.is_dir():
        return False
    whole = folder in (project.root, project.claims)
    others = {path.parent for name in PROJECTS for path in folder.rglob(name)}
    tests = (t for t in folder.rglob("test_*.py") if not others & {*t.parents})
    return whole or not next(tests, None)


def _project(config: pytest.Config) -> Project:
    material, lessons = (
        Path(given).resolve() if given else None
        for given in (config.option.material, config.option.documents)
    )
    return Project(config.rootpath, material, lessons)


def _refuse_bad_options(config: pytest.Config) -> None:
    """One sentence for each wrong value, before any library is imported."""
    problem = libraries.missing_backend()
    if not 0 < config.option.alpha < 1:
        problem = f"--alpha is {config.option.alpha}; it must lie between 0 and 1."
    for word in config.option.fail_on:
        if word not in VERDICTS:
            problem = f"--fail-on {word!r}: use one of {', '.join(VERDICTS)}."
    if config.option.device == "gpu":
        problem = problem or devices.gpu_problem()  # imports the backend
    ledgers = config.stash[PROJECT].ledgers
    problem = problem or _bad_files(ledgers)
    if config.option.material:
        problem = problem or ledgers.problem(Path(config.option.material))
    if config.option.documents:
        problem = problem or adopted.problem(Path(config.option.documents), ledgers)
    if problem:
        raise pytest.UsageError(problem)
    seed = config.option.seed
    digits = seed.isascii() and seed.isdigit() and len(seed) <= 10
    if seed != "random" and not (digits and int(seed) < 2**31):
        raise pytest.UsageError(
            f"--seed {seed!r}: use a whole number from 0 to {2**31 - 1}, or 'random'."
        )


def _bad_files(ledgers: Ledgers) -> str | None:
    """A sentence if a file beside the ledgers cannot be used."""
    try:
        set_aside.read(ledgers.folder)
        for document in ledgers.documents():
            corrections.read(document)
    except InputError as error:
        return str(error)
    return None


def _seed(config: pytest.Config) -> int:
    """The run's seed; xdist workers get the controller's, also for `random`."""
    if _is_worker(config):
        given: int = config.workerinput["audit_seed"]  # type: ignore[attr-defined]
        return given
    asked = config.option.seed
    return secrets.randbelow(2**31) if asked == "random" else int(asked)


def _reports(config: pytest.Config) -> Path:
    """The reports' folder; refused with a sentence if it cannot be written."""
    given = config.option.reports
    folder = config.rootpath / "reports"
    if given:
        folder = Path(config.invocation_params.dir, given)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise pytest.UsageError(
                f"--reports {given}: cannot write there ({error.strerror}); "
                "name a folder that you may write to."
            ) from None
    return folder


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """A project's configuration may say `-n auto`: for the whole audit, that is.

    A few claims are through before further processes have imported the libraries, and
    timings want the machine for themselves. Who says `-n auto` on the command line
    gets the processes in any case.
    """
    asked = any(
        str(argument).startswith(("-n", "--numprocesses"))
        for argument in config.invocation_params.args
    )
    option = config.option
    alone = option.collectonly or getattr(option, "benchmark_only", False)
    return None if asked or (_covers_all(config) and not alone) else 0


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["audit_seed"] = node.config.stash[POLICY].seed


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    told = getattr(node, "workeroutput", {})
    node.config.stash[AUDIT].declare(told.get("audit_claims", []))
    if "audit_stack" in told:
        node.config.stash[AUDIT].learn_stack(told["audit_stack"])
        node.config.stash[AUDIT].absent_figures.update(told["audit_absent"])
        node.config.stash[AUDIT].notes.update(told["audit_notes"])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session) -> None:
    """Refuse what is declared wrongly, now that each claim has its checks."""
    config = session.config
    ledgers = config.stash[PROJECT].ledgers
    problems = declared.refused(REGISTRY.values(), ledgers)
    if problems:
        raise pytest.UsageError("\n".join(problems))
    config.stash[NOTES] = declared.notes(REGISTRY.values(), ledgers)
    if _covers_all(config):
        known = {id for id, s in REGISTRY.items() if isinstance(s, Claim)}
        problems = adopted.unknown(config.stash[PROJECT].lessons(), known)
        if problems:
            raise pytest.UsageError("\n".join(problems))
        config.stash[NOTES] += adopted.unknown(ledgers.documents(), known)


def _notes(config: pytest.Config) -> list[str]:
    """What the declarations still lack; nothing before they are collected."""
    return config.stash.get(NOTES, [])


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """At once, where this process collects: also for `--collect-only`."""
    return _notes(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the garbage collector from walking the libraries' million objects again and
    again: they are frozen, and the cycles that checks make are collected in bulk."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Freeze again after each file: KerasTuner collects garbage before every model.
    The models of a hundred faults would add up: collected first, also by the check."""
    faults = item.config.stash[POLICY].faults
    last_of_file = nextitem is None or nextitem.path != item.path
    if faults == "matrix" or (faults and last_of_file):
        gc.collect()
    if last_of_file:
        gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A project of its own, such as an example, is not part of the one around it."""
    own = any((collection_path / name).is_file() for name in PROJECTS)
    return True if own and collection_path != config.rootpath else None


def pytest_report_header(config: pytest.Config) -> list[str]:
    policy = config.stash[POLICY]
    described = libraries.sentence(libraries.describe(config.option.device))
    lines = [f"audit: seed {policy.seed}, {described}", *policy.unmeasured]
    project = config.stash[PROJECT]
    if project.material:
        told = project.ledgers.strangers, project.ledgers.absent
        found = [tell(project.material) for tell in told]
        lines += [f"--material: {sentence}" for sentence in found if sentence]
    return lines


@pytest.fixture(scope="session")
def own_blocks(pytestconfig: pytest.Config) -> OwnBlocks:
    """The documents' own code, where `--material` has a copy of them."""
    return OwnBlocks(pytestconfig.stash[PROJECT])


@pytest.fixture
def audited_claim(request: pytest.FixtureRequest) -> str:
    """The id of the claim that a check belongs to; it is part of the test's id."""
    id: str = request.param
    return id


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    check = getattr(metafunc.function, "audit_check", None)
    if check is not None:
        metafunc.fixturenames.append("audited_claim")
        metafunc.parametrize("audited_claim", [check.claim.id], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Collector,
) -> Generator[None, Any, Any]:
    """Refuse a test of the claims that has no role: nothing would see its result."""
    made = yield
    config = collector.config
    if config.stash[PROJECT].claims not in collector.path.parents:
        return made
    items = made if isinstance(made, list) else [made]
    for item in items:
        if not isinstance(item, pytest.Function) or "benchmark" in item.fixturenames:
            continue  # no test, or a single timing of pytest-benchmark's
        if not _check(item):
            raise DeclarationError(
                f"{item.originalname} has no role, so nothing that it measures would "
                "count: put one above it, such as `@claim.as_worded`."
            )
    return made


def _check(item: pytest.Item) -> Check | None:
    return getattr(getattr(item, "function", None), "audit_check", None)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    check = _check(pyfuncitem)
    if check is None:
        return None
    policy = pyfuncitem.config.stash[POLICY]
    names = inspect.signature(pyfuncitem.obj).parameters
    given = pyfuncitem.funcargs
    arguments = {name: given[name] for name in names if name in given}
    reason = left_out(check, policy)
    if reason:
        result = Result(NOT_RUN, reason, Measurement())
        evidence = evidence_of(check, result, 0.0)
    else:
        result, evidence = run(pyfuncitem.obj, arguments, check, policy)
    pyfuncitem.stash[EVIDENCE] = evidence
    if result.outcome == NOT_RUN:
        pytest.skip(result.reason)
    if result.outcome == BROKEN and result.error is not None:
        raise result.error
    if check.timed and result.outcome == INCONCLUSIVE:
        return True
    if policy.unmeasured:
        return True
    if evidence["predicted"] not in (None, result.outcome):
        described = libraries.describe(pyfuncitem.config.option.device)
        said = terminal.change(check, evidence, policy, described)
        failure = pytest.fail.Exception(said, pytrace=False)
        if result.error is not None:
            in_check = debugging.ending_in(result.error.__traceback__, pyfuncitem.path)
            raise failure.with_traceback(in_check)
        raise failure
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """Carry a check's evidence on its report, also from an xdist worker."""
    report = yield
    check = _check(item)
    if check is None:
        return report
    evidence = item.stash.get(EVIDENCE, None) if call.when == "call" else None
    if evidence is None and (call.when == "call" or report.outcome != "passed"):
        outcome = NOT_RUN if report.outcome == "skipped" else BROKEN
        reason = str(call.excinfo.value) if call.excinfo else "no evidence"
        result = Result(outcome, reason.split("\n")[0], Measurement())
        evidence = evidence_of(check, result, call.duration)
    if evidence is not None and call.when != "teardown":
        evidence["nodeid"] = item.nodeid
        carried = {"check": evidence, "claim": check.claim.declaration()}
        # NumPy's numbers cannot travel from an xdist worker to the controller
        report.audit = json.loads(json.dumps(carried, default=plain))
    return report


class Recorder:
    """Hands each report's evidence to the audit; registered on the controller only."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit

    def pytest_runtest_logreport(self, report: Any) -> None:
        carried = getattr(report, "audit", None)
        if carried:
            self.audit.add(carried["claim"], carried["check"])

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.audit.uncollected = True


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    carried = getattr(report, "audit", None)
    if carried and report.when == "call" and report.passed:
        found = carried["check"]
        same = found["predicted"] in (None, found["outcome"])
        word = "as recorded" if same else f"recorded {found['predicted']}: new"
        return "passed", ".", f"{found['outcome'].upper()}, {word}"
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None]:
    """Form the verdicts on the controller; say them after pytest's own summary."""
    config = session.config
    stack = libraries.describe(config.option.device)
    project = config.stash[PROJECT]
    absent = (
        figures.missing(figures.DECLARED, project.ledgers, project.material)
        if project.material
        else []
    )
    if _is_worker(config):
        claims = [claim.declaration() for claim in REGISTRY.values()]
        told = {
            "audit_claims": claims,
            "audit_stack": stack,
            "audit_absent": absent,
            "audit_notes": _notes(config),
        }
        config.workeroutput.update(told)  # type: ignore[attr-defined]
        return (yield)
    audit = config.stash[AUDIT]
    audit.declare(claim.declaration() for claim in REGISTRY.values())
    if REGISTRY:
        audit.learn_stack(stack)
    audit.absent_figures.update(absent)
    audit.notes.update(_notes(config))
    judged = None
    if audit.has_evidence and not config.option.collectonly:
        ended = exitstatus in (0, 1)
        judged = audit.finish(
            covers_all=_asks_for_all_files(config) and ended,
            unfiltered=_covers_all(config),
        )
        if exitstatus == 0 and terminal.failures(judged, audit, config.option.fail_on):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    result = yield
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if judged and reporter:
        terminal.summary(reporter, judged, audit, config.option.fail_on)
    return result


def _covers_all(config: pytest.Config) -> bool:
    """Whether the command asked for all claims: no filter, and the whole folder."""
    return _asks_for_all_files(config) and not any(
        getattr(config.option, name, None) for name in MISSING_PARTS
    )


def _asks_for_all_files(config: pytest.Config) -> bool:
    claims = config.rootpath / "claims"
    asked = [Path(config.invocation_params.dir, str(arg)) for arg in config.args]
    unread = ("ignore", "ignore_glob", "audit_benchmark", "audit_experiments")
    everything = any(p in (claims, *claims.parents) for p in asked)
    return everything and not any(getattr(config.option, n, None) for n in unread)
