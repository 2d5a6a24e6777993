"""A bet: a prediction that the notebook remembers, and later answers by name."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import traitlets

from intimacy.arguments import checked
from intimacy.parameters import shown
from intimacy.widgets import front_end
from intimacy.widgets.carry import Carried


@dataclass(frozen=True)
class Option:
    """One thing that may happen, in the three places where it is named.

    Attributes:
        label: beside the radio button, such as ``"It falls"``.
        said: after "You said", such as ``"the curve would fall"``.
        happened: in "You said …; it fell, because …", such as ``"it fell"``.
    """

    label: str
    said: str
    happened: str


@dataclass(frozen=True, repr=False)
class BetAnswer:
    """How a bet came out. ``placed`` is the option that was bet on, ``None`` where no bet was placed."""

    placed: str | None
    outcome: str
    text: str

    def __repr__(self) -> str:
        return textwrap.fill(self.text, 100)


class Bet(Carried, front_end.FrontEnd):
    """A question about what a model will do, asked before it runs. Nothing is kept until the learner says so.

    Args:
        question: what to predict.
        options: what may happen, by key.
        outcome: asks the model and returns the key of what happened.
        because: the reason, as it stands after "because", without a full stop.

    Raises:
        ValueError: there are fewer than two options.
    """

    _front_end = "bet"

    question = traitlets.Unicode().tag(sync=True)
    options: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    choice: Any = traitlets.Unicode(allow_none=True, default_value=None).tag(sync=True)
    kept: Any = traitlets.Unicode(allow_none=True, default_value=None).tag(sync=True)
    answered = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        question: str,
        options: Mapping[str, Option],
        outcome: Callable[[], str],
        because: str,
    ) -> None:
        if len(options) < 2:
            raise ValueError(f"options must be at least two, got {len(options)}")
        self._options, self._outcome, self._because = dict(options), outcome, because
        super().__init__(
            question=question, options=[{"key": key, "label": option.label} for key, option in options.items()]
        )
        self.arrived("bet", question)

    @traitlets.validate("choice")
    def _must_be_an_option(self, proposal: Any) -> Any:
        choice = proposal["value"]
        if choice is not None and choice not in self._options:
            raise traitlets.TraitError(f"choice must be {self._allowed}, got {shown(choice)}")
        return choice

    @traitlets.observe("choice")
    def _keep(self, change: Any) -> None:
        """Tell the browser that its bet has arrived."""
        self.kept = change["new"]

    @checked
    def place(self, choice: str) -> None:
        """Bet on an option, as the button does.

        Raises:
            ValueError: there is no such option, or the bet has been answered.
        """
        self._check("choice", choice)
        if self.answered:
            raise ValueError("choice must be made before the lab answers; run the cell that makes the bet to bet again")
        self.choice = choice

    @checked
    def bring_back(self, kept: Any) -> list[str]:
        """Place a bet that was carried here."""
        if kept != self.choice:
            self.place(kept)
        return []

    def answer(self) -> BetAnswer:
        """Ask the model what happened and hold the bet against it. A bet that was placed is closed by its answer.

        Raises:
            ValueError: the outcome is not one of the options.
        """
        outcome = self._outcome()
        self._check("outcome", outcome)
        self.answered = self.choice is not None
        return BetAnswer(self.choice, outcome, self._sentence(outcome))

    def __repr__(self) -> str:
        lines = [f"({'x' if key == self.choice else ' '}) {each.label}" for key, each in self._options.items()]
        return "\n".join([textwrap.fill(self.question, 100), *lines])

    def _check(self, name: str, key: Any) -> None:
        if not isinstance(key, str) or key not in self._options:
            raise ValueError(f"{name} must be {self._allowed}, got {shown(key)}")

    @property
    def _allowed(self) -> str:
        return f"one of {', '.join(map(repr, self._options))}"

    def _sentence(self, outcome: str) -> str:
        happened = self._options[outcome].happened
        if self.choice is None:
            return f"You placed no bet. {happened[0].upper()}{happened[1:]}, because {self._because}."
        said = self._options[self.choice].said
        if self.choice == outcome:
            return f"You said {said}, and that is what happened, because {self._because}."
        return f"You said {said}; {happened}, because {self._because}."
