"""Apps without code: what is served, and, against the real server, every door that must be closed."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import nbformat
import pytest
from packaging.utils import canonicalize_name
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

import app_pages
from look import labs_of
from stems import STEMS

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
READY, MOST, GONE = 1, 4, 8
LAB = "voila/render/04_the_blood.ipynb"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[app_pages.Lesson]]:
    folder = tmp_path_factory.mktemp("pages")
    return folder, app_pages.write(folder)


def sources(path: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)


def test_every_lab_and_every_game_is_an_app(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    folder, lessons = served
    assert [lesson.file for lesson in lessons] == [path.name for path in NOTEBOOKS]
    for lesson in lessons:
        stem = Path(lesson.file).stem.partition("_")[2]
        assert stem in STEMS
        made = "\n".join(sources(folder / app.file) for app in lesson.apps)
        for name in labs_of(stem, ("Lab", "Bench", "Game")):
            assert f"labs.{name}(" in made, name
        # A lab that is made from a game stands on the page of the game.
        assert set(re.findall(r"= labs\.(\w+)\(", sources(ROOT / "notebooks" / lesson.file))) == set(
            re.findall(r"= labs\.(\w+)\(", made)
        )
        assert {app.kind for app in lesson.apps if "game" in app.file} <= {"Game"}


def test_a_lab_has_its_bets_and_their_answers(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    folder, lessons = served
    for lesson in lessons:
        placed = re.findall(r"(\w+) = lessons\.bet_", sources(ROOT / "notebooks" / lesson.file))
        assert placed
        apps = {app.file: sources(folder / app.file) for app in lesson.apps}
        for bet in placed:
            assert any(f"{bet} = lessons." in text and f"{bet}.answer()" in text for text in apps.values()), bet


def test_no_page_of_a_lab_asks_an_exercise(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    """On such a page there is no cell to answer in."""
    folder, lessons = served
    pages = [folder / app.file for lesson in lessons for app in lesson.apps]
    assert [page.name for page in pages if "**Exercise " in page.read_text(encoding="utf-8")] == []


def test_every_picture_is_there(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    folder, lessons = served
    assert all((folder / lesson.picture).is_file() for lesson in lessons)


def test_what_a_visitor_sees_is_whole(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    folder, _ = served
    for path in sorted(folder.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert "For the teacher" not in text, path.name
        assert "three dots are" not in text, path.name
        assert not re.search(r"\]\(\.\./|Run the next cell", text), path.name
        levels = [len(marks) for marks in re.findall(r"^(#{1,6}) ", re.sub(r"```.*?```", "", text, flags=re.S), re.M)]
        assert levels[0] == 1, path.name
        assert levels.count(1) == 1, path.name
        assert all(below <= above + 1 for above, below in itertools.pairwise(levels)), path.name
        for target in re.findall(r"\]\((\d\d_\w+\.ipynb)", text):
            assert (folder / target).exists(), (path.name, target)


def test_no_solution_is_lost_in_a_whole_lesson(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    folder, _ = served
    for path in NOTEBOOKS:
        solutions = [
            cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if "solution" in cell.metadata.get("tags", [])
        ]
        assert bool(solutions) == ("start_here" not in path.name)
        shown = sources(folder / path.name)
        assert all(app_pages.OUTSIDE.sub(r"\1", solution) in shown for solution in solutions), path.name


def test_no_visitor_can_send_python_to_an_address(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    assert "class_results.share_" in sources(ROOT / "notebooks" / "04_oxytocin_trust.ipynb")
    for path in served[0].glob("*.ipynb"):
        assert not re.search(r"class_results\.|join link|share your (game|answers)", sources(path)), path.name


def test_the_content_note_stands_before_the_ball_game(served: tuple[Path, list[app_pages.Lesson]]) -> None:
    text = sources(served[0] / "08_ball_game.ipynb")
    assert 0 < text.index("A note on content") < text.index("labs.ball_game()")


def locked(name: str) -> set[str]:
    pinned = re.findall(r"^([\w.-]+)(?:\[.*\])?==", (ROOT / name).read_text(), flags=re.MULTILINE)
    return {canonicalize_name(each) for each in pinned}


def test_it_starts_without_what_only_the_tests_need() -> None:
    only = locked("requirements-test.lock") - locked("requirements.lock")
    homes = packages_distributions()
    blocked = [module for module, names in homes.items() if {canonicalize_name(name) for name in names} <= only]
    assert {"PIL", "playwright", "pytest"} <= {*blocked}
    code = f"import sys; sys.modules |= dict.fromkeys({blocked!r}); import app"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tools", check=True)


class Running:
    """The server itself, with short times, and what a visitor may try."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder / "site"
        self.log = folder / "log"
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(ROOT / "tools" / "app.py"), "--no-browser", f"--port={self.port}"),
                *(f"--folder={self.folder}", f"--ready={READY}", f"--most={MOST}", f"--gone={GONE}", "--every=1"),
                *options,
            ],
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        self.until(self.answers, "the server answers")
        # The kernel spec is the environment's, so what is ready is there only when it has imported the collection.
        self.until(lambda: len(self.kernels()) == READY, "kernels are ready")

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def until(self, holds: Callable[[], bool], what: str, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what}: not in {seconds} s\n{self.log.read_text()}"
            time.sleep(0.1)

    def kernels(self) -> list[str]:
        """Return the processes of kernels that this server has started."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "ipykernel"], capture_output=True, text=True, check=False
        )
        return found.stdout.split()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    async def fetched(self, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
        """Return an answer; no redirect is followed."""
        request = HTTPRequest(
            self.address(path),
            method=method,
            headers=headers,
            body=b"" if method in ("POST", "PUT", "PATCH") else None,
            follow_redirects=False,
            request_timeout=120,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def asked(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        """Return the status and the text of an answer."""
        answer = await self.fetched(path, method, **headers)
        return answer.code, answer.body.decode(errors="replace")

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        return asyncio.run(self.asked(path, method, **headers))

    async def has(self, kernel: str) -> bool:
        """Tell whether a kernel is there."""
        return (await self.asked(f"api/kernels/{kernel}"))[0] == 200

    def raw(self, path: str, host: str = "127.0.0.1") -> int:
        """Return the status for a path that no client has tidied, or a host that none would name."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{self.port}\r\nConnection: close\r\n\r\n".encode())
            return int(line.recv(100).split()[1])

    async def line_to(self, kernel: str, **headers: str) -> WebSocketClientConnection:
        address = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels?session_id={uuid.uuid4()}"
        return await websocket_connect(HTTPRequest(address, headers=headers))

    def close(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0, self.log.read_text()


async def hear(line: WebSocketClientConnection, kind: str, heard: list[Any]) -> Any:
    """Read on until a message of this kind comes, keep all that were read, and return its content."""
    while True:
        heard.append(json.loads(await asyncio.wait_for(line.read_message(), 60)))
        if heard[-1]["header"]["msg_type"] == kind:
            return heard[-1]["content"]


def kernel_of(page: str) -> str:
    return str(
        json.loads(re.search(r'id="jupyter-config-data"[^>]*>\s*(\{.*?\})\s*</script>', page, re.S)[1])["kernelId"]
    )


def message(kind: str, channel: str = "shell", **content: Any) -> str:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "visitor", "username": "v", "version": "5.3"}
    whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel}
    return json.dumps(whole)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("apps"), "--idle=25", "--name=apps.example.org")
    yield running
    running.close()
    assert running.kernels() == []


