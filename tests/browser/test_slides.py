"""Decks of slides from a folder, with no network and no Python: what fits, what moves, what the speaker sees."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError

pytestmark = pytest.mark.slides

ROOT = Path(__file__).resolve().parents[2]
STEMS = ("01_neural_pathways", "04_oxytocin_trust")
FLAGSHIP = STEMS[1]
SIZE = {"width": 1280, "height": 720}
HERE = "section.present > section.one.present"
DRAWN = f"""() => [...document.querySelectorAll('{HERE} .without-python')]
  .every((each) => each.querySelector('.intimacy[data-ready]') && each.style.transform)"""
PLACES = """() => [...document.querySelectorAll('.slides > section')]
  .flatMap((stack, across) => [...stack.children].map((_, down) => [across, down]))"""
# What can be seen and runs out of the slide, and text of the slide itself that is too small for a room.
FAULTS = f"""() => {{
  const seen = (node) => {{
    const style = getComputedStyle(node);
    return node.getClientRects().length > 0 && style.visibility !== 'hidden' && style.clipPath === 'none'
      && !node.closest('aside, .aloud, details:not([open]) > :not(summary)')
      && (!node.closest('svg') || node.tagName === 'svg');
  }};
  const out = ([, box]) => box.width && (box.left < -1 || box.top < -1 || box.right > 1281 || box.bottom > 721);
  const all = [...document.querySelectorAll('{HERE}, {HERE} *')].filter(seen);
  const small = [...document.querySelectorAll('{HERE} > :is(p, ul, ol, blockquote, .fragment)')]
    .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 24);
  const named = (node) => `${{node.tagName}} ${{node.className}}: ${{node.textContent.slice(0, 60)}}`;
  return [...all.map((node) => [node, node.getBoundingClientRect()]).filter(out).map(([node]) => named(node)),
    ...small.map(named)];
}}"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    subprocess.run([sys.executable, "tools/slides.py", "--to", folder, *STEMS], cwd=ROOT, check=True)
    return folder


class Room:
    """A deck as it is shown in a room, and what it complained of or asked the network for."""

    def __init__(self, browser: Any, address: str, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": SIZE, "offline": True, **context})
        self.complaints: list[str] = []
        self.context.on("page", self.watch)
        self.tab = self.context.new_page()
        self.tab.goto(address)
        self.tab.wait_for_selector(".reveal.ready")

    def watch(self, tab: Any) -> None:
        tab.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "blob:", "data:", "about:")) or self.complaints.append(request.url)
            ),
        )

    def go(self, across: int, down: int) -> None:
        self.tab.evaluate("([across, down]) => { location.hash = `#/${across}/${down}`; }", [across, down])
        self.tab.wait_for_function(
            f"""([across, down]) => {{
              const here = document.querySelector('{HERE}');
              const stack = here?.parentElement;
              return stack && [...stack.children].indexOf(here) === down
                && [...stack.parentElement.children].indexOf(stack) === across;
            }}""",
            arg=[across, down],
        )
        self.tab.wait_for_function(DRAWN, timeout=30_000)

    def go_to(self, selector: str) -> Any:
        place = self.tab.locator(selector).first.evaluate(
            """(node) => {
              const [slide, stack] = [node.closest('section.one'), node.closest('.slides > section')];
              return [[...stack.parentElement.children].indexOf(stack), [...stack.children].indexOf(slide)];
            }"""
        )
        self.go(*place)
        return self.tab.locator(HERE)

    def faults(self) -> list[str]:
        """Return what runs out of the slide, once pictures have had the time to take their new width."""
        with suppress(TimeoutError):
            self.tab.wait_for_function(f"() => ({FAULTS})().length === 0", timeout=5000)
        return list(self.tab.evaluate(FAULTS))

    def place(self) -> str:
        return str(self.tab.locator(".slide-number").text_content())

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def show(browser: Any, decks: Path) -> Iterator[Any]:
    rooms: list[Room] = []

    def open_deck(stem: str, query: str = "", **context: Any) -> Room:
        rooms.append(Room(browser, f"{(decks / f'{stem}.html').as_uri()}{query}", **context))
        return rooms[-1]

    yield open_deck
    for room in rooms:
        room.close()


@pytest.mark.parametrize("stem", STEMS)
def test_no_slide_overflows_and_none_is_too_small_for_a_room(stem: str, show: Any) -> None:
    room = show(stem)
    faults = {}
    for across, down in room.tab.evaluate(PLACES):
        room.go(across, down)
        for fragment in room.tab.locator(f"{HERE} > .fragment").all():
            room.tab.keyboard.press("PageDown")
            assert "visible" in fragment.get_attribute("class")
        if found := room.faults():
            faults[f"{across}/{down}"] = found[:3]
    assert faults == {}


def test_plotly_and_reveal_stand_beside_the_decks_once(decks: Path) -> None:
    large = [path.name for path in decks.rglob("*") if path.is_file() and path.stat().st_size > 4_500_000]
    assert large == ["plotly.js"]
    assert (decks / "site" / "reveal-LICENSE").read_text().count("Hakim El Hattab") == 1


