"""A theme: WRITE: what the model is held against, such as a published number, a closed form, another package."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from intimacy.models.a_theme import Fading, simulate_fading


@pytest.mark.parametrize("half_life", [5, 15, 60])
def test_the_closed_form_solves_the_equation(half_life: float) -> None:
    run = simulate_fading(Fading(half_life=half_life))
    rate = np.log(2) / half_life
    solved = solve_ivp(lambda _, left: -rate * left, (0, 60), [1.0], t_eval=run.minutes, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(run.left, solved.y[0], atol=1e-6)
