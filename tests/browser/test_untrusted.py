"""A notebook that nobody has vouched for: JupyterLab opens it and runs nothing; hostile words in a widget stay text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from pages import Page, Server

STEM = "04_oxytocin_trust"
CLICKED = '<button data-commandlinker-command="notebook:run-all-cells" data-commandlinker-args="{}">press</button>'
RAN = "window.ran = (window.ran ?? '') + '{}'"
HTML = "".join(
    [
        f"<script>{RAN.format('script ')}</script>",
        f'<img src="x" onerror="{RAN.format("image ")}">',
        f'<svg onload="{RAN.format("drawing ")}"></svg>',
        f'<a class="hostile" href="javascript:{RAN.format("link ")}">a link</a>',
        f'<iframe srcdoc="<script>parent.{RAN.format("frame ").replace("window.", "parent.")}</script>"></iframe>',
        CLICKED,
    ]
)
# What a widget shows as its words, from the title to the numbers.
WIDGETS = f"""
from dataclasses import dataclass
import pandas as pd
import plotly.graph_objects as go
from intimacy.parameters import Parameters, number
from intimacy.widgets import Answer, Bet, Frame, Lab, Option, Preset, Question, Quiz

hostile = {HTML!r}

@dataclass(frozen=True)
class Told(Parameters):
    size: float = number(1, low=0, high=2, step=1, label=hostile, help=hostile, unit=hostile, symbol=hostile)

figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", meta="line", name=hostile), {{"title": hostile}})
figure.update_layout(xaxis_title=hostile, annotations=[{{"text": hostile, "x": 0, "y": 0}}])
lab = Lab(
    hostile,
    Told(),
    lambda told: told,
    lambda: figure,
    lambda told, _: Frame({{"line": {{"x": [0, 1], "y": [0, told.size]}}}}),
    lambda *_: hostile,
    [Preset(hostile, hostile)],
    table=lambda _: pd.DataFrame({{hostile: [hostile]}}),
    code=lambda _: hostile,
)
option = Option(hostile, hostile, hostile)
bet = Bet(hostile, {{"a": option, "b": option}}, lambda: "a", hostile)
quiz = Quiz(hostile, [Question(hostile, [Answer(hostile, hostile, True), Answer("b", hostile)])])
display(lab, bet, quiz)
"""


def with_traps(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with hostile words, hostile outputs, and a cell that makes hostile widgets."""
    outputs = [
        new_output("display_data", {"text/html": HTML, "text/plain": "as text"}),
        new_output("display_data", {"application/javascript": RAN.format("output "), "text/plain": "as text"}),
        new_output(
            "display_data",
            {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RAN.format('svg ')}\"/>"},
        ),
        new_output(
            "display_data", {"text/markdown": HTML, "text/latex": rf"$\href{{javascript:{RAN.format('tex ')}}}{{x}}$"}
        ),
    ]
    cell = new_code_cell("print('nothing')", outputs=outputs, execution_count=1)
    notebook.cells[:0] = [new_markdown_cell(f"Words, and\n\n{HTML}"), cell, new_code_cell(WIDGETS)]
    return notebook


@pytest.fixture(scope="module")
def untrusted(root: Path, jupyter: Server) -> str:
    name = "untrusted.ipynb"
    notebook = with_traps(nbformat.read(root / "notebooks" / f"{STEM}.ipynb", as_version=4))
    nbformat.write(notebook, jupyter.folder / name)
    return name


@pytest.fixture
def page(new_page: Any, jupyter: Server) -> Iterator[Page]:
    opened = new_page()
    yield opened
    jupyter.stop_kernels()


def ran(page: Page) -> Any:
    return page.tab.evaluate("() => window.ran ?? null")


@pytest.mark.everyone
def test_nothing_runs_when_it_is_opened_and_hostile_words_of_a_widget_stay_words(
    page: Page, jupyter: Server, untrusted: str
) -> None:
    page.open_lab(jupyter, untrusted)
    assert page.tab.locator("[data-icon='ui-components:not-trusted']").count() == 1
    # The page can do what the traps try: a trap that could not go off would prove nothing.
    assert page.tab.evaluate(
        f"() => {{ {RAN.format('page ')}; const had = window.ran; delete window.ran; return had; }}"
    )
    for trap in page.tab.locator(".jp-Notebook .hostile, .jp-Notebook button:text-is('press')").all():
        trap.click()
        page.tab.wait_for_timeout(300)
        if page.tab.locator(".jp-Dialog").count():  # JupyterLab asks before a stored button gives a command
            page.tab.locator(".jp-Dialog").get_by_role("button", name="Cancel").click()
            page.tab.locator(".jp-Dialog").wait_for(state="detached")
    page.tab.wait_for_timeout(500)
    assert ran(page) is None
    # No cell has run, and what was stored makes sense: each widget stands there as its words.
    assert page.tab.locator(".jp-InputPrompt:text-is('[*]:')").count() == 0
    assert page.tab.locator(".intimacy").count() == 0
    page.tab.get_by_text("Ten minutes in the blood: how long does a spray last").last.scroll_into_view_if_needed()

    page.tab.locator(".jp-Notebook .jp-CodeCell").nth(1).click()
    page.menu("Run", "Run Selected Cell")
    page.wait_for_labs(3)
    for summary in page.tab.locator(".intimacy summary").all():
        summary.click()
    page.tab.get_by_role("button", name="Explain the controls").click()
    page.tab.locator(".intimacy-quiz input").first.check()
    page.tab.locator(".intimacy-quiz").get_by_role("button", name="Check question 1").click()
    page.tab.locator(".intimacy .table td").wait_for()
    page.tab.wait_for_timeout(500)
    assert ran(page) is None
    made = page.tab.locator(".intimacy").locator(
        "script, img, iframe, svg[onload], [onerror], .hostile, [href^=javascript]"
    )
    assert made.count() == 0
    assert page.tab.locator(".intimacy .title").first.text_content() == HTML
    assert page.tab.locator(".intimacy .sentence").first.text_content() == f"At the starting values. {HTML}"


def test_a_lesson_that_nobody_has_vouched_for_reads_well_and_runs_when_asked(
    page: Page, root: Path, jupyter: Server
) -> None:
    shutil.copy(root / "notebooks/00_start_here.ipynb", jupyter.folder / "fresh.ipynb")
    page.open_lab(jupyter, "fresh.ipynb")
    assert page.tab.locator("[data-icon='ui-components:not-trusted']").count() == 1
    assert page.tab.locator(".intimacy").count() == 0
    page.run_all(4)
