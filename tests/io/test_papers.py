"""Papers: tagged, on the right page, with the plan's numbers, the words of people as text only, the same bytes each time."""

import dataclasses
import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from scalp.base import BadInput, WrongParent
from scalp.domain.look import Moment
from scalp.domain.papers import LookPicture, PaperPeople, Papers
from scalp.domain.rates import Difficulty
from scalp.io.paper_setting import STANDARD, UNSHOWN, showable
from scalp.io.paper_words import LANGUAGES, PAPER_SIZES, Words, read_texts
from scalp.io.papers import set_client, set_practitioner, write_papers
from scalp.io.tables import read_price_list
from scalp.planning.quotes import quote_plan
from tests.makers import make_design, make_head, make_plan
from tests.paper_nouns import DAY, IMPRESSIONS_DIGEST, ZONES, make_papers

PAGE_PT = {"a4": (595.3, 841.9), "letter": (612.0, 792.0)}
HOSTILE = (
    '#panic("x") *bold* $x^2$ @ref <label> \\ #read("/etc/hostname") `raw` // not a comment \\u{1F600} [#include "common.typ"] "quoted"'
)


@pytest.fixture(scope="module")
def papers() -> Papers:
    return make_papers()


def text_of(content: bytes) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]
    return re.sub(r"\s+", " ", " ".join(pages).replace("\u200b", "").replace("\xa0", " "))


def boxes_outside(content: bytes) -> list[str]:
    """Return what stands outside the margins of its page: pieces of text by their boxes."""
    outside = []
    for number, page in enumerate(pypdfium2.PdfDocument(content), start=1):
        width, height = page.get_size()
        words = page.get_textpage()
        for index in range(words.count_rects()):
            left, bottom, right, top = words.get_rect(index)
            if left < 40 or right > width - 40 or bottom < 20 or top > height - 40:
                outside.append(f"page {number}: {words.get_text_bounded(left, bottom, right, top)!r} at {left:.0f} to {right:.0f}")
    return outside


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", PAPER_SIZES)
def test_papers_are_tagged_and_on_the_size_of_paper_asked_for(papers: Papers, paper: str, language: str) -> None:
    for made in (set_client(papers, Words(language, paper)), set_practitioner(papers, Words(language, paper))):
        read = pypdf.PdfReader(BytesIO(made))
        root = read.trailer["/Root"]
        assert "/StructTreeRoot" in root
        assert root["/MarkInfo"]["/Marked"]
        assert str(root["/Lang"]).startswith(language)
        assert read.metadata is not None
        assert read.metadata.title
        assert b"pdfuaid" in root["/Metadata"].get_data()
        for page in read.pages:
            assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(PAGE_PT[paper], abs=0.5)
        assert boxes_outside(made) == []


def test_every_picture_has_a_text_for_those_who_cannot_see_it(papers: Papers) -> None:
    def figures(node: object) -> list[bool]:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, pypdf.generic.ArrayObject):
            return [found for each in node for found in figures(each)]
        if not isinstance(node, pypdf.generic.DictionaryObject):
            return []
        own = [bool(node.get("/Alt"))] if node.get("/S") == "/Figure" else []
        return own + (figures(node["/K"]) if "/K" in node else [])

    for made, count in ((set_client(papers, Words()), len(papers.looks) + 3), (set_practitioner(papers, Words()), len(papers.maps))):
        told = figures(pypdf.PdfReader(BytesIO(made)).trailer["/Root"]["/StructTreeRoot"]["/K"])
        assert len(told) >= count
        assert all(told)


def test_the_numbers_on_the_practitioners_paper_are_the_plans(papers: Papers) -> None:
    said = text_of(set_practitioner(papers, Words()))
    placed = 0
    for session in papers.plan.sessions:
        placed += session.impressions_count
        left = papers.plan.impressions_count - placed
        assert f"{session.impressions_count:,} {placed:,} {left:,}" in said
        for work in session.works:
            assert f"{work.impressions_count:,}" in said
    for (_, area, count), zone in zip(ZONES, papers.design.zones, strict=True):
        through = sum(work.impressions_count for session in papers.plan.sessions for work in session.works if work.zone == zone.name)
        assert through == count
        assert f"{count / area:.0f} " in said
    for place in (*papers.anchors, *papers.keep_away):
        assert f"{place.from_glabella_mm:.0f} mm {place.from_canthus_mm:.0f} mm {place.from_tragion_mm:.0f} mm" in said


