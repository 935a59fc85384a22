"""The skin of a client's scalp as light sees it. What it looks like is for `scalp.skin` to say."""

from scalp.base import BadInput, Doubt, Value, value

MELANIN_RANGE = (0.005, 0.45)
BLOOD_RANGE = (0.002, 0.08)
OXYGENATION_RANGE = (0.0, 1.0)
EPIDERMIS_RANGE_MM = (0.03, 0.2)
PHEOMELANIN_RANGE = (0.0, 1.0)
PAPILLARY_BLOOD_RANGE = (0.1, 5.0)
SCATTERING_RANGE_PER_MM = (2.0, 9.0)
SCATTERING_POWER_RANGE = (0.5, 3.0)
VESSEL_RANGE_UM = (0.0, 30.0)


@value
class Skin(Value):
    """Layered skin: an epidermis with melanosomes over papillary and reticular dermis with blood. [Jacques2013]

    `melanin_fraction` is the volume of melanosomes in the epidermis, about 0.01 very light to 0.4 very dark, and
    `pheomelanin_fraction` the share of their pigment that is red-yellow; `blood_fraction` the volume of whole blood in
    the reticular dermis, `papillary_blood_ratio` how many times as much the papillary dermis has. Reduced scattering,
    the same in all layers, is `scattering_per_mm` at 500 nm and falls with wavelength by `scattering_power`. Blood is
    packed in vessels of radius `vessel_radius_um`, whose inside strong light-takers shade [VanVeen2002]; 0 is blood evenly
    mixed in. A colour alone says only melanin and blood; the rest then has its usual value.
    """

    melanin_fraction: float
    blood_fraction: float
    oxygenation_fraction: float = 0.7
    epidermis_mm: float = 0.08
    doubts: tuple[Doubt, ...] = ()
    pheomelanin_fraction: float = 0.0
    papillary_blood_ratio: float = 1.0
    scattering_per_mm: float = 4.6
    scattering_power: float = 1.421
    vessel_radius_um: float = 10.0

    def check(self) -> None:
        """Refuse what no skin has."""
        for name, number, (low, high) in (
            ("melanin_fraction", self.melanin_fraction, MELANIN_RANGE),
            ("blood_fraction", self.blood_fraction, BLOOD_RANGE),
            ("oxygenation_fraction", self.oxygenation_fraction, OXYGENATION_RANGE),
            ("epidermis_mm", self.epidermis_mm, EPIDERMIS_RANGE_MM),
            ("pheomelanin_fraction", self.pheomelanin_fraction, PHEOMELANIN_RANGE),
            ("papillary_blood_ratio", self.papillary_blood_ratio, PAPILLARY_BLOOD_RANGE),
            ("scattering_per_mm", self.scattering_per_mm, SCATTERING_RANGE_PER_MM),
            ("scattering_power", self.scattering_power, SCATTERING_POWER_RANGE),
            ("vessel_radius_um", self.vessel_radius_um, VESSEL_RANGE_UM),
        ):
            if not low <= number <= high:
                raise BadInput(name, number, f"{low} to {high}", "Fit the skin again from a well lit photo.")
