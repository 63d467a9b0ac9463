"""House rules that every claim of the project keeps."""

import ast
import importlib
import itertools
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from claims.documents import ledgers
from harness.documents import corrections
from harness.documents.figures import Figures
from harness.documents.ledger import Source
from harness.documents.triage import overlap
from harness.evidence.verdict import INSTEAD, QUALIFIED, REFUTED, UPHELD
from harness.lessons import statements
from harness.running import snippets
from harness.running.claim import REGISTRY, Claim
from harness.running.contradiction import Contradiction
from harness.running.faults import Fault
from harness.stack.places import owner_and_name

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "claims"
FILES = sorted(CLAIMS.glob("**/test_*.py"))
TOPICS = sorted({path.parent for path in FILES} - {CLAIMS / "benchmarks"})
FIXED_VERBS = {"close", "within", "at_most", "at_least", "apart", "printed"}
AVERAGES = {"mean", "sum", "std", "var", "median", "count_nonzero", "average"}


def _module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
        ".__init__"
    )


@pytest.fixture(scope="module")
def claims():
    for path in FILES:
        importlib.import_module(_module(path))
    return list(REGISTRY.values())


def test_every_place_in_a_library_exists(claims):
    """What `explained_by` names can be imported."""
    for claim in claims:
        for place in claim.explained_by:
            owner_and_name(place)


def test_every_recorded_claim_names_a_fault_and_a_check(claims):
    """A check that cannot fail proves nothing."""
    for claim in claims:
        assert claim.checks, f"{claim.id} has no check"
        assert claim.faults or claim.recorded is None, f"{claim.id} names no fault"


def test_a_claim_is_in_the_folder_of_its_topic(claims):
    """Also its id's tail is the name of its variable: an id leads to the line."""
    for claim in claims:
        topic, _, name = claim.id.partition(".")
        module = sys.modules[claim.module]
        assert Path(module.__file__).parent == CLAIMS / topic.replace("-", "_"), (
            claim.id
        )
        assert vars(module)[re.sub(r"\W", "_", name)] is claim, claim.id


def test_each_reason_and_correction_rests_on_checks_that_exist(claims):
    """docs/clauses.md has rows for each claim with a `why` or an `instead`."""
    table = (ROOT / "docs" / "clauses.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9.-]+)` \|.*\| (.*) \|$", table, re.MULTILINE)
    checks = {check.test.split("::")[-1] for claim in claims for check in claim.checks}
    explained = {claim.id for claim in claims if claim.why or claim.correction}

    assert {claim for claim, _ in rows} - set(REGISTRY) == set()
    assert explained - {claim for claim, _ in rows} == set()
    for claim, measured_by in rows:
        for name in re.findall(r"(?<![\w.])test_\w+", measured_by):
            assert name in checks, f"{claim}: {name}"


def test_a_fault_is_named_by_a_claim_of_its_topic(claims):
    """Other topics may name it too; where none of its own does, it is to be moved."""
    named = {(c.topic.replace("-", "_"), id(f)) for c in claims for f in c.faults}
    for folder in TOPICS:
        for path in [*folder.glob("faults.py"), *folder.glob("faults/*.py")]:
            module = importlib.import_module(_module(path))
            for name, value in vars(module).items():
                if isinstance(value, Fault) and not name.startswith("_"):
                    assert (folder.name, id(value)) in named, f"{path}: {name}"


def test_no_topic_hides_a_library():
    """`csv`, `code` and `tensorboard` are others' names too: without an __init__.py a
    folder gives way to them wherever pytest is called from."""
    assert not [folder for folder in TOPICS if (folder / "__init__.py").exists()]


def test_the_map_knows_every_folder_and_every_module_of_the_harness():
    """docs/architecture.md leads to each topic and to each module, once and by name."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for folder in TOPICS:
        assert f"`{folder.name}/`" in text, folder.name
    for path in (ROOT / "harness").rglob("*.py"):
        if "tests" not in path.parts and path.name != "__init__.py":
            assert f"`{path.name}`" in text, path


def test_no_module_imports_another_in_a_circle():
    """Nor inside of a function: a name that is fetched late hides a circle."""
    graph = {
        _module(path): _imported(path) for path in (ROOT / "harness").rglob("*.py")
    }
    order = TopologicalSorter({m: on & graph.keys() - {m} for m, on in graph.items()})
    order.prepare()


def test_imports_between_packages_point_one_way():
    """A package of the harness imports those named before it, as the map says."""
    order = [
        "stack",
        "evidence",
        "documents",
        "report",
        "lessons",
        "running",
        "benchmark",
    ]
    rank = {f"harness.{name}": place for place, name in enumerate(order)}
    for path in (ROOT / "harness").rglob("*.py"):
        own = ".".join(_module(path).split(".")[:2])
        for module in _imported(path) if own in rank else []:
            other = ".".join(module.split(".")[:2])
            assert rank.get(other, 0) <= rank[own], f"{path} imports {module}"


def _imported(path):
    """The modules of the harness that a file names in an import, wherever it stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "harness"
        ):
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_refuted_and_qualified_claims_have_a_short_snippet(claims):
    """At most 25 lines, and none of our own modules."""
    for claim in claims:
        if claim.recorded in (REFUTED, QUALIFIED):
            text = snippets.text(claim.snippet)
            assert text, f"{claim.snippet} is missing"
            assert len(text.splitlines()) <= 25
            assert not re.search(r"^(from|import) (harness|claims)", text, re.MULTILINE)


