"""The plugin as a user meets it: words, exit codes, files on disk."""

import json

import pytest

pytest_plugins = ["pytester"]

UPHELD = """
sums = claim("sums.add", says="One and one are two.", sources=[paper[2]],
             verdict=UPHELD)

@sums.as_worded
@given(n=st.integers(0, 1000))
def test_sums(n):
    judge.equal({left}, n + 1)
"""
REFUTED = """
lie = claim("sums.lie", says="One and one are three.", sources=[paper[6]],
            verdict=REFUTED, severity="number", instead="One and one are two.",
            faults=[output_times("string:capwords", 2)])

@lie.as_worded
def test_lie():
    judge.equal({said}, 3)

@lie.instead
def test_truth():
    judge.equal({true}, 2)
"""
QUALIFIED = """
square = claim("sums.square", says="A square exceeds its root.", sources=[paper[3]],
               verdict=QUALIFIED)

@square.holds_when("above one")
@given(n=st.integers(2, 99))
def test_above(n):
    judge.at_least(n * n, n + 1)

@square.{side}("from zero to one")
@given(n=st.integers(0, 1))
def test_below(n):
    {below}
"""


def test_what_is_recorded_passes(project):
    """Upheld, refuted and qualified claims that measure so end with exit 0."""
    project.claims(
        UPHELD.format(left="n + 1")
        + REFUTED.format(said="1 + 1", true="1 + 1")
        + QUALIFIED.format(side="fails_when", below="judge.at_least(n * n, n + 1)")
    )

    result = project.run("claims")

    assert result.ret == 0
    assert result.outlines[-1] == "1 upheld, 1 refuted, 1 qualified"
    assert project.audit()["totals"]["refuted"] == 1
    assert {p.name for p in project.runs()[0].iterdir()} == {
        "evidence.jsonl",
        "audit.json",
        "audit.html",
        "audit.md",
        "audit.sarif",
        "junit.xml",
        "corrections-paper.md",
    }


def test_an_upheld_claim_that_is_falsified_fails_with_the_smallest_case(project):
    """The failure names claim, place, numbers and the shrunk counterexample."""
    project.claims(UPHELD.format(left="n + 1 if n < 7 else n"))

    result = project.run("claims")

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*verdict changed: sums.add is recorded upheld*falsified*",
            "*paper line 2 (Start)*",
            "*found*7*expected 8*",
            "*n=7*",
        ]
    )
    assert result.outlines[-1] == "1 refuted"


def test_a_refuted_claim_that_holds_fails(project):
    """Once the text is true, its refutation is reported as changed."""
    project.claims(REFUTED.format(said="3", true="3"))

    result = project.run("claims")

    assert result.ret == 1
    assert project.verdict("sums.lie") == "upheld"


def test_a_refuted_claim_whose_correction_fails_is_broken(project):
    """Neither text nor correction: the fault is ours."""
    project.claims(REFUTED.format(said="4", true="4"))

    assert project.run("claims").ret == 1
    assert project.verdict("sums.lie") == "broken"


def test_a_correction_that_agrees_with_the_text_is_broken(project):
    """Both hold: the correction does not contradict the text."""
    project.claims(REFUTED.format(said="3", true="2"))

    assert project.run("claims").ret == 1
    assert project.verdict("sums.lie") == "broken"


@pytest.mark.parametrize(
    "raised",
    [
        "assert n < 0",
        "raise ValueError('boom')",
        "raise ImportError('no lib')",
        "raise ExceptionGroup('two', [judge.Falsified('x'), ValueError('y')])",
    ],
)
def test_a_crash_is_broken_and_never_refuted(project, raised):
    """Only the judge falsifies; assertions, errors and mixed groups are ours."""
    body = UPHELD.format(left="n + 1").replace("judge.equal(n + 1, n + 1)", raised)
    project.claims(body)

    result = project.run("claims")

    assert result.ret == 1
    assert project.verdict("sums.add") == "broken"


def test_a_group_of_falsifications_is_a_falsification(project):
    """Nothing but falsifications in a group: falsified."""
    raised = "raise ExceptionGroup('two', [judge.Falsified('x'), judge.Falsified('y')])"
    body = UPHELD.format(left="n + 1").replace("judge.equal(n + 1, n + 1)", raised)
    project.claims(body)

    project.run("claims")

    assert project.verdict("sums.add") == "refuted"


def test_a_check_that_judges_nothing_is_broken(project):
    """A check without a comparison cannot be green."""
    project.claims(UPHELD.format(left="n + 1").replace("judge.equal", "print"))

    assert project.run("claims").ret == 1
    assert project.verdict("sums.add") == "broken"


