"""Speed of the statistics, against PyMARE, statsmodels and scikit-learn."""

from __future__ import annotations

from functools import partial

import numpy as np
from pymare.estimators import DerSimonianLaird
from sklearn.linear_model import LogisticRegression
from statsmodels.discrete.discrete_model import Logit
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import proportion_confint

from intimacy.models.reading_the_evidence import pool
from intimacy.models.relationships.prediction import fit_logistic
from intimacy.models.replication import power
from intimacy.models.vasopressin_bonding.paternity import exact_interval
from timing import Row, processor_times, require_agreement, row

GENERATOR = np.random.default_rng(7)
STUDIES, ROWS = 40, 500


def pooling_rows() -> list[Row]:
    """A random-effects meta-analysis."""
    variances = GENERATOR.uniform(0.01, 0.1, STUDIES)
    estimates = GENERATOR.normal(0.3, np.sqrt(variances + 0.02))
    ours = partial(pool, estimates, variances)
    pymare = lambda: DerSimonianLaird().fit(y=estimates, v=variances, X=np.ones((STUDIES, 1)))  # noqa: E731
    statsmodels = partial(combine_effects, estimates, variances, method_re="dl")
    require_agreement(
        1e-6,
        ours=ours().estimate,
        pymare=float(pymare().params_["fe_params"].squeeze()),
        statsmodels=float(statsmodels().mean_effect_re),
    )
    times = processor_times(ours, 21)
    what = f"pool {STUDIES} studies, random effects"
    return [
        row(what, times, processor_times(pymare), against="PyMARE", least=1),
        row(what, times, processor_times(statsmodels), against="statsmodels", least=1),
    ]


def power_row() -> Row:
    """The power of a t test at a hundred sample sizes."""
    sizes = np.arange(5, 105)
    ours = partial(power, 0.4, sizes)
    peer = lambda: TTestIndPower().power(0.4, sizes, 0.05)  # noqa: E731
    require_agreement(1e-6, ours=float(np.sum(ours())), peer=float(np.sum(peer())))
    times = processor_times(ours, 21), processor_times(peer)
    return row("power of a t test at 100 sample sizes", *times, against="statsmodels", least=1)


def logistic_rows() -> list[Row]:
    """A logistic regression without a penalty."""
    x = GENERATOR.normal(size=(ROWS, 5))
    y = (GENERATOR.random(ROWS) < 1 / (1 + np.exp(-x @ np.linspace(-1, 1, 5)))).astype(float)
    with_ones = np.column_stack([np.ones(ROWS), x])
    ours = partial(fit_logistic, x, y)
    statsmodels = lambda: Logit(y, with_ones).fit(disp=False)  # noqa: E731
    sklearn = lambda: LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(x, y)  # noqa: E731
    require_agreement(
        1e-3,
        ours=float(ours().coefficients[0, 1]),
        statsmodels=float(statsmodels().params[1]),
        sklearn=float(sklearn().coef_[0, 0]),
    )
    times = processor_times(ours, 21)
    what = f"logistic regression, {ROWS} rows, 5 predictors"
    return [
        row(what, times, processor_times(statsmodels), against="statsmodels", least=1),
        row(what, times, processor_times(sklearn), against="scikit-learn", least=1),
    ]


def interval_row(counts: int = 1000) -> Row:
    """Exact intervals of a share."""
    k = np.arange(counts)
    ours = partial(exact_interval, k, counts)
    peer = partial(proportion_confint, k, counts, method="beta")
    require_agreement(1e-6, ours=float(np.sum(ours()[0])), peer=float(np.sum(peer()[0])))
    times = processor_times(ours, 21), processor_times(peer)
    return row(f"{counts:,} exact intervals of a share", *times, against="statsmodels", least=1)


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    return [*pooling_rows(), power_row(), *logistic_rows(), interval_row()]