def test_every_snippet_belongs_to_a_claim(claims):
    """No snippet is left behind by a claim that was renamed."""
    known = {claim.snippet for claim in claims}

    assert set(CLAIMS.glob("*/snippets/*.py")) <= known


def test_the_snippets_see_their_findings():
    """Each one runs to its end, where it asserts the finding, in one process."""
    runner = (
        "from harness.stack import libraries\n"
        "libraries.load_triton_first()\n"
        "import pathlib, keras\n"
        "for path in sorted(pathlib.Path('claims').glob('*/snippets/*.py')):\n"
        "    keras.config.set_dtype_policy('float32')\n"
        "    try:\n"
        "        exec(compile(path.read_text(), path.name, 'exec'), {})\n"
        "    except BaseException as error:\n"
        "        print('FAILED', path.name, type(error).__name__, error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", runner], capture_output=True, text=True, cwd=ROOT
    )

    failed = [row for row in done.stdout.splitlines() if row.startswith("FAILED")]
    assert done.returncode == 0 and not failed, failed or done.stderr[-500:]


def test_corrections_are_checked_unless_they_are_figures(claims):
    """A refuted claim about a library measures its correction too."""
    for claim in claims:
        if claim.recorded == REFUTED and claim.explained_by:
            roles = {check.role for check in claim.checks}
            assert INSTEAD in roles, f"{claim.id} does not measure its correction"


def test_the_ledgers_hold_what_the_claims_cite(claims):
    """Each source has a row that names the claim, and each row names cited claims."""
    for document in ledgers.documents():
        listed = [
            (row["lines"], id)
            for row in document.rows()
            for id in row.get("claims", [])
        ]
        cited = [
            (list(source.lines), claim.id)
            for claim in claims
            if isinstance(claim, Claim)
            for source in claim.sources
            if getattr(source, "document", None) == document.id
        ]
        for some, others in ((cited, listed), (listed, cited)):
            alone = [
                (lines, id)
                for lines, id in some
                if not any(id == i and overlap(lines, o) for o, i in others)
            ]
            command = "python -m harness ledger RUN --material DIR --write"
            assert not alone, f"{document.id}: run `{command}`"


def test_recognizers_catch_what_they_should_and_nothing_near_it(claims):
    """At least three sentences of each kind; of an upheld claim they deny it."""
    known = {claim.id: claim for claim in claims}
    found = [statements.load(CLAIMS, kind) for kind in statements.KINDS]
    assert all(found)
    for statement in itertools.chain.from_iterable(found):
        assert known[statement.claim].recorded in (REFUTED, QUALIFIED, UPHELD)
        assert len(statement.catches) >= 3 and len(statement.passes) >= 3
        for example in statement.catches:
            assert statement.made_by(*example), (statement.claim, example)
        for example in statement.passes:
            assert not statement.made_by(*example), (statement.claim, example)


def test_each_place_of_a_refuted_claim_has_its_correction(claims):
    """What an author puts there, or that the place is right once another is."""
    places = {
        document.id: [
            (lines, id)
            for entry in corrections.read(document)
            for lines in (entry["lines"], *entry["settles"])
            for id in entry["claims"]
        ]
        for document in ledgers.documents()
    }
    known = {claim.id: claim for claim in claims}
    for claim in claims:
        if not isinstance(claim, Claim) or claim.recorded != REFUTED:
            continue
        for source in [s for s in claim.sources if isinstance(s, Source)]:
            assert any(
                id == claim.id and overlap(list(source.lines), lines)
                for lines, id in places[source.document]
            ), f"{claim.id} has no correction at {source}"
    for id in {id for listed in places.values() for _, id in listed}:
        found = known.get(id)
        refuted = isinstance(found, Contradiction) or found.recorded == REFUTED
        assert refuted, f"a correction names {id}, which is not refuted"


