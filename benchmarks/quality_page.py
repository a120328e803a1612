"""Write what `benchmarks/quality.py` measured as a page that a strategy author can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quality_bars import FOLDS, Bar, all_bars, stability_value, theme_share, theme_value, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sides import Coded

NOT_MEASURED = "not measured"
TRUST_NAMES = {"NEAS": "ambulance, 111 and patient transport (NEAS)", "NHFT": "mental health and community (NHFT)"}
CODERS = {
    "ours": "ours",
    "published": "tf-idf + SVC, as pxtextmining publishes it",
    "linear": "tf-idf + linear SVC",
}

_LABELS_TRIED = (
    "Six labels that concern safety are cut so that fewer comments are missed, at the price of 0.003 (see the heads' "
    "card). Other recipes of tuning (rates, passes, dropout, rates by layer, more weight for rare labels) came out "
    "within 0.01 of the chosen one on an inner split of one training side."
)
_TRUST_TRIED = (
    "The tuned encoder's space alone does better here (`models/feedback-encoder/figures.json`), but buries what the "
    "labels have no word for; beside the general encoder's vector, topics planted outside the framework come back."
)
_ONE_TRIED = (
    "Both encoders run side by side, and segments are read only where they can change the result; the encoders alone "
    "take most of what is left. Reading one encoder instead of two would cost the sentiment and the rare labels."
)
TRIED: dict[str, str] = {
    "labels micro all": _LABELS_TRIED,
    "labels micro unseen": _LABELS_TRIED,
    "themes without-NEAS": _TRUST_TRIED,
    "themes without-NHFT": _TRUST_TRIED,
    "one comment": _ONE_TRIED,
}
"""By bar: what was tried where it is missed."""

INTRO = """# Quality

How well this program's analysis agrees with people's, next to other ways of doing the same. Written by
`make quality CODED=PATH` (`benchmarks/quality.py`); every figure on this page was measured by that command, on the same
comments in the same run. Speed and memory stand in `performance.md`, how things work in the pages under `methods/`.

**Whose comments.** CODED is `nhs_patient_feedback.csv`: {comments:,} comments of {people:,} respondents of two NHS
trusts, 2021 and 2022, which people coded with the PatientExperience-QDC framework (31 labels here, merged as its
version 7 merges them) and with five levels of sentiment (NHS England, pxtextmining,
`datasets/v6framework_230831.csv`, MIT). It is not part of this repository.

**Held out.** Nothing is judged on people it has learnt from. The respondents are split into three parts; encoder, heads
and thresholds are made from two and judged on the third, in turn. Two further splits judge each trust by what was made
from the other one alone. "Texts never trained on" leaves out comments whose words also stand, word for word, on the
training side ("Did not answer", "Everything"), which any method gets right by heart. Two things favour ours a little:
how two readings of a text are mixed and how far thresholds lean on each other was settled on these same parts, and
whoever wrote the cues had seen half of the comments (`models/feedback-heads/card.md`). The program as shipped is made
from all comments of this file, so measured on this file it would look better than on this page.

**Intervals** in brackets hold 95% of what comes out when respondents are drawn anew (bootstrap). A difference that is
smaller than an interval is not one to build on.

**The measures.** *F1* puts together how much of what people coded was found and how much of what was found is right: 1
is perfect, 0 nothing. *Micro* counts every label given alike, so that common labels weigh most; *macro* counts every
label alike, so that rare ones weigh as much as common ones; *sample* is the mean over comments. *AMI* (adjusted mutual
information) says how far themes found without any code go with the codes people gave: 0 is chance, 1 the same groups.
*ARI* (adjusted Rand index) says how far two groupings are the same: 0 is chance, 1 the very same.
"""

LIMITS = """## What these figures can't tell

- Two trusts, mostly friends-and-family texts of a sentence or two, one framework, one team of coders. Staff comments,
  workshop notes and long letters are not among them; the synthetic exercise stands in for those and is easier than
  life.
- How well the coders agree with each other is not known for this file. Where two people would disagree, no program can
  agree with both: a perfect score is out of reach, and how far is not known.
- Agreement with codes is not usefulness. Themes can agree well with a framework and still say nothing new; that is why
  planted topics, distinctness and stability are measured as well.
- Few comments have some labels: see the column of comments before reading anything into a label's figure.
- The stability of stock BERTopic is measured with a seed of chance set for it, which it does not set for itself.
- The bars are ours: what we hold to be good enough to put in front of a board with people reading along, not a
  standard of anybody's. Measure on your own comments with `voice-of-care evaluate`.
