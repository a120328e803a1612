from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.small import small_analysis
from tests.test_wording import BETTER, WORSE
from voice_of_care.embedding import load_embedders
from voice_of_care.heads import load_heads, qdc_probabilities, question_kind
from voice_of_care.lexicon import read
from voice_of_care.sentiment import score_sentiment
from voice_of_care.tables import COMMENT_SENTIMENTS, SAFE_COMMENTS, SEGMENTS, SENTIMENTS

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhs_patient_feedback.csv"
GOOD, BAD = {"positive", "very_positive"}, {"negative", "very_negative"}

PRAISE = [
    "The nurses on the ward were kind and explained everything.",
    "Couldn't fault a single thing about my care.",
    "The wee girl at the desk was dead on.",
    "Wile good staff, nothing was a bother to them.",
    "I was seen on time and treated with respect.",
    "Brilliant team, they went above and beyond for my mother.",
    "The physio listened to me and I felt safe.",
    "Grand job, thank you all so much.",
    "My social worker is a gem and always rings back.",
    "It was a relief to be looked after so well.",
    "The doctor was gentle with my child and put us at ease.",
    "No complaints at all, great service.",
]
COMPLAINTS = [
    "I waited seven hours on a hard chair and nobody spoke to me.",
    "The receptionist was rude and dismissive.",
    "Nobody rang me back and I was left worrying for weeks.",
    "The place was filthy and the food was cold.",
    "It was a pure joke, passed from pillar to post.",
    "Staff are run off their feet and patients suffer for it.",
    "I was left lying on a trolley all night in pain.",
    "They did not listen to me and I felt ignored.",
    "My appointment was cancelled three times without an apology.",
    "The discharge was a shambles and no one told the family.",
    "You can never get through on the phone.",
    "I was treated like a number.",
]
MIXED = [
    "The nurses were lovely but I waited six hours to be seen.",
    "Great care from the doctors, however the food was awful.",
    "Although the ward was dirty, the staff were brilliant with me.",
    "Friendly reception but the phone line is terrible and nobody answers.",
    "The physio was excellent but getting parked was a nightmare.",
    "My consultant was very kind, unfortunately the letter was wrong and came too late.",
    "The midwife was fantastic but the discharge was a shambles.",
    "Lovely wee unit but the waiting room was filthy and freezing.",
]
NEUTRAL = [
    "I attended on a Tuesday.",
    "My appointment was at half past ten.",
    "I came with my daughter.",
    "The clinic is on the second floor.",
    "I was there for a blood test.",
    "I am seventy years old.",
]
NEGATED = [
    ("The staff were not kind to us.", "The staff were kind to us."),
    ("I was not listened to.", "I was listened to."),
    ("The ward was not clean.", "The ward was clean."),
    ("Nobody was helpful.", "Everybody was helpful."),
    ("The nurse wasn't friendly.", "The nurse was friendly."),
    ("They did not treat me with respect.", "They treated me with respect."),
    ("I did not feel safe.", "I felt safe."),
    ("The team were never helpful.", "The team were always helpful."),
]


@pytest.fixture(scope="module")
def embedders():
    return load_embedders()


def comments_of(texts, question=None):
    frame = pd.DataFrame({name: None for name in SAFE_COMMENTS.columns}, index=range(len(texts)))
    return frame.assign(comment_id=[f"VOC-{i:010d}" for i in range(len(texts))], text=list(texts), question=question)


def segments_of(comments, pieces=None):
    rows = [
        {"comment_id": comment_id, "position": position, "text": text}
        for comment_id, parts in zip(comments["comment_id"], pieces or [[t] for t in comments["text"]], strict=True)
        for position, text in enumerate(parts, start=1)
    ]
    frame = pd.DataFrame(rows)
    frame["segment_id"] = frame["comment_id"] + "." + frame["position"].astype(str)
    return frame.assign(start=0, end=frame["text"].str.len())[list(SEGMENTS.columns)]


def labels_of(texts, embedders, question=None):
    comments = comments_of(texts, question)
    scored = score_sentiment(segments_of(comments), comments, embedders=embedders)
    return scored.sentiments, scored.comment_sentiments


@pytest.mark.parametrize(("texts", "wanted"), [(PRAISE, GOOD), (COMPLAINTS, BAD)])
def test_praise_and_complaint_are_told_apart(embedders, texts, wanted):
    for frame in labels_of(texts, embedders):
        assert frame["label"].isin(wanted).mean() >= 0.8
    sign = 1 if wanted is GOOD else -1
    assert (labels_of(texts, embedders)[1]["polarity"] * sign > 0).mean() >= 0.9