def test_a_skipped_claim_is_not_run_with_its_reason(project):
    """The reason stands in terminal and record, and the exit code is 0."""
    body = "\n@sums.as_worded\ndef test_other():\n    pytest.skip('no scanner')\n"
    project.claims(UPHELD.format(left="n + 1") + body)

    result = project.run("claims")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["not run *sums.add*(no scanner)"])
    assert result.outlines[-1] == "1 not run"


def test_a_condition_can_fail_throughout(project):
    """Where a statement is false for every draw, its negation is asserted."""
    project.claims(
        QUALIFIED.format(side="fails_throughout", below="judge.at_most(n * n, n)")
    )

    assert project.run("claims").ret == 0
    assert project.verdict("sums.square") == "qualified"


def test_sides_that_both_hold_are_a_change(project):
    """A qualification whose failing side holds has become upheld."""
    body = QUALIFIED.format(side="fails_when", below="judge.at_least(n * n, n)")
    project.claims(body)

    assert project.run("claims").ret == 1
    assert project.verdict("sums.square") == "upheld"


def test_a_new_claim_shows_as_new(project):
    """Without a recorded verdict the first measurement passes and is marked."""
    project.claims(UPHELD.format(left="n + 1").replace("verdict=UPHELD", ""))

    result = project.run("claims")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["upheld *sums.add*(new)"])


def test_a_single_check_runs_by_its_pasted_id(project):
    """A node id of part of a claim: not run, and `latest` stays where it was."""
    project.claims(REFUTED.format(said="2", true="2"))
    project.run("claims")
    before = (project.path / "reports" / "latest").readlink()

    result = project.run("claims/test_paper.py::test_lie[sums.lie]")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["not run *sums.lie*(part of its checks selected)"])
    assert (project.path / "reports" / "latest").readlink() == before


def test_a_keyword_selects_claims_by_their_id(project):
    """-k works on claim ids; other claims say that they were not selected."""
    project.claims(UPHELD.format(left="n + 1") + REFUTED.format(said="2", true="2"))

    result = project.run("claims", "-k", "sums.add")

    assert result.ret == 0
    assert result.outlines[-1] == "1 upheld, 1 not run"
    assert not (project.path / "reports" / "latest").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "workers"),
    [
        (["claims"], True),
        ([], True),
        (["-k", "add"], False),
        (["-k", "add", "-n", "auto"], True),
        (["claims", "--collect-only"], False),
        (["claims", "--benchmark"], False),
        (["claims/test_paper.py"], False),
    ],
)
def test_the_whole_audit_uses_the_cores_there_are(project, arguments, workers):
    """With `-n auto` in the configuration; a part of it runs in the one process."""
    project.claims(UPHELD.format(left="n + 1"))
    ini = project.path / "pytest.ini"
    ini.write_text(ini.read_text() + "addopts = -n auto --maxprocesses 2\n")

    result = project.run(*arguments, apart=True)

    assert ("worker" in result.stdout.str()) == workers


@pytest.mark.slow
def test_workers_give_the_same_evidence(project):
    """With xdist the evidence is byte for byte the same, apart from times."""
    half = "claimed=np.float64(0.5), resolves=np.float32(0.5)"
    rate = f"judge.proportion(50, of=100, {half})"
    body = UPHELD.format(left="n + 1").replace("judge.equal(n + 1, n + 1)", rate)
    project.claims("import numpy as np\n" + body + REFUTED.format(said="2", true="2"))
    project.run("claims")
    project.run("claims", "-n", "2", "-p", "no:cacheprovider")

    first, second = (evidence(run) for run in project.runs())

    assert first == second


def test_a_seed_decides_the_draws(project):
    """One seed, one evidence; another seed draws other numbers."""
    drawn = "judge.within(n, -1e9, 1e9)"
    project.claims(
        UPHELD.format(left="n + 1").replace("judge.equal(n + 1, n + 1)", drawn)
    )
    for seed in (7, 7, 8):
        project.run("claims", "--seed", str(seed))

    first, again, other = (evidence(run) for run in project.runs())

    assert worst(first) == worst(again) != worst(other)


def worst(lines):
    return [line["worst_case"] for line in lines if line["type"] == "check"]


def evidence(run):
    lines = (run / "evidence.jsonl").read_text().splitlines()
    parsed = [json.loads(line) for line in lines]
    for line in parsed:
        for name in ("seconds", "started", "command", "backend_seconds"):
            line.pop(name, None)
    return parsed


