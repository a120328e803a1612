"""What was not said: whether silence that is planted is reported, and arguments that one person makes are listed.

    python benchmarks/absence.py [--coded FILE.csv]

Topics that nobody raises are planted in the synthetic exercise. Forty arguments of our own, each of something that
nobody else speaks of, are put in as comments of one person each: twenty that the cut was chosen with and twenty that it
was not. With a file of real comments the same forty are compared with its texts, and how long its list is is printed;
no comment is.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import numpy as np

from voice_of_care.counting import units
from voice_of_care.embedding import load_embedders
from voice_of_care.frameworks import load_frameworks
from voice_of_care.heard import gather_heard
from voice_of_care.insight.absence import count_raised, find_unraised
from voice_of_care.insight.ledger import write_ledger
from voice_of_care.insight.rare import FAR_BELOW, list_rare
from voice_of_care.insight.voices import gather_voices
from voice_of_care.pipeline import Means, Stopwatch, run
from voice_of_care.settings import Settings, load_settings
from voice_of_care.tables import FITS_NO_THEME
from voice_of_care.themes.nearness import Spoken, gather_spoken, likeness_to_others, some_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.embedding import Embedder

ROOT = Path(__file__).resolve().parent.parent
EXERCISE = ROOT / "corpora" / "synthetic" / "listening-exercise"
PLANTED = ROOT / "corpora" / "gold" / "listening-exercise" / "planted.json"
WEBSITE = "comments-from-the-website.csv"
CHOSEN_WITH = (
    "Nobody has told the deaf that the fire alarm has no flashing light.",
    "My guide dog was not let past the second set of doors.",
    "Prisoners are brought through in handcuffs in front of the children.",
    "The hydrotherapy pool has stood drained since Easter.",
    "Please think of the bees before you mow the meadow behind the laundry.",
    "Traveller families are asked for a postcode that they do not have.",
    "The wooden leg I was lent squeaks on the chapel steps.",
    "There is pork gelatine in the capsules, which my faith forbids.",
    "Solar panels on the roof would have paid for themselves by now.",
    "A drone flew past the window of the burns unit twice.",
    "I lost my vote because no ballot paper came to the bedside.",
    "The school choir should sing on the landing every Advent.",
    "The pension fund should sell its shares in tobacco.",
    "The ashes of our baby were posted to a neighbour.",
    "Blood donors are turned away for a tattoo on the neck.",
    "The lift talks in an American accent and frightens my mother.",
    "Gulls nest on the flat roof and swoop at the oxygen deliveries.",
    "I was asked to sign up for a study of genes while I was sedated.",
    "The mortuary viewing room has no chair for a widow.",
    "Fishermen at sea can only ring on a Sunday, when the line is shut.",
)
HELD_OUT = (
    "Let the prisoners' orchestra record the hold music.",
    "My hearing loop hums in the key of F whenever the scanner starts.",
    "The twin boys were given each other's vaccine cards.",
    "Somebody is selling raffle tickets for a shotgun in reception.",
    "Our mosque would gladly wash and shroud the dead if you rang us.",
    "The foster panel lost the passport we need for the school trip.",
    "Sperm samples have to be carried past the bus queue.",
    "The wheelchair I hired was stamped as property of an airline.",
    "I am allergic to latex and the balloons set me off.",
    "Why does the trust bank with a firm that drills for oil?",
    "A bat colony has shut the west wing attic.",
    "The sign language video shows a man in a floral shirt you cannot see his hands against.",
    "Electric cars block the hydrant.",
    "The tooth fairy left a note on my granddaughter's pillow after surgery.",
    "Nobody asks farmers about tick bites.",
    "The war memorial plaque in the old entrance has been painted over.",
    "Menopause is never mentioned when you choose the fabric of uniforms.",
    "I was refused insulin on a ferry because your letter had no stamp.",
    "The autopsy report came in Latin.",
    "Could the barber come on a Tuesday, since the mart is on Mondays?",
)


def plant(folder: Path, arguments: Sequence[str]) -> None:
    """Add each argument to the website's comments, as one person's."""
    with (folder / "web" / WEBSITE).open("a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        for number, text in enumerate(arguments):
            who = "Carer" if number % 2 else "Patient"
            day = f"2024-06-{number % 28 + 1:02d}T10:00:00"
            rows.writerow([f"W-9{number:03d}", day, "", "", who, "Outpatients", "Drumfern Hospital", text])


def analyse(path: Path, settings: Settings, embedders: object) -> Analysis:
    """Return the analysis of files, with the framework of patient experience besides the settings' own."""
    frameworks = load_frameworks(settings.priorities, extra=("qdc",))
    return run([path], Means(settings, b"0" * 32, embedders, frameworks, Stopwatch())).analysis  # type: ignore[arg-type]


