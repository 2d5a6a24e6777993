"""Real front ends for tests and benchmarks: servers on a copy of the collection, and pages as a person uses them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

TOKEN = "only-for-tests"  # nosec B105 # it opens a server that lives as long as a test
FLAGSHIP = "notebooks/04_oxytocin_trust.ipynb"
CLIPBOARD = ["clipboard-read", "clipboard-write"]
"""What a page must be allowed before a test can read what it has copied."""
# Said by Jupyter itself on a healthy page; everything else on the console fails the test.
UPSTREAM_NOISE = (
    "Failed to load resource",  # optional settings that a fresh server does not have
    "widget model not found",  # asked for before the kernel's models are restored
    "cdn.jsdelivr.net",  # Voilà's icon font; the page works without
    "Could not process HTML for sanitizing",
    "net::ERR",
    "The getter for the shared module is not a function",  # Voilà meets JupyterLab's newer extensions
    "(reading 'schema')",  # Notebook 7's settings editor, on a fresh configuration
    "Command 'filebrowser:open-path' not registered",
)


class Server:
    """A Jupyter or Voilà server of our own, on a copy of the collection."""

    def __init__(self, folder: Path, arguments: list[str], ready: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.log = (folder / "server.log").open("w")
        environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_RUNTIME_DIR": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", *(each.format(port=self.port, folder=folder) for each in arguments)],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        self.wait(ready)

    def wait(self, path: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url(path), timeout=5).close()  # nosec B310 # our own server
                return
            except OSError:
                assert self.process.poll() is None, (self.folder / "server.log").read_text()
                time.sleep(0.2)
        raise TimeoutError((self.folder / "server.log").read_text())

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}{'&' if '?' in path else '?'}token={TOKEN}"

    def api(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(self.url(f"api/{path}"), method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:  # nosec B310 # our own server
            text = answer.read()
        return json.loads(text) if text else None

    def kernel_of(self, notebook: str) -> str:
        return next(each["kernel"]["id"] for each in self.api("sessions") if each["path"].endswith(notebook))

    def kernel_process(self, notebook: str) -> int:
        return kernel_process(self.kernel_of(notebook))

    def stop_kernels(self) -> None:
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")

    def close(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=20)
        self.log.close()


def kernel_process(kernel: str) -> int:
    """Return the process of a kernel, by the kernel's id."""
    found = subprocess.run(  # nosec B607 # the system's own
        ["pgrep", "-f", f"kernel-{kernel}"], capture_output=True, text=True, check=True
    )
    return int(found.stdout.split()[0])


def copied(root: Path, folder: Path) -> Path:
    for name in ("notebooks", "figures"):
        shutil.copytree(root / name, folder / name)
    return folder


def fewest_widgets(notebook: str) -> int:
    """Return how many widgets a notebook shows at least; the way in has four."""
    return 4 if "start_here" in notebook else 6


def jupyter_server(folder: Path, *options: str) -> Server:
    """Start JupyterLab on a folder."""
    arguments = [
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--port={port}",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.root_dir={folder}",
        "--LabApp.news_url=None",
        *options,
    ]
    return Server(folder, arguments, "api/status")


def voila_server(folder: Path, notebook: str) -> Server:
    """Start Voilà on one notebook, as it would be served to visitors: idle kernels are culled."""
    arguments = [
        "voila",
        "--no-browser",
        "--port={port}",
        f"--Voila.token={TOKEN}",
        "--MappingKernelManager.cull_idle_timeout=60",
        "--MappingKernelManager.cull_interval=10",
        notebook,
    ]
    return Server(folder, arguments, "voila/static/voila.js")


class Page:
    """A page as a person uses it, that remembers what it complained of."""

    def __init__(self, browser: Any, **context: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 1000}, **context}
        self.context = browser.new_context(**options)
        self.tab = self.context.new_page()
        self.complaints: list[str] = []
        self.received: list[int] = []
        self.tab.on("console", lambda message: message.type == "error" and self._complain(message.text))
        self.tab.on("pageerror", lambda error: self._complain(str(error)))
        self.tab.on(
            "websocket", lambda socket: socket.on("framereceived", lambda frame: self.received.append(len(frame)))
        )

    def _complain(self, text: str) -> None:
        if not any(known in text for known in UPSTREAM_NOISE):
            self.complaints.append(text)

    def open_lab(self, server: Server, path: str) -> None:
        self.tab.goto(server.url(f"lab/tree/{path}?reset"))
        self.tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.tab.wait_for_selector("text=/\\| Idle/", timeout=60_000)

    def menu(self, name: str, *items: str) -> None:
        self.tab.get_by_role("menuitem", name=name, exact=True).click()
        for item in items[:-1]:
            self.tab.locator(".lm-Menu").get_by_text(item, exact=True).hover()
        self.tab.locator(".lm-Menu").get_by_text(items[-1], exact=True).click()

    def run_all(self, labs: int | None = None) -> None:
        self.tab.wait_for_function("() => !document.querySelector('.jp-Dialog')")
        self.menu("Run", "Run All Cells")
        if labs is not None:
            self.wait_for_labs(labs)
            self.wait_for_idle()

    def wait_for_idle(self) -> None:
        self.tab.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=90_000)
        self.tab.wait_for_timeout(300)  # the notebook puts its focus on the last cell when all have run

    def wait_for_labs(self, count: int) -> None:
        self.tab.wait_for_function(
            f"() => document.querySelectorAll('.intimacy[data-ready]').length >= {count}", timeout=90_000
        )

    def wait_for_all(self, notebook: str) -> None:
        """Wait until each widget that the page of a notebook shows is drawn, and no more come."""
        count, still, least = 0, 0, fewest_widgets(notebook)
        deadline = time.monotonic() + 120
        while still < 4:
            self.tab.wait_for_timeout(250)
            shown, ready = (self.tab.locator(f".intimacy{state}").count() for state in ("", "[data-ready]"))
            still = still + 1 if least <= shown == ready == count else 0
            count = shown
            assert time.monotonic() < deadline, f"{ready} of {shown} widgets are drawn; {self.complaints}"

    def lab(self, title: str) -> Any:
        return self.tab.locator(".intimacy").filter(has=self.tab.get_by_role("heading", name=title)).first

    def close(self) -> None:
        self.context.close()
