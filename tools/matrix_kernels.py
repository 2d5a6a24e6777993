"""Run notebooks in kernels of the Python that runs this, and report what differs from the stored outputs.

``python tools/matrix_kernels.py REPORT (fresh | twice | together) [SEED]`` writes a line of JSON for the machine as the
kernel sees it, and one for each notebook. ``matrix.py`` starts it on each machine of its table.
"""

from __future__ import annotations

import argparse
import configparser
import inspect
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

import run_notebooks

SANITIZE = run_notebooks.ROOT / "tests/nbval_sanitize.cfg"
NOT_COMPARED = ("execution_count", "metadata")
BEFORE, AFTER = 40, 160

# A warning that our own code, or a cell, gives cause for stops it.
STRICT = r"""import warnings
warnings.filterwarnings("error", module=r"(intimacy|__main__)\b")"""


def facts() -> dict[str, Any]:
    """Return what a kernel sees of its machine. It is sent there as text, so it stands alone."""
    import codecs
    import importlib.metadata
    import locale
    import os
    import socket
    import sys
    import tempfile
    import time

    def can_write(folder: str) -> bool:
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            return False
        return True

    # No packet leaves: whether there is a way to an address is known before one is sent.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        network = probe.connect_ex(("192.0.2.1", 9)) == 0
    packages = [
        "numpy",
        "pandas",
        "plotly",
        "scipy",
        "statsmodels",
        "networkx",
        "ipywidgets",
        "anywidget",
        "jupyterlab",
    ]
    return {
        "python": "{}.{}".format(*sys.version_info),
        "cores": len(os.sched_getaffinity(0)),
        "network": network,
        "encoding": codecs.lookup(locale.getencoding()).name,
        "zone": time.strftime("%z"),
        "writes_here": can_write("."),
        "writes_home": can_write(os.path.expanduser("~")),
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }


def state() -> dict[str, Any]:
    """Return what a notebook could leave behind for the next in the same process. It is sent there, as ``facts`` is."""
    import locale
    import os
    import random
    import sys

    import numpy
    import pandas
    import plotly.io

    return {
        "the working folder": os.getcwd(),
        "the environment variables": sorted(os.environ.items()),
        "the path of imports": sys.path,
        "the random numbers of Python": repr(random.getstate()),
        "the random numbers of numpy": [str(each) for each in numpy.random.get_state()],  # noqa: NPY002 - what must not move
        "how numpy treats errors": numpy.geterr(),
        "how numpy prints": repr(numpy.get_printoptions()),
        "how pandas shows tables": pandas.describe_option(_print_desc=False),
        "the template of plotly": plotly.io.templates.default,
        "the locale": locale.setlocale(locale.LC_ALL),
    }


def asked(question: Callable[[], Any]) -> str:
    """Return code that prints, as JSON, what a function of this file returns in a kernel."""
    return (
        f"import json\nfrom typing import Any\n{inspect.getsource(question)}\nprint(json.dumps({question.__name__}()))"
    )


def patterns(text: str) -> list[tuple[re.Pattern[str], str]]:
    """Return what to replace before outputs are compared, from the file that nbval reads."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return [(re.compile(parser[name]["regex"]), parser[name]["replace"]) for name in parser.sections()]


def comparable(outputs: Sequence[NotebookNode], replace: Sequence[tuple[re.Pattern[str], str]]) -> list[str]:
    """Return outputs as texts that are equal from run to run."""
    texts = []
    for output in run_notebooks.joined_streams(list(outputs)):
        kept = {
            key: value for key, value in run_notebooks.repeatable(output).items() if key not in NOT_COMPARED and value
        }
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        for pattern, word in replace:
            text = pattern.sub(word, text)
        texts.append(text)
    return texts


def difference(ran: Sequence[str], stored: Sequence[str]) -> str:
    """Return where two lists of texts part, in one sentence, or nothing if they do not."""
    for one, other in zip_longest(ran, stored, fillvalue=""):
        if one != other:
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
            part = slice(max(0, same - BEFORE), same + AFTER)
            return f"gave {one[part]!r} where {other[part]!r} is stored"
    return ""


def run(sources: Sequence[str]) -> list[list[NotebookNode]]:
    """Run pieces of code in one fresh kernel and return the outputs of each; an error is an output."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    done = run_notebooks.run(notebook, run_notebooks.NOTEBOOKS, allow_errors=True, interrupt_on_timeout=True)
    return [cell.outputs for cell in done.cells]


def answer(outputs: Sequence[NotebookNode]) -> Any:
    """Return what one of our own pieces of code printed as JSON.

    Raises:
        run_notebooks.NotebookError: it printed something else.
    """
    text = "".join(output.get("text", "\n".join(output.get("traceback", []))) for output in outputs)
    try:
        return json.loads(text)
    except ValueError as error:
        raise run_notebooks.NotebookError(f"the kernel said {text[-1000:]!r}") from error


def code_cells(path: Path) -> list[NotebookNode]:
    """Return the cells of a notebook that a kernel runs."""
    return [cell for cell in run_notebooks.read(path).cells if cell.cell_type == "code" and cell.source]


def faults(paths: Sequence[Path]) -> Iterator[list[str]]:
    """Run notebooks one after the other in one kernel, and yield what is wrong with each.

    A notebook that follows itself finds its own names still there; one that follows another finds them cleared.
    """
    replace = patterns(SANITIZE.read_text(encoding="utf-8"))
    lessons = [code_cells(path) for path in paths]
    sources = [STRICT, asked(state)]
    for path, following, cells in zip_longest(paths, paths[1:], lessons):
        sources += [cell.source for cell in cells]
        sources += [asked(state) if path == following else f"%reset -f\n{asked(state)}"]
    outputs = iter(run(sources)[1:])
    before = answer(next(outputs))
    for cells in lessons:
        found = [
            f"code cell {number} {different}"
            for number, cell in enumerate(cells, start=1)
            if (different := difference(comparable(next(outputs), replace), comparable(cell.outputs, replace)))
        ]
        after = answer(next(outputs))
        yield found + [f"it leaves {name} changed" for name, value in before.items() if after[name] != value]
        before = after


def main() -> int:
    """Write the report; whoever reads it judges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="the file to write")
    parser.add_argument(
        "way", choices=("fresh", "twice", "together"), help="kernels: one each, one for two runs, one for all"
    )
    parser.add_argument("seed", nargs="?", type=int, help="shuffles the order of the notebooks")
    options = parser.parse_args()
    paths = sorted(run_notebooks.NOTEBOOKS.glob("*.ipynb"))
    if options.seed is not None:
        random.Random(options.seed).shuffle(paths)  # nosec B311 # an order is no secret
    groups = {"fresh": [[path] for path in paths], "twice": [[path, path] for path in paths], "together": [paths]}
    with options.report.open("w", encoding="utf-8") as report:
        print(json.dumps(answer(run([asked(facts)])[0])), file=report, flush=True)
        for group in groups[options.way]:
            for path, found in zip(group, faults(group), strict=True):
                print(json.dumps({"notebook": path.stem, "faults": found}), file=report, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