"""


def write_page(path: Path, coded: Coded, figures: Mapping[str, Any]) -> None:
    """Write the page."""
    people = int(coded.comments["respondent"].nunique())
    parts = [
        INTRO.format(comments=len(coded.comments), people=people),
        _in_short(figures),
        _labels(figures),
        _levels(figures),
        _themes(figures),
        _stability(figures),
        _planted(figures),
        _distinct(figures),
        _names(figures),
        _staff(figures),
        _own_framework(figures),
        _reliability(figures),
        _one_comment(figures),
        LIMITS,
    ]
    path.write_text("\n".join(part.strip("\n") + "\n" for part in parts if part), encoding="utf-8", newline="\n")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(header), "|".join(["---"] * len(header)), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines) + "\n"


def _in_short(figures: Mapping[str, Any]) -> str:
    bars = all_bars(figures)
    words = {True: "reached", False: "**missed**", None: NOT_MEASURED}
    rows = [[bar.measure, bar.peer or "–", bar.bar or "–", bar.ours or "–", words[bar.is_hit]] for bar in bars]
    hits, missed = sum(bar.is_hit is True for bar in bars), [bar for bar in bars if bar.is_hit is False]
    unknown = sum(bar.is_hit is None for bar in bars)
    said = f"{hits} of {len(bars)} bars are reached, {len(missed)} missed"
    said += f", {unknown} not measured in this run.\n" if unknown else ".\n"
    notes = "".join(f"\n- **Missed: {bar.measure}**{_by(bar)}. {TRIED.get(bar.key, '')}".rstrip() for bar in missed)
    peers = (
        "The peer is the better of two classifiers (tf-idf with a support vector machine) for labels and sentiment, "
        "and stock BERTopic, left to its defaults, for themes.\n"
    )
    table = _table(["what", "peer", "the bar we set", "ours", ""], rows)
    return f"## In short\n\n{said}{peers}\n{table}{notes}\n"


def _by(bar: Bar) -> str:
    if bar.short_by is None:
        return ""
    within = ", within" if bar.is_within else ", more than"
    return f", by {bar.short_by:.3f}{within} what the choice of respondents can do"


def _coders(figures: Mapping[str, Any], group: str, what: str, cut: str, names: Sequence[str]) -> list[list[str]]:
    rows = []
    for who, title in CODERS.items():
        found = figures.get(f"coding {who} {group}")
        if found:
            measured = found[cut][what]
            rows.append([title, *(str(value_of(measured[name])) for name in names)])
        else:
            rows.append([title, *([NOT_MEASURED] * len(names))])
    return rows


def _count(figures: Mapping[str, Any], group: str, what: str, cut: str) -> int:
    return int(figures[f"coding linear {group}"][cut][what]["comments"]["value"])


def _labels(figures: Mapping[str, Any]) -> str:
    if not figures.get("coding linear folds"):
        return ""
    names = ("f1_micro", "f1_macro", "f1_samples", "exact_match")
    header = ["", "micro F1", "macro F1", "sample F1", "all labels right"]
    parts = [
        "## Quality priorities: the labels people gave\n\nWhich of the 31 labels does a comment speak of? A comment "
        "may have several. The classifiers learn from the same comments as ours.\n"
    ]
    for cut, title in (("all", "All held-out comments"), ("unseen", "Texts never trained on")):
        count = _count(figures, "folds", "labels", cut)
        parts.append(f"**{title}** ({count:,})\n\n{_table(header, _coders(figures, 'folds', 'labels', cut, names))}")
    for trust, title in TRUST_NAMES.items():
        if figures.get("coding linear trusts"):
            count = _count(figures, "trusts", "labels", trust)
            table = _table(header, _coders(figures, "trusts", "labels", trust, names))
            parts.append(f"**{title[0].upper()}{title[1:]}, made from the other trust alone** ({count:,})\n\n{table}")
    parts.append(_per_label(figures))
    return "\n".join(parts)


def _per_label(figures: Mapping[str, Any]) -> str:
    ours, peer = figures.get("coding ours folds"), figures["coding linear folds"]
    if not ours:
        return ""
    peer_f1 = {row["label"]: row["f1"] for row in peer["per_label"]}
    rows = [
        [
            row["label"],
            f"{row['comments']:,}",
            *(f"{row[name]:.2f}" for name in ("precision", "recall", "f1")),
            f"{peer_f1[row['label']]:.2f}",
        ]
        for row in sorted(ours["per_label"], key=lambda row: -row["comments"])
    ]
    header = ["label", "comments", "precision: right of those given", "recall: found of those there", "F1"]
    return f"**Label by label**, all held-out comments\n\n{_table([*header, 'F1, linear SVC'], rows)}"


def _levels(figures: Mapping[str, Any]) -> str:
    if not figures.get("coding linear folds"):
        return ""
    names = ("accuracy", "f1_macro", "accuracy_3", "f1_macro_3")
    header = ["", "five levels: accuracy", "macro F1", "three levels: accuracy", "macro F1"]
    parts = [
        "## Sentiment\n\nFive levels from very positive to very negative, the middle one neutral or mixed; then three. "
        "On comments that have labels. The classifiers see the kind of question as ours does.\n"
    ]
    for cut, title in (("all", "All held-out comments"), ("unseen", "Texts never trained on")):
        count = _count(figures, "folds", "levels", cut)
        parts.append(f"**{title}** ({count:,})\n\n{_table(header, _coders(figures, 'folds', 'levels', cut, names))}")
    for trust, title in TRUST_NAMES.items():
        if figures.get("coding linear trusts"):
            count = _count(figures, "trusts", "levels", trust)
            table = _table(header, _coders(figures, "trusts", "levels", trust, names))
            parts.append(f"**{title[0].upper()}{title[1:]}, made from the other trust alone** ({count:,})\n\n{table}")
    return "\n".join(parts)


def _themes(figures: Mapping[str, Any]) -> str:
    parts = [
        "## Themes found without codes, against people's codes\n\nThemes are discovered on all answers of held-out "
        "respondents and compared with the code of each comment that has one. Ours come from segments, and a comment "
        "counts with its strongest theme; the peers group whole comments. A comment without a theme is in a group of "
        "its own. Agreement falls and rises with the number of themes, so compare rows with as many.\n"
    ]
    groups: list[tuple[str, tuple[str, ...]]] = [
        ("Other respondents, mean of the three parts", FOLDS),
        (f"{TRUST_NAMES['NEAS']}, encoder from the other trust alone", ("without-NEAS",)),
        (f"{TRUST_NAMES['NHFT']}, encoder from the other trust alone", ("without-NHFT",)),
    ]
    for title, sides in groups:
        found = figures.get(f"themes {sides[0]}")
        if not found:
            parts.append(f"**{title[0].upper()}{title[1:]}**: {NOT_MEASURED}.\n")
            continue
        rows = [row for method in found if (row := _theme_row(figures, sides, method))]
        header = ["", "themes", "AMI", "homogeneity", "completeness", "best match F1", "without a theme"]
        parts.append(f"**{title[0].upper()}{title[1:]}**\n\n{_table(header, rows)}")
    parts.append(
        "*Homogeneity*: is each theme about one code? *Completeness*: is each code in one theme? *Best match F1*: the "
        'mean over codes of the theme that fits it best. "Packaged encoder" is the sentence encoder as published, '
        "not tuned on feedback.\n"
    )
    return "\n".join(parts)


def _theme_row(figures: Mapping[str, Any], sides: Sequence[str], method: str) -> list[str] | None:
    values = [theme_value(figures, sides, method, name) for name in ("ami", "homogeneity", "completeness")]
    best = theme_value(figures, sides, method, "best_match_f1")
    count, without = (theme_share(figures, sides, method, name) for name in ("themes", "without"))
    if best is None or count is None or without is None or any(each is None for each in values):
        return None
    shown = [str(values[0]), *(f"{each.value:.3f}" for each in values[1:] if each)]
    return [method, f"{count:.0f}", *shown, f"{best.value:.3f}", f"{without:.1%}"]


def _stability(figures: Mapping[str, Any]) -> str:
    rows = []
    for who, title in (("ours", "ours"), ("stock", "stock BERTopic")):
        found = stability_value(figures, who)
        if found is None:
            rows.append([title, NOT_MEASURED, NOT_MEASURED])
            continue
        again, rest, least, most = found
        rows.append([title, f"{again:.3f}", f"{rest:.3f} ({least:.2f} to {most:.2f})"])
    header = ["", "the same comments again", "a tenth of the respondents left out"]
    return (
        "## The same comments, the same themes\n\nARI between themes found twice. Again: ours with the rows shuffled, "
        "stock BERTopic with another seed. Left out: themes found on all held-out respondents of a part and on nine "
        "tenths of them, compared over the comments of the latter; three draws in each of three parts (in brackets the "
        f"least and the most).\n\n{_table(header, rows)}"
    )


def _planted(figures: Mapping[str, Any]) -> str:
    found = figures.get("planted")
    if not found:
        return f"## Topics no framework has a word for\n\n{NOT_MEASURED.capitalize()} in this run.\n"
    rows = []
    for topic, of_topic in found.items():
        ours, stock = of_topic["ours"], of_topic.get("stock")
        fit = f"{ours['f1']:.2f} ({ours['precision']:.2f}, {ours['recall']:.2f})"
        rows.append([topic, fit, ours["label"], f"{stock['f1']:.2f}" if stock else NOT_MEASURED])
    among = next(iter(found.values()))["among"]
    header = [
        "thirty statements on",
        "ours: F1 of the best theme (precision, recall)",
        "its name",
        "stock BERTopic: F1",
    ]
    return (
        f"## Topics no framework has a word for\n\nThirty statements of ours, planted one topic at a time among "
        f"{among:,} real answers. Does the topic come back as a theme of its own, or is it swallowed by a larger "
        "one?\n\n"
        f"{_table(header, rows)}"
    )


def _distinct(figures: Mapping[str, Any]) -> str:
    rows = []
    for number, side in enumerate(FOLDS, start=1):
        found = ((figures.get(f"themes {side}") or {}).get("ours") or {}).get("distinct")
        if found:
            rows.append(
                [
                    f"part {number}",
                    f"{found['nearest']:.2f} ({found['near_pairs']} of {found['pairs']} pairs at 0.9 or more)",
                    f"{found['most_shared']:.0%} ({found['sharing_pairs']} pairs share half)",
                    f"{found['twin_labels']}",
                    f"{found['fewest_people']}",
                ]
            )
    if not rows:
        return ""
    header = ["ours", "the two most alike (cosine)", "most segments in common", "same names", "fewest people"]
    return (
        "## Few and distinct\n\nWould a reader call two themes the same? Is one a catch-all?\n\n"
        f"{_table(header, rows)}\n{_intruders(figures)}"
    )


def _intruders(figures: Mapping[str, Any]) -> str:
    rows = []
    for method in figures[f"themes {FOLDS[0]}"]:
        found = [(figures.get(f"themes {side}") or {}).get(method, {}).get("distinct") for side in FOLDS]
        if all(found):
            told = sum(each["told"] for each in found) / len(found)
            least = min(each["told_least"] for each in found)
            rows.append([method, f"{told:.2f}", f"{least:.2f}", f"{sum(each['catch_alls'] for each in found)}"])
    header = ["", "intruders told", "in the worst group", "groups under 0.8, three parts together"]
    return (
        "The intruder test, by machine: one of another group's most central texts is put among a group's own; how "
        "often is it the odd one out, by meaning? 0.5 is chance, 1 always. Meaning is the packaged encoder's, in whose "
        "space k-means and stock BERTopic group, so that these are judged by their own lights; stock BERTopic also "
        f"leaves out what is hard to place.\n\n{_table(header, rows)}"
    )


def _names(figures: Mapping[str, Any]) -> str:
    rows = []
    for name, title in (("labels", "ours"), ("keywords", "the four strongest keywords, as BERTopic prints them")):
        found = [((figures.get(f"themes {side}") or {}).get("ours") or {}).get(name) for side in FOLDS]
        if all(found):
            count = len(found)
            shares = [f"{sum(each[key] for each in found) / count:.0%}" for key in ("said", "near", "said_or_near")]
            counts = [f"{sum(each[key] for each in found)}" for key in ("repeats", "stop_words", "nameless")]
            rows.append([title, *shares, *counts])
    header = ["", "said", "near in meaning", "either", "repeats", "with stop words", "without a name"]
    return (
        "## Names of themes\n\nDoes a theme's name say what its segments say? Said: the segment holds a word of the "
        "name; near: the name is among the three nearest of all names. Shares over segments, themes alike; then, in "
        "three parts together, pairs of names a reader would take for one, names with words of grammar, and themes "
        "called only general or other. Four words have more chances to be said than a name of two.\n\n"
        f"{_table(header, rows)}"
        if rows
        else ""
    )


def _staff(figures: Mapping[str, Any]) -> str:
    found = figures.get("staff")
    if not found:
        return ""
    rows = [[name, f"{each['themes']}", f"{each['all']:.3f}", f"{each['staff']:.3f}"] for name, each in found.items()]
    first = next(iter(found.values()))
    return (
        "## What patients' frameworks have no word for\n\nAn encoder tuned on patients' codes could bury what staff "
        "speak of: wellbeing, computers, pay. AMI with the themes planted in the synthetic listening exercise, which "
        f"no encoder was tuned on: {first['comments']:,} comments with one theme, {first['staff_comments']:,} of them "
        f"by staff.\n\n{_table(['', 'themes', 'all', 'staff'], rows)}"
    )


def _own_framework(figures: Mapping[str, Any]) -> str:
    found = figures.get("own framework")
    if not found:
        return f"## A framework of one's own\n\n{NOT_MEASURED.capitalize()} in this run.\n"
    rows = [
        [
            row["encoder"],
            row["codes"],
            str(row["examples"]),
            f"{row['texts']:.0f}",
            f"{row['micro']:.3f}",
            f"{row['macro']:.3f}",
            f"{row['spread']:.3f}",
        ]
        for row in found
    ]
    header = ["encoder", "codes of an example", "examples a priority", "texts", "micro F1", "macro F1", "spread"]
    return (
        "## A framework of one's own\n\nWhat is linked from a framework's definitions and cues alone, and after people "
        "have confirmed some examples of each priority. The QDC framework stands in for one's own: the heads trained "
        "on it are not used, examples are drawn from some respondents, others judge. The encoder tuned on other "
        "respondents' comments has seen this framework's labels, which one's own framework will not have: it shows the "
        "best case. The one tuned on the other trust has seen them on other services; the packaged one has seen "
        'none, and is the case to expect of a framework unlike QDC. "One known": each example is known as one of its '
        'priority alone, as a reviewer would confirm it; "all known": all codes of the comment are known. Spread is '
        f"over draws of examples.\n\n{_table(header, rows)}\n{_zero_shot(figures)}"
    )


def _zero_shot(figures: Mapping[str, Any]) -> str:
    found = figures.get("zero-shot")
    if not found:
        return ""
    titles = {
        "chosen on": "the half of the respondents its thresholds were chosen on",
        "other respondents": "the other half",
        "unseen texts": "of these, texts that the first half does not hold",
    }
    rows = [
        [title, f"{found[name]['comments']:,}", *(str(value_of(found[name][f1])) for f1 in ("f1_micro", "f1_macro"))]
        for name, title in titles.items()
    ]
    return (
        "Without examples nothing is learnt, but a few thresholds were chosen on one half of these respondents, so "
        f"the other half judges them:\n\n{_table(['no examples', 'comments', 'micro F1', 'macro F1'], rows)}"
    )


def _reliability(figures: Mapping[str, Any]) -> str:
    found = figures.get("coding ours folds")
    if not found or "reliability" not in found:
        return ""
    parts = ["## Is it as sure as it says?\n"]
    titles = {
        "labels": "When a label's probability is said to be about so much, how often had people given it?",
        "levels": "When a comment's sentiment is said with so much confidence, how often was it people's?",
    }
    for name, title in titles.items():
        curve = found["reliability"][name]
        rows = [
            [
                f"{bin_['low']:.1f} to {bin_['high']:.1f}",
                f"{bin_['count']:,}",
                f"{bin_['said']:.2f}",
                f"{bin_['true']:.2f}",
            ]
            for bin_ in curve["bins"]
        ]
        table = _table(["said", "times", "mean of what was said", "came true"], rows)
        parts.append(f"{title} Mean gap {curve['error']:.3f}.\n\n{table}")
    return "\n".join(parts)


def _one_comment(figures: Mapping[str, Any]) -> str:
    found = figures.get("one comment")
    if not found:
        return ""
    return (
        "## One comment\n\nA comment that comes alone, the program warm: priorities, sentiment and nearest themes take "
        f"{found['first_50']:.1f} ms in the median, {found['first_95']:.1f} ms for all but one in twenty; in the best "
        f"of five goes of each {found['best_50']:.1f} and {found['best_95']:.1f} ms. On {found['comments']:.0f} "
        f"comments of the synthetic exercise, {found['words']:.0f} words in the median. Milliseconds depend on the "
        "machine and on what else it does.\n"
    )
