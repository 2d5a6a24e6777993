"""A real survey, read as a lesson in how not to read one.

Fair (1978, Journal of Political Economy 86, 45–61) used the answers of 6,366 married women to a questionnaire that the
magazine Redbook printed in 1974; the package statsmodels ships them ("included with permission of the author"). What
they cannot tell: who the others are who did not read it, did not answer, or were not asked; what came first, as all was
asked at once; and what the partners had agreed on, as nobody asked. Age, years and children are middles of intervals,
and ``contact_rate`` is a rate that was made up from several answers. Not a model, and nothing in it is calibrated; the
one toy is the question how the shares would change if some were likelier to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import AboveZero, Shares, checked
from intimacy.parameters import Parameters, choice, number

Array = NDArray[np.float64]

RATINGS = {1: "very poor", 2: "poor", 3: "fair", 4: "good", 5: "very good"}
"""How readers rated their marriage."""

YEARS = {"any": "Any", "few": "0.5 or 2.5", "some": "6 or 9", "many": "13, 16.5 or 23"}
"""Years married, as the survey has them: middles of its intervals."""

PREDICTORS = ("rating", "age", "years_married", "religious", "children", "education")
"""What the logistic regression of the survey is given."""

_MIDDLES = {"few": (0.5, 2.5), "some": (6, 9), "many": (13, 16.5, 23)}
_NAMES = {
    "rate_marriage": "rating",
    "yrs_married": "years_married",
    "educ": "education",
    "occupation_husb": "partner_occupation",
    "affairs": "contact_rate",
}


@dataclass(frozen=True)
class SurveyReading(Parameters):
    """One way to read the survey (see :func:`read_survey`)."""

    reading: str = choice(
        "given_rating",
        {"given_rating": "Each rating", "given_contact": "Who reports contact"},
        label="Percent of",
        help="Of each rating, who reports contact; or of who reports contact, each rating.",
    )
    years: str = choice(
        "any", YEARS, label="Years married", help="Whom among those who answered to look at; middles of intervals."
    )
    answering: float = number(
        1,
        0.2,
        5,
        step=0.1,
        symbol="k",
        label="Times as likely to answer",
        help="What if those with extramarital contact were so many times as likely to answer? Nobody knows.",
    )


@dataclass(frozen=True)
class SurveyRun:
    """The survey, read in one way; every array has one entry per rating, from very poor to very good.

    Attributes:
        parameters: what was read.
        ratings: 1 to 5.
        readers: how many gave this rating.
        reported: how many of them report extramarital contact.
        share: the share asked about, among those who answered.
        low, high: 95 % interval of the share (Wilson 1927), which knows chance and nothing of who answered.
        corrected: the share among all who were asked, if those with contact were so many times as likely to answer.
    """

    parameters: SurveyReading
    ratings: NDArray[np.int64]
    readers: NDArray[np.int64]
    reported: NDArray[np.int64]
    share: Array
    low: Array
    high: Array
    corrected: Array

    @property
    def overall(self) -> float:
        """Share of all these readers who report extramarital contact."""
        return float(self.reported.sum() / self.readers.sum())

    @property
    def overall_corrected(self) -> float:
        """The same among all who were asked, if those with contact were so many times as likely to answer."""
        return float(unselected(self.overall, self.parameters.answering))

    def to_frame(self) -> pd.DataFrame:
        """Return the reading as a table, one row per rating."""
        columns = ("ratings", "readers", "reported", "share", "low", "high", "corrected")
        return pd.DataFrame({name: getattr(self, name) for name in columns})


def load_survey() -> pd.DataFrame:
    """Return the answers, one row per reader.

    Columns: rating (1 to 5), age, years_married, children (middles of intervals), religious (1 to 4), education
    (years), occupation and partner_occupation (1 to 6), contact_rate (0 if none is reported), and contact_reported.
    """
    return _survey().copy()


@checked
def read_survey(parameters: SurveyReading) -> SurveyRun:
    """Count who reports extramarital contact by how they rate their marriage, and divide in one of two ways.

    ``given_rating`` divides by all readers of a rating; ``given_contact`` by all who report contact. If those with
    contact were k times as likely to answer, the first is corrected by :func:`unselected`; the second stays as it is,
    for then all who are counted were as likely to answer.
    """
    readers, reported = _counts(parameters.years)
    by_rating = parameters.reading == "given_rating"
    whole = readers if by_rating else np.full_like(readers, reported.sum())
    low, high = _interval(tuple(reported.tolist()), tuple(whole.tolist()))
    share = reported / whole
    return SurveyRun(
        parameters=parameters,
        ratings=np.array(list(RATINGS)),
        readers=readers,
        reported=reported,
        share=share,
        low=low,
        high=high,
        corrected=unselected(share, parameters.answering) if by_rating else share,
    )


@checked
def unselected(share: Shares, answering: AboveZero) -> Array:
    """Return the share s among all who were asked, if those with it are k times as likely to answer as the others::

        share/(1 − share) = k s/(1 − s)

    Raises:
        ValueError: a share is not between 0 and 1, or answering is not above 0.
    """
    seen = np.asarray(share, dtype=np.float64)
    unseen: Array = seen / (seen + answering * (1 - seen))
    return unseen


def survey_regression() -> pd.DataFrame:
    """Return the logistic regression of contact_reported on :data:`PREDICTORS`, by statsmodels.

    Index: intercept and predictors. Columns: coefficient (log odds per unit), standard_error, low, high (95 %),
    odds_ratio. The errors suppose a random sample, which this is not, and no row says what came first.
    """
    from statsmodels.discrete.discrete_model import Logit  # here because few need it and the import takes 0.2 s

    answers = _survey()
    given = answers[list(PREDICTORS)].to_numpy(dtype=np.float64)
    fit = Logit(answers["contact_reported"].to_numpy(dtype=np.float64), np.column_stack([np.ones(len(given)), given]))
    found = fit.fit(disp=False)
    low, high = found.conf_int().T
    return pd.DataFrame(
        {
            "coefficient": found.params,
            "standard_error": found.bse,
            "low": low,
            "high": high,
            "odds_ratio": np.exp(found.params),
        },
        index=pd.Index(["intercept", *PREDICTORS], name="predictor"),
    )


@lru_cache(maxsize=1)
def _survey() -> pd.DataFrame:
    from statsmodels.datasets import fair  # here because few need it

    answers: pd.DataFrame = fair.load_pandas().data.rename(columns=_NAMES)
    answers["rating"] = answers["rating"].astype(int)
    answers["contact_reported"] = answers["contact_rate"] > 0
    return answers


@lru_cache(maxsize=len(YEARS))
def _counts(years: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many readers of these years gave each rating, and how many of them report contact."""
    answers = _survey()
    chosen = answers if years == "any" else answers[answers["years_married"].isin(_MIDDLES[years])]
    readers, reported = (
        np.bincount(each["rating"].to_numpy(), minlength=len(RATINGS) + 1)[1:]
        for each in (chosen, chosen[chosen["contact_reported"]])
    )
    return readers, reported


@lru_cache(maxsize=2 * len(YEARS))
def _interval(counts: tuple[int, ...], wholes: tuple[int, ...]) -> tuple[Array, Array]:
    from statsmodels.stats.proportion import proportion_confint  # here because few need it

    low, high = proportion_confint(np.array(counts), np.array(wholes), method="wilson")
    return np.asarray(low), np.asarray(high)
