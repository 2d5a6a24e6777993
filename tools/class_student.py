"""A student's browser, without a screen: signs in at the hub, runs a notebook over its websocket and moves a lab."""

from __future__ import annotations

import asyncio
import html
import json
import os
import random
import re
import signal
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import nbformat
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from class_hub import PATIENCE, Hub

NOTEBOOK = "intimacy/notebooks/04_oxytocin_trust.ipynb"

MOVES = 20
"""How often each student moves the control."""

LONGEST = 1200.0
"""Seconds after which a student has not come at all."""


@dataclass
class Student:
    """A student's browser: signs in, starts the server, opens the notebook, runs its cells and moves a control."""

    name: str
    hub: Hub
    seconds: dict[str, float] = field(default_factory=dict)
    moves: list[float] = field(default_factory=list)
    waits: int = 0

    def __post_init__(self) -> None:
        self.client = httpx.AsyncClient(
            base_url=self.hub.url, trust_env=False, follow_redirects=True, timeout=httpx.Timeout(PATIENCE)
        )
        self.socket: WebSocketClientConnection | None = None
        self.session = uuid.uuid4().hex
        self.count = 0

    @property
    def server(self) -> str:
        """The address of the student's own server."""
        return f"/user/{self.name}/"

    async def arrive(self) -> None:
        """Go from the sign-in page to a notebook that has run to its end, and note when each step was done."""
        started = time.perf_counter()

        def done(step: str) -> None:
            self.seconds[step] = time.perf_counter() - started

        async with asyncio.timeout(LONGEST):
            await self.sign_in()
            done("signed in")
            await self.open_server()
            done("server started")
            await self.open_notebook()
            self.lab = await self.run_until_the_first_lab()
            done("first lab shown")
            await self.run_the_rest()
            done("whole notebook run")

    async def sign_in(self) -> None:
        """Fill in the form of the sign-in page; the answer is a page that waits for the server, or says to wait."""
        form = await self.client.get("/hub/login")
        hidden = re.search(r'name="_xsrf"\s+value="([^"]+)"', form.text)
        if not hidden:
            raise RuntimeError("the sign-in page has no form")
        fields = {"username": self.name, "password": self.hub.password, "_xsrf": html.unescape(hidden[1])}
        self.page = await self.client.post(form.url, data=fields)
        if self.page.url.path == "/hub/login":
            raise RuntimeError("the password was refused")

    async def open_server(self) -> None:
        """Follow the pages until the student's own JupyterLab has come, and fetch the scripts that it names."""
        while True:
            again = re.search(r'http-equiv="refresh" content="(\d+)"', self.page.text)
            if self.page.status_code == 429 and again:
                self.waits += 1
                await asyncio.sleep(int(again[1]))
                self.page = await self.client.get(self.page.url)
            elif progress := re.search(r'new EventSource\("([^"]+)"\)', self.page.text):
                await self.watch(html.unescape(progress[1]))
                self.page = await self.client.get(self.page.url)
            else:
                break
        self.page.raise_for_status()
        if not self.page.url.path.startswith(f"{self.server}lab"):
            raise RuntimeError(f"JupyterLab did not come, but {self.page.url.path}")
        for script in re.findall(r'<script[^>]+src="([^"]+)"', self.page.text):
            (await self.client.get(html.unescape(script))).raise_for_status()

    async def watch(self, address: str) -> None:
        """Read the progress of a start until it is ready."""
        async with self.client.stream("GET", address) as events:
            events.raise_for_status()
            async for line in events.aiter_lines():
                if not line.startswith("data:"):
                    continue
                event = json.loads(line.removeprefix("data:"))
                if event.get("failed"):
                    raise RuntimeError(f"the server did not start: {event['message']}")
                if event.get("ready"):
                    return
        raise RuntimeError("the server's progress ended before the server was ready")

    def forgery_token(self) -> str:
        """Return the token with which the page shows that it is the student's own."""
        paths = {cookie.path: cookie.value for cookie in self.client.cookies.jar if cookie.name == "_xsrf"}
        return str(paths[self.server])

    async def open_notebook(self) -> None:
        """Read the notebook from the student's home, start its kernel and open the kernel's websocket."""
        headers = {"X-XSRFToken": self.forgery_token()}
        read = await self.client.get(f"{self.server}api/contents/{NOTEBOOK}", params={"content": 1})
        read.raise_for_status()
        cells = nbformat.from_dict(read.json()["content"]).cells
        self.cells = [cell.source for cell in cells if cell.cell_type == "code"]
        asked = {"path": NOTEBOOK, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = await self.client.post(f"{self.server}api/sessions", json=asked, headers=headers)
        session.raise_for_status()
        self.kernel = session.json()["kernel"]["id"]
        await self.connect()

    async def connect(self) -> None:
        """Open the websocket to the kernel, through the proxy, with the cookies of the browser."""
        address = f"{self.server}api/kernels/{self.kernel}/channels?session_id={self.session}"
        request = self.client.build_request("GET", address)
        where = self.hub.url.replace("http", "ws") + address
        headers = {"Cookie": request.headers["cookie"], "Origin": self.hub.url}
        self.socket = await websocket_connect(HTTPRequest(where, headers=headers, request_timeout=PATIENCE))

    async def send(self, kind: str, content: dict[str, Any]) -> str:
        """Send a message on the shell channel and return its id."""
        self.count += 1
        header = {"msg_id": f"{self.session}-{self.count}", "msg_type": kind, "version": "5.3"}
        header |= {"session": self.session, "username": self.name, "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        assert self.socket is not None
        await self.socket.write_message(json.dumps({**message, "channel": "shell", "buffers": []}))
        return str(header["msg_id"])

    async def hear(self) -> dict[str, Any]:
        """Return the next message of the kernel."""
        assert self.socket is not None
        raw = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
        if raw is None:
            raise RuntimeError("the websocket was closed")
        return dict(deserialize_binary_message(raw) if isinstance(raw, bytes) else json.loads(raw))

    async def run(self, source: str) -> dict[str, Any]:
        """Run a cell; return its outputs by type, once the kernel is idle again.

        Raises:
            RuntimeError: the cell raised an exception.
        """
        asked = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        request = await self.send("execute_request", {**asked, "user_expressions": {}})
        outputs: dict[str, Any] = {}
        while True:
            message = await self.hear()
            kind, content = message["header"]["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != request:
                continue
            if kind == "error":
                raise RuntimeError(f"a cell failed: {content['ename']}: {content['evalue']}")
            if kind in ("display_data", "execute_result"):
                outputs |= content["data"]
            elif kind == "stream":
                outputs["text"] = outputs.get("text", "") + content["text"]
            elif kind == "status" and content["execution_state"] == "idle":
                return outputs

    async def run_until_the_first_lab(self) -> str:
        """Run cells until one shows the lab, and ask for what its page asks for first; return the lab's model."""
        for number, source in enumerate(self.cells):
            outputs = await self.run(source)
            if source.strip().endswith("loop") and "application/vnd.jupyter.widget-view+json" in outputs:
                self.left = self.cells[number + 1 :]
                model = str(outputs["application/vnd.jupyter.widget-view+json"]["model_id"])
                await self.tell(model, {"kind": "plotly"})
                while (await self.hear())["content"].get("data", {}).get("content", {}).get("kind") != "plotly":
                    pass
                return model
        raise RuntimeError("no cell of the notebook shows the lab")

    async def run_the_rest(self) -> None:
        """Run the cells after the first lab."""
        for source in self.left:
            await self.run(source)

    async def tell(self, model: str, content: dict[str, Any]) -> None:
        """Send a lab a message of its page."""
        await self.send("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": content}})

    async def move(self, value: float) -> float:
        """Move the lab's learning rate; return the seconds until the new picture's numbers are here."""
        request = f"{self.name}:{self.count}"
        started = time.perf_counter()
        await self.tell(self.lab, {"kind": "set", "request": request, "values": {"learning_rate": value}, "seed": 0})
        while True:
            content = (await self.hear())["content"]
            data = content.get("data", {})
            if data.get("content", {}).get("kind") == "problem":
                raise RuntimeError(f"the lab refused: {data['content']['text']}")
            frame = data.get("state", {}).get("frame", {})
            if content.get("comm_id") == self.lab and frame.get("request") == request:
                if frame["values"]["learning_rate"] != value:
                    raise RuntimeError(f"the picture shows {frame['values']['learning_rate']}, not {value}")
                return time.perf_counter() - started

    async def play(self) -> None:
        """Move the control again and again, with a moment between, as a hand does."""
        for step in range(MOVES):
            await asyncio.sleep(random.uniform(0.3, 1.0))  # nosec B311 # a pause is no secret
            self.moves.append(await self.move(round(0.05 + 0.01 * (step % 30), 2)))

    async def lose_the_kernel(self) -> dict[str, float]:
        """Have the kernel killed; return the seconds until it is noticed, and until the lab moves again."""
        process = int((await self.run("import os; print(os.getpid())"))["text"])
        started = time.perf_counter()
        os.kill(process, signal.SIGKILL)
        while (await self.hear())["content"].get("execution_state") not in ("restarting", "autorestarting"):
            pass
        noticed = time.perf_counter() - started
        self.lab = await self.run_until_the_first_lab()
        await self.move(0.2)
        return {"noticed": noticed, "going on": time.perf_counter() - started}

    async def ask_for_too_much(self) -> str:
        """Ask for more memory than is allowed; return what Python says. The kernel and its variables must live on."""
        said = await self.run("try:\n    bytearray(4_000_000_000)\nexcept MemoryError:\n    print('MemoryError')")
        await self.move(0.3)
        return str(said.get("text", "nothing")).strip()

    async def leave(self) -> None:
        """Close the page."""
        if self.socket is not None:
            self.socket.close()
        await self.client.aclose()