def test_what_is_mixed_is_pigment_and_water_in_the_shade_of_each_zone(papers: Papers) -> None:
    session = papers.plan.sessions[0]
    stock = sum(work.pigment_ml.expected / (1 + work.shade_ratio) for work in session.works)
    water = session.pigment_ml.expected - stock
    said = text_of(set_practitioner(papers, Words()))
    assert f"{stock:.2f} ml" in said
    assert f"{water:.1f} ml" in said


def test_the_clients_paper_names_what_is_signed_and_every_doubt(papers: Papers) -> None:
    said = text_of(set_client(papers, Words()))
    for digest in (papers.plan.digest, papers.design.digest, papers.design.head_digest, IMPRESSIONS_DIGEST):
        assert digest in said
    for doubt in papers.doubts:
        assert doubt.advice in said
    for objection in papers.design.objections:
        assert objection.found in said
        assert objection.nearest in said
    for words in (
        "US$1,920 to US$2,730",
        "US$480 to US$682.50",
        "2 March 2026",
        "January 2029",
        "August 2035",
        "L-2291",
        "43 % – 74 %",
    ):
        assert words in said
    for section in ("risks", "statements"):
        for name, sentence in Words().section(section).items():
            assert (sentence in said) == (name != "price_alone")


def test_a_simulation_of_another_picture_is_signed_under_another_digest(papers: Papers) -> None:
    first = papers.looks[0]
    other = dataclasses.replace(first, content=first.content + b"\0")
    changed = dataclasses.replace(papers, simulation=dataclasses.replace(papers.simulation, looks=(other, *papers.looks[1:])))
    assert text_of(set_client(changed, Words())) != text_of(set_client(papers, Words()))


def test_amounts_dates_and_decimal_marks_are_those_of_the_language(papers: Papers) -> None:
    said = {
        (language, paper): text_of(set_client(papers, Words(language, paper)))
        for language, paper in (("en", "letter"), ("de", "a4"), ("es", "a4"))
    }
    assert "$1,920 to $2,730" in said["en", "letter"]
    assert "March 2, 2026" in said["en", "letter"]
    assert "10:00 AM" in said["en", "letter"].replace("\u202f", " ")
    assert "1.920 $ bis 2.730 $" in said["de", "a4"]
    assert "682,50 $" in said["de", "a4"]
    assert "2. März 2026" in said["de", "a4"]
    assert "31,4 cm²" in said["de", "a4"]
    assert "2 de marzo de 2026" in said["es", "a4"]
    assert "12,5 %" in said["es", "a4"]


def test_a_renewal_is_told_by_its_month_and_years_have_no_thousands_sign(papers: Papers) -> None:
    likely = papers.plan.touch_ups[0].likely
    for language in LANGUAGES:
        words = Words(language)
        assert words.month(likely) in text_of(set_client(papers, words))
        assert words.day(likely) not in text_of(set_client(papers, words))
    later = Words("es").sentence("When the field has become light, likely 2031 (2029 to 2036); at today's prices.")
    assert "2031 (de 2029 a 2036)" in str(later)