def test_a_side_of_a_contradiction_is_judged_by_the_claim_that_it_names(claims):
    """That claim cites the passage, and the side that is right is not refuted."""
    known = {claim.id: claim for claim in claims}
    found = [claim for claim in claims if isinstance(claim, Contradiction)]
    assert found
    for contradiction in found:
        for side in contradiction.sides:
            cited = [s for s in known[side.claim].sources if isinstance(s, Source)]
            for passage in side.passages:
                assert any(
                    source.document == passage.document
                    and overlap(list(source.lines), list(passage.lines))
                    for source in cited
                ), f"{contradiction.id}: {side.claim} does not cite {passage}"
        if contradiction.right:
            assert known[contradiction.right].recorded != REFUTED, contradiction.id


def test_the_ledgers_are_complete():
    """Every passage has a claim or a reason, a fingerprint and a sketch."""
    for document in ledgers.documents():
        for row in document.rows():
            assert row.get("claims") or row.get("reason"), (document.id, row["lines"])
            assert re.fullmatch("[0-9a-f]{16}", row["fingerprint"])
            assert re.fullmatch("[0-9a-f]{64}", row["sketch"])


def _calls(tree):
    """`(verb, call)` for each call of the judge."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func.value
            if isinstance(target, ast.Name) and target.id == "judge":
                yield node.func.attr, node


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_no_tolerance_is_a_literal(path):
    """Tolerances come from formats and operation counts, not from the keyboard."""
    for verb, call in _calls(ast.parse(path.read_text())):
        names = {keyword.arg for keyword in call.keywords}
        assert not names & {"atol", "rtol", "tolerance"}, (verb, call.lineno)
        if verb == "close" and not any(k.arg is None for k in call.keywords):
            assert "operations" in names, (verb, call.lineno)


def test_a_truth_value_has_a_verb_of_its_own():
    """`judge.true(x, what=...)` says what is so; `equal(x, True)` does not."""
    for path in FILES:
        for verb, call in _calls(ast.parse(path.read_text("utf-8"))):
            if verb == "equal" and isinstance(call.args[1], ast.Constant):
                assert not isinstance(call.args[1].value, bool), (path, call.lineno)


SAMPLED = re.compile(r"Dropout\w*\([^)]*\)\(|training=True|keras\.random\.|bernoulli")


def unstated_rates(source):
    """Lines where a plain verb judges an average over a library's random draws."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        drawn = {
            name.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and SAMPLED.search(ast.unparse(node.value))
            for target in node.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
        for verb, call in _calls(function):
            inside = list(ast.walk(call.args[0])) if call.args else []
            averages = {
                n.func.attr
                for n in inside
                if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
            } & AVERAGES
            used = {n.id for n in inside if isinstance(n, ast.Name)}
            if verb in FIXED_VERBS and averages and used & drawn:
                yield call.lineno


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_random_checks_state_a_rate(path):
    """An average over a library's random draws is judged by a verb with error rates."""
    assert not list(unstated_rates(path.read_text()))


def test_a_random_check_without_a_rate_is_found():
    """The share of dropped units within fixed bounds is what the rule forbids."""
    source = (
        "def test_share(rate):\n"
        "    y = keras.layers.Dropout(rate)(x, training=True)\n"
        "    judge.within(np.mean(y == 0), 0.48, 0.52)\n"
        "    judge.proportion(np.sum(y == 0), of=9, claimed=rate, resolves=0.1)\n"
    )

    assert list(unstated_rates(source)) == [3]


def typed_beside_a_claim(source):
    """Lines that make figures of a document, or a fault of any but a document's."""
    tree = ast.parse(source)
    documents = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(
            "_figures"
        ):
            module = importlib.import_module(node.module)
            documents |= {a.asname or a.name: vars(module)[a.name] for a in node.names}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict | ast.Call):
            names = {ast.unparse(target) for target in node.targets}
            if names & {"FIGURES", "LOGS", "PROSE", "REPORT"}:
                yield node.lineno
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            changed = ast.unparse(node.args[0])
            fault = called == "figure" or (
                called == "patch.setitem" and changed.isupper()
            )
            if fault and not isinstance(documents.get(changed), Figures):
                yield node.lineno


def test_a_documents_figures_stand_in_one_place():
    """In claims/documents/*_figures.py, where they are held against the text."""
    for path in CLAIMS.rglob("*.py"):
        if path.parent.name not in ("documents", "snippets"):
            assert not list(typed_beside_a_claim(path.read_text("utf-8"))), path


def test_a_figure_that_is_typed_beside_a_claim_is_found():
    """A dict of its own, and faults that change it; a document's Figures may change."""
    source = (
        "from claims.documents.day7_figures import HALF, LOG\n"
        "PROSE = {'images': 12}\n"
        "fault = figure(PROSE, 'images', 13)\n"
        "other = lambda patch: patch.setitem(PROSE, 'images', 13)\n"
        "third = figure(HALF, 0, 'Dense')\n"
        "right = figure(LOG, 'train', 0.5)\n"
    )

    assert sorted(typed_beside_a_claim(source)) == [2, 3, 4, 5]
