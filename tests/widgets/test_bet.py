"""A bet: kept when it is placed, answered by name with what the model says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from traitlets import TraitError

from intimacy.widgets import Bet, Option

OPTIONS = {
    "falls": Option("It falls", "the curve would fall", "it fell"),
    "rises": Option("It rises", "the curve would rise", "it rose"),
}


def make(outcome: Callable[[], str] = lambda: "rises") -> Bet:
    """Make a bet on a curve that rises."""
    return Bet("What will the curve do?", OPTIONS, outcome, "the dose comes in faster than it leaves")


def test_a_lost_bet_is_answered_by_name() -> None:
    bet = make()
    bet.place("falls")
    assert bet.answer().text == (
        "You said the curve would fall; it rose, because the dose comes in faster than it leaves."
    )


def test_a_won_bet_is_answered_by_name() -> None:
    bet = make()
    bet.place("rises")
    assert bet.answer().text == (
        "You said the curve would rise, and that is what happened, because the dose comes in faster than it leaves."
    )


def test_no_bet_is_answered_all_the_same() -> None:
    answer = make().answer()
    assert answer.text == "You placed no bet. It rose, because the dose comes in faster than it leaves."
    assert (answer.placed, answer.outcome) == (None, "rises")


def test_the_shown_answer_is_the_text_in_lines_of_at_most_100() -> None:
    bet = make()
    bet.place("rises")
    lines = repr(bet.answer()).splitlines()
    assert " ".join(lines) == bet.answer().text
    assert max(map(len, lines)) <= 100


def test_the_outcome_is_asked_of_the_model_at_each_answer_and_not_before() -> None:
    outcomes = iter(["falls", "rises"])
    bet = make(lambda: next(outcomes))
    assert [bet.answer().outcome, bet.answer().outcome] == ["falls", "rises"]


def test_an_outcome_that_is_not_an_option_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^outcome must be one of 'falls', 'rises', got 'explodes'$"):
        make(lambda: "explodes").answer()


def test_a_bet_on_nothing_that_is_there_is_refused_and_not_kept() -> None:
    bet = make()
    with pytest.raises(ValueError, match=r"^choice must be one of 'falls', 'rises', got 'sideways'$"):
        bet.place("sideways")
    assert bet.choice is None


def test_a_bet_can_change_until_it_is_answered() -> None:
    bet = make()
    bet.place("falls")
    bet.place("rises")
    bet.answer()
    with pytest.raises(ValueError, match="before the lab answers"):
        bet.place("falls")
    assert bet.choice == "rises"


def test_an_answer_without_a_bet_leaves_the_bet_open() -> None:
    bet = make()
    bet.answer()
    bet.place("falls")
    assert bet.answer().text.startswith("You said the curve would fall; it rose")


def test_a_choice_from_the_browser_is_kept_told_so_and_answered() -> None:
    bet = make()
    assert bet.get_state()["kept"] is None
    bet.set_state({"choice": "falls"})
    assert bet.get_state()["kept"] == "falls"
    assert bet.answer().placed == "falls"
    assert bet.get_state()["answered"] is True


def test_the_browser_gets_labels_and_keys_but_never_what_happens() -> None:
    state = make().get_state()
    assert state["options"] == [{"key": "falls", "label": "It falls"}, {"key": "rises", "label": "It rises"}]
    assert state["question"] == "What will the curve do?"
    shown = {key: value for key, value in state.items() if not key.startswith("_")}
    assert "faster than it leaves" not in str(shown)


def test_one_option_is_no_bet() -> None:
    with pytest.raises(ValueError, match="options must be at least two, got 1"):
        Bet("?", {"falls": OPTIONS["falls"]}, lambda: "falls", "it must")


def test_a_bet_reads_well_as_text() -> None:
    bet = make()
    assert repr(bet) == "What will the curve do?\n( ) It falls\n( ) It rises"
    bet.place("rises")
    assert repr(bet) == "What will the curve do?\n( ) It falls\n(x) It rises"


@pytest.mark.parametrize("choice", ["", "sideways", 7, ["falls"]])
def test_a_page_cannot_place_a_bet_that_is_no_option(choice: object) -> None:
    bet = make()
    bet.place("rises")
    with pytest.raises(TraitError):
        bet.set_state({"choice": choice})
    assert bet.choice == bet.kept == "rises"
    assert bet.answer().placed == "rises"
