"""Begin a theme: ``python tools/new_theme.py 13 touch_and_time "Touch and time"``.

It copies the small theme of ``tools/theme/``, which runs, under the new number, stem and title, and enters it in each
list of themes. ``WRITE:`` stands wherever words are still to be written: ``--left`` says where.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from intimacy.course import LESSONS, ROWS

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "tools" / "theme"
COLUMNS = 4
LEFT = re.compile(r"WRITE:[^\"\\|]*")
WRITTEN = ("README.md", "data/*.csv", "notebooks/*.ipynb", "src/**/*.py", "tests/models/*.py")


class ThemeError(Exception):
    """A theme cannot be begun; the message is one sentence that says why."""


def left_to_write() -> list[str]:
    """Return the file, the line and the words of each place where something is still to be written."""
    return [
        f"{path.relative_to(ROOT).as_posix()}:{number}: {words.strip()}"
        for pattern in WRITTEN
        for path in sorted(ROOT.glob(pattern))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for words in LEFT.findall(line)
    ]


def begin(number: int, stem: str, title: str) -> list[Path]:
    """Write the files of a new theme, enter it in the lists, and return the paths of all.

    Raises:
        ThemeError: number, stem or title is taken or not allowed, or a list is not as this tool knows it.
    """
    if number != len(LESSONS) + 1:
        raise ThemeError(f"number must be {len(LESSONS) + 1}, one more than the last lesson's, got {number}")
    if not re.fullmatch(r"[a-z]+(?:_[a-z]+)*", stem):
        raise ThemeError(f"stem must be small letters and single underscores, such as touch_and_time, got {stem!r}")
    if not re.fullmatch(r"[^\"\\|]+", title):
        raise ThemeError(f"title must be words without quotation marks, backslashes and bars, got {title!r}")
    files = copied(number, stem, title)
    if there := [path for path in files if path.exists()]:
        raise ThemeError(f"stem must be a new one, and there is {there[0].relative_to(ROOT).as_posix()} already")
    texts = {**files, **entered(number, stem, title)}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return [*texts]


def copied(number: int, stem: str, title: str) -> dict[Path, str]:
    """Return the path and the text of each file that is the theme's own."""
    new = {
        "99_a_theme": f"{number:02d}_{stem}",
        "a_theme": stem,
        "A theme": title,
        '"number": 99': f'"number": {number}',
    }

    def renamed(text: str) -> str:
        for old, name in new.items():
            text = text.replace(old, name)
        return text

    return {
        ROOT / renamed(path.relative_to(TEMPLATE).as_posix()): renamed(path.read_text(encoding="utf-8"))
        for path in sorted(TEMPLATE.rglob("*a_theme.*"))
        if path.suffix in {".py", ".ipynb"}
    }


def entered(number: int, stem: str, title: str) -> dict[Path, str]:
    """Return the path and the text of each list of themes, with the new one after the last one."""
    last = LESSONS[-1]
    name, before = f"{number:02d}_{stem}", f"{last.number:02d}_{last.stem}"
    taken = [lesson.place for lesson in LESSONS]
    free = [(row, column) for row in range(len(ROWS)) for column in range(COLUMNS) if (row, column) not in taken]
    if not free:
        raise ThemeError("the map in src/intimacy/course.py has no place left: give it a row")
    moves = "WRITE: what one moves"
    entries = (
        (
            "src/intimacy/course.py",
            rf"^    Lesson\({last.number}, .*\n",
            rf'\g<0>    Lesson({number}, "{stem}", "{title}", "{moves}", {free[-1]}),\n',
        ),
        ("data/datapackage.json", rf'^( *)"{last.stem}"$', rf'\1"{last.stem}",\n\1"{stem}"'),
        (
            "data/claims.csv",
            r"\Z",
            f"{stem.replace('_', '-')}-claim,{stem},Often added: WRITE: the claim in our words.,contested,"
            f"WRITE: why this verdict and which studies.,{name},kosfeld2005;declerck2020\n",
        ),
        (
            "README.md",
            rf"^\| {last.number} \|.*\| \d+ \+ \d+ (\|.*\n)",
            rf"\g<0>| {number} | [{title}](notebooks/{name}.ipynb) | WRITE: the claim | {moves} | 30 + 5 \1",
        ),
        (
            "docs/instructor-guide.md",
            rf"^\| \d+ \| .*\(guide/{before}\.md\)",
            rf"\g<0> and [{number:02d}, {title.lower()}](guide/{name}.md)",
        ),
        ("docs/taught.md", r"(\n\| Date \|.*\n.*\n)(?s:.*)\Z", rf"\g<0>\n## {number:02d}: {title}\n\1"),
    )
    texts = {}
    for file, last_entry, entry in entries:
        text, found = re.subn(last_entry, entry, (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
        if not found:
            raise ThemeError(f"{file} does not name lesson {before} as this tool expects it")
        texts[ROOT / file] = text
    # The row's links still lead to the last lesson.
    readme = texts[ROOT / "README.md"]
    row = next(line for line in readme.splitlines() if line.startswith(f"| {number} |"))
    texts[ROOT / "README.md"] = readme.replace(row, row.replace(before, name))
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Begin the theme that was asked for and say what is left to write; 1 when it cannot be begun."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--left", action="store_true", help="begin nothing, only say what is left to write")
    parser.add_argument("number", type=int, nargs="?", help="its place in the course: one more than the last lesson's")
    parser.add_argument("stem", nargs="?", help="its name everywhere, such as touch_and_time")
    parser.add_argument("title", nargs="?", help="the heading (the stem, in words)")
    options = parser.parse_args(arguments)
    if not options.left:
        if options.stem is None:
            parser.error("number and stem are needed, as in: 13 touch_and_time")
        try:
            made = begin(options.number, options.stem, options.title or options.stem.replace("_", " ").capitalize())
        except ThemeError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"Written: {', '.join(path.relative_to(ROOT).as_posix() for path in made)}")
    print("Left to write (docs/contributing.md says how):")
    print("\n".join(left_to_write()) or "nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