def report_unraised(analysis: Analysis, settings: Settings) -> None:
    """Print what is said of each topic that nobody raises, and how many others are listed."""
    unit_of = units(analysis.safe_comments, count_campaigns=settings.intake.count_campaigns)
    voices = gather_voices(analysis, gather_heard(analysis, unit_of=unit_of), settings=settings.insight)
    raised = count_raised(analysis.segment_links, analysis.segments, analysis.frameworks, unit_of=unit_of)
    linked = raised.set_index(["framework_id", "priority_id"])["units"]
    listed = find_unraised(analysis, voices).set_index(["framework_id", "priority_id"])
    topics = json.loads(PLANTED.read_text(encoding="utf-8"))["unraised"]
    for topic in topics:
        key = (topic["framework_id"], topic["element_id"])
        if key not in listed.index:
            print(f"nobody raised {key[1]}: NOT reported, {linked[key]} units linked by mistake")
            continue
        row = listed.loc[key]
        asked = int(row["respondents_asked"])
        print(
            f"nobody raised {key[1]}: reported, {linked[key]} of {asked} linked by mistake; at most"
            f" {row['upper_bound']:.2%} (rule of three {3 / asked:.2%}),"
            f" {row['upper_bound_if_right']:.2%} were these right"
        )
    print(
        f"other priorities listed as raised by nobody or next to nobody: {len(listed) - len(topics)} of {len(linked)}"
    )


def report_list(analysis: Analysis, arguments: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Print how long the list is, and which of the arguments planted stand in it."""
    texts = analysis.segments.set_index("segment_id")["text"]
    start = time.perf_counter()
    listed = list_rare(analysis)
    seconds = time.perf_counter() - start
    print(f"listed {len(listed)} of {len(texts)} segments, {len(listed) / len(texts):.1%} ({seconds:.2f} s)")
    rank_of = dict(zip(listed["segment_id"].map(texts), listed["rank"], strict=True))
    for name, planted in arguments:
        ranks = sorted(rank_of[text] for text in planted if text in rank_of)
        median = f"{np.median(ranks):.0f}" if ranks else "-"
        print(f"    {name}: {len(ranks)} of {len(planted)} listed, median rank {median}")


def report_beside(analysis: Analysis, settings: Settings, embedder: Embedder, planted: Sequence[str]) -> None:
    """Print how many arguments would be listed, were each said by one more person."""
    unit_of = units(analysis.safe_comments, count_campaigns=settings.intake.count_campaigns)
    aside = analysis.set_aside
    silent = aside.loc[(aside["step"] == "themes") & (aside["reason"] != FITS_NO_THEME), "item_id"]
    said = analysis.segments[~analysis.segments["segment_id"].isin(silent)]
    others = some_of(gather_spoken(said.assign(unit=said["comment_id"].map(unit_of)), embedder=embedder))
    own = Spoken(
        list(planted), np.asarray(embedder.embed(planted), np.float64), [frozenset({text}) for text in planted]
    )
    likeness = likeness_to_others(own, others)
    print(f"    {int((likeness < FAR_BELOW).sum())} of {len(planted)} would be listed, likeness under {FAR_BELOW}")


def main() -> None:
    """Analyse the exercise with and without what is planted, and print what comes back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coded", type=Path, help="a file of real comments")
    coded = parser.parse_args().coded
    settings, embedders = load_settings(EXERCISE.with_suffix(".toml")), load_embedders()
    plain = analyse(EXERCISE, settings, embedders)
    report_unraised(plain, settings)
    ledger = write_ledger(plain)
    print(f"ledger: {len(ledger)} came in, {ledger['outcome'].value_counts().to_dict()}")
    report_list(plain, ())
    arguments = (("chosen with", CHOSEN_WITH), ("held out", HELD_OUT))
    with tempfile.TemporaryDirectory() as folder:
        copy = copytree(EXERCISE, Path(folder) / EXERCISE.name)
        plant(copy, (*CHOSEN_WITH, *HELD_OUT))
        report_list(analyse(copy, settings, embedders), arguments)
    if coded is not None:
        real = Settings()
        analysis = analyse(coded, real, embedders)
        report_list(analysis, ())
        for _, planted in arguments:
            report_beside(analysis, real, embedders.both, planted)


if __name__ == "__main__":
    main()
