"""Pictures: small, repeatable, harmless files; and what the judge does with them."""

import base64
import io
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from harness.benchmark import report as ratios
from harness.evidence import judge, pictures
from harness.evidence.measurement import Falsified, Measurement, measuring
from harness.report import render
from harness.tests.test_benchmark_results import measured
from harness.tests.test_report import HOSTILE, Tags, audit, check

pytest_plugins = ["pytester"]
HARD = "<script>alert(1)</script> & $x^$ }"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def drawn():
    """One picture by each function, with labels that are hard to write."""
    ramp, rng = np.arange(60), np.random.default_rng(7)
    curve = {HARD: (ramp, ramp**0.5)}
    band = pictures.Panel(HARD, {HARD: [1, 2]}, {HARD: (1, 1.5, 2)}, (None, 1.2), 1)
    return {
        "lines": pictures.lines(curve, curve, x=HARD, y=HARD, levels={HARD: 1}),
        "law": pictures.law(ramp % 9, np.full(9, 1 / 9), x=HARD),
        "histograms": pictures.histograms({HARD: ramp, "b": -ramp}, x=HARD),
        "strips": pictures.strips([band, pictures.Panel("", {"a": ramp})]),
        "images": pictures.images(
            {HARD: rng.uniform(size=(4, 24, 24, 3))}, titles=[[HARD] * 4]
        ),
        "reliability": pictures.reliability({HARD: ([0.5, 1], [0.4, 0.9])}),
    }


@pytest.mark.slow
def test_equal_data_give_equal_bytes():
    """Two runs with one seed leave the same evidence."""
    assert drawn() == drawn()


@pytest.mark.slow
@pytest.mark.parametrize("name", drawn())
def test_a_picture_is_small_and_harmless(name):
    """Valid XML below 25 kB with a dark scheme; no script, handler or address."""
    svg = drawn()[name]
    elements = list(ElementTree.fromstring(svg).iter())

    tags = {element.tag.rpartition("}")[2] for element in elements}
    assert {"style"} <= tags and not tags & {"script", "foreignObject", "a"}
    assert len(svg.encode()) < 25_000 and "prefers-color-scheme:dark" in svg
    assert not re.search("#[0-9a-f]{6}", svg.partition("</style>")[2])
    for element in elements:
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            if key.endswith("href"):
                assert value.startswith(("#", "data:image/png;base64,"))


def pictured(under_fault, draw):
    """A measurement of three examples that would all draw."""
    measurement = Measurement("c::t", 7, under_fault=under_fault)
    with measuring(measurement):
        for _ in range(3):
            judge.picture("A ramp.", draw)
    return measurement.picture


def test_one_picture_is_drawn_for_a_check_and_none_under_faults():
    """The first example draws; a run that keeps no picture never does."""
    calls = []

    def draw():
        calls.append(np.random.normal())
        return "<svg/>"

    state = np.random.get_state()[1].copy()
    assert pictured(False, draw) == {"caption": "A ramp.", "svg": "<svg/>"}
    assert pictured(True, draw) is None
    assert len(calls) == 1
    assert (np.random.get_state()[1] == state).all()


@pytest.mark.parametrize("error", [ValueError("no data"), Falsified("no")])
def test_a_picture_that_fails_changes_no_outcome(error):
    """The evidence says why it is missing, and the check goes on."""

    def draw():
        raise error

    found = pictured(False, draw)

    assert found["svg"] is None and str(error) in found["problem"]


@pytest.mark.parametrize("text", HOSTILE)
def test_caption_and_picture_cannot_leave_the_image(text):
    """One script, one image without handler, whatever caption and file hold."""
    told = check() | {"picture": {"caption": text, "svg": f"<svg>{text}</svg>"}}
    html = render.html(audit(checks=[told]))

    tags = Tags(html)
    assert (tags.scripts, tags.risky) == (1, ["img"])
    assert "img-src data:;" in html
    missing = told | {"picture": {"caption": text, "svg": None, "problem": text}}
    tags = Tags(render.html(audit(checks=[missing])))
    assert (tags.scripts, tags.risky) == (1, [])


@pytest.mark.slow
def test_the_picture_is_rebuilt_from_evidence(project):
    """It stands in evidence and audit.json, and a rebuilt report shows it again."""
    project.claims("""
fact = claim("topic.fact", says="One is one.", sources=[paper[1]], verdict=UPHELD,
             faults=[output_times("math:sqrt", 2.0)])

@fact.as_worded
def test_fact():
    judge.picture("A <line>.", lambda: "<svg><!-- drawn --></svg>")
    judge.equal(1, 1)
""")
    assert project.run("claims").ret == 0
    run = project.runs()[0]
    (run / "audit.html").unlink()

    command = [sys.executable, "-m", "harness", "report", str(run)]
    subprocess.run(command, check=True, capture_output=True, cwd=project.path)

    told = project.audit()["claims"][0]["checks"][0]["picture"]
    assert told == {"caption": "A <line>.", "svg": "<svg><!-- drawn --></svg>"}
    html = (run / "audit.html").read_text()
    assert base64.b64encode(told["svg"].encode()).decode() in html
    assert 'alt="A &lt;line&gt;."' in html
    assert "(picture: A &lt;line&gt;.)" in (run / "audit.md").read_text()


@pytest.mark.parametrize("band", [(1.5, 3.2), (0.0, 1.0), (1.0, np.inf)])
def test_a_benchmark_draws_both_configurations_and_the_band(band):
    """Also with a band that is open; the caption tells the interval."""
    measurement = Measurement("c::t", 7, under_fault=False)

    with measuring(measurement):
        ratios.picture(measured(), "quick", "slow", *band)

    told = measurement.picture
    assert "of each of 8 processes" in told["caption"]
    text = "".join(ElementTree.fromstring(told["svg"]).itertext())
    assert all(word in text for word in ("quick", "slow", "milliseconds a step"))


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium")
def test_a_browser_shows_it_in_both_schemes(tmp_path):
    """Chromium loads the image under the report's policy: dark on light, and back."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    image = pytest.importorskip("PIL.Image", reason="needs pillow")
    told = check() | {"picture": {"caption": "A ramp.", "svg": drawn()["lines"]}}
    page = tmp_path / "audit.html"
    page.write_text(render.html(audit(checks=[told])), "utf-8")
    shade, complaints = {}, []

    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        for scheme in ("light", "dark"):
            tab = browser.new_page(
                color_scheme=scheme, viewport={"width": 400, "height": 800}
            )
            tab.on("console", lambda message: complaints.append(message.text))
            tab.goto(page.as_uri())
            shot = image.open(io.BytesIO(tab.locator("figure img").screenshot()))
            shade[scheme] = np.median(np.asarray(shot.convert("L")))
            assert tab.evaluate("document.documentElement.scrollWidth") <= 400
        browser.close()

    assert complaints == []
    assert shade["light"] > 240 and shade["dark"] < 40
