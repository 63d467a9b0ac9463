"""The published report in a real Chromium, from disk, with the network off."""

import shutil
from pathlib import Path

import pytest

from harness.tests.conftest import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REPORT = ROOT / "reports" / "published" / "audit.html"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium"),
]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser):
    """Open the report with a query or anchor; the page keeps what it complained of."""
    contexts = []

    def open_(suffix="", **options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(REPORT.as_uri() + suffix)
        return page

    yield open_
    for context in contexts:
        context.close()


def shown(page):
    return page.locator("article[data-verdict]:visible").count()


def test_the_report_is_one_small_file():
    """Under 3 MB."""
    assert REPORT.stat().st_size < 3_000_000


def test_it_is_painted_within_a_second(opened):
    """The first content, in the best of three loads."""
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

    times = []
    for _ in range(3):
        page = opened()
        page.wait_for_function(painted)
        times.append(page.evaluate(painted))

    assert min(times) < 1_000, times


def test_it_opens_without_a_complaint(opened):
    """No error on the console, and every claim is shown."""
    page = opened()

    assert page.complaints == []
    assert shown(page) == page.locator("article[data-verdict]").count() > 250


def test_a_filter_is_in_the_address_and_works_from_it(opened):
    """Pressing a chip filters, and the address brings the same view back."""
    page = opened()
    page.click("button[data-filter=verdict][value=qualified]")

    again = opened("?" + page.url.partition("?")[2])

    assert 0 < shown(page) == shown(again) < 100
    chip = again.locator("button[data-filter=verdict][value=qualified]")
    assert chip.get_attribute("aria-pressed") == "true"


def test_search_keeps_the_filter(opened):
    """Text and verdict narrow the list together; Show all brings everything back."""
    page = opened("?verdict=refuted")
    refuted = shown(page)
    page.keyboard.press("/")
    page.keyboard.type("clipnorm")

    assert 0 < shown(page) < refuted
    assert "verdict=refuted" in page.url and "q=clipnorm" in page.url
    page.click("#clear")
    assert shown(page) > refuted


def test_a_permalink_shows_its_claim_even_if_filtered_out(opened):
    """#id reveals the claim."""
    page = opened("?verdict=refuted#dropout.inverted-scaling")

    assert page.locator("[id='dropout.inverted-scaling']").is_visible()


def test_it_is_readable_without_javascript(opened):
    """All claims are there, and no dead control."""
    page = opened(java_script_enabled=False)

    assert shown(page) > 250
    assert not page.locator("#controls").is_visible()


def test_a_narrow_window_does_not_scroll_sideways(opened):
    """400 pixels are enough."""
    page = opened(viewport={"width": 400, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(opened, scheme):
    """WCAG rules of axe-core, in both colour schemes."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(opened(color_scheme=scheme))

    assert found.violations_count == 0, found.generate_report()


def test_it_prints(opened, tmp_path):
    """The print style makes a PDF of several pages."""
    path = Path(tmp_path, "audit.pdf")
    opened().pdf(path=str(path))

    assert path.stat().st_size > 100_000
