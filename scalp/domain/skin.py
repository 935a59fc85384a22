"""The skin of a client's scalp as light sees it. What it looks like is for `scalp.skin` to say."""

from scalp.base import BadInput, Doubt, Value, value

MELANIN_RANGE = (0.005, 0.45)
BLOOD_RANGE = (0.002, 0.08)


@value
class Skin(Value):
    """Two-layer skin: an epidermis with melanosomes over a dermis with blood. [Jacques2013]

    `melanin_fraction` is the volume of melanosomes in the epidermis, about 0.01 very light to 0.4 very dark;
    `blood_fraction` the volume of whole blood in the dermis.
    """

    melanin_fraction: float
    blood_fraction: float
    oxygenation_fraction: float = 0.7
    epidermis_mm: float = 0.08
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse what no skin has."""
        for name, number, (low, high) in (
            ("melanin_fraction", self.melanin_fraction, MELANIN_RANGE),
            ("blood_fraction", self.blood_fraction, BLOOD_RANGE),
            ("oxygenation_fraction", self.oxygenation_fraction, (0.0, 1.0)),
            ("epidermis_mm", self.epidermis_mm, (0.03, 0.2)),
        ):
            if not low <= number <= high:
                raise BadInput(name, number, f"{low} to {high}", "Fit the skin again from a well lit photo.")
