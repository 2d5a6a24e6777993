"""The JupyterLite site in a browser that reaches nothing but the site: it opens, and Python runs in the page.

The site is built for the test, without what is compiled. ``LITE_SITE`` names one that was built already; where that has
numpy (``make lite ARGS=--full``), a lesson runs in it too.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lite
ROOT = Path(__file__).resolve().parents[2]
LAB = "lab/index.html"
FOREIGN = ("cdn.", "jsdelivr", "unpkg", "esm.sh", "googleapis", "pypi.org", "pythonhosted")
# Defaults of Pyodide and its kernel, which the settings of the site override.
DEFAULTS = {"pyodide.mjs", "kernel.v0.schema.json"}
STARTS = 180_000  # Python is compiled in the page, on a machine that has other things to do
FINISHED = """number => {
  const cell = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[number];
  return cell && /[0-9]/.test(cell.querySelector('.jp-InputPrompt').textContent);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if built := os.environ.get("LITE_SITE"):
        return ROOT / built
    folder = tmp_path_factory.mktemp("site") / "lite"
    subprocess.run([sys.executable, "tools/lite.py", "--to", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def packages(site: Path) -> dict[str, Any]:
    return dict(json.loads((site / "static/pyodide/pyodide-lock.json").read_text())["packages"])


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


class Visitor:
    """A page on a site that stands in a folder of a server, as it is published, and what it asked of others."""

    def __init__(self, browser: Any, site: Path) -> None:
        handler = functools.partial(Quiet, directory=str(site.parent))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/{site.name}/"
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000})
        self.asked_elsewhere: list[str] = []
        self.context.route(lambda address: not address.startswith(self.address), self.refuse)
        self.tab = self.context.new_page()

    def refuse(self, route: Any) -> None:
        self.asked_elsewhere.append(route.request.url)
        route.abort()

    def open(self, path: str) -> None:
        self.tab.goto(self.address + path)

    def run(self, source: str) -> str:
        """Run a cell at the end of the notebook, and return what it shows."""
        number = self.tab.locator(".jp-Notebook .jp-CodeCell").count() - 1
        editor = self.tab.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(number)
        editor.click()
        editor.fill(source)
        self.tab.keyboard.press("Shift+Enter")
        self.tab.wait_for_function(FINISHED, arg=number, timeout=STARTS)
        return str(self.tab.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-OutputArea").inner_text())

    def close(self) -> None:
        self.context.close()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def python(browser: Any, site: Path) -> Iterator[Visitor]:
    """An empty notebook whose Python has started."""
    visitor = Visitor(browser, site)
    visitor.open(LAB)
    visitor.tab.locator(".jp-LauncherCard[data-category=Notebook]").first.click(timeout=60_000)
    visitor.tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    yield visitor
    visitor.close()


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_no_file_names_a_place_elsewhere_to_load_from(site: Path) -> None:
    texts = [path for path in site.rglob("*") if path.suffix in {".html", ".json", ".js", ".mjs", ".css"}]
    assert len(texts) > 100
    kernel = site / "extensions/@jupyterlite/pyodide-kernel-extension/static"
    foreign = [path for path in texts if any(each in path.read_text(encoding="utf-8") for each in FOREIGN)]
    unexpected = [path for path in foreign if path.name not in DEFAULTS and path.parent != kernel]
    assert [str(path.relative_to(site)) for path in unexpected] == []


def test_the_site_overrides_the_defaults_that_would_load_from_elsewhere(site: Path) -> None:
    settings = json.loads((site / "jupyter-lite.json").read_text())["jupyter-config-data"]["litePluginSettings"]
    kernel = settings["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] is True
    assert kernel["pyodideUrl"] == "./static/pyodide/pyodide.mjs"
    assert all(url.startswith("./") for url in kernel["pipliteUrls"])


def test_pyodide_is_the_one_that_the_kernel_was_made_for(site: Path) -> None:
    (kernel,) = (site / "extensions/@jupyterlite/pyodide-kernel-extension/static").glob("716.*.js")
    pinned = json.loads((ROOT / "tools/lite/package.json").read_text())["dependencies"]["pyodide"]
    assert f"/pyodide/v{pinned}/full/pyodide.mjs" in kernel.read_text(encoding="utf-8")


def test_every_package_of_the_lock_is_on_the_site(site: Path, packages: dict[str, Any]) -> None:
    assert {"intimacy", "anywidget", "plotly", "micropip"} <= set(packages)
    place = site / "static/pyodide"
    assert [each["file_name"] for each in packages.values() if not (place / each["file_name"]).is_file()] == []


def test_python_runs_in_the_page(python: Visitor) -> None:
    assert last_line(python.run("1 + 1")) == "2"
    assert last_line(python.run("import sys; sys.platform")) == "'emscripten'"
    assert python.asked_elsewhere == []


def test_a_wheel_of_the_site_installs(python: Visitor) -> None:
    source = "import piplite\nawait piplite.install('psygnal', reinstall=True)\nimport psygnal; psygnal.__name__"
    assert last_line(python.run(source)) == "'psygnal'"
    assert "PyPI fallback is disabled" in python.run("await piplite.install('nowhere-to-be-found')")
    assert python.asked_elsewhere == []


def test_the_package_and_its_tables_are_loaded_by_an_import(python: Visitor) -> None:
    assert last_line(python.run("import intimacy; intimacy.__version__")) == "'0.1.0'"
    source = "from importlib.resources import files\n(files('intimacy') / '_data/evidence.csv').is_file()"
    assert last_line(python.run(source)) == "True"
    assert python.asked_elsewhere == []


WIDGET = """
import anywidget, traitlets
class Twice(anywidget.AnyWidget):
    _esm = '''function render({ model, el }) {
      const button = el.appendChild(document.createElement('button'));
      const bytes = (view) => [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
      const show = () => { button.textContent = bytes(model.get('back')).join(' '); };
      button.textContent = 'send';
      button.onclick = () => {
        model.set('sent', [1, 2, 3]);
        model.save_changes();
      };
      model.on('change:back', show);
    }
    export default { render };'''
    sent = traitlets.List().tag(sync=True)
    back = traitlets.Bytes().tag(sync=True)
    @traitlets.observe('sent')
    def _answer(self, change):
        self.back = bytes(2 * each for each in change['new'])
Twice()
"""


def test_a_widget_sends_values_and_python_answers_in_bytes(python: Visitor) -> None:
    python.run(WIDGET)
    python.tab.get_by_role("button", name="send", exact=True).click()
    python.tab.get_by_role("button", name="2 4 6", exact=True).wait_for()
    assert python.asked_elsewhere == []


def test_every_lesson_opens_and_says_whether_it_runs(browser: Any, site: Path, packages: dict[str, Any]) -> None:
    visitor = Visitor(browser, site)
    says = "This notebook runs in your browser" if "numpy" in packages else "The labs do not run in this copy"
    visitor.open(f"{LAB}?path=notebooks/04_oxytocin_trust.ipynb")
    visitor.tab.locator(".jp-RenderedMarkdown").get_by_text(says).wait_for(timeout=60_000)
    names = visitor.tab.locator(".jp-DirListing-itemText").all_text_contents()
    assert set(names) >= {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert visitor.asked_elsewhere == []
    visitor.close()


def test_a_lesson_runs_and_its_first_lab_moves(browser: Any, site: Path, packages: dict[str, Any]) -> None:
    if "numpy" not in packages:
        pytest.skip("needs numpy for the browser: make lite ARGS=--full, then LITE_SITE=build/lite")
    visitor = Visitor(browser, site)
    visitor.open(f"{LAB}?path=notebooks/04_oxytocin_trust.ipynb")
    visitor.tab.get_by_text("This notebook runs in your browser").wait_for(timeout=60_000)
    visitor.tab.get_by_role("menuitem", name="Run", exact=True).click()
    visitor.tab.get_by_role("menuitem", name="Run All Cells").click()
    lab = visitor.tab.locator(".intimacy-lab").first
    slider = lab.get_by_role("slider").first
    slider.wait_for(timeout=2 * STARTS)
    before = lab.locator(".shown").first.text_content()
    slider.press("Home")
    visitor.tab.wait_for_function(
        "([node, before]) => node.textContent !== before",
        arg=[lab.locator(".shown").first.element_handle(), before],
        timeout=30_000,
    )
    assert visitor.tab.get_by_text("Traceback").count() == 0
    assert visitor.asked_elsewhere == []
    visitor.close()
