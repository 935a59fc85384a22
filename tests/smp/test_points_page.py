"""The page of `smp points` in a real browser: what is clicked is what is saved, by mouse, finger and keys, and everybody can use it."""

import dataclasses
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from scalp.io.points import read_points_of_photos
from smp.serving import LocalServer
from tests.smp.visitors import laid_out

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow
SIZE = (600, 800)
"""Of the photos here, px."""
DESK, PHONE = (1280, 860), (390, 844)


@pytest.fixture(scope="module")
def browser():
    place = os.environ.get("SMP_BROWSER") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if place is None:
        pytest.skip("no browser is here: the Debian package is chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def photos(tmp_path):
    places = [tmp_path / "front.png", tmp_path / "side.jpg"]
    for place, tone in zip(places, (110, 150), strict=True):
        Image.new("RGB", SIZE, (tone, tone - 20, tone - 30)).save(place)
    return places


@pytest.fixture
def opened(browser, photos):
    """Return a function that opens the page as on a desk or a phone; what it asked and complained of is checked at the end."""
    contexts, asked, complaints = [], [], []
    desk = laid_out(photos, photos[0].with_name("points.json"))
    with LocalServer(desk) as server:

        def opening(size=DESK):
            touch = size == PHONE
            shape = {"width": size[0], "height": size[1]}
            context = browser.new_context(viewport=shape, has_touch=touch, is_mobile=touch, reduced_motion="reduce")
            contexts.append(context)
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
            page.goto(server.new_link())
            page.wait_for_selector("#curtain", state="hidden")
            return page

        opening.desk, opening.server, opening.out, opening.complaints = desk, server, photos[0].with_name("points.json"), complaints
        yield opening
        for context in contexts:
            context.close()
        assert {url.split("/")[2] for url in asked if not url.startswith("blob:")} <= {f"127.0.0.1:{server.server_port}"}
    assert complaints == []


def on_screen(page, x, y):
    """Return where a place of the whole, fitted photo is on the screen."""
    box = page.locator("#photo").bounding_box()
    scale = min((box["width"] - 16) / SIZE[0], (box["height"] - 16) / SIZE[1])
    return box["x"] + (box["width"] - SIZE[0] * scale) / 2 + x * scale, box["y"] + (box["height"] - SIZE[1] * scale) / 2 + y * scale


def click(page, x, y):
    page.mouse.click(*on_screen(page, x, y))


def saved(opened, number=0):
    told = read_points_of_photos(opened.out)[number]
    return dict(zip(told.marked.names, told.marked.points_px.tolist(), strict=True)) if told.marked else {}


def save(page):
    page.click("#save")
    page.wait_for_selector("#toast.good", state="visible")


def test_three_points_are_clicked_one_is_dragged_and_the_file_says_so(opened):
    page = opened()
    for place in ((300, 300), (420, 310), (180, 312)):
        click(page, *place)
    page.mouse.move(*on_screen(page, 420, 310))
    page.mouse.down()
    page.mouse.move(*on_screen(page, 440, 340), steps=4)
    page.mouse.move(*on_screen(page, 450, 350), steps=4)
    page.mouse.up()
    save(page)
    told = saved(opened)
    assert list(told) == ["glabella", "left_tragion", "left_ear_top"], "with one ear in sight the other comes last"
    np.testing.assert_allclose(list(told.values()), [[300, 300], [450, 350], [180, 312]], atol=1.0)
    assert "3 of 5 needed" in page.inner_text("#progress")
    page.click("#done")
    page.wait_for_selector("#curtain", state="visible")
    assert opened.server.wait(idle_seconds=5.0)
    assert page.locator("canvas").count() == 0
    assert page.evaluate("sessionStorage.length") == 0


def test_undo_takes_a_whole_drag_back_and_redo_brings_it_again(opened):
    page = opened()
    click(page, 300, 300)
    page.mouse.move(*on_screen(page, 300, 300))
    page.mouse.down()
    page.mouse.move(*on_screen(page, 400, 400), steps=6)
    page.mouse.up()
    page.click("#undo")
    save(page)
    np.testing.assert_allclose(saved(opened)["glabella"], [300, 300], atol=1.0)
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#save:has-text('Saved')")
    np.testing.assert_allclose(saved(opened)["glabella"], [400, 400], atol=1.5)


def test_the_keyboard_alone_places_moves_and_removes(opened):
    page = opened()
    page.focus("#photo")
    for key in ("Enter", "ArrowRight", "Shift+ArrowDown", "p", "n", "Escape", "Enter", "Delete", "Control+s"):
        page.keyboard.press(key)
    page.wait_for_selector("#toast.good", state="visible")
    assert saved(opened) == {"glabella": [301, 410]}


def test_what_lies_under_the_pointer_stays_there_when_zooming_and_a_click_still_means_it(opened):
    page = opened()
    at = on_screen(page, 210, 520)
    page.mouse.move(*at)
    for _ in range(6):
        page.mouse.wheel(0, -120)
    page.mouse.click(*at)
    page.mouse.move(at[0] + 150, at[1] - 90)
    page.mouse.down()
    page.mouse.move(at[0] + 60, at[1] - 90, steps=5)
    page.mouse.up()
    page.mouse.click(at[0] - 90, at[1])
    save(page)
    told = list(saved(opened).values())
    np.testing.assert_allclose(told[0], [210, 520], atol=1.1)
    # The photo was moved 90 screen px to the left: the second click meant the same place.
    assert "Glabella" not in page.inner_text("#next-title")
    assert len(told) == 1


def test_fingers_place_with_the_magnifier_and_two_of_them_zoom(opened):
    page = opened(PHONE)
    page.touchscreen.tap(*on_screen(page, 300, 250))
    touch = page.context.new_cdp_session(page)

    def fingers(kind, *spots):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(spots)]})

    fingers("touchStart", on_screen(page, 380, 500))
    page.wait_for_selector("#loupe", state="visible")
    fingers("touchMove", on_screen(page, 450, 520))
    fingers("touchEnd")
    page.wait_for_selector("#loupe", state="hidden")
    middle = on_screen(page, 300, 400)
    fingers("touchStart", (middle[0] - 20, middle[1]), (middle[0] + 20, middle[1]))
    for step in range(1, 9):
        fingers("touchMove", (middle[0] - 20 - 5 * step, middle[1]), (middle[0] + 20 + 5 * step, middle[1]))
    fingers("touchEnd")
    # Now at three times the size about the middle.
    page.touchscreen.tap(middle[0] - 90, middle[1])
    save(page)
    told = saved(opened)
    scale = (on_screen(page, 1, 0)[0] - on_screen(page, 0, 0)[0]) * 3
    np.testing.assert_allclose(list(told.values()), [[300, 250], [450, 520], [300 - 90 / scale, 400]], atol=2.5)


