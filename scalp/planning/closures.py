"""Public holidays of a country or one of its regions; the only place that asks the `holidays` package."""

from datetime import date
from functools import lru_cache

import holidays

from scalp.base import BadInput


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> dict[date, str]:
    """Return the public holidays of one year by day, in English where the package knows their English names.

    `country` is ISO 3166, with the region after a hyphen where holidays differ: 'US', 'DE-BY'. Days that are only free by
    custom are not among them; what governments announce late may be missing.

    >>> public_holidays("DE-BY", 2027)[date(2027, 5, 27)]
    'Corpus Christi'
    """
    letters, _, region = country.partition("-")
    try:
        known = holidays.country_holidays(letters, subdiv=region or None, years=year)
        if "en_US" in known.supported_languages:
            known = holidays.country_holidays(letters, subdiv=region or None, years=year, language="en_US")
    except NotImplementedError:
        raise BadInput(
            "country", country[:20], "ISO 3166 letters such as US, GB-ENG or DE-BY", "Correct it, or leave it out and list the days off."
        ) from None
    return dict(known.items())


def holiday_on(day: date, country: str | None) -> str | None:
    """Return the name of the public holiday on a day; None where there is none or no country is known."""
    return public_holidays(country, day.year).get(day) if country else None
