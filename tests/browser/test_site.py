"""The web site from a folder, with no network and no Python: labs, bets, quizzes, games, search, light and dark."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from flagship import BLOOD, GAME, LOOP, READING

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]
STEMS = ("00_start_here", "04_oxytocin_trust", "05_vasopressin_bonding")
START, FLAGSHIP, BENCH = STEMS
ALIVE = """() => [...document.querySelectorAll('.without-python')]
  .every((each) => each.querySelector('.intimacy[data-ready]'))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "tools/website.py", "--to", folder, *STEMS], cwd=ROOT, check=True)
    return folder


class Visitor:
    """A page as a visitor opens it from a folder, and what it complained of or asked the network for."""

    def __init__(self, browser: Any, address: Path, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "offline": True, **context})
        self.tab = self.context.new_page()
        self.complaints: list[str] = []
        self.tab.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on(
            "request",
            lambda request: request.url.startswith(("file:", "blob:", "data:")) or self.complaints.append(request.url),
        )
        self.tab.goto(address.as_uri())
        self.tab.wait_for_function(ALIVE, timeout=60_000)

    def lab(self, title: str) -> Any:
        return self.tab.locator(".intimacy").filter(has=self.tab.get_by_role("heading", name=title)).first

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def visit(browser: Any, site: Path) -> Iterator[Any]:
    visitors: list[Visitor] = []

    def go(stem: str, **context: Any) -> Visitor:
        visitors.append(Visitor(browser, site / f"{stem}.html", **context))
        return visitors[-1]

    yield go
    for visitor in visitors:
        visitor.close()


def curves(lab: Any) -> str:
    return str(
        lab.evaluate(
            """async (node) => {
              await new Promise((resolve) => setTimeout(resolve, 120));
              return [...node.querySelectorAll('.trace path, path.point')].map((each) => each.outerHTML).join('');
            }"""
        )
    )


def words(lab: Any, part: str) -> str:
    return str(lab.locator(part).first.text_content())


@pytest.mark.parametrize("stem", STEMS)
def test_a_page_is_small_and_asks_nobody(site: Path, stem: str, visit: Any) -> None:
    assert (site / f"{stem}.html").stat().st_size <= 6_000_000
    visitor = visit(stem)
    assert visitor.tab.locator(".without-python").count() >= (2 if stem == START else 10)
    assert visitor.tab.locator(".intimacy .notice:visible").count() == 0


def test_plotly_stands_on_the_site_once(site: Path) -> None:
    large = [path.name for path in site.rglob("*") if path.is_file() and path.stat().st_size > 4_000_000]
    assert large == ["plotly.js"]


def test_what_a_teacher_needs_is_not_on_the_site(site: Path) -> None:
    assert "For the teacher" not in (site / f"{FLAGSHIP}.html").read_text()


@pytest.mark.parametrize("stem", STEMS)
def test_every_control_of_every_lab_moves_to_its_ends(stem: str, visit: Any) -> None:
    visitor = visit(stem)
    for lab in visitor.tab.locator(".intimacy-lab:not(.intimacy-bench)").all():
        for summary in lab.locator("details:has(> .control):not([open]) > summary").all():
            summary.click()
        for slider in lab.locator(".controls input[type=range]").all():
            lab.get_by_role("button", name="Reset").click()
            visitor.tab.wait_for_timeout(30)
            for key, end in (("End", "max"), ("Home", "min")):
                slider.press(key)
                visitor.tab.wait_for_timeout(30)
                said = slider.get_attribute("aria-valuetext")
                assert slider.evaluate(f"node => node.value === node.{end}"), said
                assert said in words(lab, ".shown"), said
                assert "NaN" not in curves(lab)