def test_each_photo_has_its_own_points_and_a_card_needs_its_four_corners(opened):
    page = opened()
    click(page, 300, 300)
    page.locator(".tab").nth(1).click()
    page.wait_for_selector(".tab:nth-child(2)[aria-selected=true]")
    page.click("#mode-card")
    corners = [(200, 200), (400, 200), (400, 330), (200, 330)]
    for corner in corners[:3]:
        click(page, *corner)
    save(page)
    assert "without all four corners" in page.inner_text("#toast")
    assert [one.name for one in read_points_of_photos(opened.out)] == ["front.png"]
    click(page, *corners[3])
    page.click("#save")
    page.wait_for_selector("#save:has-text('Saved')")
    np.testing.assert_allclose(read_points_of_photos(opened.out)[1].card_px, corners, atol=1.0)


def test_a_coin_and_places_to_avoid_are_marked_named_and_saved(opened):
    page = opened()
    click(page, 300, 300)
    page.click("#mode-coin")
    rim = [(300, 160), (338, 188), (324, 232), (276, 232), (262, 188)]
    for spot in rim:
        click(page, *spot)
    save(page)
    assert "A coin without its name" in page.inner_text("#toast")
    page.select_option("#coin-kind", "eur-1")
    page.click("#mode-avoid")
    click(page, 200, 400)
    click(page, 400, 500)
    page.select_option("#avoid-kind", "scar")
    page.fill("#avoid-radius", "6.5")
    page.click("#save")
    page.wait_for_selector("#save:has-text('Saved')")
    told = read_points_of_photos(opened.out)[0]
    assert told.coin == "eur-1"
    np.testing.assert_allclose(told.coin_px, rim, atol=1.0)
    assert [(mark.kind, mark.radius_mm) for mark in told.corrections.marks] == [("mole", 3.0), ("scar", 6.5)]
    np.testing.assert_allclose([mark.at_px for mark in told.corrections.marks], [[200, 400], [400, 500]], atol=1.0)


def test_a_suggestion_is_taken_only_when_a_person_takes_it(opened):
    sheet = opened.desk._sheets[0]
    opened.desk._sheets[0] = dataclasses.replace(
        sheet, faces_count=1, suggested_names=("nose_tip", "menton"), suggested_px=np.array([[300.0, 400.0], [302.5, 600.0]])
    )
    page = opened()
    assert "no points are needed" in page.inner_text("#progress")
    assert page.inner_text("#next-title") == "Left tragion"
    page.click(".row[data-name=nose_tip]")
    page.click("#take")
    click(page, 302.5, 600)
    save(page)
    assert saved(opened) == {"nose_tip": [300, 400], "menton": [302.5, 600]}


def test_exchanged_sides_are_pointed_out(opened):
    page = opened()
    for name, place in (
        ("left_tragion", (450, 300)),
        ("right_tragion", (150, 300)),
        ("left_ear_top", (160, 280)),
        ("right_ear_top", (440, 280)),
    ):
        page.click(f".row[data-name={name}]")
        click(page, *place)
    assert "the client’s own left" in page.inner_text("#warning")


