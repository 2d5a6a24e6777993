"""Run the hub of ``deploy/jupyterhub`` to test or measure it: a folder and ports of its own, and JupyterHub's proxy."""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = ROOT / "deploy/jupyterhub/jupyterhub_config.py"
PROXY_LOCK = CONFIGURATION.parent / "package-lock.json"
PROXY_FOLDER = ROOT / "build/proxy"

PATIENCE = 180.0
"""Seconds to wait for any one thing."""


class ClassError(RuntimeError):
    """The class cannot be run; the message is one sentence for the person who asked for it."""


def proxy_path() -> str:
    """Return where JupyterHub's proxy is, after fetching it with npm if it is not there.

    Raises:
        ClassError: there is no Node.js, or npm cannot fetch the proxy.
    """
    places = os.pathsep.join([str(PROXY_FOLDER / "node_modules/.bin"), os.environ.get("PATH", "")])
    if not shutil.which("node"):
        raise ClassError("Node.js is missing: install version 20 or newer, from https://nodejs.org.")
    if not shutil.which("configurable-http-proxy", path=places):
        if not (npm := shutil.which("npm")):
            raise ClassError("npm is missing, which fetches JupyterHub's proxy: install it.")
        PROXY_FOLDER.mkdir(parents=True, exist_ok=True)
        for path in (PROXY_LOCK, PROXY_LOCK.with_name("package.json")):
            shutil.copy(path, PROXY_FOLDER)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        said = subprocess.run(command, capture_output=True, check=False, text=True, cwd=PROXY_FOLDER)
        if said.returncode:
            raise ClassError(f"npm cannot install the proxy: {(said.stderr or said.stdout).strip().splitlines()[-1]}.")
    return places


def proxy_version() -> str:
    """Return name and version of JupyterHub's proxy, as the lock has it."""
    (version,) = json.loads(PROXY_LOCK.read_text(encoding="utf-8"))["packages"][""]["dependencies"].items()
    return " ".join(version)


def free_ports() -> int:
    """Return the first of three ports in a row that nobody listens on."""
    while True:
        first = random.randrange(20000, 30000)  # nosec B311 # a port is no secret
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            try:
                for step, each in enumerate((one, two, three)):
                    each.bind(("127.0.0.1", first + step))
            except OSError:
                continue
            return first


@dataclass
class Hub:
    """A hub that runs: where it is, what its class signs in with, its process and its folder."""

    url: str
    password: str
    process: psutil.Process
    folder: Path

    def log(self) -> str:
        """Return what the hub, its proxy and all its servers have said."""
        return (self.folder / "hub.log").read_text(encoding="utf-8", errors="replace")

    def servers(self) -> dict[str, psutil.Process]:
        """Return the process of each student's server."""
        servers = [each for each in self.process.children() if "jupyterhub.singleuser" in each.cmdline()]
        return {each.environ()["JUPYTERHUB_USER"]: each for each in servers}

    def proxy(self) -> psutil.Process:
        """Return the proxy's process."""
        return next(each for each in self.process.children() if "configurable-http-proxy" in " ".join(each.cmdline()))


@asynccontextmanager
async def running_hub(**settings: Any) -> AsyncIterator[Hub]:
    """Start the hub of ``deploy/jupyterhub`` in a folder of its own, and stop it and all its servers at the end.

    Args:
        settings: the environment variables of the configuration that differ, such as ``CLASS_SEATS``.

    Raises:
        ClassError: it does not start; the message has the last line that it wrote.
    """
    path, port, password = proxy_path(), free_ports(), secrets.token_urlsafe(12)
    folder = Path(tempfile.mkdtemp(prefix="class-"))
    chosen = {"CLASS_PASSWORD": password, "CLASS_PORT": port, "CLASS_FOLDER": folder, **settings}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CLASS_", "JUPYTER"))}
    environment = {**kept, "PATH": path, **{key: str(value) for key, value in chosen.items()}}
    command = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIGURATION)]
    with (folder / "hub.log").open("wb") as log:
        process = psutil.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    hub = Hub(f"http://127.0.0.1:{port}", password, process, folder)
    try:
        await answers(hub)
        yield hub
    finally:
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, left = await asyncio.to_thread(psutil.wait_procs, family, 60)
        for each in left:
            each.kill()
        shutil.rmtree(folder)


async def answers(hub: Hub) -> None:
    """Wait until the hub answers through its proxy.

    Raises:
        ClassError: it has stopped, or does not answer in time.
    """
    deadline = time.monotonic() + PATIENCE
    async with httpx.AsyncClient(trust_env=False) as client:
        while time.monotonic() < deadline and hub.process.is_running() and hub.process.status() != "zombie":
            try:
                if (await client.get(f"{hub.url}/hub/health")).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # The proxy is not listening yet.
            await asyncio.sleep(0.2)
    raise ClassError(f"The hub does not start; it said last: {hub.log().strip().splitlines()[-1]}")