def test_a_lab_shows_what_python_shows(visit: Any) -> None:
    from intimacy.labs import oxytocin_trust

    lab = oxytocin_trust.the_loop()
    visitor = visit(FLAGSHIP)
    shown = visitor.lab(LOOP)
    for preset in lab.preset_names:
        lab.preset(preset)
        shown.get_by_role("button", name=preset, exact=True).click()
        for name, label, key, value in (
            ("reliability", "Promises the partner keeps", "Home", 0.0),
            ("learning_rate", "Learning rate", "End", 0.6),
        ):
            lab.preset(preset)
            lab.set(**{name: value})
            shown.get_by_role("button", name=preset, exact=True).click()
            shown.get_by_role("slider", name=label).press(key)
            visitor.tab.wait_for_timeout(60)
            assert words(shown, ".shown") == lab.frame["shown"].replace("_", "")
            assert words(shown, ".sentence") == lab.sentence
            assert words(shown, "pre code") == lab.code()
            belief = lab.result.mean.belief
            drawn = shown.locator(".picture").evaluate(
                "node => [...node.data.find((each) => each.meta === 'belief').y]"
            )
            assert drawn == pytest.approx(belief.tolist(), abs=2e-5)


def test_a_second_control_sends_the_first_back_and_says_so(visit: Any) -> None:
    visitor = visit(FLAGSHIP)
    lab = visitor.lab(LOOP)
    lab.get_by_role("slider", name="Promises the partner keeps").press("Home")
    lab.get_by_role("slider", name="Learning rate").press("ArrowRight")
    visitor.tab.wait_for_timeout(100)
    assert "α = 0.11" in words(lab, ".shown")
    assert "q = 0.8 ·" in words(lab, ".shown")
    assert "One control" in words(lab, ".note") or "one control" in words(lab, ".sentence")
    assert lab.get_by_role("slider", name="Promises the partner keeps").input_value() == "0.8"
    lab.get_by_role("button", name="Pin this curve").click()
    lab.get_by_role("slider", name="Learning rate").press("End")
    assert "α = 0.11" in words(lab, ".pinned")


def test_time_plays_at_a_story(visit: Any) -> None:
    visitor = visit(FLAGSHIP)
    lab = visitor.lab(LOOP)
    lab.get_by_role("button", name="Step").click()
    visitor.tab.wait_for_timeout(150)
    points = "node => node.data.find((each) => each.meta === 'belief').x.length"
    assert lab.locator(".picture").evaluate(points) == 1


def test_the_numbers_of_the_picture_are_there_as_a_table(visit: Any) -> None:
    visitor = visit(FLAGSHIP)
    lab = visitor.lab(BLOOD)
    lab.get_by_text("The numbers as a table").click()
    lab.locator("table tbody tr").first.wait_for()
    assert lab.locator("table th").all_text_contents() == ["curve", "x", "y"]


def test_a_bet_is_placed_and_answered_by_name(visit: Any) -> None:
    visitor = visit(START)
    answer = visitor.tab.locator("[data-bet]")
    assert "You placed no bet" in answer.text_content()
    bet = visitor.tab.locator(".intimacy-bet")
    bet.locator("input[type=radio]").first.press("Space")
    visitor.tab.keyboard.press("Enter")
    bet.get_by_text("You bet").wait_for()
    assert answer.text_content().startswith("You said")


def test_the_quiz_answers(visit: Any) -> None:
    visitor = visit(FLAGSHIP)
    questions = visitor.tab.locator(".intimacy-quiz .question").all()
    for question in questions:
        question.locator("input[type=radio]").first.press("Space")
        visitor.tab.keyboard.press("Enter")
        assert question.get_by_role("status").text_content().startswith(("Right.", "Not quite."))
    assert f"of {len(questions)} right" in words(visitor.tab, ".intimacy-quiz .summary")


def test_a_recorded_game_goes_to_its_end(visit: Any) -> None:
    visitor = visit(FLAGSHIP)
    game = visitor.lab(GAME)
    assert "A recorded game" in words(game, ".prompt")
    game.get_by_role("button", name="Next round").focus()
    for rounds in range(1, 21):
        visitor.tab.keyboard.press("n")
        game.get_by_text(f"Round {rounds}: You sent").first.wait_for(state="attached", timeout=3000)
    assert game.locator(".moves button").count() == 0
    assert "From your 20 rounds" in words(visitor.lab(READING), ".sentence")


