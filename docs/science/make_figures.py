"""Draw the evidence figures of these pages from numbers computed afresh: placement, light in skin, healing and years, the yardstick, heads.

    pip install smp-mobile[bench]
    PYTHONPATH=. python docs/science/make_figures.py [evenness pairs depth years yardstick heads]

Everything, or only what is named, lands in `docs/science/pictures`. The yardstick and the heads need the folder `../shared` beside the
repository and are left as they are without it. Spectra: `python -m benchmarks.skin --picture`.
"""

import importlib.util
import sys
from datetime import date
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from scipy.stats import norm

from benchmarks.evenness import power_by_degree
from benchmarks.spreading import EFFORTS, SPLITS, run_apart
from scalp.ageing.healing import heal
from scalp.ageing.years import temporary_fading
from scalp.capture.shape.heads import reconstruct_head
from scalp.colour.srgb import lab_from_linear, linear_from_srgb
from scalp.demo.patches import make_patch
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.fading import BANDS, Fading
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.placement import NATURAL_REGULARITY_FRACTION, place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.looks import render_look
from scalp.skin.matching import match_pigment
from scalp.skin.spread import field_transmittance, optical_width_mm, point_spread, transmittance
from scalp.skin.tone import reflectance
from tests.known_heads import errors_of, identities, identity_truth, true_outline, unseen_errors
from tests.placement.test_natural import EDGES, on_ball, pair_correlation

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared"
RGB, INK, WARM = ("#b5402f", "#3f8f4a", "#3a62b8"), "#222226", "#c9785a"
LIGHT = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
plt.rcParams |= {"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25, "font.size": 10}


def panes(count):
    """Return a figure with panes side by side."""
    return plt.subplots(1, count, figsize=(4.6 * count, 3.6), layout="constrained")


def draw_evenness():
    """The power of every session's total, careful and fast, with chance at 1 and what the issue allows."""
    figure, axes = panes(2)
    for axis, name in zip(axes, EFFORTS, strict=True):
        run = run_apart(EFFORTS[name], 50_000, SPLITS["four quarters"], 1)
        places, session = run.places, run.session
        for number in range(1, int(session.max()) + 1):
            ways = places[session <= number]
            ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
            wave = np.sqrt(np.pi * len(ways))
            degrees = int(1.3 * wave)
            power = power_by_degree(np.ascontiguousarray(ways[:, 2]), np.arctan2(ways[:, 1], ways[:, 0]), degrees)
            smooth = np.convolve(power, np.ones(9) / 9, mode="same")[5:-5]
            axis.semilogy((np.arange(degrees) + 0.5)[5:-5] / wave, smooth, lw=1.2, label=f"through session {number}")
        axis.set(title=name, xlabel="cycles per spacing", ylabel="power (chance = 1)", ylim=(1e-5, 6))
        axis.axhline(0.02, color=INK, ls=":", lw=1)
    axes[0].legend(frameon=False)
    return figure


def draw_pairs():
    """The pair correlation of natural and of even fields beside that of people's follicular units."""
    figure, axis = panes(1)
    middle = (EDGES[1:] + EDGES[:-1]) / 2
    axis.plot(middle, pair_correlation(on_ball(1.0)), color="#999999", label="regularity 1 (even)")
    axis.plot(middle, pair_correlation(on_ball(NATURAL_REGULARITY_FRACTION)), color=WARM, lw=2, label="the natural default")
    people = np.array([[0.2, 0.0], [0.46, 0.48], [0.76, 1.0], [1.02, 1.5], [1.5, 1.02], [2.3, 1.02]])
    axis.plot(*people.T, "o", color=INK, label="follicular units of people")
    axis.set(xlabel="distance, mean spacings", ylabel="pairs (chance = 1)", xlim=(0, 2.8))
    axis.legend(frameon=False)
    return figure


def draw_depth():
    """What one default column looks like from each depth: seen width, light left in its core, tone of a field."""
    tops = np.geomspace(0.04, 1.4, 24)
    needle, pigment = Needle(), Pigment()
    weights = [point_spread(LIGHT, needle.deposit_diameter_mm, top, top + 0.3, pigment.deposit_mg_per_ml) for top in tops]
    core = np.array([transmittance(one, [0.0])[0, 0] for one in weights])
    width = np.array([optical_width_mm(one)[0] for one in weights])
    bare = reflectance(LIGHT)
    shift = np.array([lab_from_linear(bare * field_transmittance(LIGHT, one, 130.0)) - lab_from_linear(bare) for one in weights])
    figure, axes = panes(3)
    for band, colour in enumerate(RGB):
        axes[0].plot(tops, width[:, band], color=colour)
        axes[1].plot(tops, core[:, band], color=colour)
    for column, (name, style) in enumerate({"ΔL*": "-", "Δa*": "--", "Δb*": ":"}.items()):
        axes[2].plot(tops, shift[:, column], color=INK, ls=style, label=name)
    axes[0].set(ylabel="seen width, mm", xscale="log", title="wider")
    axes[1].set(ylabel="light left in the core", xscale="log", title="weaker, red last to come back")
    axes[2].set(ylabel="field of 130 per cm² against bare skin", xscale="log", title="lighter and cooler")
    axes[2].legend(frameon=False)
    for axis in axes:
        axis.set_xlabel("top of the column, mm")
    return figure


def draw_years():
    """The band of the years with what was measured, and of temporary work."""
    years = np.linspace(0.0, 12.0, 121)
    figure, axes = panes(2)
    for axis, (title, fading) in zip(axes, {"permanent": Fading(), "temporary": temporary_fading()}.items(), strict=True):
        low, expected, high = ([fading.remaining_fraction(float(year), band) for year in years] for band in BANDS)
        axis.fill_between(years, low, high, color=WARM, alpha=0.25, label="what is not known")
        axis.plot(years, expected, color=WARM, lw=2, label="expected")
        axis.set(title=title, xlabel="years after healing", ylabel="tone left", ylim=(0, 1.05), xlim=(0, 12 if title == "permanent" else 4))
    axes[0].errorbar([0.5], [7.7 / 8.7], yerr=1.4 / 8.7 / np.sqrt(10), fmt="o", color=INK, label="measured, n = 10")
    axes[0].plot([3, 5], [0.625, 0.625], color=INK, lw=4, alpha=0.5, label="first touch-up (practice)")
    axes[1].axvspan(0.5, 1.5, color=INK, alpha=0.1, label="faded (practice)")
    for axis in axes:
        axis.legend(frameon=False)
    return figure


def draw_yardstick():
    """The project's yardstick on fields of several depths, and the range it gave on photographs of real work."""
    spec = importlib.util.spec_from_file_location("field_statistics", SHARED / "tools" / "field_statistics.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    real = {"clark_evans": (1.26, 1.45), "nearest_cv": (0.24, 0.30), "fwhm_over_spacing": (0.29, 0.40), "contrast": (0.42, 0.53)}
    tops = (0.04, 0.08, 0.12, 0.16, 0.2)
    found = [yardstick(tool, top) for top in tops]
    figure, axes = panes(4)
    for axis, (name, (low, high)) in zip(axes, real.items(), strict=True):
        axis.axhspan(low, high, color=INK, alpha=0.12)
        axis.plot(tops, [one[name] for one in found], "o-", color=WARM)
        axis.set(title=name.replace("_", " "), xlabel="top of the column, mm", ylim=(0.5 * low, 1.3 * high))
    return figure


def yardstick(tool, top_mm):
    """Return what the yardstick says of a healed field of the default needle from one depth on."""
    skin = Skin(melanin_fraction=0.03, blood_fraction=0.014)
    patch, needle = make_patch(skin, px_per_mm=8.5), Needle(top_depth_mm=top_mm, bottom_depth_mm=top_mm + 0.3)
    design, pigment = propose_design(patch.head, Wishes()), match_pigment(skin, Pigment(), needle, 130.0)
    terms = {"start": date(2027, 3, 1), "prices": read_price_list(), "pigment": pigment, "needle": needle}
    placed = place_impressions(plan_treatment(design, patch.head, **terms), design, patch.head, seed=1)
    healed = Moment(name="healed", label="Healed", session_number=3, days=42.0)
    look = render_look(patch.photo, patch.head, heal(placed, days=42.0, seed=1), patch.regions, skin, healed)
    found = tool.measure_field(linear_from_srgb(look.photo.srgb_u8))
    return found | {"contrast": found["mark_contrast_median_p90"][0]}


HEADS_COUNT = 16
PROTOTYPE = {"hairline mm": (5.4, 4.0, 2.2), "depth mm": (5.3, 4.2, 2.0)}
"""Of the prototype from one front photo of 12 identities: ellipsoid alone, with harmonics and outline, whole identity model."""


def draw_heads():
    """Errors from one photo beside the prototype's, and how often true errors lie inside what is stated."""
    found = {
        name: [one_head(seed, strange) for seed in range(HEADS_COUNT)] for name, strange in (("identities", False), ("of no\nmodel", True))
    }
    figure, axes = panes(3)
    for place, (axis, what) in enumerate(zip(axes, PROTOTYPE, strict=False)):
        axis.bar(["ellipsoid", "+ outline", "identity\nmodel"], PROTOTYPE[what], color=INK, alpha=0.25)
        for name, heads in found.items():
            medians = [np.median(head[place]) for head in heads]
            axis.bar([name], [np.median(medians)], color=WARM)
            axis.plot([name] * len(medians), medians, ".", color=INK)
        axis.set(title=f"{what}, median of the seen scalp", ylim=(0, 6))
    levels = np.linspace(0.1, 0.98, 23)
    for place, (part, colour) in enumerate((("seen", WARM), ("unseen", RGB[2])), start=2):
        apart = np.concatenate([head[place][:: max(len(head[place]) // 400, 1)] for heads in found.values() for head in heads])
        axes[2].plot(levels, [(np.abs(apart) < norm.ppf(0.5 + level / 2)).mean() for level in levels], color=colour, label=part)
    axes[2].plot([0, 1], [0, 1], ":", color=INK)
    axes[2].set(title="true errors inside the interval", xlabel="stated", ylabel="found")
    axes[2].legend(frameon=False)
    return figure


def one_head(seed, strange):
    """Return hairline and depth errors, mm, and errors of the seen and the unseen part in stated SDs, of one head; every third from in front."""
    random = np.random.default_rng(seed)
    yaw, pitch = (0.0, 0.0) if seed % 3 == 0 else (random.uniform(-0.7, 0.7), random.uniform(-0.4, 0.5))
    truth, face = identity_truth(identities(), seed + 300 * strange, yaw_rad=yaw, pitch_rad=pitch, strange=strange)
    blank = Photo(pixels=np.zeros((2016, 1512, 3), np.uint8), encoding=srgb_encoding(), focal_px=truth.camera.focal_px)
    head = reconstruct_head(blank, face=face, outline=true_outline(truth, 1.0, seed))
    errors, (far_mm, sd_mm) = errors_of(head, truth), unseen_errors(head, truth)
    return errors.hairline_mm, errors.depth_mm, errors.normal_sds, far_mm / sd_mm


FIGURES = {name.removeprefix("draw_"): drawn for name, drawn in list(globals().items()) if name.startswith("draw_")}
NEED_SHARED = {"heads", "yardstick"}


def main(names):
    """Draw what is named, or everything."""
    (HERE / "pictures").mkdir(exist_ok=True)
    for name in names or FIGURES:
        if name in NEED_SHARED and not SHARED.is_dir():
            sys.stdout.write(f"{name}: left as it is, ../shared is not here\n")
            continue
        FIGURES[name]().savefig(HERE / "pictures" / f"{name}.png", dpi=100)
        sys.stdout.write(f"{name}.png\n")


if __name__ == "__main__":
    main(sys.argv[1:])
