"""Three hundred players share at once and the classroom is killed: nothing accepted is lost, nothing counts twice."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from classrooms import Opened, opened
from intimacy.classroom.__main__ import _url
from intimacy.classroom.client import Unanswered, room
from intimacy.classroom.store import Store
from intimacy.models.result_code import AMOUNTS, LEARNERS, ROUNDS, TrustResult, encode

PLAYERS = 300
KILLED_AFTER = 100


def codes() -> list[str]:
    chance = random.Random(8)
    learners = chance.sample(range(LEARNERS), PLAYERS)
    return [encode(TrustResult(each, 3, tuple(chance.choice(AMOUNTS) for _ in range(ROUNDS)))) for each in learners]


def test_300_players_at_once_and_a_killed_classroom(database: str) -> None:
    classroom = opened(database, "--port", "0")
    sent, accepted, lock = codes(), [], threading.Lock()
    there = room(classroom.link)
    ready = threading.Barrier(PLAYERS + 1)
    killed = threading.Event()

    def play(code: str) -> None:
        """Share until it is accepted, as a learner does who presses the button again."""
        ready.wait()
        for _ in range(60):
            try:
                there.post(code)
            except Unanswered:
                continue
            with lock:
                accepted.append(code)
                if len(accepted) == KILLED_AFTER:
                    classroom.kill()
                    killed.set()
            return
        raise AssertionError("never accepted")

    again: Opened | None = None
    try:
        with ThreadPoolExecutor(PLAYERS) as room_full:
            playing = [room_full.submit(play, code) for code in sent]
            ready.wait()
            assert killed.wait(20)
            classroom.close()
            kept = set(Store(_url(database)).codes())
            with lock:
                surely = set(accepted[:KILLED_AFTER])
            again = opened(database, "--port", classroom.port)
            for each in playing:
                each.result(timeout=40)
        assert surely <= kept  # what was accepted before the kill was on the disk after it
        assert len(kept) < PLAYERS  # and the kill came in the middle
        assert again.link == classroom.link  # the link that everybody has stays good
        assert again.token != classroom.token
        for code in sent[::10]:  # an impatient press more
            room(again.link).post(code)
        assert sorted(accepted) == sorted(sent)
        assert Store(_url(database)).codes() == sorted(sent)
        assert there.pool("trust")["counted"] == PLAYERS
    finally:
        classroom.close()
        if again:
            again.close()
