"""The hub of ``deploy/``: its configuration says what docs/deploy.md promises, and a small class can work at it."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jupyterhub.app import JupyterHub
from traitlets.config import Config
from yamllint import linter
from yamllint.config import YamlLintConfig

import class_load
from class_hub import CONFIGURATION, ClassError, Hub, proxy_path, running_hub
from class_student import Student

SEATS = ["student01", "student02"]
VALUES = "deploy/z2jh-values.yaml"

Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Let JupyterHub load the configuration with these environment variables; returns what it set, by class."""

    def load(**settings: str) -> Config:
        usual = {"CLASS_PASSWORD": "eight or more", "CLASS_ACCOUNTS": "one", "CLASS_FOLDER": str(tmp_path / "class")}
        for name in [each for each in os.environ if each.startswith("CLASS_")]:
            monkeypatch.delenv(name)
        for name, value in (usual | settings).items():
            monkeypatch.setenv(name, value)
        hub = JupyterHub()
        hub.load_config_file(str(CONFIGURATION))
        return hub.config

    return load


def test_the_hub_is_set_up_as_promised(load: Load, tmp_path: Path) -> None:
    chosen = load(CLASS_SEATS="2", CLASS_STARTS_AT_ONCE="3", CLASS_IDLE_SECONDS="77")
    hub, spawner = chosen["JupyterHub"], chosen["Spawner"]
    assert chosen["SharedPasswordAuthenticator"]["user_password"] == "eight or more"
    assert chosen["Authenticator"]["allowed_users"] == set(SEATS)
    assert chosen["Authenticator"]["admin_users"] == set()
    assert "--KernelManager.transport=ipc" in spawner["args"]
    assert spawner["disable_user_config"] is True
    assert spawner["default_url"].endswith("/00_start_here.ipynb")
    assert hub["concurrent_spawn_limit"] == 3
    assert hub["bind_url"] == "http://127.0.0.1:8000"
    assert {hub["hub_bind_url"], chosen["ConfigurableHTTPProxy"]["api_url"]} == {
        "http://127.0.0.1:8001",
        "http://127.0.0.1:8002",
    }
    (culler,), (role,) = hub["services"], hub["load_roles"]
    assert culler["command"][-2:] == ["jupyterhub_idle_culler", "--timeout=77"]
    assert role["services"] == [culler["name"]]
    assert set(role["scopes"]) == {"list:users", "read:users:activity", "read:servers", "delete:servers"}


def test_only_a_teacher_with_a_password_of_their_own_may_look_after_the_class(load: Load) -> None:
    chosen = load(CLASS_TEACHER_PASSWORD="t" * 32)
    assert chosen["Authenticator"]["admin_users"] == {"teacher"}
    assert chosen["SharedPasswordAuthenticator"]["admin_password"] == "t" * 32


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"CLASS_PASSWORD": ""}, "CLASS_PASSWORD must have at least 8 characters, got 0."),
        (
            {"CLASS_TEACHER_PASSWORD": "short"},
            "CLASS_TEACHER_PASSWORD must have at least 32 characters or none, got 5.",
        ),
        ({"CLASS_SEATS": "many"}, "CLASS_SEATS must be a whole number above 0, got 'many'."),
        ({"CLASS_MEGABYTES": "0"}, "CLASS_MEGABYTES must be a whole number above 0, got '0'."),
        ({"CLASS_ACCOUNTS": "none"}, "CLASS_ACCOUNTS must be one of own, one, got 'none'."),
    ],
)
def test_a_wrong_setting_is_one_sentence(settings: dict[str, str], words: str, load: Load) -> None:
    with pytest.raises(SystemExit) as stopped:
        load(**settings)
    assert stopped.value.code == words


def test_accounts_of_their_own_need_the_administrator(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"^CLASS_ACCOUNTS=own .* run it as the administrator \(root\)\.$"):
        load(CLASS_ACCOUNTS="own")


def test_the_folder_of_the_class_is_closed_to_others(load: Load, tmp_path: Path) -> None:
    load()
    assert (tmp_path / "class").stat().st_mode & 0o777 == 0o700


def test_the_page_explains_every_setting_with_its_default(root: Path) -> None:
    page = (root / "docs/deploy.md").read_text(encoding="utf-8")
    explained = dict(re.findall(r"^\| `(CLASS_\w+)` \| (.+?) \|", page, flags=re.MULTILINE))
    source = CONFIGURATION.read_text(encoding="utf-8")
    assert set(explained) == set(re.findall(r"CLASS_\w+", source))
    defaults = re.findall(r'whole\("(CLASS_\w+)", (\d+)\)', source)
    defaults += re.findall(r'environ\.get\("(CLASS_\w+)"\) or "([^"]+)"', source)
    assert len(defaults) == 7
    assert {name: explained[name].strip("`") for name, _ in defaults} == dict(defaults)


