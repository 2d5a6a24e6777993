"""What the browser tests know of the flagship notebook."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from pages import Page

LOOP = "Does oxytocin close a loop"
BLOOD = "Ten minutes in the blood"
LABS_FUNNEL = "A hundred labs study the same small effect"
RECOVERY = "Could the model find the truth"
GAME = "How much do you trust a partner"
READING = "What can the model read from your game"
LABS = (LOOP, BLOOD, LABS_FUNNEL, RECOVERY)
WIDGETS = 17  # six labs, a game, three bets, three pictures of the evidence, two panels of the class, a state, a quiz
# Faults of JupyterLab 4.6, of Notebook 7, and of Voilà's page around a notebook: axe's rule, and what breaks it.
# Nothing inside our own widgets is excused, and `pytest -m everyone` fails where a name is no longer needed.
UPSTREAM = {
    "jupyterlab": {
        "aria-allowed-attr": "buttons of the toolbars, <jp-button>, say aria-pressed without the role of a button",
        "aria-input-field-name": "the editors of cells of code are text boxes without a name",
        "aria-required-children": "the list of cells has the role feed, and its cells are no articles",
        "button-name": "the button that folds a heading has no name",
        "region": "the box around the skip link stands outside all landmarks",
        "scrollable-region-focusable": "boxes that scroll, as around a long line of code, cannot be reached by Tab",
    },
    "notebook7": {
        "aria-allowed-attr": "as in JupyterLab",
        "aria-input-field-name": "as in JupyterLab",
        "aria-required-children": "as in JupyterLab",
        "button-name": "as in JupyterLab",
        "link-name": "the logo is a link without a name",
        "skip-link": "the skip link leads to #first-cell, which is not there",
        "tabindex": "the skip link has a tabindex of 1",
    },
    "app": {
        "link-in-text-block": "links of the text have no underline in JupyterLab's style sheet",
        "region": "the page has no landmark around its content",
    },
}


def settled(page: Page, lab: Any) -> None:
    """Wait until Python has answered the lab's last question and the picture is painted."""
    page.tab.wait_for_function("node => node.closest('[aria-busy=true]') === null", arg=lab.element_handle())
    page.tab.wait_for_timeout(150)


def noticed(page: Page, lab: Any, words: str) -> None:
    """Wait until the lab says over its picture what is wrong, also where it is scrolled out of sight."""
    notice = lab.locator(".notice")
    # Twenty seconds: where a session was ended from outside, JupyterLab itself may look for it only every ten. Until
    # then a question that was on its way may be missed first, and the notice says that Python is silent.
    for _ in range(100):  # looked up anew each time, since Jupyter may draw the lab again
        said = notice.evaluate("node => node.hidden ? '' : node.textContent")
        if words in said:
            return
        page.tab.wait_for_timeout(200)
    raise AssertionError(f"the notice says {said!r}")


def faults(page: Page) -> tuple[list[str], set[str]]:
    """Return what axe finds inside our widgets, and the rules broken anywhere on the page."""
    found = Axe().run(page.tab).response["violations"]
    ours = [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
        if page.tab.locator(node["target"][-1]).first.evaluate("node => node.closest('.intimacy') !== null")
    ]
    return ours, {violation["id"] for violation in found}
