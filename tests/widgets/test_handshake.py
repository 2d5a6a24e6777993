"""The handshake: Python answers each question of the page once, and says what to do where widgets are not drawn."""

from __future__ import annotations

from intimacy.widgets import Handshake


def test_python_answers_a_hello_and_nothing_else():
    handshake = Handshake()
    sent = []
    handshake.send = lambda message, buffers=None: sent.append(message)
    handshake._receive(handshake, {"kind": "hello"}, [])
    handshake._receive(handshake, {"kind": "rubbish"}, [])
    handshake._receive(handshake, {}, [])
    assert sent == [{"kind": "hello"}]
    assert handshake.answered == 1


def test_the_text_for_pages_without_widgets_says_what_to_do():
    assert "Restart Kernel" in repr(Handshake())
    assert "make lab" in repr(Handshake())
