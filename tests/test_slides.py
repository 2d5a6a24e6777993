"""What becomes a slide: types of cells, what a slide shows of a text, exercises with their solutions, and notes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import SlidesExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import slides

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def shown(deck: slides.Deck) -> str:
    """Return all text that the room sees."""
    cells = [cell.source for slide in deck.slides for cell in slide.cells if cell.cell_type == "markdown"]
    return "\n\n".join([*cells, *(fragment for slide in deck.slides for fragment in slide.fragments)])


def test_every_cell_has_a_slide_type_that_fits_it(notebook):
    for cell in notebook.cells:
        kind, tags = slides.type_of(cell), cell.metadata.get("tags", [])
        assert ("instructor" in tags) <= (kind == "notes")
        assert ("solution" in tags) == (kind == "fragment")
        assert ("exercise" in tags) <= (kind == "skip")


def test_every_lab_bet_and_quiz_has_a_slide(notebook):
    made = re.compile(r"^(?:(\w+) = )?(?:labs|lessons)\.(?!exercise)\w+\(.*\)$", re.MULTILINE)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and made.search(cell.source)]
    assert cells
    assert [cell.source for cell in cells if slides.type_of(cell) not in ("slide", "subslide", "-")] == []


def test_a_deck_has_one_title_and_is_no_wall_of_text(notebook):
    deck = slides.deck_of(notebook)
    headings = [re.findall(r"^#+ ", slide.cells[0].source, re.MULTILINE) for slide in deck.slides]
    assert sum(found.count("# ") for found in headings) == 1
    assert max(map(len, headings)) == 1
    for slide in deck.slides:
        for cell in slide.cells:
            if cell.cell_type == "markdown":
                assert len(cell.source.split()) <= 150, cell.source


def test_a_deck_lasts_as_long_as_its_lesson(notebook):
    deck = slides.deck_of(notebook)
    to_teach = len(deck.slides) - len(deck.exercises)
    minutes = notebook.metadata.intimacy.teaching_minutes
    assert 0.4 * minutes <= to_teach <= max(0.85 * minutes, 20)


def test_every_exercise_comes_with_its_solution(notebook):
    deck = slides.deck_of(notebook)
    asked = {number for cell in notebook.cells for number in slides.EXERCISE.findall(cell.source)}
    assert set(deck.exercises) == asked
    assert all(len(slide.fragments) == 1 for slide in deck.exercises.values())


def test_words_for_the_teacher_go_to_the_notes_and_nowhere_else(notebook):
    deck = slides.deck_of(notebook)
    notes = "\n".join(note for slide in deck.slides for note in slide.notes)
    told = [cell.source for cell in notebook.cells if "instructor" in cell.metadata.get("tags", [])]
    assert told
    for words in told:
        assert words in notes
        assert words[:60] not in shown(deck)
    assert "For the teacher" not in shown(deck)


@pytest.mark.parametrize(
    ("block", "short"),
    [
        ("One. Two.", "One. Two."),
        (f"First {'word ' * 20}end. {'More ' * 20}end.", f"First {'word ' * 20}end."),
        (f"{'Before ' * 45}it. It is named. This is **trust**. After {'it ' * 40}.", "It is named. This is **trust**."),
        (f"**A lead.** Its sentence. {'Rest ' * 40}.", "**A lead.** Its sentence."),
        ("- **Look.** Press it. [key2020] says 3.2.", "- **Look.** Press it. [key2020] says 3.2."),
        ("Run the next cell. Read it from the top.", "Read it from the top."),
        ("```python\nx = 1\n```", ""),
        ("$$x = 1$$", "$$x = 1$$"),
        ("![Trust falls.](a.png)", "![Trust falls.](a.png)"),
    ],
)
def test_a_slide_shows_the_key_sentences_of_a_block(block, short):
    assert slides.brief(block) == short


def test_what_is_left_out_stands_in_the_notes():
    long = f"This is seen, and {'so ' * 28}on. {'This is not seen. ' * 10}".strip()
    (slide,) = slides.pages("## A", [long], "slide")
    assert "not seen" not in slide.cells[0].source
    assert slide.notes == [long]


def test_key_points_are_shown_in_full():
    point = f"- {'A point with many words. ' * 10}".strip()
    assert slides.pages("## Key points", [point], "slide")[0].cells[0].source == f"## Key points\n\n{point}"
    assert slides.pages("## Else", [point], "slide")[0].cells[0].source != f"## Else\n\n{point}"


def test_a_long_list_goes_on_on_the_next_slide_under_the_same_heading():
    made = slides.pages("## A", [f"- {'point ' * 20}{number}." for number in range(9)], "slide")
    assert [slide.kind for slide in made] == ["slide", "subslide"]
    assert all(slide.cells[0].source.startswith("## A\n\n- ") for slide in made)
    assert "".join(slide.cells[0].source for slide in made).count("\n- ") == 9


def test_code_stays_whole_and_items_stand_alone():
    text = "Words:\n- one\n- two\n\n```python\na = 1\n\nb = 2\n```\n\nEnd."
    assert slides.blocks(text) == ["Words:", "- one", "- two", "```python\na = 1\n\nb = 2\n```", "End."]


EXERCISES = "## Exercises\n\nHow.\n\n### Sums (5 minutes)\n\n**Exercise 1.** Add.\n\n**Exercise 2.** More."
SOLUTIONS = "<details><summary>S</summary>\n\nExercise 1: **3**.\n\nExercise 2: four.\n\n</details>"


def cell_of(kind, source, **more):
    return new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}, **more})


def html_cell(kind, *pictures):
    outputs = [new_output("display_data", {"text/html": picture}) for picture in pictures]
    outputs.append(new_output("stream", name="stdout", text="Said\nso."))
    return new_code_cell("show()", outputs=outputs, metadata={"slideshow": {"slide_type": kind}})


def small_deck():
    return slides.deck_of(
        new_notebook(
            cells=[
                cell_of("slide", "# Title\n\n**A question?**\n\nMuch more."),
                cell_of("slide", "## Bet first\n\nWords before."),
                html_cell("-", "<div>bet</div>"),
                html_cell("subslide", "<div>one</div>", "<div>two</div>"),
                cell_of("notes", "For the speaker."),
                cell_of("skip", "Nobody."),
                cell_of(
                    "slide",
                    "## Exercises\n\nHow.\n\n### Sums (5 minutes)\n\n**Exercise 1.** Add.\n\n**Exercise 2.** More.",
                ),
                cell_of("fragment", SOLUTIONS),
                cell_of("slide", "## Glossary\n\n- **a**: b"),
            ]
        )
    )


def test_each_picture_has_its_slide_and_a_widget_may_stand_below_a_heading():
    deck = small_deck()
    pictures = [
        [output.data["text/html"] for cell in slide.cells if cell.cell_type == "code" for output in cell.outputs]
        for slide in deck.slides
    ]
    assert pictures == [[], ["<div>bet</div>"], ["<div>one</div>"], ["<div>two</div>"], [], [], []]
    assert deck.slides[1].cells[0].source == "## Bet first"
    assert "Words before." in deck.slides[1].notes[0]


def test_the_speaker_alone_sees_notes_and_what_was_printed():
    deck = small_deck()
    assert deck.slides[3].notes == ["Said\n\nso.", "For the speaker."]
    assert not re.search("speaker|Said|Nobody|Glossary|Much more|How", shown(deck))


def test_exercises_are_apart_and_listed_and_solutions_come_after():
    deck = small_deck()
    assert deck.slides[4].cells[0].source == "## Exercises\n\n- Sums (5 minutes)"
    assert [slide.cells[0].source for slide in deck.slides[5:]] == [
        "### Exercise 1: Sums\n\nAdd.",
        "### Exercise 2: Sums\n\nMore.",
    ]
    assert [slide.fragments for slide in deck.slides[5:]] == [["**Solution.** **3**."], ["**Solution.** Four."]]


def test_contents_lead_to_where_the_sections_are():
    exporter = SlidesExporter(template_name="slides", extra_template_basedirs=[str(slides.DECK.parent)])
    body, _ = exporter.from_notebook_node(small_deck().notebook(), {"deck": {"title": "T"}})
    stacks = [part.partition("</h")[0] for part in body.split('<section><section class="one">')[1:]]
    links = dict(re.findall(r'<a href="#/(\d+)">(.*?)</a>', body))
    del links["1"]  # the way to the contents themselves, below each slide
    assert set(links.values()) == {"Bet first", "Exercises"}
    assert all(name in stacks[int(number)] for number, name in links.items())
    assert body.count('<aside class="notes">') == 8
    assert body.count('<div class="fragment">') == 2


def test_a_cell_without_a_type_is_named():
    with pytest.raises(ValueError, match=r"slide_type must be .*, got None in the cell that begins with 'Lost'"):
        slides.type_of(new_markdown_cell("Lost"))


def test_reveal_is_locked_with_its_hash_and_nothing_else():
    lock = json.loads((slides.DECK / "package-lock.json").read_text())
    (name,) = set(lock["packages"]) - {""}
    assert name == "node_modules/reveal.js"
    assert lock["packages"][name]["integrity"].startswith("sha512-")
