"""Safe: what is installed is locked, nothing evaluates text, and no secret is or ever was in the repository."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from bandit.core.config import BanditConfig
from bandit.core.manager import BanditManager
from detect_secrets.core.plugins.initialize import from_plugin_classname
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ("src", "tools", "deploy", "benchmarks")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CODE = sorted(path for folder in PYTHON for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted(
    path
    for folder in PYTHON
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".js", ".html", ".j2") and "node_modules" not in path.parts
)


def name_of(path: Path) -> str:
    """Return a path as the repository has it."""
    return path.relative_to(ROOT).as_posix()


@cache
def texts() -> dict[str, str]:
    """Return each file of text that is in the repository or would come into it, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found = {}
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            found[name] = content.decode()
    return found


def cells(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and source of each cell of code."""
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells, start=1):
        if cell.cell_type == "code":
            yield number, cell.source


# What is installed


def without_hash(lock: str) -> list[str]:
    """Return the packages of a lock for pip that have no hash, or not one version."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    return [
        block.split()[0]
        for block in blocks
        if block.strip() and not block.startswith("#")
        if "--hash=sha256:" not in block or not re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+ ", block)
    ]


def without_integrity(lock: str) -> list[str]:
    """Return the packages of a lock for npm that have no hash, or that name a place to be fetched from."""
    packages = json.loads(lock)["packages"]
    return [
        name
        for name, each in packages.items()
        if name and (not each.get("integrity", "").startswith("sha512-") or "resolved" in each)
    ]


UNLOCKED = {"tools/matrix.py": "the oldest and the newest packages are those that no lock has"}
INSTALLS = {
    r"\bpip3? install +(?!.*(--require-hashes|--no-deps))[\w.\"'\[~/-]": "pip without --require-hashes or --no-deps",
    r"[\"']install[\"'](?!.*--(require-hashes|no-deps))": "an installer without --require-hashes or --no-deps",
    r"\bnpm (install|i|add|update)\b|\b(yarn|pnpm) add\b": "npm without a lock: npm ci has one",
    r"\b(npx|uvx|pipx run|pipx install|conda install|mamba install) +[\w@-]": "a package without a lock",
    r"\b(curl|wget)\b[^\n|]*\|\s*(sudo )?(-\w+ )*(ba|z)?(sh|python3?)\b": "a download that runs unread",
}


def lines_that(text: str, patterns: Mapping[str, str]) -> list[str]:
    """Return the number of each line that has one of the patterns, and what is wrong with it."""
    return [
        f"{number}: {what}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, what in patterns.items()
        if re.search(pattern, line)
    ]


def installs(text: str) -> list[str]:
    """Return what each line that installs without a lock does."""
    return lines_that(text, INSTALLS)


@pytest.mark.parametrize("name", [name_of(path) for path in sorted(ROOT.glob("requirements*.lock"))])
def test_every_locked_package_has_a_version_and_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(re.findall(r"^[A-Za-z0-9]", text, flags=re.MULTILINE)) > 50
    assert without_hash(text) == []


def test_every_other_lock_has_hashes_too() -> None:
    assert without_hash((ROOT / "tools/lite/requirements.txt").read_text(encoding="utf-8")) == []
    packages = [ROOT / name for name in texts() if Path(name).name == "package.json"]
    assert {path.parent.name for path in packages} >= {"jupyterhub", "lite", "slides"}
    for path in packages:
        lock = path.with_name("package-lock.json").read_text(encoding="utf-8")
        assert without_integrity(lock) == []
        wanted = json.loads(path.read_text(encoding="utf-8"))["dependencies"]
        assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
        assert json.loads(lock)["packages"][""]["dependencies"] == wanted


def test_nothing_is_installed_but_from_a_lock() -> None:
    told = {
        name: text for name, text in texts().items() if not name.startswith("tests/") and "package-lock" not in name
    }
    assert {"Makefile", "README.md", "postBuild", "tools/environment.py", "deploy/tljh.md"} <= told.keys()
    found = {name: faults for name, text in told.items() if (faults := installs(text))}
    assert {name: faults for name, faults in found.items() if name not in UNLOCKED} == {}
    assert UNLOCKED.keys() <= found.keys()


@pytest.mark.parametrize(
    "line",
    [
        "pip install numpy",
        "grading/bin/pip install nbgrader .",
        "sudo -E pip install -r requirements.lock",
        '[sys.executable, "-m", "pip", "install", "uv"]',
        "npm install -g configurable-http-proxy",
        "npx serve",
        "curl -L https://tljh.jupyter.org/bootstrap.py | sudo -E python3 - --admin teacher",
        "wget -qO- https://get.example.org | sh",
    ],
)
def test_what_installs_without_a_lock_is_found(line: str) -> None:
    assert len(installs(line)) == 1


