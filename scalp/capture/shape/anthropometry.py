"""How large adults' heads are and how their measures go together, by sex and age, read from its table. No shape lives here."""

import csv
from functools import cache
from importlib import resources

import numpy as np

from scalp.base import BadTable, FloatArray, Value, value
from scalp.domain.client import Client

AGE_SD_YEARS, AGE_MEAN_YEARS = 7.8, 30.6
"""Of the men the change with age was read from."""
YOUNGEST_MEASURED_YEARS, OLDEST_MEASURED_YEARS = 18.0, 58.0


@value
class HeadMeasures(Value):
    """Measures of adults' heads, each of `names`, mm: means of women and men (N,), SD within a sex, change a year, correlations (N, N).

    Half of all clients are taken to be women. Ancestry is in none of it. Army personnel of 17 to 58 years; what
    older people add is not known here: beyond 58 years nothing changes. [Gordon2014]
    """

    names: tuple[str, ...]
    women_mm: FloatArray
    men_mm: FloatArray
    within_sd_mm: FloatArray
    per_year_mm: FloatArray
    correlation_fraction: FloatArray

    def mean_log(self, names: tuple[str, ...], client: Client | None = None) -> FloatArray:
        """Return the logarithms of the expected measures of a client, or of anybody."""
        chosen = [self.names.index(name) for name in names]
        sides = {"female": self.women_mm, "male": self.men_mm}
        own = sides.get(client.sex or "", (self.women_mm + self.men_mm) / 2) if client is not None else (self.women_mm + self.men_mm) / 2
        if client is not None and client.age_years is not None:
            age = float(np.clip(client.age_years, YOUNGEST_MEASURED_YEARS, OLDEST_MEASURED_YEARS))
            own = own + self.per_year_mm * (age - AGE_MEAN_YEARS)
        return np.asarray(np.log(own[chosen]))

    def log_covariance(self, names: tuple[str, ...], client: Client | None = None) -> FloatArray:
        """Return the covariance of the logarithms of measures; what is told of a client makes it smaller."""
        chosen = [self.names.index(name) for name in names]
        middle = (self.women_mm + self.men_mm) / 2
        sd = (self.within_sd_mm / middle)[chosen]
        covariance = self.correlation_fraction[np.ix_(chosen, chosen)] * np.outer(sd, sd)
        if client is None or client.sex is None:
            half = (np.log(self.men_mm / self.women_mm) / 2)[chosen]
            covariance = covariance + np.outer(half, half)
        if client is not None and client.age_years is not None:
            aged = (self.per_year_mm * AGE_SD_YEARS / middle)[chosen]
            covariance = covariance - np.outer(aged, aged)
        return np.asarray(covariance)


def expect_circumference(client: Client | None = None) -> tuple[float, float]:
    """Return the head circumference to expect of a client, mm, and its SD as a fraction, before any photo. [Gordon2014]

    >>> expect_circumference(Client(sex="female"))
    (561.1, 0.0303)
    """
    told = read_head_measures()
    mean_mm = float(np.exp(told.mean_log(("circumference",), client)[0]))
    return round(mean_mm, 1), round(float(np.sqrt(told.log_covariance(("circumference",), client)[0, 0])), 4)


@cache
def read_head_measures() -> HeadMeasures:
    """Return the measures of adults' heads that ship with the engine."""
    text = resources.files("scalp.tables").joinpath("head-measures.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(line for line in text if not line.startswith("#")))[1:]
    if not rows or any(len(row) != 5 + len(rows) for row in rows):
        raise BadTable("head-measures.csv", f"{len(rows)} rows", "a correlation for each pair of measures", "Install again.")
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    return HeadMeasures(
        names=tuple(row[0] for row in rows),
        women_mm=numbers[:, 0],
        men_mm=numbers[:, 1],
        within_sd_mm=numbers[:, 2],
        per_year_mm=numbers[:, 3],
        correlation_fraction=numbers[:, 4:],
    )
