"""How long papers take to set, how large they are, and how far a tape lies from the shortest way over a head.

Run: python -m benchmarks.papers. Processor time of one process, fonts loaded; a minute on two quiet cores.
"""

import time

import pypdfium2

from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.io.paper_setting import showable
from scalp.io.paper_words import LANGUAGES, PAPER_SIZES, Words
from scalp.io.papers import set_client, set_practitioner
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from scalp.treatment.papers import draw_maps, tape_place
from tests.makers import make_head
from tests.paper_nouns import DAY, make_papers

ROUNDS_COUNT = 2


def seconds_of(work) -> float:
    """Return the processor seconds of a piece of work, the least of a few rounds."""
    spent = []
    for _ in range(ROUNDS_COUNT):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    """Print the table."""
    papers = make_papers()
    print("| paper | language | pages | kB | processor s, first | again |")
    print("|---|---|---|---|---|---|")
    for size in PAPER_SIZES:
        for language in LANGUAGES:
            words = Words(language, size)
            for name, setting in (("client", set_client), ("practitioner", set_practitioner)):
                start = time.process_time()
                made = setting(papers, words)
                first = time.process_time() - start
                pages, seconds = len(pypdfium2.PdfDocument(made)), seconds_of(lambda setting=setting, words=words: setting(papers, words))
                print(f"| {name} {size} | {language} | {pages} | {len(made) / 1000:.0f} | {first:.3f} | {seconds:.3f} |")
    strange = "".join(chr(0x4E00 + number) for number in range(1_500))
    print(f"1,500 different signs without a typeface are found in {seconds_of(lambda: showable(strange)):.2f} s")
    head = make_head()
    design = propose_design(head, Wishes(norwood="5"))
    plan = plan_treatment(design, head, start=DAY, prices=read_price_list())
    print(f"five maps: {seconds_of(lambda: draw_maps(head, design, plan)):.1f} s")
    anchor = design.hairline.anchor_mm("mid_frontal")
    print(f"three tapes to one place: {seconds_of(lambda: tape_place(head, 'mid_frontal', anchor)):.3f} s")
    found = tape_place(head, "mid_frontal", anchor).from_glabella_mm
    print(f"tape to the mid-frontal point {found:.2f} mm, the design's own height {design.hairline.height_mm:.2f} mm")


if __name__ == "__main__":
    main()
