"""`smp papers`: both papers from a plan folder, all or nothing, and refusals in one sentence with exit code 2."""

import dataclasses
import json
import stat
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdf
import pytest

from scalp.designing import propose_design
from scalp.domain.camera import Camera
from scalp.domain.design import Wishes
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.stored import StoredHead
from scalp.io.designs import write_design
from scalp.io.heads import write_head
from scalp.io.pictures import write_picture
from scalp.io.plans import write_plan
from scalp.io.quotes import write_quote
from scalp.io.tables import read_price_list
from scalp.io.treatments import record_treatment, write_treatment
from scalp.planning import plan_treatment
from scalp.planning.quotes import quote_plan
from tests.makers import make_camera, make_head, make_impressions, make_photo, make_skin

DAY = date(2027, 2, 1)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Return a folder with head, plan, quote and look as the commands write them."""
    folder = tmp_path_factory.mktemp("case")
    for name in ("head", "plan", "look", "other-look"):
        (folder / name).mkdir()
    camera: Camera = make_camera(width_px=240, height_px=240, focal_px=900.0)
    photo = make_photo(camera=camera)
    head = make_head(subdivisions_count=4, camera=camera, photo=photo)
    write_head(StoredHead(head=head, skin=make_skin()), folder / "head")
    design = propose_design(head, Wishes(norwood="4", note="Soft, please."))
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list())
    write_design(design, folder / "plan")
    write_plan(plan, folder / "plan")
    write_quote(quote_plan(plan, design, read_price_list(), day=DAY), folder)
    for name, shown in (("look", design), ("other-look", propose_design(head, Wishes(norwood="3")))):
        own = plan_treatment(shown, head, start=date(2027, 3, 1), prices=read_price_list())
        moment = Moment(name="healed", label="Healed", session_number=3, days=42.0)
        look = Look(photo_digest=photo.digest, moment=moment, photo=photo, touched=np.zeros(photo.pixels.shape[:2], np.uint8))
        write_picture(Photo(pixels=photo.pixels, encoding=srgb_encoding()), folder / name / "healed.jpg")
        record = record_treatment(head, shown, own, make_impressions(head, shown, own), make_skin(), ((look, "healed.jpg"),))
        write_treatment(record, folder / name)
    return folder


@pytest.fixture
def printed(case, smp, tmp_path):
    """Return a function that prints the case and gives the result and the folder."""

    def run(*words):
        out = tmp_path / "papers"
        told = ("papers", case / "plan", "--head", case / "head", "--out", out, "--day", DAY.isoformat(), "--no-transfer", *words)
        return smp(*map(str, told)), out

    return run


def said_on(place: Path) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(place.read_bytes())).pages)
    return " ".join(text.replace("\xa0", " ").split())


def test_a_plan_becomes_papers_of_its_look_quote_and_names(case, printed) -> None:
    words = ("--look", case / "look", "--quote", case / "quote.json", "--name", "Ann Example", "--clinic", "Clinic & Sons #1", "--json")
    result, out = printed(*words, "--language", "de", "--paper", "letter")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told["files"]) == {"client.pdf", "practitioner.pdf"} == {entry.name for entry in out.iterdir() if entry.name[0] != "."}
    assert told["missing"] == ["booking"]
    assert "Ann Example" not in result.output
    client = said_on(out / "client.pdf")
    for expected in ("Ann Example", "Clinic & Sons #1", "Soft, please.", told["plan"], told["impressions"], "Verheilt, nach 6 Wochen"):
        assert expected in client
    assert "Bis hierher" in said_on(out / "practitioner.pdf")
    assert {stat.S_IMODE(entry.stat().st_mode) & 0o077 for entry in out.iterdir()} == {0}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--look", "other-look"), "look is of another design"),
        (("--look", "head"), "treatment"),
        (("--language", "xx"), "language"),
        (("--paper", "a5"), "paper"),
        (("--name", "x" * 121), "120"),
        (("--quote", "nowhere.json"), "nowhere.json"),
        (("--look", "look", "--views"), "--look or --views"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_nothing_is_written(case, printed, words: tuple[str, ...], told: str) -> None:
    result, out = printed(*(case / word if word in ("other-look", "head", "look", "nowhere.json") else word for word in words))
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


def test_a_quote_of_another_plan_is_refused(case, printed, tmp_path: Path) -> None:
    from scalp.io.quotes import read_quote

    strange = dataclasses.replace(read_quote(case / "quote.json"), plan_digest="0" * 32)
    write_quote(strange, tmp_path)
    result, out = printed("--quote", tmp_path / "quote.json")
    assert result.exit_code == 2
    assert "quote is made for another plan" in result.output
    assert not out.exists()
