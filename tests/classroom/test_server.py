"""The classroom as others meet it, over real HTTP: who may do what, what is refused, and what is never sent."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from classrooms import Opened, opened
from intimacy.classroom import client
from intimacy.classroom.__main__ import _url, parsed, words
from intimacy.classroom.client import HOST_HAS_NAMED, Unanswered, room
from intimacy.classroom.server import BURST, MOST_BYTES, Limiter
from intimacy.classroom.store import Full, Store
from intimacy.models.class_pool import from_plain
from intimacy.models.result_code import (
    BetsResult,
    RatingsResult,
    TrustResult,
    encode,
    read_csv,
)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    found = opened(str(tmp_path_factory.mktemp("classroom") / "class.sqlite"), "--port", "0")
    yield found
    found.close()


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> None:
    if "classroom" in request.fixturenames:
        found = request.getfixturevalue("classroom")
        assert ask(found, "DELETE", "/api/results", instructor=True)[0] == 200


def game(learner: int, amount: int = 8) -> str:
    return encode(TrustResult(learner, 3, (amount,) * 20))


def ask(
    found: Opened,
    method: str,
    path: str,
    body: object = None,
    *,
    instructor: bool = False,
    class_code: str | None = None,
    **headers: str,
) -> tuple[int, str, dict[str, str]]:
    """Return status, text and headers of an answer; with the class code, unless told otherwise."""
    given = f"Instructor {found.token}" if instructor else f"Class {class_code or room(found.link).class_code}"
    connection = http.client.HTTPConnection("127.0.0.1", int(found.port), timeout=10)
    text = body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else None
    sent = {"Authorization": given, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, path, text, sent)
    answer = connection.getresponse()
    result = answer.status, answer.read().decode(), dict(answer.getheaders())
    connection.close()
    return result


def test_a_result_is_taken_and_counts_once_however_often_it_is_sent(classroom: Opened) -> None:
    there = room(classroom.link)
    assert [there.post(game(1)), there.post(game(1)), there.post(game(1, 12)), there.post(game(2))] == [1, 1, 1, 2]
    _, text, _ = ask(classroom, "GET", "/api/results.csv", instructor=True)
    assert set(read_csv(text).results) == {TrustResult(1, 3, (12,) * 20), TrustResult(2, 3, (8,) * 20)}


def test_a_result_whose_answer_was_lost_counts_once_when_it_is_sent_again(classroom: Opened) -> None:
    there, body = room(classroom.link), json.dumps({"code": game(1)})
    for _ in range(3):  # sent, and the line breaks before the answer
        with socket.create_connection(("127.0.0.1", int(classroom.port))) as line:
            head = f"Host: 127.0.0.1\r\nAuthorization: Class {there.class_code}\r\nContent-Length: {len(body)}"
            line.sendall(f"POST /api/results HTTP/1.1\r\n{head}\r\n\r\n{body}".encode())
            line.recv(1)
    assert there.post(game(1)) == 1


def test_the_pool_has_sums_of_five_and_more_and_nothing_of_one(classroom: Opened) -> None:
    there = room(classroom.link)
    for learner in range(7):
        there.post(game(learner, 12 * (learner % 2)))
        pool = from_plain(there.pool("trust"), "trust")
        assert pool.shared == learner + 1
        assert pool.counted == (5 if learner >= 4 else 0)
    assert pool.sums["sent"] == (24,) * 20
    assert "learner" not in json.dumps(there.pool("trust"))
    there.post(encode(BetsResult(3, 12, (1,), (2,))))
    assert there.pool("bets 12")["shared"] == 1
    assert there.pool("ratings")["shared"] == 0


def test_the_instructor_sees_all_topics_exports_and_deletes(classroom: Opened) -> None:
    there = room(classroom.link)
    for learner in range(5):
        there.post(game(learner))
        there.post(encode(RatingsResult(learner, (2, 2, 2, 0), (4, 4, 4, 4))))
    overview = json.loads(ask(classroom, "GET", "/api/overview", instructor=True)[1])
    assert overview["class_code"].replace("-", "") == there.class_code
    assert [each["topic"] for each in overview["topics"]] == ["ratings", "trust"]
    assert len(overview["topics"][1]["model"]) == 20
    assert overview["topics"][0]["model"] == []
    _, text, headers = ask(classroom, "GET", "/api/results.csv", instructor=True)
    assert text.splitlines()[0] == "code,topic,seed,first,second"
    assert len(text.splitlines()) == 11
    assert "attachment" in headers["Content-Disposition"]
    assert json.loads(ask(classroom, "DELETE", "/api/results", instructor=True)[1]) == {"deleted": 10}
    assert there.pool("trust")["shared"] == 0


def test_no_cell_of_the_export_can_be_a_formula(classroom: Opened) -> None:
    there = room(classroom.link)
    for result in (RatingsResult(1, (2, 2, 2, 0), (4, 4, 4, 4)), BetsResult(3, 12, (1,), (2,))):
        there.post(encode(result))
    there.post(game(1))
    rows = list(csv.reader(io.StringIO(ask(classroom, "GET", "/api/results.csv", instructor=True)[1])))
    assert len(rows) == 4
    assert all(re.fullmatch(r"[\w -]*", cell) and not cell.startswith("-") for row in rows for cell in row)


SECRETS = [
    ("POST", "/api/results"),
    ("GET", "/api/pool?topic=trust"),
    ("GET", "/api/overview"),
    ("GET", "/api/results.csv"),
    ("DELETE", "/api/results"),
]


@pytest.mark.parametrize(("method", "path"), SECRETS)
def test_without_the_right_secret_nothing_is_done(classroom: Opened, method: str, path: str) -> None:
    room(classroom.link).post(game(1))
    body = {"code": game(2)} if method == "POST" else None
    of_the_class = "pool" in path or method == "POST"
    for given in (
        "",
        "Class",
        "Class ÅÅÅÅÅÅÅÅ".encode().decode("latin1"),
        "Class 00000000",
        f"Instructor {'x' * 32}",
        f"Instructor {classroom.token}" if of_the_class else f"Class {room(classroom.link).class_code}",
    ):
        status, text, _ = ask(classroom, method, path, body, Authorization=given)
        assert status == 403
        assert set(json.loads(text)) == {"problem"}
    assert room(classroom.link).pool("trust")["shared"] == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"code"',
        {},
        {"code": 3},
        {"code": None},
        {"code": "x"},
        {"code": game(1), "name": "Robin"},
        {"code": game(1)[:-1]},
        {"code": game(1) + "<script>"},
        b"\xff\xfe",
        "[" * MOST_BYTES,
        "1" * MOST_BYTES,
        {"code": game(1), "__class__": "eval"},
        {"code": "=cmd|' /C calc'!A0"},
        {"code": "../../etc/passwd"},
    ],
)
def test_what_is_no_result_is_refused_in_a_sentence(classroom: Opened, body: object) -> None:
    status, text, _ = ask(classroom, "POST", "/api/results", body)
    assert status == 400
    assert json.loads(text)["problem"].endswith(".")
    assert room(classroom.link).pool("trust")["shared"] == 0


def test_a_body_that_is_too_long_is_not_read(classroom: Opened) -> None:
    status, _, _ = ask(classroom, "POST", "/api/results", {"code": "T" * MOST_BYTES})
    assert status in (400, 413)
    assert ask(classroom, "POST", "/api/results", {"code": game(1)})[0] == 200


@pytest.mark.parametrize("path", ["/", "/join", "/instructor", "/api/pool?topic=trust", "/page.css"])
def test_only_known_hosts_and_no_foreign_pages(classroom: Opened, path: str) -> None:
    assert ask(classroom, "GET", path, Host="evil.example")[0] == 403
    assert ask(classroom, "GET", path, Host=f"evil.example:{classroom.port}")[0] == 403
    assert ask(classroom, "GET", path, Origin="http://evil.example")[0] == 403
    assert ask(classroom, "GET", path, Origin="null")[0] == 403
    assert ask(classroom, "GET", path, Host=f"localhost:{classroom.port}")[0] == 200
    own = f"http://127.0.0.1:{classroom.port}"
    status, _, headers = ask(classroom, "GET", path, Host=own.removeprefix("http://"), Origin=own)
    assert status == 200
    assert not [name for name in headers if name.lower().startswith("access-control")]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_pages_load_nothing_from_elsewhere_and_other_paths_are_not_there(classroom: Opened) -> None:
    for path in ("/join", "/instructor", "/page.css", "/join.js", "/instructor.js"):
        text = ask(classroom, "GET", path)[1]
        assert "https://" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    for path in ("/page/instructor.html", "/../store.py", "/static/x", "/api", "/api/results/1"):
        assert ask(classroom, "GET", path)[0] in (404, 405)
    assert ask(classroom, "GET", "/api/pool?topic=names")[0] == 400


def test_too_many_requests_wait() -> None:
    limiter = Limiter(burst=3, per_second=2)
    assert [limiter.allows("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert limiter.allows("b", 0.0)
    assert [limiter.allows("a", 0.5), limiter.allows("a", 0.5)] == [True, False]
    assert [limiter.allows("a", 60.0) for _ in range(4)] == [True, True, True, False]
    assert BURST >= 3 * 300  # a lecture hall behind one address


def test_a_flood_is_slowed_down_and_says_so(tmp_path: Path) -> None:
    found = opened(str(tmp_path / "class.sqlite"), "--port", "0")
    try:
        one = b"GET /api/pool HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Class 00000000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(found.port)), timeout=20) as line:
            line.sendall(one * (2 * BURST))
            heard = b""
            while b"HTTP/1.1 429" not in heard or not heard.endswith(b"}"):
                heard += line.recv(65536)
        before, _, after = heard.partition(b"HTTP/1.1 429")
        assert before.count(b"HTTP/1.1 403") >= BURST
        assert b"Retry-After: 1" in after
        assert b"Too many requests came at once. Wait a moment." in after
        assert room(found.link).post(game(1)) == 1  # the notebook waits by itself
    finally:
        found.close()


# What is kept


def test_a_full_classroom_takes_changes_and_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intimacy.classroom.store.MOST_RESULTS", 3)
    store = Store(f"sqlite:///{tmp_path / 'class.sqlite'}")
    for learner in range(3):
        store.put(TrustResult(learner, 3, (0,) * 20))
    with pytest.raises(Full):
        store.put(TrustResult(3, 3, (0,) * 20))
    assert store.put(TrustResult(2, 3, (12,) * 20)) == 3


def test_what_is_deleted_is_not_in_the_file_and_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path, code = tmp_path / "class.sqlite", game(77)
    found = opened(str(path), "--port", "0")
    try:
        room(found.link).post(code)
        assert any(code.encode() in each.read_bytes() for each in tmp_path.glob("class.sqlite*"))
        assert path.stat().st_mode & 0o077 == 0
        assert ask(found, "DELETE", "/api/results", instructor=True)[0] == 200
    finally:
        found.close()
    assert all(code.encode() not in each.read_bytes() for each in tmp_path.glob("class.sqlite*"))


def test_a_database_that_does_not_answer_is_told_and_nothing_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "class.sqlite"
    found = opened(str(path), "--port", "0")
    try:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        status, text, headers = ask(found, "POST", "/api/results", {"code": game(1)})
        assert (status, headers["Retry-After"]) == (503, "1")
        assert json.loads(text)["problem"].startswith("The database does not answer. What it had accepted is kept.")
        other.execute("COMMIT")
        other.close()
        assert room(found.link).post(game(1)) == 1
    finally:
        found.close()


def test_both_databases_keep_replace_order_and_delete(database: str) -> None:
    store = Store(_url(database))
    results = [TrustResult(learner, 3, (4,) * 20) for learner in (5, 3, 9)]
    assert [store.put(each) for each in results] == [1, 2, 3]
    newer = TrustResult(5, 3, (12,) * 20)
    assert store.put(newer) == 3
    assert store.put(RatingsResult(5, (1,) * 4, (0,) * 4)) == 1
    assert store.results("trust") == [newer, *results[1:]]  # in the place of the older one
    assert store.topics() == ["ratings", "trust"]
    assert Store(_url(database)).class_code == store.class_code
    assert store.delete_all() == 4
    assert store.codes() == []


# How it is opened


def test_it_listens_on_this_computer_alone_unless_told_otherwise(classroom: Opened) -> None:
    assert classroom.address.startswith("http://127.0.0.1:")
    assert "Only programs on this computer can reach it" in classroom.printed
    addresses = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        if not address.startswith("127."):
            with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
                socket.create_connection((address, int(classroom.port)), timeout=2)


def test_opening_it_to_a_network_says_what_that_opens(tmp_path: Path) -> None:
    found = opened(str(tmp_path / "class.sqlite"), "--port", "0", "--listen", "127.0.0.1", "--name", "Room-7.example")
    try:
        assert found.address.startswith("http://room-7.example:")
        assert ask(found, "GET", "/join", Host="room-7.example")[0] == 200
    finally:
        found.close()
    arguments = parsed(["--listen", "0.0.0.0", "--name", "10.0.0.5", "--database", "postgresql://me:secret@host/class"])
    said = words(arguments, 8770, classroom_like("SH7N7QVJ"))
    assert "Every computer that can reach 10.0.0.5 can reach it" in said
    assert "not encrypted" in said
    assert "http://10.0.0.5:8770/join#SH7N-7QVJ" in said
    assert "secret" not in said
    with pytest.raises(SystemExit):
        parsed(["--listen", "0.0.0.0"])


def classroom_like(class_code: str) -> object:
    """Return what `words` asks of a classroom."""
    return type("Like", (), {"store": type("Store", (), {"class_code": class_code}), "token": "t"})


def test_what_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    for database in (str(tmp_path / "missing" / "class.sqlite"), "mysql://x/y", "nonsense://"):
        line = [sys.executable, "-m", "intimacy.classroom", "--port", "0", "--database", database]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("The classroom cannot be opened: ")
        assert "Traceback" not in done.stderr


def test_the_server_needs_no_widgets(root: Path) -> None:
    code = "import sys, intimacy.classroom.__main__; print({'anywidget', 'plotly'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# The notebook's side


def test_a_room_that_does_not_answer_is_told_in_time_and_in_a_sentence() -> None:
    with socket.socket() as silent:  # takes connections and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        there = room(f"http://127.0.0.1:{silent.getsockname()[1]}/join#SH7N-7QVJ")
        with pytest.raises(Unanswered, match=r"does not answer\. Nothing was lost here: try again"):
            there.pool("trust")
    with pytest.raises(Unanswered, match="does not answer"):
        there.post(game(1))


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 10_000, b"\xff"], ids=["deep", "long", "bytes"])
def test_a_room_that_answers_nonsense_is_told_in_a_sentence(status: int, body: bytes) -> None:
    class Nonsense(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Nonsense) as nonsense:
        Thread(target=nonsense.handle_request, daemon=True).start()
        with pytest.raises(Unanswered, match=r"^[^{}]+\.$"):
            room(f"http://127.0.0.1:{nonsense.server_port}/join#SH7N-7QVJ").pool("trust")


def test_the_reason_of_a_refusal_comes_through(classroom: Opened) -> None:
    wrong = room(f"{classroom.address}/join#0000-0000")
    with pytest.raises(Unanswered, match="The class code is not the one of this classroom"):
        wrong.post(game(1))
    with pytest.raises(Unanswered, match="This is no result: it is not a code"):
        room(classroom.link).post("T" + "0" * 24)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "7KQX-2M4A",
        "http://127.0.0.1:8770/join",
        "http://127.0.0.1:8770/join#7KQX",
        "http://127.0.0.1:8770/instructor#7KQX-2M4A",
        "http://127.0.0.1:8770/api/results#7KQX-2M4A",
        "http://user:pass@127.0.0.1/join#7KQX-2M4A",
        "http://127.0.0.1:x/join#7KQX-2M4A",
        "http://[::1/join#7KQX-2M4A",
        "file:///etc/passwd#7KQX-2M4A",
        "ftp://127.0.0.1/join#7KQX-2M4A",
        "javascript:alert(1)//join#7KQX-2M4A",
        "http:///join#7KQX-2M4A",
    ],
)
def test_what_is_no_join_link_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="link must be the join link that your instructor gave you"):
        room(link)


def test_a_join_link_may_be_typed() -> None:
    there = room("  HTTP://[::1]:8770/join#sh7n7qvj ")
    assert (there.address, there.class_code) == ("http://[::1]:8770", "SH7N7QVJ")


def test_a_web_app_joins_only_the_room_that_its_host_has_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOILA_BASE_URL", "/")
    link = "http://10.0.0.5:8770/join#SH7N-7QVJ"
    with pytest.raises(ValueError, match="this web app can only join a classroom that its host has named"):
        room(link)
    monkeypatch.setenv(HOST_HAS_NAMED, "http://10.0.0.5:8770/")
    assert room(link).address == "http://10.0.0.5:8770"


def test_no_proxy_and_no_redirect_is_followed(classroom: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert room(classroom.link).post(game(1)) == 1
    assert client.SECONDS <= 3
