"""The map of the course says what the notebooks say, and the installation's check says what is wrong."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

import run_notebooks
from intimacy import health as health_module
from intimacy.course import LESSONS, course_map
from intimacy.health import health

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def test_the_map_leads_to_every_lesson_and_to_nothing_else():
    files = {path.name for path in NOTEBOOKS.glob("*.ipynb")} - {"00_start_here.ipynb"}
    assert {lesson.file for lesson in LESSONS} == files, "src/intimacy/course.py names each notebook, and no other"
    assert re.findall(r'href="([^"]+)"', course_map()._repr_html_()) == [lesson.file for lesson in LESSONS]
    assert len({lesson.place for lesson in LESSONS}) == len(LESSONS), "two lessons have one place on the map"


def test_a_line_leads_one_row_down():
    rows = {lesson.number: lesson.place[0] for lesson in LESSONS}
    assert all(rows[lesson.helped_by] == lesson.place[0] - 1 for lesson in LESSONS if lesson.helped_by)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_of_the_map_goes_on_from_those_that_its_card_names(lesson):
    card = run_notebooks.read(NOTEBOOKS / lesson.file).metadata["intimacy"]
    named = {int(number) for each in card["prerequisites"] for number in re.findall(r"\bLesson (\d+)", each)}
    assert {lesson.helped_by} <= named | {0}


def test_the_map_has_a_text_for_those_who_do_not_see_it():
    lines = repr(course_map()).splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(LESSONS) + 1))


def test_a_healthy_installation_says_so_in_one_line():
    found = health()
    assert found.faults == ()
    assert repr(found) == f"Python and {len(found.versions)} packages are there and new enough."
    assert found.versions["numpy"] == metadata.version("numpy")
    assert len(found.versions) >= 8


def test_what_is_old_or_missing_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(health_module, "_required", lambda: ["numpy>=999.1", "no-such-package>=1", "scipy>=1.0,<99"])
    missing, old = sorted(health().faults, key=len)
    assert "no-such-package is missing" in missing
    assert re.search(r"numpy is version \S+, and 999.1 is needed", old)
    assert all("make lab" in fault for fault in (missing, old))


def test_versions_compare_by_their_numbers():
    assert health_module._fault("x", "1.10.0", "1.9") == ""
    assert health_module._fault("x", "1.9.0", "1.10") != ""
    assert health_module._fault("x", "2.0.0rc1", "2.0") == ""