@pytest.mark.slow
def test_a_killed_run_leaves_readable_evidence(project):
    """What was measured before the kill can be read and reported."""
    from harness.evidence import record, store

    kill = "\n@lie.as_worded\ndef test_zz_kill():\n    import os\n    os._exit(9)\n"
    project.claims(
        UPHELD.format(left="n + 1") + REFUTED.format(said="2", true="2") + kill
    )
    project.run("claims", apart=True)

    audited = record.audit(store.read(project.runs()[0]))

    verdicts = {claim["id"]: claim["verdict"] for claim in audited["claims"]}
    assert verdicts == {"sums.add": "upheld", "sums.lie": "not run"}


def test_a_finding_carries_the_script_of_its_own_project(project):
    """It lies in `snippets/` beside the file that declares the claim."""
    project.claims(REFUTED.format(said="2", true="2"))
    script = project.path / "claims" / "snippets" / "lie.py"
    script.write_text("assert 1 + 1 == 3\n")

    project.run("claims")

    (claim,) = project.audit()["claims"]
    scripts = {check["role"]: check["snippet"] for check in claim["checks"]}
    assert scripts == {"as worded": "assert 1 + 1 == 3\n", "instead": None}


def test_an_author_can_gate_on_refuted_claims(project):
    """--fail-on turns a finding about the text into exit code 1."""
    project.claims(REFUTED.format(said="2", true="2"))

    assert project.run("claims", "--fail-on", "qualified").ret == 0
    assert project.run("claims", "--fail-on", "refuted").ret == 1


def test_the_gate_is_about_the_authors_own_text(project):
    """A public statement is nobody's text, nor is a document of another folder."""
    public_one = REFUTED.replace("paper[6]", 'public("https://a.b/7", "An issue")')
    project.claims(
        "from harness import public\n" + public_one.format(said="2", true="2")
    )

    assert project.run("claims", "--fail-on", "refuted").ret == 0


def test_an_inconclusive_measurement_is_a_failure(project):
    """A check too weak for its own resolution is not green."""
    rate = "judge.proportion(5, of=10, claimed=0.5, resolves=0.1)"
    body = UPHELD.format(left="n + 1").replace("judge.equal(n + 1, n + 1)", rate)
    project.claims(body)

    result = project.run("claims")

    assert result.ret == 1
    assert result.outlines[-1] == "1 inconclusive"


CONTRADICTION = """
two_sums = contradiction("sums.two-sums", says="One and one are two, and three.",
    sides=[side("sums.add", paper[2]), side("sums.lie", paper[6])],
    right="sums.add", instead="One and one are two.", faults=FAULTS)

@two_sums.all_sides
def test_both():
    judge.equal([1 + 1, {sum}], [2, 3])

@two_sums.right_side
def test_two():
    judge.equal(1 + 1, {right})
"""


@pytest.mark.parametrize(
    ("sum", "right", "word", "code"),
    [("1 + 1", 2, "stands", 0), ("3", 2, "dissolved", 1), ("1 + 1", 4, "broken", 1)],
)
def test_a_contradiction_is_no_claim(project, sum, right, word, code):
    """It has a count of its own; one that no longer stands is a failure."""
    body = CONTRADICTION.format(sum=sum, right=right).replace(", faults=FAULTS", "")
    project.claims(UPHELD.format(left="n + 1") + body)

    result = project.run("claims")

    assert result.ret == code
    assert result.outlines[-1] == "1 upheld"
    (found,) = project.audit()["contradictions"]
    assert found["verdict"] == word
    assert [side["lines"] for side in found["sides"]] == [[2, 2], [6, 6]]


def test_a_contradiction_alone_gives_a_report(project):
    """A partial run: no claim of it cites the document that its sides stand in."""
    body = CONTRADICTION.format(sum="1 + 1", right=2)
    project.claims(body.replace(", faults=FAULTS", ""))

    result = project.run("claims/test_paper.py")

    assert result.ret == 0
    (folder,) = project.runs()
    assert (folder / "audit.sarif").is_file()


def test_a_fault_dissolves_a_contradiction(project):
    """`--faults` tries its faults as those of a claim."""
    fault = """
import math
FAULTS = [output_times("math:fsum", 1.5)]
"""
    body = CONTRADICTION.format(sum="math.fsum([1, 1])", right=2)
    project.claims(fault + UPHELD.format(left="n + 1") + body)

    result = project.run("claims", "--faults")

    assert "faults: 1 detected, 0 missed" in result.outlines
    assert result.ret == 0


