"""What healing, years and touch-ups come to by light in skin: the tables of docs/science/ageing.md, and what they cost.

python benchmarks/ageing.py

Accuracy: tone against the tone asked, day by day and year by year. Speed: processor time of one thread, the best of three.
"""

import time
from collections.abc import Callable

import numpy as np

from scalp.ageing import Healing, age, drivers_of, heal, judge_merging, merge, temporary_fading, touch_up_window
from scalp.ageing.healing import TONE_DAYS, TONE_FACTORS
from scalp.base import FloatArray
from scalp.colour.srgb import lab_from_linear
from scalp.domain.fading import BANDS, Fading, FadingFactors
from scalp.domain.impressions import Impressions
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.spread import field_transmittance, optical_width_mm, point_spread, redness_ratio, transmittance
from scalp.skin.tone import reflectance

SKIN = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
DENSITY_PER_CM2 = 130.0
SIDE_MM = 60.0


def lay_field(density_per_cm2: float, *, needle: Needle | None = None, seed: int = 0) -> tuple[Impressions, FloatArray]:
    """Return an even field with the scatter of real work, and where its impressions lie, mm."""
    needle = needle or Needle()
    rng = np.random.default_rng(seed)
    spacing_mm = 10.0 / np.sqrt(density_per_cm2)
    across = int(SIDE_MM / spacing_mm)
    lattice = np.stack(np.meshgrid(np.arange(across), np.arange(across)), -1).reshape(-1, 2)
    places_mm = spacing_mm * (lattice + 0.25 * rng.standard_normal(lattice.shape) + rng.uniform(0, 1, 2))
    count = len(places_mm)
    wide = needle.deposit_diameter_mm * np.exp(needle.deposit_diameter_cv_fraction * rng.standard_normal(count))
    impressions = Impressions(
        head_digest="field",
        plan_digest=f"field {seed}",
        face_index=np.zeros(count, np.int32),
        barycentric=np.full((count, 3), 1 / 3),
        deposit_diameter_mm=wide.astype(np.float32),
        top_depth_mm=np.full(count, needle.top_depth_mm, np.float32),
        bottom_depth_mm=np.full(count, needle.bottom_depth_mm, np.float32),
        concentration_mg_per_ml=np.full(count, Pigment().deposit_mg_per_ml, np.float32),
        session_number=np.ones(count, np.uint8),
        redness_fraction=np.zeros(count, np.float32),
    )
    return impressions, np.column_stack([places_mm, np.zeros(count)])


def spreads_of(lying: Impressions) -> FloatArray:
    """Return the point-spreads of impressions."""
    columns = (lying.deposit_diameter_mm, lying.top_depth_mm, lying.bottom_depth_mm, lying.concentration_mg_per_ml)
    return np.asarray(point_spread(SKIN, *columns), float)


def describe(lying: Impressions, kept_fraction: float = 1.0) -> dict[str, float | FloatArray]:
    """Return the mean Lab difference of a field, core contrast and seen width in green, and how much pigment there is."""
    spreads, bare = spreads_of(lying), reflectance(SKIN)
    field = bare * field_transmittance(SKIN, spreads, DENSITY_PER_CM2 * kept_fraction)
    red = redness_ratio(SKIN, float(lying.redness_fraction.mean()))
    volume = lying.deposit_diameter_mm.astype(float) ** 2 * (lying.bottom_depth_mm - lying.top_depth_mm)
    return {
        "tone": lab_from_linear(field)[0] - lab_from_linear(bare)[0],
        "lab": lab_from_linear(field * red) - lab_from_linear(bare),
        "core": float(np.median(1.0 - transmittance(spreads, [0.0])[:, 0, 1])),
        "width": float(np.median(optical_width_mm(spreads[:500])[:, 1])),
        "pigment": float((volume * lying.concentration_mg_per_ml).sum()),
    }


def tell_healing(placed: Impressions, places_mm: FloatArray) -> None:
    """Print the days of healing."""
    settled = describe(placed)
    print("day  asked  tone  core  width mm  pigment  with loss and redness: dL* da* db*")
    for day, asked in zip(TONE_DAYS, TONE_FACTORS, strict=True):
        kept = describe(heal(placed, days=day, seed=3, skin=SKIN, points_mm=places_mm, healing=Healing(survival_fraction=1.0)))
        lost = heal(placed, days=day, seed=3, skin=SKIN, points_mm=places_mm)
        lab = describe(lost, len(lost) / len(placed))["lab"]
        tone, pigment = kept["tone"] / settled["tone"], kept["pigment"] / settled["pigment"]
        print(f"{day:3.0f}  {asked:5.2f}  {tone:4.2f}  {kept['core']:4.2f}  {kept['width']:8.3f}  {pigment:7.2f}  {np.round(lab, 1)}")