@pytest.fixture
def apps(server: Running) -> Running:
    """The server with two free places: tests open pages faster than those of the tests before are given up."""
    server.until(lambda: len(server.kernels()) <= READY + MOST - 2, "two places are free")
    return server


against_the_server = pytest.mark.app


@against_the_server
def test_a_page_shows_a_lab_and_neither_its_source_nor_a_path_of_this_machine(apps: Running) -> None:
    status, page = apps.ask(LAB)
    assert status == 200
    assert "application/vnd.jupyter.widget-view+json" in page
    words = re.sub(r"<[^>]*>", "", page)  # what is highlighted has a tag around each word
    assert "Ten minutes in the blood" in words
    assert not re.search(r"labs\.the_blood|import .*\blabs\b", words)
    assert str(ROOT) not in page
    assert str(apps.folder) not in page
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//(?!doi\.org)""", page)


@against_the_server
def test_an_error_in_a_page_tells_no_traceback(apps: Running) -> None:
    broken = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("secret = 41\nsecret / 0"), nbformat.v4.new_code_cell("print('after')")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(broken, apps.folder / "broken.ipynb")
    status, page = apps.ask("voila/render/broken.ipynb")
    (apps.folder / "broken.ipynb").unlink()
    assert status == 200
    assert "There was an error when executing cell" in page
    assert "ZeroDivisionError" not in page
    assert "secret" not in page