def test_a_bench_runs_the_designs_that_have_a_name(visit: Any) -> None:
    visitor = visit(BENCH)
    bench = visitor.tab.locator(".intimacy-bench").first
    for preset in bench.locator(".presets button").all()[:3]:
        preset.click()
        bench.locator(".predict input[type=radio]").first.press("Space")
        bench.get_by_role("button", name="Run the experiment").click()
        visitor.tab.wait_for_timeout(100)
        assert not bench.locator(".pending").text_content()
    assert bench.locator(".log tbody tr").count() == 3
    bench.locator(".controls input[type=range]").first.press("Home")
    bench.locator(".predict input[type=radio]").first.press("Space")
    bench.get_by_role("button", name="Run the experiment").click()
    bench.get_by_text("only the designs that have a name").wait_for()


def test_solutions_are_folded_and_formulas_are_formulas(visit: Any) -> None:
    visitor = visit(FLAGSHIP)
    solution = visitor.tab.locator("details:has(> summary:text('Solution of exercise'))").first
    assert not solution.evaluate("node => node.open")
    assert visitor.tab.locator("math").count() >= 10
    assert "$" not in visitor.tab.locator(".text").evaluate_all("all => all.map((each) => each.textContent).join('')")
    assert visitor.tab.locator("math[display=block]").first.bounding_box()["height"] > 15


def test_search_contents_and_the_way_on(visit: Any, site: Path) -> None:
    visitor = visit(START)
    visitor.tab.get_by_role("searchbox").fill("half-life spray")
    link = visitor.tab.locator("#found a").first
    link.wait_for()
    assert "Oxytocin" in link.text_content()
    link.click()
    visitor.tab.wait_for_url(f"**/{FLAGSHIP}.html*")
    visitor.tab.wait_for_function(ALIVE)
    visitor.tab.get_by_text("Contents", exact=True).click()
    targets = visitor.tab.locator("nav[aria-label='Contents of this page'] a").evaluate_all(
        "all => all.map((each) => each.hash)"
    )
    assert len(targets) > 8
    assert all(visitor.tab.locator(f"[id='{each[1:]}']").count() == 1 for each in map(unquoted, targets))
    visitor.tab.locator("footer a[rel=prev]").click()
    visitor.tab.wait_for_url(f"**/{START}.html")


def unquoted(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)


@pytest.mark.parametrize("stem", STEMS)
def test_every_link_to_the_site_leads_somewhere(site: Path, stem: str, visit: Any) -> None:
    visitor = visit(stem)
    links = visitor.tab.locator("a[href]").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    ours = {link.partition("#")[0] for link in links if ":" not in link} - {""}
    built = {f"{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb")}
    planned = {link for link in ours if link[:2].isdigit()}
    assert planned <= built | {link for link in planned if not (ROOT / "notebooks" / link).exists()}
    assert all((site / link).exists() for link in ours - planned), ours


@pytest.mark.parametrize("stem", ["index", *STEMS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_width_and_no_theme_hides_anything_and_axe_finds_nothing(stem: str, scheme: str, visit: Any) -> None:
    visitor = visit(stem, color_scheme=scheme)
    for width in (360, 1280):
        visitor.tab.set_viewport_size({"width": width, "height": 900})
        visitor.tab.wait_for_timeout(300)
        inside, outside = visitor.tab.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert inside <= outside, width
    themes = visitor.tab.locator(".intimacy").evaluate_all("all => all.map((each) => each.dataset.theme)")
    assert set(themes) <= {scheme}
    found = Axe().run(visitor.tab, options={"preload": False}).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:150]}" for each in found] == []


def test_the_theme_turns_by_a_button(visit: Any) -> None:
    visitor = visit(START, color_scheme="light")
    visitor.tab.get_by_role("button", name="Dark").click()
    visitor.tab.wait_for_function("() => document.querySelector('.intimacy-lab').dataset.theme === 'dark'")


def test_without_scripts_the_sentence_stands_for_the_picture(site: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    tab = context.new_page()
    tab.goto((site / f"{START}.html").as_uri())
    assert "Their mean mood was" in tab.locator(".without-python .until").last.text_content()
    context.close()