def tell_years(placed: Impressions) -> None:
    """Print the years."""
    settled = describe(placed)
    print("\nyears  asked (low expected high)  tone (low expected high)  core  pigment  seen width by spread (low expected high)")
    for years in (0.5, 1.0, 2.0, 3.0, 5.0, 10.0):
        asked = [Fading().remaining_fraction(years, band) for band in BANDS]
        tones = [describe(age(placed, years=years, band=band, skin=SKIN))["tone"] / settled["tone"] for band in BANDS]
        widths = [describe(age(placed, years=years, spread=spread, skin=SKIN))["width"] for spread in BANDS]
        now = describe(age(placed, years=years, skin=SKIN))
        print(
            f"{years:4.1f}  {np.round(asked, 3)}  {np.round(tones, 3)}  {now['core']:.2f}  {now['pigment'] / settled['pigment']:.2f}  {widths}"
        )
    for told in (FadingFactors(), FadingFactors(sun="high"), FadingFactors(sun="protected", skin_type="dry"), FadingFactors(scar=True)):
        window = touch_up_window(Fading(factors=told))
        print(f"first touch-up after {window.expected:.1f} years ({window.low:.1f} to {window.high:.1f}): {told}")
    for years in (0.5, 1.0, 1.5, 2.0, 3.0):
        print(f"temporary, {years} years: {[round(temporary_fading().remaining_fraction(years, band), 2) for band in BANDS]}")
    print(*(driver.sentence() for driver in drivers_of(5.0)), sep="\n")


def tell_merging(placed: Impressions, places_mm: FloatArray) -> None:
    """Print how far marks have merged."""
    whole, whole_mm = lay_field(DENSITY_PER_CM2, seed=1)
    third, third_mm = lay_field(DENSITY_PER_CM2 / 3.0, seed=2)
    old = age(placed, years=5.0, skin=SKIN)
    fields = {
        "healed": (placed, places_mm),
        "5 years": (old, places_mm),
        "10 years": (age(placed, years=10.0, skin=SKIN), places_mm),
        "10 years, D three times": (age(placed, years=10.0, spread="high", skin=SKIN), places_mm),
        "5 years, a third again": (merge(old, third), np.concatenate([places_mm, third_mm])),
        "5 years, all of it again": (merge(old, whole), np.concatenate([places_mm, whole_mm])),
        "0.3 to 0.6 mm deep": lay_field(DENSITY_PER_CM2, needle=Needle(top_depth_mm=0.3, bottom_depth_mm=0.6)),
        "0.5 mm wide": lay_field(DENSITY_PER_CM2, needle=Needle(deposit_diameter_mm=0.5)),
    }
    print()
    for name, (lying, at_mm) in fields.items():
        seen = judge_merging(lying, at_mm, SKIN)
        if seen is not None:
            print(
                f"{name:26} {seen.density_per_cm2:4.0f} per cm2  width/spacing {seen.width_fraction:.2f}  covered {seen.covered_fraction:.2f}"
                f"  touching {seen.touching_fraction:.2f}  contrast {seen.contrast_fraction:.2f}  safe {seen.safe_density_per_cm2:.0f} per cm2"
                f"  {'blotch' if seen.blotched else ''} {'haze' if seen.hazy else ''}"
            )


def best_of_three_s(work: Callable[[], object]) -> float:
    """Return the least processor time of three runs, seconds."""
    taken_s = []
    for _ in range(3):
        start_s = time.process_time()
        work()
        taken_s.append(time.process_time() - start_s)
    return min(taken_s)


def tell_speed(placed: Impressions) -> None:
    """Print what a field of 30,000 costs."""
    many = placed.where(np.resize(np.arange(len(placed)), 30_000))
    print()
    for name, work in (
        ("heal, day 7", lambda: heal(many, days=7.0, seed=1, skin=SKIN)),
        ("heal, day 42", lambda: heal(many, days=42.0, seed=1, skin=SKIN)),
        ("age, 5 years", lambda: age(many, years=5.0, skin=SKIN)),
    ):
        print(f"{name}, 30,000 impressions: {1000 * best_of_three_s(work):.0f} ms of one processor")


def main() -> None:
    """Print everything."""
    placed, places_mm = lay_field(DENSITY_PER_CM2)
    tell_healing(placed, places_mm)
    tell_years(placed)
    tell_merging(placed, places_mm)
    tell_speed(placed)


if __name__ == "__main__":
    main()
