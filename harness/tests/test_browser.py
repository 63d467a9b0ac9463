"""The published report in a real Chromium, from disk, with the network off."""

import re
import shutil
from urllib.parse import unquote

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


def test_a_filter_holds_for_all_sections(opened):
    """What to fix, the documents' passages and the claims show the same ones."""
    page = opened("?topic=dropout")

    for where in ("#fix li", ".passage"):
        ids = page.locator(f"{where}:visible").evaluate_all(
            "all => all.map(each => each.dataset.claims)"
        )
        assert ids and all("dropout." in listed for listed in ids)
    assert not page.locator("#coverage").is_visible()
    assert page.locator("aside").is_visible()


def test_back_undoes_a_filter_and_forward_brings_it_back(opened):
    """The view follows the address."""
    page = opened()
    everything = shown(page)
    page.click("button[data-filter=verdict][value=refuted]")
    refuted = shown(page)

    page.go_back()
    assert shown(page) == everything
    page.go_forward()
    assert shown(page) == refuted < everything


def test_findings_only_shows_a_document_in_the_order_of_its_lines(opened):
    """Passages without a finding are gone, those left say what is right."""
    page = opened("?findings=1&document=day-7")
    lines = page.locator("#document-day-7 .passage:visible .line").all_text_contents()

    first = [int(text.partition("–")[0]) for text in lines]
    assert first == sorted(first) and len(first) > 20
    told = page.locator("#document-day-7 .passage:visible p.finding")
    assert told.first.is_visible()


def test_the_keys_do_what_their_list_says(opened):
    """j and k go on and back, f toggles the findings, ? opens the list."""
    page = opened("?topic=dropout")
    page.wait_for_timeout(200)
    at = "document.activeElement.textContent"
    ids = page.locator("article[data-verdict]:visible h4 a").all_text_contents()

    for key, expected in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0)):
        page.keyboard.press(key)
        assert page.evaluate(at) == ids[expected], key
    page.keyboard.press("f")
    assert "findings=1" in page.url
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_the_search_is_within_a_few_tabs_and_quick(opened):
    """Two presses lead there; a letter is done in 50 ms, drawn."""
    page = opened()
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"
    page.wait_for_timeout(500)

    taken = page.evaluate(
        """() => ["d", "dr", "dro", "", "c", "cl"].map((word) => {
          const search = document.getElementById("search");
          const started = performance.now();
          search.value = word;
          search.dispatchEvent(new Event("input"));
          document.body.offsetHeight;
          return performance.now() - started;
        })"""
    )

    assert sorted(taken)[len(taken) // 2] < 50, taken


def test_a_correction_can_be_copied(opened):
    """The button puts the text that replaces the author's into the clipboard."""
    page = opened("#clipping.clipnorm-is-global")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    change = page.locator("[id='clipping.clipnorm-is-global'] .change").first

    change.locator("button.copy").click()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == change.locator("pre.becomes").inner_text() != ""


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
    """#id reveals the claim, and a passage in a section that is closed."""
    page = opened("?verdict=refuted#dropout.inverted-scaling")
    assert page.locator("[id='dropout.inverted-scaling']").is_visible()

    page = opened("#day-7-line-64")
    assert page.locator("[id='day-7-line-64']").is_visible()


def test_each_link_has_one_place_to_lead_to(opened):
    """No id stands twice, and none is missing."""
    page = opened()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    links = page.evaluate(
        "[...document.querySelectorAll('a[href^=\\'#\\']')].map(each => each.hash)"
    )

    assert len(ids) == len(set(ids))
    assert not {unquote(link[1:]) for link in links} - set(ids)


def test_back_returns_to_where_a_link_was_followed(opened):
    """From a finding in a document's view, whose evidence opens, and back."""
    page = opened("?findings=1&document=day-7")
    mark = page.locator("#document-day-7 .mark:visible").nth(9)
    for _ in range(2):  # what comes into view takes its height
        mark.hover()
        page.wait_for_timeout(200)
    before = mark.bounding_box()["y"]

    mark.click()
    page.wait_for_timeout(500)
    assert page.locator(
        f"[id='{page.url.partition('#')[2]}'] table.checks"
    ).is_visible()
    page.go_back()
    page.wait_for_timeout(500)

    assert abs(mark.bounding_box()["y"] - before) < 3


def test_findings_only_keeps_contradictions(opened):
    """They are findings of their documents, and following a link keeps the view."""
    page = opened("?findings=1&document=day-7")
    page.locator("#document-day-7 .mark:visible >> text=validation-passages").click()

    assert "findings=1&document=day-7" in page.url
    shown = page.locator("article.contradiction:visible")
    assert 0 < shown.count() < page.locator("article.contradiction").count()


def test_a_section_is_where_its_link_leads_on_a_phone(opened):
    """At 390 pixels nothing above it pushes it away again."""
    page = opened(viewport={"width": 390, "height": 800})
    page.click("details.ways summary")
    page.click("nav a[href='#document-day-7']")
    page.wait_for_timeout(1_000)

    top = "document.getElementById('document-day-7').getBoundingClientRect().top"
    assert 0 <= page.evaluate(top) < 250


def test_a_claim_leads_to_its_passage_and_back(opened):
    """The link of its place, and the mark in the margin."""
    page = opened("#dropout.inverted-scaling")
    page.click("[id='dropout.inverted-scaling'] .where a")
    passage = page.url.partition("#")[2]
    assert passage == "day-7-line-64"

    page.click(f"[id='{passage}'] .mark >> text=dropout.inverted-scaling")
    assert page.url.endswith("#dropout.inverted-scaling")


def test_it_is_readable_without_javascript(opened):
    """All claims are there, and no dead control."""
    page = opened(java_script_enabled=False)

    assert shown(page) > 250
    for control in ("#controls", ".filters", "button.copy"):
        assert not page.locator(control).first.is_visible()


def test_a_narrow_window_does_not_scroll_sideways(opened):
    """400 pixels are enough, and evidence is a list there."""
    page = opened("#dropout.inverted-scaling", viewport={"width": 400, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    row = page.locator("[id='dropout.inverted-scaling'] table.checks tr").last
    assert row.evaluate("each => getComputedStyle(each).display") == "block"


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", {"color_scheme": "light"}),
        ("", {"color_scheme": "dark"}),
        ("", {"viewport": {"width": 400, "height": 800}}),
        ("?findings=1", {}),
    ],
)
def test_axe_finds_no_violation(opened, query, options):
    """WCAG rules of axe-core: both colour schemes, narrow, findings only."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(opened(query, **options))

    assert found.violations_count == 0, found.generate_report()


def test_a_filter_of_twelve_claims_prints_on_fifteen_pages(opened):
    """With their evidence and the scripts that reproduce them."""
    page = opened("?topic=mixing&topic=clipping")
    assert shown(page) == 12

    printed = page.pdf(format="A4")

    assert 3 < len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 15
