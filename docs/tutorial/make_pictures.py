"""Draw the pictures of README and tutorial, all of a man who does not exist, by running the command as a person would.

    python docs/tutorial/make_pictures.py [course choices points page standing examples]

Everything, or only what is named, lands in `docs/pictures` and `docs/tutorial/pictures`, each file small enough for the repository.
"""  # noqa: INP001 - a script beside the pages it illustrates

import itertools
import json
import runpy
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import no_progress
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoHead, DemoView
from scalp.domain.design import HAIRLINE_STYLES
from scalp.domain.sighting import MarkedPoints
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.pictures import write_picture
from smp.main import application
from smp.pointing import PointsDesk
from smp.serving import LocalServer

DOCS = Path(__file__).resolve().parents[1]
PAGES = DOCS / "tutorial" / "pictures"
LARGEST_BYTES = 290_000
WIDTH_PX = 1134
START = "2027-03-01"
HEAD_BOX = (0.16, 0.12, 0.84, 0.80)
"""The head in an upright demo photo, as fractions of its sides."""
WORDS_BOX = (0.0, 0.815, 1.0, 1.0)
"""The words below the pictures of a sheet."""
ABOVE_BOX = (0.06, 0.22, 0.96, 0.86)
NAMED = ("sellion", "nose_tip", "vertex", "left_ear_top", "right_ear_top", "right_tragion")


def run(*words: str) -> None:
    """Run the command with these words."""
    application(list(words), standalone_mode=False)


