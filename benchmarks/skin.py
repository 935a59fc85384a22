"""Measure light in bare skin: published layers, photons a second, the table, and the spectra of a hundred people.

    python -m benchmarks.skin [--photons 64000000] [--mcml PROGRAM] [--spectra FILE] [--picture FILE] [--json FILE]

Times are processor time of one core, best of `--repeat`. `--mcml` names a built MCML program (the C original by Wang and
Jacques, of 1992, compiled with -O3) that is then run on the same layers in the same run; it also scores where light goes, ours only
how much. `--spectra` is NIST's M38597 file; without it that part is left out.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import ScalpError
from scalp.colour.spectra import WAVELENGTHS_NM, rgb_from_spectrum
from scalp.colour.srgb import difference, lab_from_linear, srgb_from_linear, typology_angle
from scalp.domain.skin import Skin
from scalp.skin import returns
from scalp.skin.doubling import add_slabs, air_surface, double_layer, solve_layers, spread_directions, straight_fluxes
from scalp.skin.fitting import LONGEST_NM, SHORTEST_NM, fit_spectrum
from scalp.skin.photons import Layers, trace_layers
from scalp.skin.tissue import ANISOTROPY, INDEX, PAPILLARY_MM, SURFACE_GLARE
from scalp.skin.tone import fit_skin, inner_spectrum_at, reflectance

SPECTRA = Path(__file__).parents[2] / "shared" / "data" / "nist-skin-M38597.csv"
FREE = ("melanin_fraction", "blood_fraction", "oxygenation_fraction", "scattering_per_mm", "scattering_power", "vessel_radius_um")


def stack(mu_a_per_mm, mu_s_per_mm, g, n, thickness_mm, n_below):
    """Return layers from plain lists."""
    lists = {"mu_a_per_mm": mu_a_per_mm, "mu_s_per_mm": mu_s_per_mm, "g": g, "n": n, "thickness_mm": thickness_mm}
    return Layers(**{name: np.array(numbers, float) for name, numbers in lists.items()}, n_below=n_below)


CASES = {
    "B1 slab, g 0.75, van de Hulst 1980": (stack([1], [9], [0.75], [1], [0.2], 1.0), 0.09739, 0.66096),
    "B2 half-space, n 1.5, Giovanelli 1955": (stack([1], [9], [0], [1.5], [np.inf], 1.5), 0.2600, None),
    "B3 three layers of skin, n 1.4": (stack([1.5, 0.15, 0.05], [20, 15, 10], [0.8] * 3, [1.4] * 3, [0.1, 3, np.inf], 1.4), 0.2379, None),
}
SHARES = (1.0, 0.25, 0.1)
"""Of the photons asked for, by case: deep layers take longer and need fewer."""
TIMED_SHARE = 0.03
"""Of a case's photons, for each timed run on one core."""


def say(text=""):
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def timed(work, repeat):
    """Return the result and the least processor time of some runs, in seconds."""
    times = []
    for _ in range(repeat):
        begin = time.process_time()
        result = work()
        times.append(time.process_time() - begin)
    return result, min(times)


