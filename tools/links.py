"""Point the launch links at the copy they stand in: ``python tools/links.py [--repository OWNER/NAME] [--ref TAG]``.

README.md and the first cell of each notebook link to JupyterLab and to Voilà on Binder, and to the page of the web
site. The addresses follow the git remote ``origin``; the words around them are written by hand and stay. ``--check``
writes nothing and fails where an address would change.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from run_notebooks import read, write_if_changed, written

ROOT = Path(__file__).resolve().parents[1]
BINDER = "https://mybinder.org/v2"
HOSTS = {"github.com": ("gh", "github.io"), "gitlab.com": ("gl", "gitlab.io")}
"""For each host: what Binder calls it, and where its pages are."""
APPS = {"lab": "lab/tree/notebooks/{}.ipynb", "voila": "voila/render/notebooks/{}.ipynb"}
REMOTE = re.compile(
    r"(?:https://(?:[^@/]+@)?|git://|ssh://(?:[^@/]+@)?|(?:[^@/]+@))(?P<host>[\w.-]+)(?::\d+)?[/:](?P<path>.+?)(?:\.git)?/?"
)
PATH = re.compile(r"\w[\w.-]*(/\w[\w.-]*)+", flags=re.ASCII)
ADDRESS = re.compile(r"https://(?:mybinder\.org/v2/g[hl]/|[\w.-]+\.git(?:hub|lab)\.io/)[^\s)`\"'<>]+")
UNSET = "OWNER/NAME"
HINT = " (OWNER and NAME stand for a copy's address; `make links` puts it in.)"


class NoRepository(Exception):
    """The address of the copy is not known; the message is one sentence that says what is needed."""


@dataclass(frozen=True)
class Repository:
    """A repository that Binder can build, at a branch, tag or commit.

    Attributes:
        host: ``github.com`` or ``gitlab.com``.
        path: owner and name; on GitLab there may be groups between them.
        ref: what Binder builds.
    """

    host: str
    path: str
    ref: str = "HEAD"

    @property
    def on_binder(self) -> str:
        """Where Binder builds it."""
        kind = HOSTS[self.host][0]
        path = quote(self.path, safe="/" if kind == "gh" else "")
        return f"{BINDER}/{kind}/{path}/{quote(self.ref, safe='')}"

    @property
    def pages(self) -> str:
        """Where its web site is."""
        owner, _, rest = self.path.partition("/")
        domain = f"{owner}.{HOSTS[self.host][1]}"
        return f"https://{domain}" if rest.lower() == domain.lower() else f"https://{domain}/{rest}"

    def address(self, kind: str, stem: str) -> str:
        """Return the address of a notebook: in ``lab``, in ``voila`` or as a ``page``."""
        if kind == "page":
            return f"{self.pages}/{stem}.html"
        return f"{self.on_binder}?urlpath={quote(APPS[kind].format(stem), safe='')}"


def repository(remote: str, ref: str = "HEAD") -> Repository:
    """Return the repository that a git remote, or OWNER/NAME on GitHub, names.

    Raises:
        NoRepository: Binder and a web site cannot follow from it.
    """
    if PATH.fullmatch(remote) and remote.count("/") == 1:
        return Repository("github.com", remote, ref)
    found = REMOTE.fullmatch(remote)
    if found is None or found["host"] not in HOSTS or not PATH.fullmatch(found["path"]):
        shown = re.sub("//[^@/]+@", "//", remote)  # a remote may hold a password
        raise NoRepository(
            f"The remote must be on {' or '.join(HOSTS)}, got {shown!r}: push a copy there and name it with "
            "--repository OWNER/NAME (GitHub) or --repository https://gitlab.com/OWNER/NAME."
        )
    return Repository(found["host"], found["path"], ref)


def origin(folder: Path) -> str:
    """Return the git remote ``origin`` of a folder.

    Raises:
        NoRepository: there is none.
    """
    asked = ["git", "-C", str(folder), "remote", "get-url", "origin"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise NoRepository(
            f"There is no git remote named origin, so the links keep {UNSET}: "
            "add one, or name the copy with --repository OWNER/NAME."
        )
    return answer.stdout.strip()


def target(address: str) -> tuple[str, str] | None:
    """Return kind and stem of a launch address; ``None`` where it is another address."""
    parts = urlsplit(address)
    paths = parse_qs(parts.query).get("urlpath", [""])
    for kind, form in APPS.items():
        before, after = form.split("{}")
        if paths[0].startswith(before) and paths[0].endswith(after):
            return kind, paths[0].removeprefix(before).removesuffix(after)
    page = re.fullmatch(r"/(?:.*/)?(\d\d_\w+)\.html", unquote(parts.path))
    return ("page", page[1]) if page and not parts.query else None


def pointed(text: str, to: Repository) -> str:
    """Return a text whose launch addresses lead to a repository."""

    def new(found: re.Match[str]) -> str:
        known = target(found[0])
        return to.address(*known) if known else found[0]

    text = ADDRESS.sub(new, text)
    return text if to.path == UNSET else text.replace(HINT, "")


def files(root: Path, to: Repository) -> dict[Path, str]:
    """Return each file with launch links, with the text that it should have."""
    readme = root / "README.md"
    changed = {readme: pointed(readme.read_text(encoding="utf-8"), to)}
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = read(path)
        notebook.cells[0].source = pointed(notebook.cells[0].source, to)
        changed[path] = written(notebook)
    return changed


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the links, or check them; 1 when the repository is not known or, in a check, a file would change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", help="OWNER/NAME on GitHub, or the address of a remote (the remote origin)")
    parser.add_argument("--ref", default="HEAD", help="the branch, tag or commit that Binder builds (HEAD)")
    parser.add_argument("--check", action="store_true", help="write nothing; say which files are out of date")
    options = parser.parse_args(arguments)
    try:
        to = repository(options.repository or origin(root), options.ref)
    except NoRepository as reason:
        print(reason, file=sys.stderr)
        return 1
    stale = False
    for path, text in files(root, to).items():
        name = path.relative_to(root)
        if options.check:
            wrong = path.read_text(encoding="utf-8") != text
            stale |= wrong
            print(f"{name}: {'out of date, run make links' if wrong else 'up to date'}")
        else:
            print(f"{name}: {'written' if write_if_changed(path, text) else 'unchanged'}")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