@against_the_server
def test_a_visitor_cannot_run_complete_inspect_or_read_history(apps: Running, tmp_path: Path) -> None:
    written = tmp_path / "written"
    code = f"open({str(written)!r}, 'w').write('x')"

    async def visit() -> tuple[list[str], list[str]]:
        _, page = await apps.asked(LAB)
        line = await apps.line_to(kernel_of(page))
        forbidden = [
            message(
                "execute_request", code=code, silent=False, store_history=False, allow_stdin=False, stop_on_error=True
            ),
            message("complete_request", code="op", cursor_pos=2),
            message("inspect_request", code="open", cursor_pos=4, detail_level=1),
            message("history_request", output=True, raw=True, hist_access_type="tail", n=100),
            message("shutdown_request", "control", restart=False),
            message("debug_request", "control", type="request", command="evaluate", seq=1, arguments={}),
        ]
        for each in forbidden:
            await line.write_message(each)
        # What comes after them on the same line is answered, so they have been refused by then.
        await line.write_message(message("comm_info_request", target_name="jupyter.widget"))
        heard: list[str] = []
        while "comm_info_reply" not in heard:
            answer = await asyncio.wait_for(line.read_message(), 60)
            assert answer is not None
            heard.append(json.loads(answer)["header"]["msg_type"])
        line.close()
        return heard, [json.loads(each)["header"]["msg_type"] for each in forbidden]

    heard, forbidden = asyncio.run(visit())
    assert not {kind.replace("request", "reply") for kind in forbidden} & set(heard)
    assert not written.exists()
    log = apps.log.read_text()
    for kind in forbidden:
        assert f'Received message of type "{kind}", which is not allowed. Ignoring.' in log


@against_the_server
def test_what_a_widget_complains_of_tells_no_path(apps: Running) -> None:
    async def visit() -> list[Any]:
        _, page = await apps.asked(LAB)
        line = await apps.line_to(kernel_of(page))
        await line.write_message(message("comm_info_request", target_name="jupyter.widget"))
        heard: list[Any] = []
        for comm in (await hear(line, "comm_info_reply", heard))["comms"]:
            for custom in ({"kind": "set"}, {"kind": "set", "request": "1", "values": "__import__('os')"}, {"kind": 7}):
                await line.write_message(
                    message("comm_msg", comm_id=comm, data={"method": "custom", "content": custom})
                )
        while "values must be named values" not in json.dumps(heard[-1]):
            heard.append(json.loads(await asyncio.wait_for(line.read_message(), 60)))
        line.close()
        return heard

    told = json.dumps(asyncio.run(visit()))
    assert "Traceback" not in told
    assert str(ROOT) not in told


