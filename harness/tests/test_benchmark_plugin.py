"""`pytest --benchmark` as a user meets it, on steps that sleep for known times."""

import functools
import json

import pytest

pytest_plugins = ["pytester"]
pytestmark = [pytest.mark.slow, pytest.mark.alone]

MODELS = '''
import time
from harness.benchmark.configuration import *

def sleeping(times):
    """A step of several sleeps: each is a little longer than asked for."""
    def build(full):
        return lambda steps: [time.sleep(0.004) for _ in range(times * steps)] and None
    return build

for name, times in {CONTROL: 1, AGAIN: 1, TWICE: 2, "quick": 1, "slow": 3}.items():
    configuration(name, group="all")(sleeping(times))
ratio("quick", over="slow")
'''
CLAIM = """
fast = claim("speed.{name}", says="Three times as fast.", sources=[paper[2]])

@fast.as_worded
def test_{name}(ratios):
    ratios.judge("quick", over="slow", {band})
"""
OTHER = """
sums = claim("sums.add", says="One and one.", sources=[paper[2]], verdict=UPHELD)

@sums.as_worded
def test_sums():
    judge.equal(1 + 1, 2)
"""
SINGLE = """
def test_single(benchmark):
    benchmark(lambda: None)
"""


@pytest.fixture
def timed(project):
    """A project with one ordinary claim, one benchmark claim and one single timing.

    Its runs have processes of their own: what is timed is declared once in a process.
    """
    project.run = functools.partial(project.run, apart=True)

    def write(**claims):
        folder = project.path / "claims" / "benchmarks"
        folder.mkdir(exist_ok=True)
        for package in (folder, folder.parent):
            (package / "__init__.py").touch()
        (folder / "models.py").write_text(MODELS)
        body = "".join(CLAIM.format(name=n, band=band) for n, band in claims.items())
        project.claims(body, name="benchmarks/test_speed")
        (folder / "test_single.py").write_text(SINGLE)
        project.claims(OTHER)
        return project

    return write


def measured(project):
    """The last run's record and ratios."""
    folder = project.runs()[-1]
    audited = json.loads((folder / "audit.json").read_text())
    return audited, json.loads((folder / "ratios.json").read_text())


def test_benchmark_claims_are_judged_and_only_these(timed):
    """Inside the band, disjoint from it, astride of its edge, and not on a CPU."""
    project = timed(
        inside="low=2, high=4",
        off="low=4, high=9",
        astride="low=2.99, high=3.01",
        elsewhere='low=1, needs="gpu"',
    )

    result = project.run("--benchmark", "--time-budget", "44")

    assert result.ret == 0, result.stdout.str()
    audited, ratios = measured(project)
    verdicts = {c["id"]: c["verdict"] for c in audited["claims"]}
    assert verdicts["speed.inside"] == "upheld"
    assert verdicts["speed.off"] == "refuted"
    assert verdicts["speed.astride"] == "inconclusive"
    assert verdicts["speed.elsewhere"] == "not run"
    assert "sums.add" not in verdicts
    assert not (project.path / "reports" / "latest").exists()
    assert ratios["processes"] == 8
    (quick,) = [r for r in ratios["ratios"] if r["of"] == "quick"]
    assert quick["interval"][0] < 3 < quick["interval"][1]
    result.stdout.fnmatch_lines(["*process 1 of 8*", "*quick over slow, throughput*"])


def test_a_spent_budget_is_inconclusive_and_suggests_more(timed):
    """Fewer than eight processes give no interval."""
    result = timed(inside="low=2, high=4").run("--benchmark", "--time-budget", "1")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["*cannot hold the 8 processes*--time-budget*"])


def test_an_inconclusive_measurement_does_not_fail_a_recorded_verdict(timed):
    """A noisy machine says nothing against what another one recorded."""
    project = timed()
    body = CLAIM.format(name="recorded", band="low=2.99, high=3.01")
    body = body.replace("sources=", "verdict=UPHELD, sources=")
    project.claims(body, name="benchmarks/test_speed")

    result = project.run("--benchmark", "--time-budget", "1")

    assert result.ret == 0, result.stdout.str()
    assert result.outlines[-1] == "1 inconclusive"


def test_without_the_option_they_are_not_run(timed):
    """With the command as the reason; single timings are skipped as well."""
    project = timed(inside="low=2, high=4")

    result = project.run("claims")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["*speed.inside*(needs `--benchmark`)*"])
    assert result.outlines[-1] == "1 upheld, 1 not run"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-n", "2"], "*one process at a time: leave -n out*"),
        (["--time-budget", "0"], "*--time-budget 0: it must be above 0*"),
        (["--time-budget=-5"], "*--time-budget -5: it must be above 0*"),
        (["--policies", "mixed_float8"], "*--policies 'mixed_float8': use some of*"),
    ],
)
def test_wrong_options_cost_one_sentence(timed, arguments, sentence):
    """Before anything is measured."""
    result = timed(inside="low=2, high=4").run("--benchmark", *arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([sentence])


def test_the_options_of_pytest_benchmark_are_not_shadowed(timed):
    """`--benchmark-only` and `--benchmark-json` do what they did, on our machine."""
    project = timed(inside="low=2, high=4")

    result = project.run("--benchmark-only", "--benchmark-json=out.json", "claims")

    assert result.ret == 0
    stored = json.loads((project.path / "out.json").read_text())
    assert [b["name"] for b in stored["benchmarks"]] == ["test_single"]
    assert stored["machine_info"]["audit"]["backend"] == "tensorflow"