def measure_walks(photons_count, mcml, repeat):
    """Return a row for each published case: exact, adding-doubling, our walk, and MCML's where it is at hand."""
    rows = []
    for (name, (layers, exact, through)), share in zip(CASES.items(), SHARES, strict=True):
        count = int(photons_count * share)
        solved = solve_layers(layers)
        walked = trace_layers(layers, photons_count=count, seed=1, threads_count=2)
        brief = int(TIMED_SHARE * count)
        _, seconds = timed(lambda layers=layers, brief=brief: trace_layers(layers, photons_count=brief, seed=1), repeat)
        row = {
            "case": name,
            "published": exact,
            "solved": solved.reflected,
            "walked": walked.reflected,
            "walked_sd": walked.reflected_sd,
            "off_in_sd": (walked.reflected - solved.reflected) / walked.reflected_sd,
            "off_fraction": walked.reflected / solved.reflected - 1.0,
            "photons": count,
            "photons_per_s": brief / seconds,
            "same_on_two_threads": trace_layers(layers, photons_count=20_000, seed=1)
            == trace_layers(layers, photons_count=20_000, seed=1, threads_count=2),
        }
        say(
            f"{name}: published {exact}, solved {solved.reflected:.5f}, walked {walked.reflected:.5f} +- {walked.reflected_sd:.5f}, off {100 * row['off_fraction']:+.3f} %"
        )
        if through is not None:
            row |= {"published_through": through, "solved_through": solved.transmitted, "walked_through": walked.transmitted}
            say(
                f"    through: published {through}, solved {solved.transmitted:.5f}, walked {walked.transmitted:.5f} +- {walked.transmitted_sd:.5f}"
            )
        say(
            f"    {count:,} photons, {row['photons_per_s']:,.0f} a second and core; one and two threads alike: {row['same_on_two_threads']}"
        )
        if mcml:
            reflected, per_s = run_mcml(mcml, layers, max(20_000, brief // 5), repeat)
            row |= {"mcml": reflected, "mcml_photons_per_s": per_s, "times_mcml": row["photons_per_s"] / per_s}
            say(f"    MCML in C: {reflected:.5f}, {per_s:,.0f} a second and core; ours is {row['times_mcml']:.1f} times as fast")
        rows.append(row)
    return rows


def run_mcml(program, layers, count, repeat):
    """Return what MCML says these layers reflect, and its photons a second of processor time, start and files taken off."""
    with tempfile.TemporaryDirectory() as folder:
        thick = np.where(np.isinf(layers.thickness_mm), 1e9, layers.thickness_mm)
        columns = zip(layers.n, layers.mu_a_per_mm, layers.mu_s_per_mm, layers.g, thick, strict=True)
        told = [f"{n:g} {10 * mu_a:g} {10 * mu_s:g} {g:g} {mm / 10:g}" for n, mu_a, mu_s, g, mm in columns]

        def run(photons):
            text = ["1.0", "1", "out.mco A", str(photons), "0.01 0.01", "100 100 30", str(len(told)), "1.0", *told, f"{layers.n_below:g}"]
            (Path(folder) / "in.mci").write_text("\n".join(text) + "\n", encoding="ascii")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([Path(program).resolve(), "in.mci"], cwd=folder, check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        empty = min(run(1) for _ in range(repeat))
        seconds = min(run(count) for _ in range(repeat)) - empty
        lines = (Path(folder) / "out.mco").read_text(encoding="latin-1").splitlines()
        parts = [float(line.split()[0]) for line in lines if "pecular reflectance" in line or "iffuse reflectance [-]" in line]
    return sum(parts[:2]), count / seconds


def measure_table(points_count=2000):
    """Return the table's error against fresh solutions at random points, over the whole table and over the skins of people."""
    directions = spread_directions(INDEX, 24)
    rng = np.random.default_rng(7)
    result = {}
    for name, low, high in (
        ("whole table", (0.7, 0.002, 0.0008, 0.0008), (18.0, 6.0, 10.0, 10.0)),
        ("people", (2.0, 0.005, 0.003, 0.003), (9.0, 2.0, 0.6, 0.6)),
    ):
        scattering, epidermal, papillary, reticular = np.exp(rng.uniform(np.log(low), np.log(high), (points_count, 4))).T
        shared = {"mu_s_per_mm": scattering / (1 - ANISOTROPY), "g": ANISOTROPY}
        epidermis = double_layer(directions, mu_a_per_mm=epidermal / returns.EPIDERMIS_MM, thickness_mm=returns.EPIDERMIS_MM, **shared)
        shallow = double_layer(directions, mu_a_per_mm=papillary * scattering, thickness_mm=PAPILLARY_MM, **shared)
        deep = double_layer(directions, mu_a_per_mm=reticular * scattering, thickness_mm=np.inf, **shared)
        whole = add_slabs(add_slabs(add_slabs(air_surface(directions, INDEX), epidermis), shallow), deep)
        solved = (straight_fluxes(directions, whole.reflected) - SURFACE_GLARE) / (1 - SURFACE_GLARE)
        looked_up = returns.returned_fractions(scattering, epidermal, papillary * scattering, reticular * scattering)
        off = np.abs(looked_up - solved)
        result[name] = {"median": np.median(off), "p95": np.quantile(off, 0.95), "p99": np.quantile(off, 0.99), "worst": off.max()}
        told = ", ".join(f"{key} {number:.1e}" for key, number in result[name].items())
        say(f"table against {points_count} fresh solutions, {name}: error of returned light {told}")
    skin = Skin(melanin_fraction=0.02, blood_fraction=0.01)
    _, seconds = timed(lambda: [reflectance(skin) for _ in range(200)], 3)
    result["look_up_ms"] = 1e3 * seconds / 200
    say(f"one skin's colour: {result['look_up_ms']:.2f} ms")
    return result


def read_spectra(path):
    """Return wavelengths, the mean reflectance (100, W) of a hundred people, and their three measurements (100, 3, W)."""
    rows = [line.split(",") for line in path.read_text(encoding="latin-1").splitlines()]
    table = np.array([[float(cell) for cell in row[:401]] for row in rows if row[0].strip().isdigit()])
    table = table[(table[:, 0] >= 399) & (table[:, 0] <= 701)]
    return table[:, 0], table[:, 4::4].T, np.stack([table[:, 1 + repeat :: 4].T for repeat in range(3)], axis=1)


def quantiles(numbers):
    """Return median, 95 % and worst of numbers."""
    return {"median": float(np.median(numbers)), "p95": float(np.quantile(numbers, 0.95)), "worst": float(np.max(numbers))}


def told(numbers):
    """Return quantiles as words."""
    return ", ".join(f"{name} {number:.4f}" for name, number in quantiles(numbers).items())


def measure_people(path, repeat):
    """Return how well spectra, and colours, of a hundred people are met."""
    nm, measured, repeats = read_spectra(path)
    fits, seconds = timed(lambda: [fit_spectrum(nm, spectrum) for spectrum in measured], min(repeat, 2))
    colours = lab_from_linear(rgb_from_spectrum([np.interp(WAVELENGTHS_NM, nm, spectrum) for spectrum in measured]))
    misses = [fit.rmse_fraction for fit in fits]
    apart = difference(lab_from_linear([reflectance(fit.skin) for fit in fits]), colours)
    say(f"{len(fits)} spectra of {path.name}, 430 to 700 nm, six numbers each, {1e3 * seconds / len(fits):.0f} ms a person")
    say(f"    spectral RMSE {told(misses)}")
    say(f"    dE76 of that fit's colour {told(apart)}")
    people = {"rmse": quantiles(misses), "delta_e": quantiles(apart), "parameters": {}}
    for name in FREE:
        spread = np.quantile([getattr(fit.skin, name) for fit in fits], [0, 0.05, 0.5, 0.95, 1])
        people["parameters"][name] = spread.tolist()
        say(f"    {name}: least {spread[0]:.4g}, 5 % {spread[1]:.4g}, median {spread[2]:.4g}, 95 % {spread[3]:.4g}, most {spread[4]:.4g}")
    people["left_out"] = left_out(nm, measured)
    people["repeats"] = repeatability(nm, repeats)
    found = [fit_skin(rgb_from_spectrum(np.interp(WAVELENGTHS_NM, nm, spectrum)), brightness_known=True) for spectrum in measured]
    by_colour = difference(lab_from_linear([reflectance(skin) for skin in found]), colours)
    people["fit_skin_delta_e"] = quantiles(by_colour)
    say(f"    dE76 of fit_skin from the colour alone, brightness known {told(by_colour)}")
    return people


def draw_people(path, picture):
    """Draw the mean measured spectrum of each class of people as points, and the mean of their fits as a line, in their own colour."""
    nm, measured, _ = read_spectra(path)
    fits = [fit_spectrum(nm, spectrum) for spectrum in measured]
    fitted = np.array([inner_spectrum_at(fit.skin, nm[nm <= LONGEST_NM].clip(400.0)) + SURFACE_GLARE for fit in fits])
    colours = rgb_from_spectrum([np.interp(WAVELENGTHS_NM, nm, spectrum) for spectrum in measured])
    angles = typology_angle(lab_from_linear(colours))
    canvas = Image.new("RGB", (1600, 1000), "white")
    pen = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(size=28)

    def at(wavelength_nm, fraction):
        return 130 + (wavelength_nm - 400) * 4.2, 880 - fraction * 1150

    for wavelength_nm in range(400, 701, 50):
        pen.line([at(wavelength_nm, 0), at(wavelength_nm, 0.72)], fill=(232, 232, 232), width=2)
        pen.text((at(wavelength_nm, 0)[0], 895), f"{wavelength_nm}", fill=(60, 60, 60), font=font, anchor="ma")
    for tenths in range(8):
        pen.line([at(400, tenths / 10), at(700, tenths / 10)], fill=(232, 232, 232), width=2)
        pen.text((115, at(400, tenths / 10)[1]), f"{tenths / 10:.1f}", fill=(60, 60, 60), font=font, anchor="rm")
    pen.text((760, 945), "wavelength, nm: points measured, lines fitted from 430 nm on", fill=(60, 60, 60), font=font, anchor="ma")
    pen.text((130, 20), "reflectance of 100 people by typology angle, means", fill=(60, 60, 60), font=font)
    for low, high in ((55, 90), (41, 55), (28, 41), (10, 28), (-30, 10)):
        mine = (angles > low) & (angles <= high)
        ink = tuple(int(level) for level in srgb_from_linear(colours[mine].mean(axis=0)))
        line = [at(*point) for point in zip(nm[nm <= LONGEST_NM], fitted[mine].mean(axis=0), strict=True)]
        pen.line(line[10:], fill=ink, width=6)
        pen.line(line[:11], fill=ink, width=2)
        for wavelength_nm, fraction in zip(nm[::3], measured[mine].mean(axis=0)[::3], strict=True):
            x, y = at(wavelength_nm, fraction)
            pen.ellipse([x - 5, y - 5, x + 5, y + 5], outline=(20, 20, 20), width=2)
        pen.text((1405, line[-1][1]), f"{low}\N{DEGREE SIGN} up, {mine.sum()}", fill=(60, 60, 60), font=font, anchor="lm")
    canvas.reduce(2).save(picture, optimize=True)
    say(f"{picture.name} drawn")


def left_out(nm, measured):
    """Return the RMSE at wavelengths the fit did not see: every other one, and whole bands."""
    inside = (nm >= SHORTEST_NM) & (nm <= LONGEST_NM)
    hidden = {"every other": np.arange(len(nm)) % 2 == 1}
    hidden |= {f"{low} to {high} nm": (nm > low) & (nm < high) for low, high in ((500, 540), (560, 600), (600, 640))}
    result = {}
    for name, away in hidden.items():
        unseen = away & inside
        misses = []
        for spectrum in measured:
            skin = fit_spectrum(nm[~unseen], spectrum[~unseen]).skin
            misses.append(np.sqrt(((inner_spectrum_at(skin, nm[unseen]) + SURFACE_GLARE - spectrum[unseen]) ** 2).mean()))
        result[name] = quantiles(misses)
        say(f"    RMSE where the fit did not look, {name}: {told(misses)}")
    return result


def repeatability(nm, repeats):
    """Return how far the logarithm of each number strays between measurements of one person, and between people."""
    skins = [[fit_spectrum(nm, spectrum).skin for spectrum in person] for person in repeats[::3]]
    result = {}
    for name in FREE:
        logs = np.log([[getattr(skin, name) for skin in person] for person in skins])
        result[name] = {"within": np.sqrt((logs.std(axis=1, ddof=1) ** 2).mean()), "between": logs.mean(axis=1).std()}
        say(
            f"    {name}: strays by {result[name]['within']:.3f} between measurements of a person, {result[name]['between']:.3f} between people"
        )
    return result


def main():
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=64_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--mcml", help="a built MCML program to run beside ours")
    parser.add_argument("--spectra", type=Path, default=SPECTRA)
    parser.add_argument("--picture", type=Path, help="draw measured and fitted spectra here")
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    arguments = parser.parse_args()
    try:
        result = {"walks": measure_walks(arguments.photons, arguments.mcml, arguments.repeat), "table": measure_table()}
        if arguments.spectra.exists():
            result["people"] = measure_people(arguments.spectra, arguments.repeat)
            if arguments.picture:
                draw_people(arguments.spectra, arguments.picture)
        else:
            say(f"{arguments.spectra.name} is not here: the spectra of people are left out")
    except (ScalpError, OSError, subprocess.CalledProcessError) as fault:
        say(str(fault))
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1, default=float) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