@against_the_server
def test_a_lab_whose_model_stops_tells_no_traceback(apps: Running) -> None:
    """Jupyter's own ``allow_tracebacks`` keeps it from the page: the error comes after the page is there."""
    cell = "from intimacy.labs import oxytocin_trust\nlab = oxytocin_trust.the_blood()\nsecret = 41\n"
    cell += "lab._simulate = lambda parameters: secret / 0\nlab"
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbformat.write(broken, apps.folder / "broken.ipynb")

    async def visit() -> list[Any]:
        _, page = await apps.asked("voila/render/broken.ipynb")
        line = await apps.line_to(kernel_of(page))
        await line.write_message(message("comm_info_request", target_name="jupyter.widget"))
        heard: list[Any] = []
        asked = {"kind": "set", "request": "1", "values": {}, "seed": None}
        for comm in (await hear(line, "comm_info_reply", heard))["comms"]:
            await line.write_message(message("comm_msg", comm_id=comm, data={"method": "custom", "content": asked}))
        await hear(line, "error", heard)
        await line.write_message(message("comm_info_request", target_name="jupyter.widget"))
        await hear(line, "comm_info_reply", heard)  # the page is not cut off
        line.close()
        return heard

    heard = asyncio.run(visit())
    (apps.folder / "broken.ipynb").unlink()
    told = json.dumps(heard)
    assert "The model stopped" in told
    assert [each["content"]["ename"] for each in heard if each["header"]["msg_type"] == "error"] == ["ExecutionError"]
    assert not re.search(rf"secret|Traceback|lambda|{re.escape(str(ROOT))}", told)


@against_the_server
@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("api/kernels", {404}),
        ("api/contents", {404}),
        ("api/terminals", {404}),
        ("api/sessions", {404}),
        ("api/kernelspecs", {404}),
        ("api/config/notebook", {404}),
        ("metrics", {404}),
        ("files/04_oxytocin_trust.ipynb", {404}),
        ("voila/tree", {404}),
        ("voila/tree/figures", {404}),
        ("voila/api/contents", {404}),
        ("voila/api/contents/figures", {404}),
        (f"voila/query/{uuid.UUID(int=1)}", {404}),
        (f"voila/execution/{uuid.UUID(int=1)}", {404}),
        (f"api/kernels/{uuid.UUID(int=1)}", {404}),
        ("voila/files/04_oxytocin_trust.ipynb", {403}),
        ("voila/files/secret.txt", {403}),
        ("voila/files/table.csv", {403}),
        ("voila/files/script.py", {403}),
        ("voila/files/.env", {403}),
        ("voila/files/other.png", {403}),
        ("voila/files/", {403}),
        ("voila/files/figures/", {403}),
        ("voila/static/", {404}),
        ("voila/labextensions/", {404}),
        ("voila/templates/apps/static/", {500}),  # Voilà stumbles, and tells nothing
        ("voila/static/secret.txt", {403, 404}),
        ("voila/templates/apps/static/secret.txt", {404}),
        ("voila/render/nothing.ipynb", {404}),
        ("voila/render/table.csv", {302}),
    ],
)
def test_a_door_is_closed(apps: Running, path: str, statuses: set[int]) -> None:
    for name in ("secret.txt", "table.csv", "script.py", ".env", "other.png"):
        (apps.folder / name).write_text("secret")
    status, text = apps.ask(path)
    assert status in statuses, text
    assert "secret" not in text.replace("secret.txt", "")


@against_the_server
@pytest.mark.parametrize("up", ["..", "%2e%2e", "..%2f..", "figures/../.."])
@pytest.mark.parametrize(
    "door", ["voila/files", "voila/static", "voila/templates/apps/static", "voila/templates", "voila/labextensions"]
)
def test_no_path_leads_out_of_a_folder(apps: Running, door: str, up: str) -> None:
    for target in ("log", "pyproject.toml", "etc/passwd", "__init__.py", "app.py", "conf.json", "index.html.j2"):
        for depth in (1, 2, 8):
            assert apps.raw(f"/{door}/{'/'.join([up] * depth)}/{target}") in (301, 302, 400, 403, 404, 500)


@against_the_server
def test_no_notebook_outside_can_be_run(apps: Running) -> None:
    outside = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("open('ran', 'w').write('x')")])
    nbformat.write(outside, apps.folder.parent / "outside.ipynb")
    for up in ("..", "%2e%2e", "figures/../..", "figures/%2e%2e/%2e%2e"):
        assert apps.raw(f"/voila/render/{up}/outside.ipynb") in (400, 403, 404), up
    assert not list(apps.folder.parent.rglob("ran"))