def test_a_students_server_lays_the_collection_out_and_replaces_nothing(root: Path, tmp_path: Path) -> None:
    # Stands for the server: what is run in its place says under which limit it runs.
    stub = "import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0])"
    (tmp_path / "jupyterhub").mkdir()
    (tmp_path / "jupyterhub/__init__.py").touch()
    (tmp_path / "jupyterhub/singleuser.py").write_text(stub, encoding="utf-8")
    home = tmp_path / "home"
    written = home / "intimacy/notebooks/04_oxytocin_trust.ipynb"
    written.parent.mkdir(parents=True)
    written.write_text("mine", encoding="utf-8")
    variables = os.environ | {"HOME": str(home), "MEM_LIMIT": "700000000", "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, str(root / "deploy/jupyterhub/student_server.py")]
    ran = subprocess.run(command, env=variables, capture_output=True, check=True, text=True)
    assert ran.stdout == "700000000\n"
    assert written.read_text(encoding="utf-8") == "mine"
    for each in ("README.md", "notebooks/00_start_here.ipynb", "data/evidence.csv"):
        assert (home / "intimacy" / each).read_bytes() == (root / each).read_bytes()


def test_the_files_for_kubernetes_are_tidy(root: Path) -> None:
    style = YamlLintConfig("{extends: default, rules: {line-length: {max: 120}, document-start: disable}}")
    for path in sorted((root / "deploy").glob("*.yaml")):
        assert [f"{path.name}: {each}" for each in linter.run(path.read_text(encoding="utf-8"), style)] == []


@pytest.fixture
def values(root: Path) -> dict[str, Any]:
    """What the chart is given."""
    return dict(yaml.safe_load((root / VALUES).read_text(encoding="utf-8")))


@pytest.fixture
def schema(root: Path) -> Draft202012Validator:
    """The keys that the chart knows."""
    known = yaml.safe_load((root / "deploy/z2jh-values.schema.yaml").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(known)
    return Draft202012Validator(known)


def test_the_chart_knows_every_key(values: dict[str, Any], schema: Draft202012Validator) -> None:
    assert [fault.message for fault in schema.iter_errors(values)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values.update(singelUser={}),
        lambda values: values["singleuser"].update(memroy={}),
        lambda values: values["singleuser"]["memory"].update(limit="lots"),
        lambda values: values["singleuser"]["cpu"].update(limit=0),
        lambda values: values["scheduling"]["userPlaceholder"].update(replica=5),
        lambda values: values["cull"].update(enabled="yes"),
        lambda values: values["singleuser"]["lifecycleHooks"]["postStart"]["exec"].update(command="gitpuller"),
    ],
)
def test_a_misspelt_key_or_a_wrong_value_is_found(
    spoil: Callable[[dict[str, Any]], None], values: dict[str, Any], schema: Draft202012Validator
) -> None:
    spoilt = copy.deepcopy(values)
    spoil(spoilt)
    assert len(list(schema.iter_errors(spoilt))) == 1


def megabytes(amount: str) -> float:
    """Return an amount of memory as Kubernetes writes it, such as ``400M``, in MB."""
    return float(amount[:-1]) * {"M": 1, "G": 1000}[amount[-1]]


def test_kubernetes_is_asked_for_the_memory_that_was_measured(root: Path, values: dict[str, Any]) -> None:
    page = (root / "docs/deploy.md").read_text(encoding="utf-8")
    alone = [float(each) for each in re.findall(r"^\| memory per student: .+? \| (\d+) MB", page, flags=re.MULTILINE)]
    assert len(alone) == 2
    asked = values["singleuser"]["memory"]
    assert sum(alone) <= megabytes(asked["guarantee"]) <= 1.5 * sum(alone)
    assert megabytes(asked["limit"]) >= 2 * sum(alone)


def test_what_was_not_run_says_so(root: Path) -> None:
    for name in (VALUES, "deploy/tljh.md"):
        assert re.search("not run here", (root / name).read_text(encoding="utf-8"), flags=re.IGNORECASE), name


def test_no_password_is_in_the_repository(root: Path) -> None:
    for path in (each for each in (root / "deploy").rglob("*") if each.is_file() and each.suffix != ".pyc"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?i)(password|secret|token)\w*(:\s*[^\s#]|\s*=\s*[\"'])", text), path


def test_the_report_goes_between_the_markers_and_nothing_else_changes() -> None:
    page = f"before\n\n{class_load.BEGIN}\n\nold\n\n{class_load.END}\n\nafter\n"
    once = class_load.written(page, "new")
    assert once == page.replace("old", "new")
    assert class_load.written(once, "new") == once
    with pytest.raises(ClassError, match="needs the markers"):
        class_load.written(page.replace(class_load.END, ""), "new")


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1, 20)])
def test_a_quantile_is_one_of_the_values(share: float, value: int) -> None:
    assert class_load.quantile(range(20, 0, -1), share) == value


def test_without_node_one_sentence_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClassError, match=r"^Node\.js is missing: .*\.$"):
        proxy_path()


