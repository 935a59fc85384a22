"""What plans say by stage of loss on heads of three sizes, and the tone they reach on skins from light to dark: the tables of
docs/science/planning.md. Nothing is timed.

python benchmarks/works.py
"""

from datetime import date

from scalp.base import NotPossible
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.hair import NativeHair
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.planning import PlanSettings, plan_treatment
from scalp.skin.targets import Part, match_stubble, tone_of_hair
from tests.makers import make_head

HEADS = {
    "mean man": {"length_mm": 199.5, "breadth_mm": 154.3, "height_mm": 131.1},
    "small woman": {"length_mm": 178.0, "breadth_mm": 140.0, "height_mm": 116.0},
    "large man": {"length_mm": 211.0, "breadth_mm": 163.0, "height_mm": 141.0},
}
"""ANSUR II: the mean of men, the 5th percentile of women, the 95th of men. (A, smp 2.4)"""
HAIRS = {
    "dark, shaved half a day ago": (NativeHair(), 0.5),
    "dark, freshly shaved": (NativeHair(), 0.0),
    "dark, a day old": (NativeHair(), 1.0),
    "black and dense, a day old": (NativeHair(melanin_fraction=1.0, density_per_cm2=230.0, shaft_diameter_mm=0.08), 1.0),
    "half grey, half a day": (NativeHair(grey_fraction=0.5), 0.5),
    "blond, half a day": (NativeHair(melanin_fraction=0.04), 0.5),
}
MELANIN = (0.01, 0.05, 0.2, 0.4)


def main() -> None:
    """Print both tables."""
    prices = read_price_list()
    print("| Head | Norwood | Area | Impressions | Hours | Needle changes | Pigment, thinned |\n|---|---|---|---|---|---|---|")
    for name, sizes in HEADS.items():
        head = make_head(subdivisions_count=6, **sizes)
        for stage in ("2", "3", "4", "5", "6", "7"):
            design = propose_design(head, Wishes(norwood=stage))
            plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=prices)
            hours, ml = (
                [sum(getattr(getattr(session, what), end) for session in plan.sessions) for end in ("low", "expected", "high")]
                for what in ("hours", "pigment_ml")
            )
            changes = sum(session.needle_changes_count for session in plan.sessions)
            cells = (name, stage, f"{design.area_cm2:.0f} cm2", f"{plan.impressions_count:,}", f"{hours[0]:.1f} to {hours[2]:.1f} h")
            print("| " + " | ".join((*cells, str(changes), f"{ml[0]:.1f} to {ml[2]:.1f} ml")) + " |")
    print("\n| Stubble | " + " | ".join(f"melanin {melanin:g}" for melanin in MELANIN) + " |\n|---|" + "---|" * len(MELANIN))
    for words, (hair, days) in HAIRS.items():
        print(f"| {words} | " + " | ".join(reached(melanin, hair, days) for melanin in MELANIN) + " |")


def reached(melanin_fraction: float, hair: NativeHair, days: float) -> str:
    """Say what is aimed at, what is reached, and with what."""
    skin, settings = Skin(melanin_fraction=melanin_fraction, blood_fraction=0.011), PlanSettings()
    shares = settings.shares(temporary=False)
    parts = tuple(map(Part, shares, settings.works.strengths_of(shares)))
    wanted = tone_of_hair(skin, hair, days)
    try:
        match = match_stubble(skin, wanted, (Pigment(), Needle()), 130.0, parts=parts)
    except NotPossible:
        return f"L* {wanted.lightness:.1f}: refused, too pale"
    tone = match.target.reached.lightness
    return f"L* {wanted.lightness:.1f}, reached {tone:.1f}: 1:{match.pigment.dilution_ratio:g}, {match.density_per_cm2:.0f} per cm2"


if __name__ == "__main__":
    main()
