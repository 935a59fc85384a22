"""Pigments and needles: what is put into the skin, and with what."""

from scalp.base import BadInput, Value, value


@value
class Pigment(Value):
    """Carbon-black pigment and how far it is thinned. Default stock 150 mg/ml at 1:20. (C-D, smp 1.11)

    `retained_fraction` is how much of the liquid's concentration a healed deposit keeps (D).
    """

    name: str = "carbon black"
    stock_mg_per_ml: float = 150.0
    dilution_ratio: float = 20.0
    """ml of water for 1 ml of pigment."""
    retained_fraction: float = 0.18
    temporary: bool = False

    def check(self) -> None:
        """Refuse mixtures nobody uses."""
        if not 0 < self.stock_mg_per_ml <= 400 or not 0 <= self.dilution_ratio <= 60 or not 0 < self.retained_fraction <= 1:
            raise BadInput(
                "pigment", f"{self.stock_mg_per_ml} mg/ml at 1:{self.dilution_ratio}", "up to 400 mg/ml, 1:0 to 1:60", "Correct it."
            )

    @property
    def deposit_mg_per_ml(self) -> float:
        """Return the concentration of carbon in a healed deposit."""
        return self.stock_mg_per_ml / (1.0 + self.dilution_ratio) * self.retained_fraction


@value
class Needle(Value):
    """A round liner and the deposit it leaves once healed: log-normal width, top and bottom depth. (C-D, smp 1.1-1.3)

    In light skin the default deposit is seen 0.28 mm wide (0.25 to 0.30 in real work), and a field of it has the contrast
    measured on photographs of healed work: docs/science/skin.md.
    """

    name: str = "3RL 0.20"
    deposit_diameter_mm: float = 0.25
    deposit_diameter_cv_fraction: float = 0.20
    top_depth_mm: float = 0.08
    bottom_depth_mm: float = 0.38

    def check(self) -> None:
        """Refuse needles that do not make impressions."""
        if not 0.03 <= self.deposit_diameter_mm <= 1.0 or not 0 <= self.deposit_diameter_cv_fraction <= 0.6:
            raise BadInput("needle", f"{self.deposit_diameter_mm} mm", "0.03 to 1.0 mm wide, CV 0 to 0.6", "Correct it.")
        if not 0.0 <= self.top_depth_mm < self.bottom_depth_mm <= 2.5:
            raise BadInput("depth", f"{self.top_depth_mm} to {self.bottom_depth_mm} mm", "top above bottom, 0 to 2.5 mm", "Correct it.")