def photograph(view: str, path: Path) -> DemoHead:
    """Write the photo of the demo head from one side and return all that is true of it."""
    stand = DemoView(name=view, width_px=WIDTH_PX, height_px=WIDTH_PX * 4 // 3)  # type: ignore[arg-type]
    person = make_demo_head(makehuman_folder(fetch=True), view=stand)
    write_picture(person.photo, path)
    return person


def read(path: Path, box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> Image.Image:
    """Return a picture, or the part of it inside a box given as fractions of its sides."""
    picture = Image.open(path).convert("RGB")
    return picture.crop(tuple(round(share * picture.size[side % 2]) for side, share in enumerate(box)))


def beside(pictures: list[Image.Image], labels: list[str], height_px: int) -> Image.Image:
    """Return pictures side by side, each with its label below."""
    small = [
        picture.resize((round(picture.width * height_px / picture.height), height_px), Image.Resampling.LANCZOS) for picture in pictures
    ]
    row = Image.new("RGB", (sum(one.width for one in small) + 8 * (len(small) - 1), height_px + 30), "white")
    left, font = 0, ImageFont.load_default(17)
    for one, label in zip(small, labels, strict=True):
        row.paste(one, (left, 0))
        ImageDraw.Draw(row).text((left + one.width / 2, height_px + 15), label, (50, 50, 52), font, anchor="mm")
        left += one.width + 8
    return row


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture, in coarser steps of colour or smaller until it is small enough for the repository."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for share, step in itertools.product((1.0, 0.85, 0.7, 0.55, 0.45, 0.35), (1, 4, 6)):
        small = picture.resize((round(picture.width * share), round(picture.height * share)), Image.Resampling.LANCZOS)
        stepped = (np.asarray(small).astype(int) + step // 2) // step * step
        Image.fromarray(np.minimum(stepped, 255).astype(np.uint8)).save(path, compress_level=9)
        if path.stat().st_size <= LARGEST_BYTES:
            return


def draw_course(folder: Path) -> None:
    """Draw the front photo's course: before and after, moments, sheet and its words."""
    photograph("front", folder / "me.png")
    run("look", str(folder / "me.png"), "--out", str(folder / "look"), "--start", START, "--format", "png", "--film", "none", "--quiet")
    moments = {"before": folder / "me.png"} | {path.stem: path for path in (folder / "look").glob("*.png")}
    heads = {name: read(path, HEAD_BOX) for name, path in moments.items() if name != "sheet"}
    keep(
        beside([heads["before"], heads["healed"]], ["Before", "Healed, six weeks after the last session"], 520),
        DOCS / "pictures" / "before-after.png",
    )
    keep(read(folder / "me.png").reduce(2), PAGES / "photo.png")
    names = {"session-1": "After session 1", "session-3": "After session 3", "healed": "Healed", "year-10": "After 10 years"}
    keep(beside([heads[name] for name in names], list(names.values()), 360), PAGES / "moments.png")
    keep(Image.open(moments["sheet"]).reduce(4), PAGES / "sheet.png")
    keep(read(moments["sheet"], WORDS_BOX).reduce(2), PAGES / "sheet-words.png")


def draw_choices(folder: Path) -> None:
    """Draw the first five styles side by side and the trial treatment."""
    photo = str(folder / "me.png")
    photograph("front", folder / "me.png")
    run("look", photo, "--out", str(folder / "styles"), "--start", START, "--compare", ",".join(HAIRLINE_STYLES[:5]), "--quiet")
    keep(Image.open(folder / "styles" / "sheet.png").reduce(3), PAGES / "styles.png")
    run("look", photo, "--out", str(folder / "trial"), "--start", START, "--temporary", "--format", "png", "--film", "none", "--quiet")
    names = {"healed": "Healed", "month-6": "After 6 months", "month-12": "After 12 months", "month-18": "After 18 months"}
    heads = [read(folder / "trial" / f"{name}.png", HEAD_BOX) for name in names]
    keep(beside(heads, list(names.values()), 360), PAGES / "trial.png")


def draw_points(folder: Path) -> None:
    """Draw points named by hand on a photo from above, in which no face is found, and the look they lead to."""
    person = photograph("top", folder / "above.png")
    kept = [index for index, name in enumerate(person.marked_points.names) if name in NAMED]
    marked = MarkedPoints(names=tuple(person.marked_points.names[index] for index in kept), points_px=person.marked_points.points_px[kept])
    named = {name: [round(float(x)), round(float(y))] for name, (x, y) in zip(marked.names, marked.points_px, strict=True)}
    (folder / "points.json").write_text(json.dumps({"points": named}))
    words = ("--points", str(folder / "points.json"), "--start", START, "--format", "png", "--film", "none", "--quiet")
    run("look", str(folder / "above.png"), "--out", str(folder / "points"), *words)
    with_points(folder / "above.png", marked).save(folder / "named.png")
    pictures = [read(path, ABOVE_BOX) for path in (folder / "named.png", folder / "points" / "healed.png")]
    keep(beside(pictures, ["Points by hand", "Healed"], 480), PAGES / "points.png")


def with_points(path: Path, marked: MarkedPoints) -> Image.Image:
    """Return a photo with points and their names drawn on it."""
    picture = Image.open(path).convert("RGB")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(28)
    for name, (x, y) in zip(marked.names, marked.points_px, strict=True):
        pen.circle((x, y), 9, outline=(255, 214, 64), width=5)
        pen.text((x + 16, y), name, (255, 255, 255), font, anchor="lm", stroke_width=2, stroke_fill=(20, 20, 20))
    return picture


PAGE_NAMED = ("left_tragion", "left_ear_top", "inion", "nose_tip", "left_outer_canthus")
DESK_PX, PHONE_PX = (1240, 844), (390, 844)
SETTLED_MS = 200


def draw_page(folder: Path) -> None:
    """Draw the page of `smp points` on a desk and on a phone, in a browser, with points on the demo head from the side."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this picture needs a browser

    person = photograph("profile", folder / "side.png")
    photograph("front", folder / "front.png")
    photograph("top", folder / "above.png")
    true_px = dict(zip(person.marked_points.names, person.marked_points.points_px, strict=True))
    photos = [folder / f"{name}.png" for name in ("side", "front", "above")]
    desk = PointsDesk(photos, folder / "page.json")
    desk.lay_out(photos, models_folder(fetch=True), no_progress)
    shots = []
    with sync_playwright() as driver, LocalServer(desk) as server:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for size, scheme in ((DESK_PX, "light"), (PHONE_PX, "dark")):
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
            page.goto(server.new_link())
            page.wait_for_selector("#curtain", state="hidden")
            box = page.locator("#photo").bounding_box()
            scale = min((box["width"] - 16) / WIDTH_PX, (box["height"] - 16) / (WIDTH_PX * 4 // 3))
            left = box["x"] + (box["width"] - WIDTH_PX * scale) / 2
            top = box["y"] + (box["height"] - WIDTH_PX * 4 // 3 * scale) / 2
            for name in PAGE_NAMED:
                if size == PHONE_PX:
                    page.click("#more")
                page.click(f".row[data-name={name}]")
                page.wait_for_timeout(SETTLED_MS)
                page.mouse.click(left + true_px[name][0] * scale, top + true_px[name][1] * scale)
            if size == DESK_PX:
                page.click(".row[data-name=menton]")
                page.mouse.move(left + true_px["menton"][0] * scale, top + true_px["menton"][1] * scale)
            page.wait_for_selector("#hint", state="hidden")
            page.screenshot(path=folder / f"page-{scheme}.png")
            shots.append(Image.open(folder / f"page-{scheme}.png").convert("RGB"))
        browser.close()
    keep(beside(shots, ["On a desk", "On a phone"], DESK_PX[1]), PAGES / "page.png")


def draw_standing(_: Path) -> None:
    """Draw where to stand for five photos, and the way of a film, seen from above."""
    fine = 3
    picture = Image.new("RGB", (1180 * fine, 560 * fine), "white")
    pen = ImageDraw.Draw(picture)

    def at(x: float, y: float) -> tuple[float, float]:
        return x * fine, y * fine

    def words(x: float, y: float, text: str, *, large: bool = False) -> None:
        pen.text(at(x, y), text, (40, 44, 46), ImageFont.load_default((19 if large else 15) * fine), anchor="mm")

    def head(x: float, y: float) -> None:
        for box in ((x - 74, y - 10, x - 54, y + 22), (x + 54, y - 10, x + 74, y + 22)):
            pen.ellipse((*at(*box[:2]), *at(*box[2:])), fill=(243, 230, 218), outline=(109, 92, 80), width=2 * fine)
        pen.polygon([at(x - 17, y + 70), at(x, y + 108), at(x + 17, y + 70)], fill=(243, 230, 218), outline=(109, 92, 80), width=2 * fine)
        pen.ellipse((*at(x - 64, y - 84), *at(x + 64, y + 84)), fill=(243, 230, 218), outline=(109, 92, 80), width=2 * fine)

    def phone(x: float, y: float, toward: tuple[float, float], number: str = "", *, sight: float = 128.0) -> None:
        along = np.array(toward) - (x, y)
        along = along / np.linalg.norm(along)
        across = np.array([-along[1], along[0]])
        for share in (-0.42, 0.42):
            pen.line([at(x, y), at(*((x, y) + sight * along + share * sight * across))], fill=(190, 214, 210), width=2 * fine)
        corners = [(x, y) + a * 8 * along + b * 22 * across for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        pen.polygon([at(*corner) for corner in corners], fill=(31, 111, 107))
        spot = (x, y) - 30 * along
        if number:
            pen.ellipse((*at(spot[0] - 15, spot[1] - 15), *at(spot[0] + 15, spot[1] + 15)), fill=(255, 209, 102))
        pen.text(at(*spot), number, (40, 44, 46), ImageFont.load_default(18 * fine), anchor="mm")

    words(290, 28, "Five photos, seen from above", large=True)
    middle = (290, 290)
    stands = {"1": (290, 490), "2": (490, 290), "3": (90, 290), "4": (290, 96)}
    for number, stand in stands.items():
        phone(*stand, middle, number)
    head(*middle)
    pen.ellipse((*at(272, 250), *at(308, 286)), fill=(255, 209, 102))
    pen.text(at(290, 268), "5", (40, 44, 46), ImageFont.load_default(18 * fine), anchor="mm")
    for x, y, text in (
        (380, 515, "front"),
        (500, 345, "client's left"),
        (84, 345, "client's right"),
        (356, 100, "back"),
        (290, 306, "from above"),
    ):
        words(x, y, text)
    words(880, 28, "A film: once round, half a minute", large=True)
    pen.ellipse((*at(700, 110), *at(1060, 470)), outline=(31, 111, 107), width=3 * fine)
    for degrees in range(90, 450, 45):
        x, y = 880 + 180 * np.cos(np.radians(degrees)), 290 + 180 * np.sin(np.radians(degrees))
        phone(x, y, (880, 290), sight=62.0)
    head(880, 290)
    for degrees in range(68, 428, 90):
        turn = np.radians(degrees)
        middle_of, forward, outward = (
            np.array([880, 290]) + 180 * np.array([np.cos(turn), np.sin(turn)]),
            *np.array([[np.sin(turn), -np.cos(turn)], [np.cos(turn), np.sin(turn)]]),
        )
        pen.polygon([at(*(middle_of + a * forward + b * outward)) for a, b in ((15, 0), (-11, 12), (-11, -12))], fill=(31, 111, 107))
    words(880, 530, "the client sits still, the phone goes round a metre away")
    picture.resize((1180, 560), Image.Resampling.LANCZOS).save(PAGES / "standing.png", optimize=True)


def draw_examples(folder: Path) -> None:
    """Keep the pictures in which examples end."""
    for number, name in {"02": "head", "07": "healing", "08": "tones", "09": "views", "10": "stubble"}.items():
        example = next((DOCS.parent / "examples").glob(f"{number}*.py"))
        runpy.run_path(str(example))["main"](folder)
        keep(Image.open(folder / f"{name}.png").convert("RGB"), PAGES / f"{name}.png")


DRAWINGS = {
    "course": draw_course,
    "choices": draw_choices,
    "points": draw_points,
    "page": draw_page,
    "standing": draw_standing,
    "examples": draw_examples,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for wanted in sys.argv[1:] or DRAWINGS:
            DRAWINGS[wanted](Path(place))
