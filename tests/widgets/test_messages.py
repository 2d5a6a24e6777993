"""A message from a page is data: whatever stands in it, nothing runs, nothing breaks and nothing long comes back."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intimacy import class_results
from intimacy.labs import need_to_connect, oxytocin_trust, vasopressin_bonding
from intimacy.widgets import Carry, Game, Handshake, Lab

DEEP: Any = []
for _ in range(900):
    DEEP = [DEEP]
HOSTILE: dict[str, Any] = {
    "python": "__import__('pathlib').Path('ran').touch()",
    "html": "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "template": "{{ 7 * 7 }}${7 * 7}%s{0.__class__}",
    "sql": "'; DROP TABLE result; --",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "no text": "\x00\x1b[2J\u202e\ud800",
    "long": "A" * 1_000_000,
    "long number": 10**5000,
    "many": ["A"] * 100_000,
    "deep": DEEP,
}
LONGEST = 2_000
"""Characters that may come back; what was sent is never longer there than a line or two."""


WIDGETS: dict[str, tuple[Callable[[], Any], tuple[str, ...], dict[str, Any]]] = {
    "lab": (
        oxytocin_trust.the_blood,
        ("set", "frames", "heard"),
        {"values": {}, "seed": None, "name": "dose", "serial": 1},
    ),
    "bench": (vasopressin_bonding.the_virtual_vole, ("run", "again"), {"values": {}, "prediction": "x"}),
    "trust game": (oxytocin_trust.trust_game, ("move", "resume"), {"value": 4, "code": ""}),
    "ball game": (need_to_connect.ball_game, ("move", "resume"), {"value": "watch", "code": ""}),
    "share": (
        lambda: class_results.share_game(oxytocin_trust.trust_game()),
        ("look", "share"),
        {"secret": "0" * 32, "answers": [], "link": "x"},
    ),
    "gather": (class_results.gather_games, ("add", "follow"), {"text": "", "as": "codes", "link": ""}),
    "carry": (lambda: Carry("04_oxytocin_trust"), ("paste",), {"text": ""}),
    "handshake": (Handshake, ("hello",), {}),
}


def messages(kinds: tuple[str, ...], fields: dict[str, Any], evil: Any) -> Iterator[Any]:
    """Yield messages in which each field in turn, and each name and place inside it, is hostile."""
    yield from (evil, {"kind": evil})
    for kind in kinds:
        whole = {"kind": kind, "request": "v:1", **fields}
        for name in ("request", *fields):
            yield {**whole, name: evil}
        if "values" in fields:
            yield {**whole, "values": {"dose": evil}}
        if isinstance(evil, str):
            yield {**whole, "values": {evil: evil}, evil: evil}


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize("sort", WIDGETS)
def test_whatever_a_message_holds_nothing_runs_and_the_answer_is_short(
    sort: str, evil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    make, kinds, fields = WIDGETS[sort]
    widget, sent = make(), []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: sent.append(content))
    with caplog.at_level(logging.WARNING):
        for message in messages(kinds, fields, HOSTILE[evil]):
            data = {"method": "custom", "content": message}
            widget._handle_msg({"content": {"data": data}, "buffers": []})
    assert [record.getMessage()[:300] for record in caplog.records] == []
    # The names of a question and of a control come back as they were given.
    assert [str(each)[:200] for each in sent if len(json.dumps({**each, "request": "", "name": ""})) > LONGEST] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [oxytocin_trust.the_blood, oxytocin_trust.trust_game])
def test_a_lab_and_a_game_are_as_they_were_after_all_that(make: Callable[[], Lab | Game]) -> None:
    widget = make()
    before = repr(widget)
    for evil in HOSTILE.values():
        for message in messages(("set", "move", "resume"), {"values": {}, "value": 0, "code": ""}, evil):
            data = {
                "method": "custom",
                "content": {**message, "values": evil, "value": evil} if isinstance(message, dict) else message,
            }
            widget._handle_msg({"content": {"data": data}, "buffers": []})
    assert repr(widget) == before
