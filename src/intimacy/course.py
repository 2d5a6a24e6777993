"""The course at a glance: its lessons, what each needs, and a map whose parts lead to the notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Lesson:
    """One notebook of the course.

    Attributes:
        number: its place in the course.
        stem: its name everywhere in the project.
        title: its heading, in short.
        moves: what a learner moves in it.
        place: row and column on the map, from 0.
        helped_by: number of the lesson that it goes on from, or 0.
    """

    number: int
    stem: str
    title: str
    moves: str
    place: tuple[int, int]
    helped_by: int = 0

    @property
    def file(self) -> str:
        """The notebook's file name."""
        return f"{self.number:02d}_{self.stem}.ipynb"


LESSONS = (
    Lesson(1, "neural_pathways", "Neural pathways", "a brain that turns", (0, 2)),
    Lesson(2, "emotional_resonance", "Emotional resonance", "rhythms in step", (1, 2), 1),
    Lesson(3, "reward_learning", "Reward learning", "surprises and silence", (0, 0)),
    Lesson(4, "oxytocin_trust", "Oxytocin and trust", "a trust game, 100 labs", (1, 0), 3),
    Lesson(5, "vasopressin_bonding", "Vasopressin and bonds", "a bench with voles", (2, 0), 4),
    Lesson(6, "neuromodulation", "Neuromodulation", "stress, dose, gain", (2, 1), 4),
    Lesson(7, "mirror_systems", "Mirror systems", "links that turn round", (1, 3), 1),
    Lesson(8, "need_to_connect", "The need to connect", "time alone, a ball game", (1, 1), 3),
    Lesson(9, "relationships", "Relationships", "traps, repair, ties", (2, 2), 2),
    Lesson(10, "communication_repair", "Communication, repair", "a tournament", (3, 2), 9),
    Lesson(11, "society", "Society", "networks of many", (4, 2), 10),
    Lesson(12, "reading_the_evidence", "Reading the evidence", "the article, read again", (4, 1)),
)
ROWS = ("Begin with either", "Then", "Further", "And on", "To end")

_ROW, _BOX, _TOP = 118, 76, 26
_COLOURS = ("#0072B2", "#009E73", "#B87F00", "#D55E00", "#CC79A7")


@dataclass(frozen=True)
class CourseMap:
    """The map of the course: links to all lessons, row by row; lines lead to the lessons that go on from one."""

    lessons: tuple[Lesson, ...] = LESSONS

    def _repr_html_(self) -> str:
        places = {lesson.number: lesson.place for lesson in self.lessons}
        lines = "".join(_line(places[lesson.helped_by], lesson.place) for lesson in self.lessons if lesson.helped_by)
        names = "".join(
            f'<b style="position:absolute;left:0;top:{_ROW * row}px;font-size:14px">{escape(name)}</b>'
            for row, name in enumerate(ROWS)
        )
        height = _ROW * len(ROWS)
        return (
            '<nav aria-label="Map of the course" style="overflow-x:auto"><div style="position:relative;min-width:860px;'
            f'max-width:960px;height:{height}px"><svg aria-hidden="true" style="position:absolute;left:0;top:0;'
            f'width:100%;height:{height}px;max-width:none">{lines}</svg>{names}'
            f"{''.join(map(_box, self.lessons))}</div></nav>"
        )

    def __repr__(self) -> str:
        return "\n".join(f"{each.number:2d}  {each.title}: {each.moves}" for each in self.lessons)


def _middle(column: int) -> float:
    """Return the middle of a column in per cent of the width."""
    return 12.5 + 25 * column


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    (row, column), (next_row, next_column) = start, end
    return (
        f'<line x1="{_middle(column)}%" y1="{_ROW * row + _TOP + _BOX}" x2="{_middle(next_column)}%" '
        f'y2="{_ROW * next_row + _TOP}" stroke="currentColor" stroke-opacity=".6" stroke-width="2"/>'
    )


def _box(lesson: Lesson) -> str:
    row, column = lesson.place
    style = (
        f"position:absolute;left:{_middle(column) - 11.5}%;width:23%;top:{_ROW * row + _TOP}px;height:{_BOX}px;"
        f"box-sizing:border-box;padding:8px 10px;border:2px solid {_COLOURS[row]};border-radius:8px;overflow:hidden;"
        "background:var(--jp-layout-color0,Canvas);color:inherit;text-decoration:none;font-size:14px;line-height:1.45"
    )
    return (
        f'<a href="{lesson.file}" style="{style}"><b>{lesson.number} {escape(lesson.title)}</b><br>'
        f"{escape(lesson.moves)}</a>"
    )


def course_map() -> CourseMap:
    """Return the map of the course."""
    return CourseMap()
