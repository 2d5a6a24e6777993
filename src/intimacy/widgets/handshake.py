"""A handshake: does the page draw widgets, and does Python answer it?"""

from __future__ import annotations

from typing import Any

import traitlets

from intimacy.widgets import front_end

UNDRAWN = (
    "If you read this line and see no list with check marks, this page draws no widgets. In JupyterLab or Notebook: "
    "choose Kernel → Restart Kernel and Run All Cells. If that does not help, run `make lab` again and open the page "
    "that it names; other editors may lack the widgets of Jupyter."
)


class Handshake(front_end.FrontEnd):
    """Three checks that only the page can make: it draws widgets, it can unpack pictures, and Python answers it.

    Attributes:
        answered: how often Python has answered the page.
    """

    _front_end = "handshake"

    title = traitlets.Unicode("Do this page and Python work together?").tag(sync=True)
    answered = traitlets.Int(0)

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return UNDRAWN

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"kind": "hello"}:
                self.answered += 1
                self.send({"kind": "hello"})