def test_from_a_subfolder_the_claims_are_meant(project):
    """Without path arguments pytest runs the project's claims from any folder."""
    project.claims(UPHELD.format(left="n + 1"))
    (project.path / "deep").mkdir()

    result = project.run(cwd=project.path / "deep")

    assert result.outlines[-1] == "1 upheld"


def test_collect_only_judges_nothing(project):
    """--collect-only lists ids and writes no report."""
    project.claims(UPHELD.format(left="n + 1"))

    result = project.run("claims", "--collect-only", "-q")

    result.stdout.fnmatch_lines(["claims/test_paper.py::test_sums[[]sums.add[]]"])
    assert not (project.path / "reports").exists()


def test_evidence_is_recorded_beside_the_sources(project):
    """Lines that only serve to judge a claim are written, and are no sources."""
    body = UPHELD.format(left="n + 1")
    project.claims(body.replace("sources=[paper[2]]", EVIDENT))

    assert project.run("claims").ret == 0

    written = project.audit()["claims"][0]
    assert [place["lines"] for place in written["sources"]] == [[2, 2]]
    assert [place["lines"] for place in written["evidence"]] == [[5, 6]]


EVIDENT = "sources=[paper[2]], evidence=[paper[5:6]]"


STACK = """
[[stack]]
name = "{name}"
requires = ["{requires}"]
"""
ON_VERSIONS = """
import numpy
said = claim("sums.said", says="Three.", sources=[paper[2]], verdict=UPHELD,
             differs_on={{"{condition}": (REFUTED, "numpy 0 counted otherwise")}})

@said.as_worded
def test_said():
    judge.equal({what}, 3)
"""


def test_a_range_of_versions_has_its_own_verdict(project):
    """The record says which range it was, and why."""
    project.claims(ON_VERSIONS.format(condition="numpy>=1", what="2"))

    result = project.run("claims")

    assert result.ret == 0
    assert "refuted      sums.said" in result.stdout.str()
    result.stdout.fnmatch_lines(["*(numpy>=1: numpy 0 counted otherwise)*"])
    assert project.audit()["claims"][0]["on"] == "numpy>=1"


def test_another_range_of_versions_changes_nothing(project):
    """The claim's own verdict is expected."""
    project.claims(ON_VERSIONS.format(condition="numpy<1", what="3"))

    assert project.run("claims").ret == 0
    assert project.audit()["claims"][0]["on"] is None


def test_a_range_that_nobody_can_read_is_refused(project):
    """In one sentence that names the claim."""
    project.claims(ON_VERSIONS.format(condition="nunpy<1", what="3"))

    result = project.run("claims")

    assert result.ret != 0
    result.stdout.fnmatch_lines(["*'sums.said', differs_on: 'nunpy<1' names no ver*"])


def test_differences_on_versions_that_nobody_measured_are_new(project):
    """The run says so, ends with 0, and tells what is recorded elsewhere."""
    (project.path / "stacks.toml").write_text(
        STACK.format(name="old", requires="numpy==0.1")
    )
    project.claims(UPHELD.format(left="7"))

    result = project.run("claims")

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["numpy * was not measured (0.1 to 0.1 were)*", "*(new; recorded upheld)*"]
    )
    (claim,) = project.audit()["claims"]
    assert claim["verdict"] == "refuted" and claim["new"] and not claim["changed"]


def test_what_is_broken_on_unmeasured_versions_still_fails(project):
    """It speaks of the audit, not of the version."""
    (project.path / "stacks.toml").write_text(
        STACK.format(name="old", requires="numpy==0.1")
    )
    project.claims(UPHELD.format(left="1 / 0"))

    assert project.run("claims").ret == 1


def test_what_another_version_lacks_is_not_run(project):
    """The reason names it; the rest of the claim does not speak for it."""
    (project.path / "stacks.toml").write_text(
        STACK.format(name="first", requires="numpy==0.1")
    )
    project.claims(
        ON_VERSIONS.format(condition="numpy<1", what="numpy.cutmix")
        + "@said.as_worded\ndef test_more():\n    judge.equal(2, 3)\n"
    )

    result = project.run("claims")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["not run *sums.said *(no numpy.cutmix in numpy *"])


def test_what_the_claims_own_version_lacks_is_broken(project):
    """A misspelt name there is our mistake."""
    project.claims(ON_VERSIONS.format(condition="numpy<1", what="numpy.cutmix"))

    result = project.run("claims")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["broken *sums.said*"])