@against_the_server
def test_a_page_tells_the_browser_what_it_may_do(apps: Running) -> None:
    for path in ("", LAB, "nowhere", "voila/render/nothing.ipynb", f"api/kernels/{uuid.UUID(int=1)}"):
        headers = asyncio.run(apps.fetched(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        policy = headers["Content-Security-Policy"]
        assert not re.search("://|unsafe-eval", policy)
        for part in ("default-src 'self'", "base-uri 'self'", "frame-ancestors 'self'", "object-src 'none'"):
            assert part in policy, path


@against_the_server
def test_each_file_of_a_page_comes_with_the_headers_of_the_page(apps: Running) -> None:
    """A browser that guesses what a file is could take a picture for a script."""
    named = {
        path for page in ("", LAB) for path in re.findall(r"""(?:src|href)=["']?/([^"'#?\s>]+)""", apps.ask(page)[1])
    }
    files = {path for path in named if re.search(r"\.(js|css|png)$", path)} | {"voila/files/nothing.png"}
    assert {path.rpartition(".")[2] for path in files} == {"js", "css", "png"}
    for path in sorted(files):
        answer = asyncio.run(apps.fetched(path))
        assert answer.code == (403 if "nothing" in path else 200), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"], path


@against_the_server
def test_an_address_is_not_written_back_into_a_page(apps: Running) -> None:
    script = "%3Cscript%3Ealert(1)%3C/script%3E"
    for path in (script, f"voila/render/{script}.ipynb", f"voila/files/{script}.png", f"?next={script}"):
        assert "<script>alert" not in apps.ask(path)[1], path


@against_the_server
def test_a_site_whose_name_points_to_this_machine_gets_no_page(apps: Running) -> None:
    for path in ("/", f"/{LAB}"):
        assert apps.raw(path, "evil.example") == 403
        assert apps.raw(path, "10.0.0.5") == 403
    assert apps.raw("/", "localhost") == apps.raw("/", "[::1]") == apps.raw("/", "apps.example.org") == 200


@against_the_server
@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "1" * 11_000_000, "\x00", "{}", '{"channel": "shell"}', "null"],
    ids=["deep", "huge", "no text", "empty", "half", "nothing"],
)
def test_a_message_that_is_none_closes_the_line_at_most(apps: Running, text: str) -> None:
    async def visit() -> None:
        kernel = kernel_of((await apps.asked(LAB))[1])
        line = await apps.line_to(kernel)
        with suppress(WebSocketClosedError):  # the server need not hear all of it
            await line.write_message(text)
        line.close()
        other = await apps.line_to(kernel)
        await other.write_message(message("comm_info_request", target_name="jupyter.widget"))
        while json.loads(await asyncio.wait_for(other.read_message(), 60))["header"]["msg_type"] != "comm_info_reply":
            pass
        other.close()

    asyncio.run(visit())
    assert "Traceback" not in apps.ask("")[1]