def test_a_slider_moves_the_picture_and_the_slide_stays(show: Any) -> None:
    room = show(FLAGSHIP)
    slide = room.go_to("[data-module=lab]")
    number, before = room.place(), slide.locator(".picture").inner_html()
    slider = slide.get_by_role("slider", name="Promises the partner keeps")
    value = slider.input_value()
    slider.press("ArrowRight")
    assert slider.input_value() != value
    room.tab.wait_for_function(
        f"before => document.querySelector('{HERE} .picture').innerHTML !== before", arg=before, timeout=5000
    )
    assert room.place() == number
    # A presenter's pointer turns the page all the same.
    room.tab.keyboard.press("PageDown")
    room.tab.wait_for_function("before => document.querySelector('.slide-number').textContent !== before", arg=number)
    room.tab.keyboard.press("ArrowLeft")
    room.tab.wait_for_function("before => document.querySelector('.slide-number').textContent === before", arg=number)


def test_a_bet_is_answered_on_a_later_slide(show: Any) -> None:
    room = show(FLAGSHIP)
    bet = room.go_to("[data-module=bet]")
    bet.get_by_role("radio").first.press("Space")
    bet.get_by_role("button", name="Place my bet").click()
    bet.get_by_text("You bet:").wait_for()
    answer = room.go_to("[data-bet]")
    assert answer.locator("[data-bet]").text_content().startswith("You said")


def test_the_quiz_asks_one_question_after_the_other(show: Any) -> None:
    room = show(FLAGSHIP)
    quiz = room.go_to("[data-module=quiz]")
    count = quiz.locator(".question").count()
    assert count >= 4
    for number in range(1, count + 1):
        (question,) = quiz.locator(".question:visible").all()
        assert question.locator("legend").text_content().startswith(f"{number}. ")
        question.get_by_role("radio").first.press("Space")
        question.get_by_role("button").click()
        assert question.get_by_role("status").text_content().startswith(("Right.", "Not quite."))
        assert room.faults() == []
        room.tab.keyboard.press("PageDown")


def test_the_speaker_sees_the_notes_in_a_window_of_its_own(show: Any) -> None:
    room = show(FLAGSHIP)
    room.go_to("aside.notes:has-text('For the teacher')")
    assert room.tab.locator("aside.notes:visible").count() == 0
    with room.context.expect_page() as opened:
        room.tab.keyboard.press("s")
    view = opened.value
    view.get_by_text("For the teacher").first.wait_for(timeout=20_000)
    view.frame_locator("#current-slide iframe").locator(".reveal.ready").wait_for(timeout=20_000)


def test_contents_lead_to_a_section(show: Any) -> None:
    room = show(FLAGSHIP)
    room.tab.get_by_role("link", name="Contents").click()
    room.tab.locator(HERE).get_by_role("link", name="Quiz").click()
    room.tab.wait_for_function(f"() => document.querySelector('{HERE} h2')?.textContent === 'Quiz'")


def test_formulas_are_formulas_and_pictures_have_words(show: Any) -> None:
    room = show(FLAGSHIP)
    assert room.tab.locator(".slides math").count() >= 5
    assert "$" not in "".join(room.tab.locator(".slides section.one > p").all_text_contents())
    slide = room.go_to("[data-module=lab]")
    picture = slide.locator(".picture-box[role=img]")
    words = picture.evaluate("node => document.getElementById(node.getAttribute('aria-describedby')).textContent")
    assert len(words.split()) > 10
    assert slide.get_by_role("region").count() >= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_page_in_both_themes(scheme: str, show: Any) -> None:
    room = show(FLAGSHIP, color_scheme=scheme)
    for selector in ("h1", "[data-bet]", "[data-module=lab]", "[data-module=quiz]", ".code"):
        room.go_to(selector)
        found = Axe().run(room.tab, options={"preload": False, "runOnly": ["color-contrast", "button-name", "label"]})
        assert [each["nodes"][0]["html"][:150] for each in found.response["violations"]] == [], selector
    room.tab.get_by_role("button", name="Light" if scheme == "dark" else "Dark").click()
    other = "light" if scheme == "dark" else "dark"
    assert room.tab.locator(f"body.{other}.reveal-viewport").count() == 1


def test_it_prints_a_page_for_each_slide(show: Any) -> None:
    room = show(FLAGSHIP, "?print-pdf")
    room.tab.wait_for_selector(".pdf-page", state="attached")
    room.tab.wait_for_function(
        "() => [...document.querySelectorAll('.without-python')].every((each) => each.querySelector('[data-ready]'))",
        timeout=90_000,
    )
    slides = room.tab.locator("section.one").count()
    pdf = room.tab.pdf(prefer_css_page_size=True, print_background=True)
    pages = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
    assert pages == room.tab.locator(".pdf-page").count() >= slides