def test_a_link_that_was_used_says_so_and_a_reload_goes_on(opened, browser):
    page = opened()
    page.reload()
    page.wait_for_selector("#curtain", state="hidden")
    kept = page.evaluate("({...localStorage, ...sessionStorage, cookies: document.cookie})")
    assert set(kept) == {"smp-session", "cookies"}
    assert kept["cookies"] == ""
    assert "#" not in page.url
    other = browser.new_context().new_page()
    other.goto(opened.server.origin)
    other.wait_for_selector("#curtain-title:has-text('cannot be opened')")
    assert "Open the link" in other.inner_text("#curtain-words")
    other.context.close()


def test_what_cannot_be_saved_is_told_and_stays_on_the_page(opened):
    page = opened()
    click(page, 300, 300)
    opened.out.write_text("{}")
    page.click("#save")
    page.wait_for_selector("#toast.bad", state="visible")
    assert "changed by somebody else" in page.inner_text("#toast")
    opened.server.shutdown()
    opened.server.server_close()
    page.click("#save")
    page.wait_for_selector("#curtain-text", state="visible", timeout=30_000)
    told = json.loads(page.input_value("#curtain-text"))
    np.testing.assert_allclose(told["photos"]["front.png"]["points"]["glabella"], [300, 300], atol=1.0)
    opened.complaints.clear()


CHECKS = """() => {
  const faults = [];
  const seen = (one) => one.offsetParent !== null || one instanceof SVGElement;
  const light = (colour) => { const [r, g, b] = colour.map((c) => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const parsed = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (one) => { for (let at = one; at; at = at.parentElement) { const colour = parsed(getComputedStyle(at).backgroundColor); if (colour.length < 4 || colour[3] > .7) return colour.slice(0, 3); } return [255, 255, 255]; };
  for (const one of document.querySelectorAll('button, summary, [role=button], canvas[tabindex], textarea, select, input')) {
    if (!seen(one)) continue;
    const name = (one.getAttribute('aria-label') || (one.labels && one.labels.length ? one.labels[0].textContent : '') || one.textContent || '').trim();
    if (!name) faults.push('no name: ' + one.outerHTML.slice(0, 80));
    const box = one.getBoundingClientRect();
    if (box.width < 40 || box.height < 40) faults.push(`small target ${Math.round(box.width)} x ${Math.round(box.height)}: ${name}`);
  }
  for (const one of document.querySelectorAll('body *')) {
    const text = [...one.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text.length || !seen(one) || one.closest('.unseen, [hidden], svg') || one.matches(':disabled')) continue;
    const style = getComputedStyle(one);
    const [front, back] = [parsed(style.color).slice(0, 3), behind(one)].map(light);
    const ratio = (Math.max(front, back) + .05) / (Math.min(front, back) + .05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${one.textContent.trim().slice(0, 40)}`);
    if (parseFloat(style.fontSize) < 13) faults.push('small text: ' + one.textContent.trim().slice(0, 40));
  }
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  if (new Set(ids).size !== ids.length) faults.push('an id twice');
  for (const word of ['aria-controls', 'aria-labelledby', 'aria-describedby']) for (const one of document.querySelectorAll(`[${word}]`)) if (!document.getElementById(one.getAttribute(word))) faults.push(`${word} leads nowhere`);
  if (!document.documentElement.lang || !document.title) faults.push('no language or title');
  for (const one of document.querySelectorAll('img')) if (!one.hasAttribute('alt')) faults.push('a picture without words');
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen');
  return faults;
}"""


@pytest.mark.parametrize("size", [DESK, PHONE, (320, 568), (844, 390)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_has_a_name_contrast_and_room_for_a_finger(opened, size):
    page = opened(size)
    click(page, 300, 300)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CHECKS) == [], scheme
    if page.is_visible("#more"):
        page.click("#more")
        assert page.evaluate(CHECKS) == []
        page.click("#more")
    for mode in ("card", "coin", "avoid"):
        page.click(f"#mode-{mode}")
        click(page, 250, 350)
        assert page.evaluate(CHECKS) == [], mode
    box = page.locator("#photo").bounding_box()
    assert min(box["width"], box["height"]) >= 120


def test_the_focus_is_seen_on_every_part_that_takes_it(opened):
    page = opened()
    page.locator("body").press("Tab")
    reached = set()
    for _ in range(40):
        shown = page.evaluate(
            "(() => { const at = document.activeElement, style = getComputedStyle(at); return [at.id || at.className || at.tagName, style.outlineStyle, parseFloat(style.outlineWidth)]; })()"
        )
        if shown[0] == "BODY":
            break
        assert shown[1] != "none", shown
        assert shown[2] >= 2, shown
        reached.add(shown[0])
        page.keyboard.press("Tab")
    assert {"photo", "zoom-in", "zoom-fit", "mode-points", "done", "skip"} <= reached


def test_what_is_not_in_sight_on_one_side_is_asked_for_no_more(opened):
    page = opened()
    page.click(".row[data-name=right_tragion]")
    page.click("#skip")
    asked = set()
    for _ in range(12):
        asked.add(page.inner_text("#next-title"))
        click(page, 100 + 30 * len(asked), 300)
    assert not any(name.startswith("Right") for name in asked)
    assert "Left tragion" in asked
    page.click(".row[data-name=right_tragion]")
    assert page.inner_text("#next-title") == "Right tragion"
