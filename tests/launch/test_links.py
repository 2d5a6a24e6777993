"""The launch links follow the git remote, and each leads to a notebook that is there or to a page that is built."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import mistune
import pytest

import links
import run_notebooks

KINDS = {"lab", "voila", "page"}
STEMS = sorted(path.stem for path in (links.ROOT / "notebooks").glob("*.ipynb"))
FORK = links.repository("https://github.com/a-class/a.fork.git", "v1.0")


def addresses(markdown: str) -> Iterator[str]:
    """Yield where each link of a Markdown text leads."""
    yield from _targets(mistune.create_markdown(renderer="ast", plugins=["table"])(markdown))


def _targets(tokens: Any) -> Iterator[str]:
    for token in tokens:
        if token["type"] == "link":
            yield token["attrs"]["url"]
        yield from _targets(token.get("children", []))


def launched(markdown: str) -> list[tuple[str, str]]:
    """Return kind and stem of each launch link, in order."""
    return [known for address in addresses(markdown) if (known := links.target(address))]


def heads() -> dict[str, str]:
    """Return the first cell of each notebook."""
    return {stem: run_notebooks.read(links.ROOT / "notebooks" / f"{stem}.ipynb").cells[0].source for stem in STEMS}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all that has launch links, in a git repository without a remote."""
    shutil.copytree(links.ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copy(links.ROOT / "README.md", tmp_path)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def with_remote(folder: Path, address: str) -> None:
    subprocess.run(["git", "-C", str(folder), "remote", "add", "origin", address], check=True)


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in [folder / "README.md", *(folder / "notebooks").glob("*.ipynb")]}


@pytest.mark.parametrize("stem", STEMS)
def test_each_notebook_links_to_itself_in_jupyterlab_in_voila_and_as_a_page(stem: str) -> None:
    found = launched(heads()[stem])
    assert sorted(found) == sorted((kind, stem) for kind in KINDS)


def test_the_readme_links_to_each_notebook_in_each_way() -> None:
    found = launched((links.ROOT / "README.md").read_text(encoding="utf-8"))
    assert sorted(found) == sorted((kind, stem) for stem in STEMS for kind in KINDS)


def test_each_address_leads_to_a_file_that_is_there_or_to_a_page_that_is_built() -> None:
    everything = [(links.ROOT / "README.md").read_text(encoding="utf-8"), *heads().values()]
    found = [address for text in everything for address in addresses(text) if links.ADDRESS.match(address)]
    assert len(found) >= 3 * len(STEMS)
    for address in found:
        parts = urlsplit(address)
        if parts.hostname == "mybinder.org":
            path = parse_qs(parts.query)["urlpath"][0]
            front_end, _, file = path.partition("/notebooks/")
            assert front_end in {"lab/tree", "voila/render"}
            assert (links.ROOT / "notebooks" / file).is_file(), address
        else:
            # The site tool makes a page of each notebook, by its stem.
            assert Path(parts.path).stem in STEMS, address
            assert Path(parts.path).suffix == ".html"


def test_the_links_follow_the_remote_and_nothing_else_changes(copy: Path) -> None:
    with_remote(copy, "git@github.com:a-class/a.fork.git")
    before = {name: text.decode() for name, text in texts(copy).items()}
    assert links.main([], root=copy) == 0
    after = {name: text.decode() for name, text in texts(copy).items()}
    here = links.repository("a-class/a.fork")
    for name, text in after.items():
        assert links.UNSET not in text
        assert links.pointed(before[name], here) == text
    to = here.address("lab", STEMS[0])
    assert to in list(addresses(run_notebooks.read(copy / "notebooks" / f"{STEMS[0]}.ipynb").cells[0].source))
    again = texts(copy)
    assert links.main([], root=copy) == 0
    assert texts(copy) == again
    assert links.main(["--check"], root=copy) == 0


def test_a_check_names_what_is_out_of_date_and_writes_nothing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_remote(copy, "https://gitlab.com/a/group/name.git")
    before = texts(copy)
    assert links.main(["--check"], root=copy) == 1
    assert texts(copy) == before
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1 + len(STEMS)
    assert all(each.endswith("out of date, run make links") for each in said)


def test_links_can_be_pointed_from_one_fork_to_another_and_to_a_tag(copy: Path) -> None:
    assert links.main(["--repository", "one/fork"], root=copy) == 0
    first = texts(copy)
    assert links.main(["--repository", "https://gitlab.com/a/group/name", "--ref", "week/2"], root=copy) == 0
    source = run_notebooks.read(copy / "notebooks" / f"{STEMS[4]}.ipynb").cells[0].source
    assert set(addresses(source)) >= {
        f"https://mybinder.org/v2/gl/a%2Fgroup%2Fname/week%2F2?urlpath=lab%2Ftree%2Fnotebooks%2F{STEMS[4]}.ipynb",
        f"https://mybinder.org/v2/gl/a%2Fgroup%2Fname/week%2F2?urlpath=voila%2Frender%2Fnotebooks%2F{STEMS[4]}.ipynb",
        f"https://a.gitlab.io/group/name/{STEMS[4]}.html",
    }
    assert links.main(["--repository", "one/fork"], root=copy) == 0
    assert texts(copy) == first


def test_without_a_remote_the_placeholders_stay_and_one_sentence_says_what_is_needed(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(copy)
    assert links.main([], root=copy) == 1
    assert texts(copy) == before
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no git remote named origin" in said
    assert "--repository OWNER/NAME" in said


@pytest.mark.parametrize(
    "remote",
    [
        "o/n",
        "https://github.com/o/n",
        "https://github.com/o/n.git/",
        "https://someone:secret@github.com/o/n.git",
        "git@github.com:o/n.git",
        "ssh://git@github.com/o/n.git",
        "ssh://git@github.com:22/o/n",
        "git://github.com/o/n.git",
    ],
)
def test_each_form_of_a_github_remote_is_read(remote: str) -> None:
    assert links.repository(remote) == links.Repository("github.com", "o/n")


@pytest.mark.parametrize(
    "remote",
    ["https://codeberg.org/o/n", "git@git.school.example:o/n.git", "../bare.git", "https://github.com/o", "o", ""],
)
def test_another_remote_is_refused_with_what_is_needed(remote: str) -> None:
    with pytest.raises(links.NoRepository, match=r"^The remote must be on github.com or gitlab.com, got .*\.$"):
        links.repository(remote)


def test_a_password_in_a_remote_is_not_printed() -> None:
    with pytest.raises(links.NoRepository) as refused:
        links.repository("https://someone:secret@codeberg.org/o/n")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_address_is_read_back_as_it_was_made(kind: str) -> None:
    for repository in (FORK, links.repository("git@gitlab.com:a/b/c.git"), links.repository("o/o.github.io")):
        assert links.target(repository.address(kind, "04_x")) == (kind, "04_x")
    assert links.repository("o/o.github.io").address("page", "04_x") == "https://o.github.io/04_x.html"


def test_other_addresses_stay() -> None:
    text = "[a](https://mybinder.org/v2/gh/x/y/HEAD) [b](https://x.github.io/y/) [c](https://mybinder.org)"
    assert links.pointed(text, FORK) == text
