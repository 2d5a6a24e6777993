"""What holds for the words of every lesson: bets, exercises, quiz, and the notebook that repeats them."""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

import run_notebooks
from copies import answers
from intimacy.data import load
from intimacy.evidence import reference
from intimacy.widgets import Bet, Exercise, Feedback, FunctionExercise, Game, Lab
from lesson import markdown
from look import labs_of

ROOT = Path(__file__).resolve().parents[2]
# The way in teaches no claim.
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if not path.stem.startswith("00_"))
LESSONS = {name: importlib.import_module(f"intimacy.lessons.{name.partition('_')[2]}") for name in NOTEBOOKS}
BETS = {
    f"{name}: {key}": make
    for name, lesson in LESSONS.items()
    for key, make in vars(lesson).items()
    if key.startswith("bet_")
}
EXERCISES: dict[str, Exercise] = {
    f"{name}: {each.name}": each for name, lesson in LESSONS.items() for each in lesson.exercises()
}
NUMBERS = re.compile(r"\d+(?:\.\d+)?")
HYPHEN = re.compile(r"(?<![\w.)\]/])-\.?\d")
"""A hyphen where a minus belongs."""
CODE = re.compile(r"`[^`]*`")
# The buttons that every lab has, or the body above one.
BUTTONS = frozenset({"Pin this curve", "Draw again", "Unpin", "Reset", "Play", "Step", "Draw it flat", "Resume"})


@pytest.fixture(params=NOTEBOOKS)
def name(request: pytest.FixtureRequest) -> str:
    """The stem of a notebook."""
    return str(request.param)


@pytest.fixture
def notebook(name: str) -> NotebookNode:
    """The notebook itself."""
    return run_notebooks.read(ROOT / "notebooks" / f"{name}.ipynb")


# Bets


def test_there_are_bets_and_exercises_of_different_kinds(name: str) -> None:
    assert sum(each.startswith(f"{name}: ") for each in BETS) >= 2, "a lesson has two or more functions bet_…"
    kinds = {type(each) for key, each in EXERCISES.items() if key.startswith(f"{name}: ")}
    assert len(kinds) >= 3, "the exercises of a lesson are of three or more kinds"
    assert FunctionExercise in kinds, "one exercise of a lesson is a FunctionExercise"


@pytest.mark.parametrize("make", BETS.values(), ids=BETS)
def test_the_outcome_of_a_bet_is_an_option_and_each_option_can_be_answered(make: Callable[[], Bet]) -> None:
    keys = [option["key"] for option in make().options]
    outcome = make().answer().outcome
    assert outcome in keys
    for key in keys:
        bet = make()
        bet.place(key)
        text = bet.answer().text
        assert text.startswith("You said ")
        assert not HYPHEN.search(text)
        assert ("that is what happened" in text) == (key == outcome)


# Exercises


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_expected_answer_passes_and_the_dots_do_not(exercise: Exercise) -> None:
    assert exercise.check(exercise.expected).passed
    assert "three dots" in exercise.check(...).text
    assert not [each for each in (exercise.task, exercise.why) if HYPHEN.search(CODE.sub("", each))]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_each_known_mistake_is_caught_by_its_own_hint(exercise: Exercise) -> None:
    assert len(exercise.hints) >= 2, "an exercise knows two or more mistakes, as a Hint each"
    for hint in exercise.hints:
        feedback = exercise.check(hint.wrong)
        assert not feedback.passed
        assert feedback.text == hint.text


# Quiz


def test_the_quiz_has_feedback_for_each_answer(name: str) -> None:
    quiz = LESSONS[name].quiz()
    assert 5 <= len(quiz.questions) <= 8, "a quiz has five to eight questions"
    for question in quiz.questions:
        assert sum(answer["right"] for answer in question["answers"]) == 1
        feedback = [answer["feedback"] for answer in question["answers"]]
        assert all(len(each.split()) >= 5 for each in feedback)
        assert len(set(feedback)) == len(feedback)


def test_the_right_answer_is_not_always_in_one_place(name: str) -> None:
    questions = LESSONS[name].quiz().questions
    places = {[answer["right"] for answer in question["answers"]].index(True) for question in questions}
    assert len(places) >= 3, "the right answers of a quiz stand first, second and third in turn"


# The notebook