def test_praise_is_hardly_ever_called_complaint_nor_the_other_way(embedders):
    assert labels_of(PRAISE, embedders)[0]["label"].isin(BAD).sum() == 0
    assert labels_of(COMPLAINTS, embedders)[0]["label"].isin(GOOD).sum() <= 1


def test_contrast_is_mixed_and_not_neutral(embedders):
    segments, comments = labels_of(MIXED, embedders)
    assert (segments["label"] == "mixed").mean() >= 0.7
    assert not segments["label"].eq("neutral").any()
    assert not comments["label"].eq("neutral").any()


def test_one_sided_texts_are_not_called_mixed(embedders):
    for texts in (PRAISE, COMPLAINTS, NEUTRAL):
        segments, comments = labels_of(texts, embedders)
        assert segments["label"].eq("mixed").sum() <= 1
        assert comments["label"].eq("mixed").sum() <= 1


def test_texts_without_polarity_stay_near_the_middle(embedders):
    segments, _ = labels_of(NEUTRAL, embedders)
    assert segments["polarity"].abs().mean() < 0.45
    assert not segments["label"].isin({"mixed", "very_negative", "very_positive"}).any()


def test_negation_lowers_polarity(embedders):
    negated, plain = (labels_of(list(texts), embedders)[0]["polarity"] for texts in zip(*NEGATED, strict=True))
    assert (negated < plain - 0.3).mean() >= 0.85
    assert (negated < 0).mean() >= 0.75


@pytest.mark.parametrize(("texts", "wanted"), [(BETTER, GOOD), (WORSE, BAD)])
def test_change_outweighs_what_it_is_about(embedders, texts, wanted):
    for frame in labels_of(texts, embedders):
        assert frame["label"].isin(wanted).mean() >= 0.9
        assert not frame["label"].isin((GOOD | BAD) - wanted).any()


def test_change_beside_more_words_leaves_these_their_say(embedders):
    text = "Parking is better now. I waited four hours in the corridor and nobody came near me the whole night."
    assert labels_of([text], embedders)[1]["label"].isin({*BAD, "mixed"}).all()
    assert labels_of(["Parking would be better if there were more spaces"], embedders)[1]["polarity"][0] < 0


def test_topic_alone_is_read_with_its_question(embedders):
    topics = ["Parking", "The food.", "waiting times", "Nurses and doctors"]
    for frame in labels_of(topics, embedders):
        assert frame["label"].eq("neutral").all()
    assert not labels_of(topics, embedders, "What did we do well?")[1]["label"].isin(BAD).any()
    assert not labels_of(topics, embedders, "What could we do better?")[1]["label"].isin(GOOD).any()


def test_nothing_is_read_with_its_question(embedders):
    answers = ["Nothing.", "nothing", "Nothing at all", "Can't think of anything", "none", "No."]
    better = labels_of(answers, embedders, "What could we do better?")
    well = labels_of(answers, embedders, "What did we do well?")
    for frame in better:
        assert frame["label"].isin(GOOD).all()
        assert (frame["polarity"] > 0).all()
    for frame in well:
        assert frame["label"].isin(BAD).all()
        assert (frame["polarity"] < 0).all()


def test_everything_is_read_with_its_question(embedders):
    assert labels_of(["Everything."], embedders, "What was good?")[0]["label"].isin(GOOD).all()
    assert labels_of(["Everything."], embedders, "What could be improved?")[0]["label"].isin(BAD).all()


def test_comment_whose_segments_disagree_is_mixed(embedders):
    pairs = list(itertools.islice(zip(PRAISE, COMPLAINTS, strict=True), 10))
    comments = comments_of([f"{praise} {complaint}" for praise, complaint in pairs])
    scored = score_sentiment(segments_of(comments, pairs), comments, embedders=embedders)
    assert (scored.comment_sentiments["label"] == "mixed").mean() >= 0.7
    assert not (scored.sentiments["label"] == "mixed").any()


def test_tables_are_as_declared_and_in_the_order_given(embedders):
    comments = comments_of(PRAISE + COMPLAINTS)
    scored = score_sentiment(segments_of(comments), comments, embedders=embedders)
    assert list(scored.sentiments.columns) == list(SENTIMENTS.columns)
    assert list(scored.comment_sentiments.columns) == list(COMMENT_SENTIMENTS.columns)
    assert scored.comment_sentiments["comment_id"].tolist() == comments["comment_id"].tolist()
    assert scored.sentiments["confidence"].between(0, 1).all()