def test_papers_are_the_same_bytes_each_time(papers: Papers, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        written.append([place.read_bytes() for place in write_papers(papers, tmp_path / name)])
    assert written[0] == written[1]
    later = dataclasses.replace(papers, day=date(2026, 11, 23))
    assert set_client(later, Words()) != written[0][0]


@pytest.mark.parametrize(
    "words", [HOSTILE, "שלום עולם " * 12, "مرحبا بالعالم " * 8, "😀👩🏽‍⚕️" * 12, "漢字" * 60, "\u202egnorw\x1b[31m\x00", "W" * 120]
)
def test_words_of_people_are_text_and_stay_on_the_page(words: str) -> None:
    name = words[:120]
    people = PaperPeople(clinic=name, address=words[:360], practitioner=name, client=name)
    noted = make_papers(people, note=(words + " ") * (1_990 // (len(words) + 1)), pictures=False)
    for made in (set_client(noted, Words()), set_practitioner(noted, Words())):
        assert boxes_outside(made) == []
        if words is HOSTILE:
            assert '#panic("x") *bold* $x^2$ @ref <label>' in text_of(made)


def test_a_note_of_two_thousand_letters_is_printed_whole() -> None:
    note = " ".join(f"word{number:04d}" for number in range(222))[:2_000]
    said = text_of(set_client(make_papers(note=note, pictures=False), Words()))
    assert note in said


def test_signs_without_a_typeface_are_marked_and_the_paper_says_so() -> None:
    assert showable("a漢b") == f"a{UNSHOWN}b"
    assert showable("Łódź Ж שלום ẞ €") == "Łódź Ж שלום ẞ €"
    said = text_of(set_client(make_papers(PaperPeople(client="Ann 漢字"), pictures=False), Words()))
    assert UNSHOWN in said
    assert UNSHOWN not in text_of(set_client(make_papers(pictures=False), Words()))


def test_every_page_says_which_of_how_many_it_is(papers: Papers) -> None:
    read = pypdf.PdfReader(BytesIO(set_client(papers, Words())))
    for number, page in enumerate(read.pages, start=1):
        said = page.extract_text().replace("\xa0", " ")
        assert f"Page {number} of {len(read.pages)}" in said
        assert papers.plan.digest[:12] in said
    assert len(read.pages) <= 7


def test_a_bare_plan_makes_papers_without_empty_parts() -> None:
    design = make_design(make_head(subdivisions_count=3))
    bare = Papers(plan=make_plan(design), design=design, day=DAY)
    said = text_of(set_client(bare, Words()))
    assert "US$1,200 to US$1,800" in said
    statements = Words().section("statements")
    assert [name for name, text in statements.items() if text not in said] == ["simulated", "price"]
    assert Words()("client.aftercare_missing") in said
    assert Words()("client.touch_up") not in said
    assert "3,000" in text_of(set_practitioner(bare, Words()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_text_with_the_same_braces(language: str) -> None:
    english, own = read_texts("en"), read_texts(language)
    plain = {key for key in english if not key.startswith("sentences.")}
    assert {key for key in own if not key.startswith("sentences.")} == plain
    for key in plain:
        assert sorted(re.findall(r"\{(\w+)\}", own[key])) == sorted(re.findall(r"\{(\w+)\}", english[key])), key
    for key in own:
        if key.startswith("sentences."):
            assert own[key].count("{") == key.count("{}"), key


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_line_of_a_quote_by_the_shipped_list_is_known_in_each_language(language: str) -> None:
    design, prices, words = make_design(make_head()), read_price_list(), Words(language)
    for part, reason in (("0.3", ""), ("1", ""), ("0.3", "as designed"), ("1", "as designed")):
        difficulties = tuple(Difficulty(name=rate.name, part=Decimal(part), reason=reason) for rate in prices.difficulties)
        plan = make_plan(design)
        quote = quote_plan(plan, design, prices, day=plan.sessions[0].day, difficulties=difficulties, travel_km=Decimal(45))
        for item in (*quote.items, *quote.options):
            assert [said for said in map(words.sentence, (item.what, item.why)) if not isinstance(said, str)] == []


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    root = Path(__file__).resolve().parents[2] / "scalp"
    source = "".join(path.read_text("utf-8") for path in [*(root / "io").glob("paper*.py"), *(root / "papers").glob("*.typ")])
    whole = {"risks", "undone", "statements", "record", "facts", "styles", "zones", "places", "verdicts", "severities", "sides", "signing"}
    for key in read_texts("en"):
        section, name = key.split(".", 1)
        if section not in whole | {"sentences"}:
            assert re.search(rf"\b(?:column_)?{name}\b", source), key
    asked = re.findall(r'words\("([a-z]+\.[a-z_]+)"', source)
    assert len(asked) > 40
    assert [key for key in asked if key not in read_texts("en")] == []


@pytest.mark.parametrize(("language", "paper"), [("xx", "a4"), ("en", "a5")])
def test_other_languages_and_sizes_are_refused(papers: Papers, tmp_path: Path, language: str, paper: str) -> None:
    with pytest.raises(BadInput, match="allowed"):
        write_papers(papers, tmp_path, language=language, paper=paper)
    assert list(tmp_path.iterdir()) == []


def test_parts_of_another_plan_are_refused(papers: Papers) -> None:
    other = dataclasses.replace(papers.plan, history=())
    changed = dataclasses.replace(other, needle=dataclasses.replace(other.needle, name="1RL"))
    with pytest.raises(WrongParent, match="quote"):
        dataclasses.replace(papers, plan=changed)
    with pytest.raises(WrongParent, match="look"):
        dataclasses.replace(papers, simulation=dataclasses.replace(papers.simulation, design_digest="0" * 32))


def test_bytes_that_are_no_picture_and_names_without_end_are_refused() -> None:
    with pytest.raises(BadInput, match="picture"):
        LookPicture(moment=Moment(name="before", label="", session_number=0, days=0.0), content=b"GIF89a")
    with pytest.raises(BadInput, match="120"):
        PaperPeople(client="x" * 121)


def test_the_standard_asked_of_the_typesetter_is_universal_access() -> None:
    assert STANDARD == "ua-1"