@against_the_server
def test_a_visitor_does_not_choose_template_or_theme(apps: Running) -> None:
    status, page = apps.ask(f"{LAB}?template=reveal&theme=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert status == 200
    assert "alert(1)" not in page
    assert 'class="bar"' in page


@against_the_server
def test_other_pages_cannot_use_a_visitors_kernel(apps: Running) -> None:
    async def visit() -> None:
        _, page = await apps.asked(LAB)
        kernel = kernel_of(page)
        with pytest.raises(HTTPClientError, match="403"):
            await apps.line_to(kernel, Origin="http://evil.example")
        good_bye = f"voila/api/shutdown/{kernel}"
        assert (await apps.asked(good_bye, "POST"))[0] == 403
        assert (await apps.asked(good_bye, "POST", Origin="http://evil.example"))[0] in (403, 404)
        for method in ("DELETE", "POST", "PUT", "PATCH"):
            assert (await apps.asked(f"api/kernels/{kernel}", method))[0] == 405
        for action in ("restart", "interrupt"):
            assert (await apps.asked(f"api/kernels/{kernel}/{action}", "POST"))[0] in (403, 404)
        # A page must know whether its own kernel is there. The id is the key: nobody else can guess it.
        status, model = await apps.asked(f"api/kernels/{kernel}")
        assert status == 200
        assert set(json.loads(model)) <= {"id", "name", "last_activity", "execution_state", "connections", "reason"}
        own = f"http://127.0.0.1:{apps.port}"
        assert (await apps.asked(good_bye, "POST", Origin=own))[0] == 204
        assert (await apps.asked(f"api/kernels/{kernel}"))[0] == 404

    asyncio.run(visit())


def rested(apps: Running) -> bool:
    """Tell whether only ready kernels are left, and stay so: a process ends a moment before the server forgets it."""
    before = apps.kernels()
    time.sleep(1)
    return len(before) == READY and apps.kernels() == before


@against_the_server
def test_kernels_of_visitors_who_left_are_stopped_and_the_rest_is_kept_ready(apps: Running) -> None:
    apps.until(lambda: rested(apps), "kernels of the tests before are stopped")

    async def visit() -> None:
        await asyncio.gather(*(apps.asked(LAB) for _ in range(2)))

    asyncio.run(visit())
    assert len(apps.kernels()) > READY
    apps.until(lambda: rested(apps), "kernels are stopped")
    kept = apps.kernels()
    time.sleep(GONE + 2)
    assert apps.kernels() == kept  # what is ready is not taken for idle


async def two_pages(apps: Running) -> list[tuple[str, WebSocketClientConnection]]:
    """Return kernel and line of two pages, one after the other: each is there before it is taken for gone."""
    pages = []
    for _ in range(2):
        kernel = kernel_of((await apps.asked(LAB))[1])
        pages.append((kernel, await apps.line_to(kernel)))
    return pages


@against_the_server
def test_a_page_that_has_gone_loses_its_kernel_before_one_that_rests(apps: Running) -> None:
    async def visit() -> None:
        (resting, resting_line), (gone, gone_line) = await two_pages(apps)
        await resting_line.write_message(message("comm_info_request", target_name="none"))
        await asyncio.sleep(2)  # treated alike, the one that rests would lose its kernel first
        gone_line.close()
        deadline = time.monotonic() + 60
        while await apps.has(gone):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.5)
        assert await apps.has(resting)
        resting_line.close()

    asyncio.run(visit())


@against_the_server
def test_a_page_that_rests_loses_its_kernel_and_one_that_is_used_does_not(apps: Running) -> None:
    async def visit() -> None:
        (used, used_line), (resting, resting_line) = await two_pages(apps)
        deadline = time.monotonic() + 90
        while await apps.has(resting):
            assert time.monotonic() < deadline
            await used_line.write_message(message("comm_open", comm_id=uuid.uuid4().hex, target_name="none", data={}))
            await asyncio.sleep(0.5)
        assert await apps.has(used)
        used_line.close()
        resting_line.close()

    asyncio.run(visit())


@against_the_server
def test_when_all_places_are_taken_one_is_told_so_and_can_come_later(apps: Running) -> None:
    apps.until(lambda: rested(apps), "kernels of the tests before are stopped")

    async def visit() -> list[tuple[int, str]]:
        return await asyncio.gather(*(apps.asked(LAB) for _ in range(MOST + 2)))

    answers = asyncio.run(visit())
    assert sorted(status for status, _ in answers) == [200] * MOST + [503] * 2
    assert len({kernel_of(text) for status, text in answers if status == 200}) == MOST  # nobody shares one
    refused = next(text for status, text in answers if status == 503)
    assert "All places are taken" in refused
    assert "Traceback" not in refused
    apps.until(lambda: rested(apps), "kernels are stopped")
    assert apps.ask(LAB)[0] == 200