def test_row_order_and_company_change_nothing(embedders):
    texts = PRAISE + COMPLAINTS + MIXED + NEUTRAL
    comments = comments_of(texts)
    segments = segments_of(comments)
    whole = score_sentiment(segments, comments, embedders=embedders)
    order = np.random.default_rng(3).permutation(len(texts))
    shuffled = score_sentiment(segments.iloc[order], comments.iloc[order[::-1]], embedders=embedders)
    assert shuffled.sentiments.equals(whole.sentiments.iloc[order].reset_index(drop=True))
    alone = score_sentiment(segments.iloc[[5]], comments.iloc[[5]], embedders=embedders)
    assert alone.sentiments.equals(whole.sentiments.iloc[[5]].reset_index(drop=True))


def test_no_comments_give_empty_tables(embedders):
    scored = score_sentiment(SEGMENTS.empty(), SAFE_COMMENTS.empty(), embedders=embedders)
    assert scored.sentiments.empty
    assert scored.comment_sentiments.empty


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What could we do better?", "improve"),
        ("How could we improve?", "improve"),
        ("What didn't go so well?", "improve"),
        ("What isn’t working well?", "improve"),
        ("Concerns", "improve"),
        ("What was good?", "good"),
        ("What did we do well?", "good"),
        ("What is working well", "good"),
        ("Tell us about your experience", "open"),
        ("What went well and what could be better?", "open"),
        ("How well did we do?", "open"),
        (None, "open"),
        (float("nan"), "open"),
    ],
)
def test_question_kind(question, kind):
    assert question_kind(question) == kind


def test_lexicon_turns_at_a_negator_and_reads_phrases():
    assert read("not kind").negated_praise == 1
    assert read("kind, not rushed").praise > 0
    assert read("couldn’t fault them").complaint == 0
    assert read("run off their feet").complaint == 1
    assert not read("Nothing was too much trouble").says_nothing


def test_priorities_are_found_and_elsewhere_rare(embedders):
    planted = {
        "timeliness-of-care": ["I waited five hours to be seen.", "The waiting list is far too long."],
        "food-drink-provision-facilities": ["The meals were cold and tasteless.", "We weren't offered a cup of tea."],
        "staff-manner-personal-attributes": ["The nurses were kind and friendly.", "The receptionist was rude."],
        "cleanliness-tidiness-infection-control": ["The toilets were dirty.", "The ward was spotlessly clean."],
    }
    texts = [text for pair in planted.values() for text in pair]
    comments = comments_of(texts)
    found = qdc_probabilities(segments_of(comments), comments, embedders=embedders)
    table = found.pivot_table(index="segment_id", columns="priority_id", values="strength", fill_value=0.0)
    hits = [table.loc[f"VOC-{i:010d}.1", list(planted)[i // 2]] >= 0.5 for i in range(len(texts))]
    assert np.mean(hits) >= 0.85
    wrong = [
        table.loc[f"VOC-{i:010d}.1", other] >= 0.5
        for i in range(len(texts))
        for position, other in enumerate(planted)
        if position != i // 2
    ]
    assert np.mean(wrong) <= 0.1
    assert found["probability"].between(0.05, 1).all()


def test_every_priority_of_the_heads_is_in_the_framework():
    from voice_of_care import frameworks

    text = (Path(frameworks.__file__).parent / "qdc.yaml").read_text(encoding="utf-8")
    assert all(f"- id: {priority_id}\n" in text for priority_id in load_heads().priority_ids)


@pytest.mark.skipif(not DATA.exists(), reason="the coded comments are not beside the project")
def test_packaged_head_agrees_with_people(embedders):
    rows = pd.read_csv(DATA, dtype=str, encoding="utf-8", keep_default_na=False)
    rows = rows[rows["Comment sentiment"].str.strip().ne("") & rows["FFT answer"].str.strip().ne("")].iloc[::12]
    comments = comments_of(rows["FFT answer"], rows["FFT question"].to_numpy())
    found = score_sentiment(segments_of(comments), comments, embedders=embedders).comment_sentiments["label"]
    level = found.map({"very_positive": 1, "positive": 2, "neutral": 3, "mixed": 3, "negative": 4, "very_negative": 5})
    true = rows["Comment sentiment"].astype(int).to_numpy()
    matched = [(true == k) & (level == k) for k in range(1, 6)]
    f1 = [2 * m.sum() / ((true == k).sum() + (level == k).sum()) for k, m in enumerate(matched, start=1)]
    assert np.mean(f1) > 0.6


def test_what_has_no_word_is_neutral_and_speaks_of_no_priority():
    analysis = small_analysis()
    segments = analysis.segments.assign(text=[("👏👏", "😡", "...")[row % 3] for row in range(len(analysis.segments))])
    comments = analysis.safe_comments.assign(text="👏👏")
    scored = score_sentiment(segments, comments, embedders=load_embedders())
    assert set(scored.comment_sentiments["label"]) | set(scored.sentiments["label"]) == {"neutral"}
    assert qdc_probabilities(segments, comments, embedders=load_embedders()).empty
