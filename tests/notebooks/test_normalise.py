"""`make notebooks`: what runs, what is stored, and that the file is the same from every machine."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import run_notebooks

WIDGET = "import ipywidgets\nipywidgets.IntSlider(description='Dose')"


def stored(path: Path, *sources: str) -> Path:
    """Write a notebook of code cells that have not run."""
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def messy() -> NotebookNode:
    """A notebook as editors and other Pythons leave it."""
    stream = [new_output("stream", name="stdout", text=text) for text in ("one\n", "two\n")]
    view = new_output(
        "display_data", data={"text/plain": "<Lab at 0x7f00deadbeef>", run_notebooks.WIDGET_VIEW: {"model_id": "abc"}}
    )
    cells = [
        new_markdown_cell("# Title", metadata={"slideshow": {"slide_type": "slide"}, "editable": True}),
        new_code_cell(
            "print('one')",
            execution_count=41,
            outputs=[*stream, view],
            metadata={"tags": ["lab"], "execution": {"iopub.execute_input": "2026"}, "collapsed": False},
        ),
        new_code_cell(
            "2", execution_count=43, outputs=[new_output("execute_result", {"text/plain": "2"}, execution_count=43)]
        ),
        new_code_cell("never ran"),
    ]
    metadata = {
        "kernelspec": {"display_name": "my env", "name": "my-env", "language": "python"},
        "language_info": {"name": "python", "version": "3.11.7"},
        "intimacy": {"number": 4},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
    }
    return new_notebook(cells=cells, metadata=metadata)


def test_no_widget_state_and_no_widget_view_is_kept() -> None:
    text = run_notebooks.written(run_notebooks.normalised(messy()))
    assert "widget-state" not in text
    assert "widget-view" not in text
    assert "<Lab at 0x0>" in text


def test_metadata_is_kept_by_name() -> None:
    plain = run_notebooks.normalised(messy())
    assert plain.metadata == {
        "intimacy": {"number": 4},
        "kernelspec": run_notebooks.KERNEL,
        "language_info": run_notebooks.LANGUAGE,
    }
    assert plain.cells[0].metadata == {"slideshow": {"slide_type": "slide"}}
    assert plain.cells[1].metadata == {"tags": ["lab"]}
    assert "version" not in plain.metadata.language_info


def test_cells_that_ran_are_counted_from_one() -> None:
    plain = run_notebooks.normalised(messy())
    assert [cell.get("execution_count") for cell in plain.cells] == [None, 1, 2, None]
    assert plain.cells[2].outputs[0].execution_count == 2


def test_neighbouring_texts_of_one_stream_are_joined() -> None:
    assert run_notebooks.normalised(messy()).cells[1].outputs[0].text == "one\ntwo\n"


def test_the_streams_stdout_and_stderr_are_not_joined() -> None:
    outputs = [new_output("stream", name=name, text=name) for name in ("stdout", "stderr", "stdout")]
    assert run_notebooks.joined_streams(outputs) == outputs


def test_ids_that_are_there_stay() -> None:
    notebook = messy()
    before = [cell.id for cell in notebook.cells]
    assert [cell.id for cell in run_notebooks.normalised(notebook).cells] == before


def test_missing_and_double_ids_are_filled_in_the_same_way_each_time() -> None:
    notebook = new_notebook(cells=[new_code_cell("x"), new_code_cell("x"), new_code_cell("x"), new_markdown_cell("x")])
    for cell in notebook.cells[:2]:
        del cell["id"]
    notebook.cells[3].id = notebook.cells[2].id
    once, twice = (run_notebooks.normalised(notebook) for _ in range(2))
    ids = [cell.id for cell in once.cells]
    assert len(set(ids)) == 4
    assert ids[2] == notebook.cells[2].id
    assert [cell.id for cell in twice.cells] == ids


def test_the_one_form_is_a_valid_notebook_and_stays_as_it_is() -> None:
    once = run_notebooks.normalised(messy())
    nbformat.validate(once)
    assert run_notebooks.normalised(once) == once


def test_normalising_leaves_the_notebook_given_alone() -> None:
    notebook = messy()
    before = copy.deepcopy(notebook)
    run_notebooks.normalised(notebook)
    assert notebook == before


def test_a_notebook_is_run_in_its_own_folder_and_written_once(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("dose\n24\n", encoding="utf-8")
    path = stored(tmp_path / "a.ipynb", "print(open('table.csv').read())", WIDGET, "6 * 7")
    assert run_notebooks.refresh(path)
    after = run_notebooks.read(path)
    assert after.cells[0].outputs[0].text == "dose\n24\n\n"
    assert "IntSlider" in after.cells[1].outputs[0].data["text/plain"]
    assert after.cells[2].outputs[0].data["text/plain"] == "42"
    assert "widgets" not in after.metadata
    assert run_notebooks.is_normal(path)
    assert not run_notebooks.refresh(path)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("1 / 0", "a cell raised ZeroDivisionError: division by zero"),
        ("import sys\nprint('careful', file=sys.stderr)", "cell 1 writes to stderr: careful"),
        ("import warnings\nwarnings.warn('old')", "cell 1 writes to stderr: .*old"),
    ],
)
def test_a_cell_that_fails_or_complains_is_an_error_that_names_it(source: str, words: str, tmp_path: Path) -> None:
    path = stored(tmp_path / "a.ipynb", source)
    before = path.read_bytes()
    with pytest.raises(run_notebooks.NotebookError, match=rf"^a\.ipynb: {words}"):
        run_notebooks.refresh(path)
    assert path.read_bytes() == before


def test_check_fails_on_a_notebook_out_of_form_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    good.write_text(run_notebooks.written(run_notebooks.normalised(messy())), encoding="utf-8")
    bad.write_text(json.dumps(messy()), encoding="utf-8")
    before = bad.read_bytes()
    assert run_notebooks.main(["--check", str(good)]) == 0
    assert run_notebooks.main(["--check", str(good), str(bad)]) == 1
    assert bad.read_bytes() == before
    assert "bad.ipynb: not in form" in capsys.readouterr().out


def test_a_notebook_is_named_by_its_stem(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_notebooks.main(["--check", "00_start_here"]) == 0
    assert run_notebooks.main(["--check", "99_nothing"]) == 1
    assert capsys.readouterr().err == "there is no notebook 99_nothing.ipynb in notebooks/\n"


@pytest.mark.parametrize("text", ["not json", "[]", '{"nbformat": 3, "worksheets": []}'])
def test_what_is_no_notebook_is_named_in_a_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    assert run_notebooks.main(["--check", str(path)]) == 1
    assert capsys.readouterr().err.startswith("a.ipynb is not ")