def before_the_exercises(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the code cells before the exercises that import, or define what a solution may use."""
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            return
        if cell.cell_type == "code":
            body = ast.parse(cell.source).body
            if any(isinstance(line, ast.Import | ast.ImportFrom | ast.FunctionDef) for line in body):
                yield cell


def with_answer(source: str, solution: str) -> ast.Module:
    """Return an exercise cell with the solution in the place of the three dots."""
    cell = ast.parse(source)
    dots = [
        position
        for position, line in enumerate(cell.body)
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant) and line.value.value is ...
    ]
    assert len(dots) == 1, source
    cell.body[dots[0] : dots[0] + 1] = ast.parse(solution).body
    return cell


def test_the_solutions_in_the_notebook_pass_their_checks(name: str, notebook: NotebookNode) -> None:
    names: dict[str, Any] = {}
    cells = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    assert len(cells) == len(answers(notebook)) == len(LESSONS[name].exercises())
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in before_the_exercises(notebook):
            exec(cell.source, names)
        for cell, solution in zip(cells, answers(notebook), strict=True):
            whole = with_answer(cell.source, solution)
            last = whole.body.pop()
            assert isinstance(last, ast.Expr)
            exec(compile(ast.fix_missing_locations(whole), "solution", "exec"), names)
            feedback = eval(compile(ast.Expression(last.value), "check", "eval"), names)
            assert isinstance(feedback, Feedback)
            assert feedback.passed, f"{solution}\n{feedback}"


def test_the_answers_in_bold_in_the_solutions_are_the_expected_answers(name: str, notebook: NotebookNode) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", markdown(notebook, "solution"))
    with_value = [each for each in LESSONS[name].exercises() if not isinstance(each, FunctionExercise)]
    assert len(bold) == len(with_value)
    for text, exercise in zip(bold, with_value, strict=True):
        answer = [float(each) for each in NUMBERS.findall(text)] or text.strip("'")
        assert exercise.check(answer[0] if len(answer) == 1 else answer).passed, text


def test_the_notebook_sets_each_task_in_the_words_of_the_lesson(name: str, notebook: NotebookNode) -> None:
    for exercise in LESSONS[name].exercises():
        assert f"**{exercise.name}.** {exercise.task}" in markdown(notebook)


def test_every_button_that_the_notebook_names_is_there(name: str, notebook: NotebookNode) -> None:
    made = [make() for make in labs_of(name.partition("_")[2], ("Lab", "Bench", "Game")).values()]
    assert made
    presets = [set(each.preset_names) for each in made if isinstance(each, Lab)]
    moves = [{move["label"] for move in each.scene["moves"]} for each in made if isinstance(each, Game)]
    views = [set(each.solid["views"]) for each in made if isinstance(each, Lab) and each.solid]
    named = set(re.findall(r"(?:[Pp]ress|then|show|against|\() ?\*\*([A-Z][^*.]+)\*\*", markdown(notebook)))
    assert len(named) >= 4, "the notebook names four or more buttons, as in: press **Reset**"
    assert named <= BUTTONS.union(*presets, *moves, *views)


def test_every_citation_and_reference_of_the_notebook_is_a_row_of_the_table(notebook: NotebookNode) -> None:
    keys = set(load("evidence")["key"])
    cited = set(re.findall(r"\[([a-z]+(?:19|20)\d\d[a-z]?)\]", markdown(notebook)))
    assert len(cited) >= 8, "the notebook cites eight or more studies, as [kosfeld2005]"
    assert cited <= keys, "each study that is cited has a row in data/evidence.csv"
    listed = re.findall(r"^- \[(\w+)\] (.*) \[doi:(\S+)\]\(https://doi\.org/(\S+)\)$", markdown(notebook), re.MULTILINE)
    assert len(listed) >= 6, "Further reading lists six or more studies, as intimacy.evidence.reference writes them"
    for key, words, shown, linked in listed:
        assert shown == linked
        assert f"{words} doi:{shown}" == reference(key)


def test_the_glossary_of_the_notebook_is_that_of_the_table(name: str, notebook: NotebookNode) -> None:
    glossary = load("glossary")
    terms = glossary[glossary["notebook"] == name]
    assert len(terms) >= 8, "data/glossary.csv has eight or more terms of the notebook"
    for term, meaning in terms[["term", "meaning"]].itertuples(index=False):
        assert f"- **{term}**: {meaning}" in markdown(notebook)


def test_the_objectives_and_key_points_of_the_card_are_those_of_the_text(notebook: NotebookNode) -> None:
    card = notebook.metadata["intimacy"]
    for line in [*card["objectives"], *card["keypoints"]]:
        assert f"- {line}\n" in f"{markdown(notebook)}\n"
    assert f"**{card['questions'][0]}**" in markdown(notebook)


def test_every_study_that_the_notebook_calls_partly_seen_says_unverified_numbers_or_none(
    notebook: NotebookNode,
) -> None:
    """A paragraph that prints a number from a study that was not seen whole says so, or prints no number beside it."""
    seen = load("evidence").set_index("key")["verified"]
    for paragraph in re.split(r"\n\s*\n|\n(?=- )", markdown(notebook)):
        if "](https://doi.org/" in paragraph:
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", paragraph):
            keys = re.findall(r"\[([a-z]+(?:19|20)\d\d[a-z]?)\]", sentence)
            plain = re.sub(r"\[[^\]]*\]", "", sentence)
            numbers = [each for each in NUMBERS.findall(plain) if not re.fullmatch(r"(?:19|20)\d\d", each)]
            unseen = [key for key in keys if seen[key] == "no"]
            assert not (unseen and numbers) or "unverified" in paragraph, sentence