def test_a_student_who_fails_is_named(tmp_path: Path) -> None:
    class Someone:
        def __init__(self, name: str) -> None:
            self.name = name

    async def what(someone: Any) -> None:
        if someone.name == "student02":
            raise RuntimeError("the password was refused")

    with pytest.raises(
        ClassError, match=r"^1 of 2 students failed: student02: RuntimeError: the password was refused\.$"
    ):
        asyncio.run(class_load.everyone([Someone(name) for name in SEATS], what))  # type: ignore[misc]


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="JupyterHub's proxy needs Node.js, which is not here")


async def small_class(hub: Hub) -> dict[str, Any]:
    """Seat two; return what they, a stranger and a third who is not on the list came to see."""
    students = [Student(name, hub) for name in SEATS]
    await class_load.everyone(students, Student.arrive)
    await class_load.everyone(students, Student.play)
    killed = await students[0].lose_the_kernel()
    refused = await students[1].ask_for_too_much()
    found = (await students[1].run("import os; print(sorted(each for each in os.environ if 'CLASS' in each))"))["text"]
    outsiders = {}
    for name, password in (("student01", "wrong password"), ("student03", hub.password), ("root", hub.password)):
        outsider = Student(name, Hub(hub.url, password, hub.process, hub.folder))
        with pytest.raises(RuntimeError, match="refused"):
            await outsider.sign_in()
        outsiders[name] = outsider.page.status_code
        await outsider.leave()
    stolen = await students[0].client.get("/user/student02/api/contents")
    await class_load.everyone(students, Student.leave)
    return {
        "servers": sorted(hub.servers()),
        "waits": sum(student.waits for student in students),
        "moves": [seconds for student in students for seconds in student.moves],
        "killed": killed,
        "refused": refused,
        "environment": found.strip(),
        "outsiders": outsiders,
        "stolen": stolen.status_code,
        "left": (hub.folder / "student01/intimacy/notebooks/00_start_here.ipynb").exists(),
    }


@pytest.mark.hub
@needs_node
def test_a_class_of_two_works_at_the_real_hub_through_the_real_proxy() -> None:
    async def run() -> dict[str, Any]:
        async with running_hub(CLASS_ACCOUNTS="one", CLASS_SEATS=2, CLASS_STARTS_AT_ONCE=1) as hub:
            return await small_class(hub)

    found = asyncio.run(run())
    assert found["servers"] == SEATS
    assert found["waits"] >= 1  # One start at a time: the other page waited and tried again by itself.
    assert len(found["moves"]) == 2 * 20
    assert statistics.median(found["moves"]) < 1
    assert found["killed"]["noticed"] < found["killed"]["going on"] < 60
    assert found["refused"] == "MemoryError"
    assert found["environment"] == "[]"
    assert found["outsiders"] == {"student01": 403, "student03": 403, "root": 403}
    assert found["stolen"] == 403
    assert found["left"]


@pytest.mark.hub
@needs_node
def test_a_server_that_nobody_uses_is_stopped() -> None:
    assert class_load.IDLE_SECONDS / 2 < asyncio.run(class_load.an_idle_server()) < 60


@pytest.mark.hub
@needs_node
def test_a_hub_that_does_not_start_says_why() -> None:
    async def run() -> None:
        async with running_hub(CLASS_SEATS="many"):
            pytest.fail("it started")

    with pytest.raises(ClassError, match=r"^The hub does not start; it said last: CLASS_SEATS .* got 'many'\.$"):
        asyncio.run(run())


# A world of its own for the accounts that the hub adds. Python may live where other accounts cannot look, below /root.
OWN_WORLD = """
set -e
cp -a /etc "$1/etc"; mount --bind "$1/etc" /etc; mount -t tmpfs tmpfs /home
case "$2" in /root/*)
  mkdir "$1/python"; mount --bind "$2" "$1/python"
  mount -t tmpfs -o mode=755 tmpfs /root; mkdir -p "$2"; mount --bind "$1/python" "$2";;
esac
shift 2; exec "$@"
"""


@pytest.mark.hub
@needs_node
@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can add accounts, here in a world of their own")
def test_students_with_accounts_of_their_own_cannot_look_at_each_other(root: Path, tmp_path: Path) -> None:
    script = [sys.executable, str(root / "tests/launch/own_accounts.py")]
    world = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        OWN_WORLD,
        "sh",
        str(tmp_path),
        sys.base_prefix,
    ]
    variables = os.environ | {"PYTHONPATH": str(root / "tools")}
    ran = subprocess.run([*world, *script], env=variables, capture_output=True, check=False, text=True, timeout=240)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "account": "student01",
        "home": "/home/student01",
        "collection": ["README.md", "data", "figures", "notebooks"],
        "other home": "closed",
        "class folder": "closed",
        "secrets": [],
        "transport": "ipc",
        "connection": "0o600",
    }