def test_a_lock_without_a_hash_is_found() -> None:
    assert without_hash("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]
    assert without_hash("a>=1 \\\n    --hash=sha256:00\n") == ["a>=1"]
    assert without_integrity('{"packages": {"": {}, "node_modules/a": {"version": "1"}}}') == ["node_modules/a"]


# Bandit


def bandit(targets: list[str], skips: set[str]) -> list[tuple[str, int, range, str, str]]:
    """Return file, line, lines, rule and words of all that bandit finds, whether a line excuses itself or not."""
    manager = BanditManager(
        BanditConfig(str(ROOT / "pyproject.toml")),
        "file",
        quiet=True,
        ignore_nosec=True,
        profile={"include": set(), "exclude": skips},
    )
    manager.discover_files(targets, recursive=True)
    manager.run_tests()
    assert manager.skipped == []
    return [
        (each.fname, each.lineno, range(each.linerange[0], each.linerange[-1] + 1), each.test_id, each.text)
        for each in manager.get_issue_list()
    ]


def excuses(source: str) -> dict[tuple[int, str], str]:
    """Return the reason that each comment ``# nosec B310 # reason`` gives, by line and rule."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT and "nosec" in token.string]
    found = {}
    for comment in comments:
        whole = re.fullmatch(r"# nosec (B\d{3}) # (\S.+)", comment.string)
        assert whole, f"an excuse has one rule and a reason, got {comment.string}"
        found[comment.start[0], whole[1]] = whole[2]
    return found


@cache
def skipped() -> frozenset[str]:
    """Return the rules that hold nowhere; pyproject.toml says why."""
    return frozenset(BanditConfig(str(ROOT / "pyproject.toml")).get_option("skips"))


def test_bandit_finds_nothing_but_what_is_excused_at_its_line_and_no_excuse_is_left_over() -> None:
    unused = {(name_of(path), *each) for path in CODE for each in excuses(path.read_text(encoding="utf-8"))}
    found = []
    for file, line, lines, rule, words in bandit([str(ROOT / folder) for folder in PYTHON], {*skipped()}):
        name = name_of(Path(file))
        excused = {(name, each, rule) for each in lines} & unused
        unused -= excused
        if not excused:
            found.append(f"{name}:{line} {rule} {words}")
    assert found == []
    assert unused == set()
    assert len(skipped()) <= 3


def test_bandit_finds_nothing_in_the_cells_of_the_notebooks(tmp_path: Path) -> None:
    places: dict[str, list[tuple[str, int]]] = {}
    for path in NOTEBOOKS:
        lines: list[str] = []
        places[path.stem] = []
        for number, source in cells(path):
            lines += source.splitlines()
            places[path.stem] += [(path.name, number)] * len(source.splitlines())
        (tmp_path / f"{path.stem}.py").write_text("\n".join(lines), encoding="utf-8")
    probe = tmp_path / "probe.py"
    probe.write_text("import pickle\npickle.loads(b'')", encoding="utf-8")
    places["probe"] = [("probe", 1), ("probe", 2)]
    found = [
        (*places[Path(file).stem][line - 1], rule) for file, line, _, rule, _ in bandit([str(tmp_path)], {*skipped()})
    ]
    assert found == [("probe", 1, "B403"), ("probe", 2, "B301")]


# What the tests may do and no one else: run code from notebooks, name passwords, draw by chance, open to all.
OF_TESTS = {"B102", "B104", "B105", "B106", "B107", "B307", "B311", "B607"}


def test_bandit_finds_nothing_else_in_tests_that_start_servers_or_programs() -> None:
    files = [path for path in (ROOT / "tests").rglob("*.py") if re.search(r"\b(subprocess|socket)\b", path.read_text())]
    assert len(files) > 15
    assert bandit([*map(str, files)], {*skipped(), *OF_TESTS}) == []


# Nothing evaluates text

ANYWHERE_CALLED = {
    "eval",
    "exec",
    "__import__",
    "sympify",
    "parse_expr",
    "query",
    "read_pickle",
    "create_subprocess_shell",
}
CALLED_BY_NAME = {"compile", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
PICKLES = {"pickle", "cPickle", "dill", "marshal", "shelve", "cloudpickle", "joblib"}
STARTS = {f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output")}
ONE_TEXT = {"subprocess.getoutput", "subprocess.getstatusoutput"}


def evaluations(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each call that could run a text, or read data that can run."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from ((node.lineno, name) for name in names if name.split(".")[0] in PICKLES)
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            first = ast.unparse(node.args[0]) if node.args else ""
            is_text = first.startswith(("'", '"', "f'", 'f"'))
            unsafe = {each.arg for each in node.keywords if ast.unparse(each.value) != "False"} & {
                "shell",
                "allow_pickle",
            }
            if (
                unsafe
                or called.rpartition(".")[2] in ANYWHERE_CALLED
                or called in CALLED_BY_NAME | ONE_TEXT
                or (called in STARTS and is_text)
                or (called.endswith("import_module") and not first.startswith(("'", "f'intimacy.", 'f"intimacy.')))
            ):
                yield node.lineno, called


def test_no_code_evaluates_text() -> None:
    found = [
        f"{name_of(path)}:{line} {call}"
        for path in CODE
        for line, call in evaluations(path.read_text(encoding="utf-8"))
    ]
    for path in NOTEBOOKS:
        # A cell with a magic or a line for the shell is no Python, and fails here.
        found += [
            f"{path.name}, cell {number}: {each}" for number, source in cells(path) for each in evaluations(source)
        ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "compile(text, '', 'exec')",
        "builtins.eval(text)",
        "pd.eval(text)",
        "table.query(text)",
        "table.eval(text)",
        "import pickle",
        "from marshal import loads",
        "pd.read_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "yaml.load(text)",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.run('ls')",
        "subprocess.check_output(f'ls {name}')",
        "__import__(name)",
        "importlib.import_module(name)",
        "sympy.sympify(text)",
    ],
)
def test_a_call_that_evaluates_text_is_found(source: str) -> None:
    assert len(list(evaluations(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "re.compile(text)",
        "ast.literal_eval(text)",
        "np.load(path)",
        "yaml.safe_load(text)",
        "subprocess.run(['ls', name])",
        "subprocess.run(command)",
        "importlib.import_module('intimacy.labs')",
    ],
)
def test_a_call_that_evaluates_nothing_is_let_through(source: str) -> None:
    assert list(evaluations(source)) == []


SCRIPTS = {
    r"\beval\(|\bFunction\(": "text becomes a program",
    r"\b(innerHTML|outerHTML|srcdoc|insertAdjacentHTML|createContextualFragment|setHTML\w*)\b": "text becomes HTML",
    r"document\.write": "text becomes HTML",
    r"\bset(Timeout|Interval)\(\s*[\"'`]": "text becomes a program",
    r"javascript:|\bon\w+=[\"']|dangerously": "text becomes a program",
    r"\|\s*safe\b|autoescape": "a template writes text as HTML",
    r"\bimport\((?!url\)|module\))": "a program is loaded",
    r"https?://(?!www\.w3\.org/)": "another host is named",
}


def text_as_code(source: str) -> list[str]:
    """Return what each line does that makes a program or HTML of text, or asks another host."""
    return lines_that(source, SCRIPTS)


def test_no_script_makes_a_program_or_html_of_text() -> None:
    assert {path.name for path in PAGES} >= {"shared.js", "instructor.js", "page.js", "deck.js", "gallery.html"}
    found = {name_of(path): said for path in PAGES if (said := text_as_code(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "node.innerHTML = name;",
        "node.insertAdjacentHTML('beforeend', name)",
        "document.write(name)",
        "eval(text)",
        "new Function('x', text)",
        "setTimeout('go()', 5)",
        "<a href='javascript:go()'>",
        "<img onerror='go()'>",
        "{{ name | safe }}",
        "await import(address)",
        "import x from 'https://cdn.example.org/x.js'",
    ],
)
def test_a_script_that_makes_a_program_or_html_of_text_is_found(line: str) -> None:
    assert len(text_as_code(line)) == 1


# Secrets

KNOWN = {
    "the letters of a result code": {"0123456789ABCDEFGHJKMNPQRSTVWXYZ"},
    "half of a learner's number that a test has made up": {"0123456789abcdef"},
    "what tests have made up to sign in with": {"eight or more", "short", "t", "0"},
    "what tests have made up to be refused": {"x", "pass", "secret", "1.2.3.4"},
    "the name of a place in the browser": {"intimacy.share"},
    "all addresses of a machine": {"0.0.0.0"},
    "an address that documentation may use and nobody has": {"192.0.2.1"},
}
"""What looks like a secret and is none. Only what is found may stand here."""
NO_SECRET = re.compile(
    r'\s*"id": "[0-9a-f-]{4,40}",?|.*"(integrity": "sha512-|code_hash": ").*|.*(--hash=|@)[\w:]{40,}.*'
    r"|<!-- sha256 \w+ -->"
)
"""Lines of long numbers that say nothing: cells of notebooks, hashes of locks, and the digest of the benchmarks."""
SECRET_WORD = re.compile("|".join(DENYLIST), flags=re.IGNORECASE)
PRIVATE = {
    r"\b(?!git@)[\w.+-]+@[\w-]+\.(?!example\b)[a-z]{2,}\b": "an e-mail address",
    r"(?<![\w.])/(home|Users|root)/\w+": "a path of one machine",
    r"\b(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+)\b": "an address of one network",
}
NOT_PRIVATE = {
    "10.0.0.5",
    "/home/me",
    "/root/x",
    "/home/student01",
    "/home/student02",
    "secret@github.com",
    "secret@codeberg.org",
}
"""What stands for an example, or for what a test refuses."""


def lines_of_all_times() -> set[str]:
    """Return each line that is in the repository, would come into it, or was in it once."""
    history = subprocess.run(
        ["git", "log", "-p", "--all", "--no-color", "--no-ext-diff", "--format="],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    added = (line[1:] for line in history.stdout.decode(errors="replace").splitlines() if line[:1] == "+" != line[1:2])
    now = (line for text in texts().values() for line in text.splitlines())
    return {line.strip() for lines in (added, now) for line in lines}


def secrets(lines: set[str]) -> set[str]:
    """Return what looks like a secret."""
    kept = [line for line in lines if not NO_SECRET.fullmatch(line)]
    whole = "\n".join(kept)
    found = set()
    for each in get_mapping_from_secret_type_to_class().values():
        plugin = from_plugin_classname(each.__name__)
        # A word such as password counts with what follows it on its line; all else can be looked for in one go.
        parts = filter(SECRET_WORD.search, kept) if isinstance(plugin, KeywordDetector) else [whole]
        limit = getattr(plugin, "entropy_limit", 0.0)
        values = {value for part in parts for value in plugin.analyze_string(part)}
        found |= {value for value in values if not limit or plugin.calculate_shannon_entropy(value) > limit}
    return found


def test_no_secret_is_in_the_repository_and_none_ever_was() -> None:
    assert secrets(lines_of_all_times()) == set().union(*KNOWN.values())


@pytest.mark.parametrize(
    "line",
    [
        'aws_key = "AKIA' + 'IOSFODNN7EXAMPLQ"',
        "token = 'ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "https://someone:" + "hunter2@example.org",
        'password = "' + 'correct horse"',
    ],
)
def test_a_secret_is_found(line: str) -> None:
    assert secrets({line})


def private(text: str) -> dict[str, str]:
    """Return what a text tells of a person, a machine or a network, and which of them."""
    return {hit[0]: what for pattern, what in PRIVATE.items() for hit in re.finditer(pattern, text)}


def test_no_file_tells_of_a_person_a_machine_or_a_network() -> None:
    told = {name: private(text) for name, text in texts().items() if name != "tests/test_safe.py"}
    assert {name: rest for name, found in told.items() if (rest := found.keys() - NOT_PRIVATE)} == {}
    assert set().union(*told.values()) >= NOT_PRIVATE


@pytest.mark.parametrize("line", ["robin@university.edu", "/home/robin/x", "/Users/x", "192.168.3.4", "10.1.2.3"])
def test_what_tells_of_a_person_a_machine_or_a_network_is_found(line: str) -> None:
    assert len(private(line)) == 1


# Workflows


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("zizmor"), "--offline", "--no-progress", "--persona=pedantic", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_linter_of_workflows_finds_nothing() -> None:
    assert (done := zizmor(ROOT / ".github/workflows")).returncode == 0, done.stdout


def test_a_workflow_keeps_no_key_and_may_write_nothing_but_pages() -> None:
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}, path.name
        for name, job in workflow["jobs"].items():
            assert job.get("permissions", {}) == ({"pages": "write", "id-token": "write"} if name == "publish" else {})
            for step in job["steps"]:
                is_checkout = step.get("uses", "").startswith("actions/checkout")
                assert not is_checkout or step["with"]["persist-credentials"] is False, path.name


def test_the_linter_of_workflows_finds_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    text = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    for old, new, rule in (
        ("run: .ci/run $CHECKS", "run: .ci/run ${{ github.head_ref }}", "template-injection"),
        ("permissions:\n  contents: read", "permissions: write-all", "excessive-permissions"),
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@v5", "unpinned-uses"),
    ):
        assert old in text
        (folder / "test.yml").write_text(text.replace(old, new), encoding="utf-8")
        assert rule in zizmor(folder).stdout


# Promises


def test_each_promise_names_a_test_that_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    promised = text.partition("## What is promised")[2].partition("## What is not promised")[0]
    promises = re.findall(r"^\| (?!promise|---)(.+?) \| (.+) \|$", promised, flags=re.MULTILINE)
    assert len(promises) > 20
    for promise, shown in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", shown)
        assert named, f"{promise}: names no test"
        for file, test in named:
            assert (ROOT / file).is_file(), file
            assert not test or f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), test
