"""Themes that were planted come back, the same whatever the order, and each rests on enough people."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from voice_of_care.counting import units
from voice_of_care.embedding import OnnxEmbedder
from voice_of_care.errors import TooLittleDataError
from voice_of_care.settings import ThemeSettings
from voice_of_care.tables import SAFE_COMMENTS, SENTIMENTS, conform
from voice_of_care.themes import ThemesFound, find_themes, split_segments
from voice_of_care.themes.tree import NO_SUBJECT

FORMS = {
    "parking": [
        "The car park was {a}",
        "Parking was {a} at {b}",
        "There were no parking spaces at {b}",
        "I drove round the car park until {b}",
    ],
    "food": [
        "The food was {a} at {b}",
        "My dinner was {a}",
        "The meals and the soup were {a}",
        "Tea and toast at {b} was {a}",
    ],
    "waiting": [
        "The waiting list is {a}",
        "We waited for hours until {b}",
        "Waiting times were {a}",
        "I was waiting {a} long from {b}",
    ],
    "kindness": [
        "The nurses were kind and {a}",
        "Such a caring nurse at {b}",
        "Every nurse was friendly and kind at {b}",
        "Kind nurses, {a} manners",
    ],
    "phones": [
        "Nobody answered the phone at {b}",
        "The phone line was {a}",
        "I rang and the phone rang out until {b}",
        "Phone calls were {a} to get through",
    ],
    "cleaning": [
        "The toilets were {a} and dirty",
        "Cleaners mopped the dirty floor at {b}",
        "The bathroom was filthy at {b}",
        "Dirty floors and {a} toilets",
    ],
}
ADJECTIVES = ("shocking", "grim", "decent", "dreadful", "grand", "poor")
TIMES = ("noon", "teatime", "the weekend", "night", "Easter")


TOPIC_WORDS = frozenset(word for theme, forms in FORMS.items() for word in " ".join([theme, *forms]).lower().split())


class WordsEmbedder:
    """A small deterministic stand-in: each word has a fixed random direction, a text is the sum of its words."""

    name = "words-1"
    dimensions = 64

    def embed(self, texts: list[str]) -> np.ndarray:
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimensions)

    def _vector(self, text: str) -> np.ndarray:
        words = [word.strip(".,!?").lower() for word in text.split()]
        total = sum(self._direction(word) * (1.0 if word in TOPIC_WORDS and len(word) > 3 else 0.2) for word in words)
        return total / np.linalg.norm(total)

    def _direction(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        return np.random.default_rng(seed).standard_normal(self.dimensions)


def planted(per_theme: int = 24) -> pd.DataFrame:
    rows = []
    for theme, forms in FORMS.items():
        made = [form.format(a=a, b=b) for a, b, form in itertools.product(ADJECTIVES, TIMES, forms)]
        rows += [
            {"planted": theme, "text": f"{text}."}
            for text in sorted(set(made))[:: max(1, len(set(made)) // per_theme)][:per_theme]
        ]
    return pd.DataFrame(rows)


def comments_of(texts: list[str], **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({name: [None] * len(texts) for name in SAFE_COMMENTS.columns})
    frame["text"] = texts
    frame["comment_id"] = [
        f"VOC-{hashlib.sha256(f'{place}{text}'.encode()).hexdigest()[:10]}" for place, text in enumerate(texts)
    ]
    frame["source"], frame["respondent_group"] = "a.csv", "service_user"
    frame["source_ref"] = [str(place + 2) for place in range(len(texts))]
    for name, values in columns.items():
        frame[name] = values
    for name, column in SAFE_COMMENTS.columns.items():
        frame[name] = frame[name].astype(column.dtype)
    return conform(frame, SAFE_COMMENTS)


def sentiments_of(segments: pd.DataFrame, negative: tuple[str, ...] = ()) -> pd.DataFrame:
    labels = ["negative" if any(word in text for word in negative) else "positive" for text in segments["text"]]
    frame = pd.DataFrame({"segment_id": segments["segment_id"], "polarity": 0.0, "label": labels, "confidence": 1.0})
    return conform(frame, SENTIMENTS)


def find(comments: pd.DataFrame, *, settings: ThemeSettings | None = None, **further: object) -> ThemesFound:
    segments = split_segments(comments).segments
    arguments = {"unit_of": units(comments), "sentiments": sentiments_of(segments, ("dreadful", "grim"))} | further
    segments = arguments.pop("segments", segments)
    return find_themes(segments, comments, embedder=WordsEmbedder(), settings=settings or ThemeSettings(), **arguments)


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return planted()


@pytest.fixture(scope="module")
def comments(sample: pd.DataFrame) -> pd.DataFrame:
    return comments_of(sample["text"].tolist())


@pytest.fixture(scope="module")
def found(comments: pd.DataFrame) -> ThemesFound:
    return find(comments)


def dominant(found: ThemesFound, comments: pd.DataFrame) -> pd.Series:
    first = found.assignments.drop_duplicates("segment_id")
    by_comment = pd.Series(first["theme_id"].to_numpy(), index=first["segment_id"].str.rsplit(".", n=1).str[0])
    return by_comment.reindex(comments["comment_id"]).fillna("none")


def leaves_of(found: ThemesFound) -> pd.DataFrame:
    return found.themes[found.themes["theme_id"].isin(found.theme_vectors["theme_id"])]


def test_planted_themes_are_recovered(found: ThemesFound, comments: pd.DataFrame, sample: pd.DataFrame) -> None:
    themes = dominant(found, comments)
    assert adjusted_rand_score(sample["planted"], themes) > 0.6
    purity = pd.crosstab(themes.to_numpy(), sample["planted"].to_numpy()).max(axis=1).sum() / len(sample)
    assert purity > 0.9


def test_planted_themes_are_recovered_with_the_packaged_model(sample: pd.DataFrame) -> None:
    comments = comments_of(sample["text"].tolist())
    segments = split_segments(comments).segments
    found = find_themes(
        segments,
        comments,
        embedder=OnnxEmbedder(),
        settings=ThemeSettings(),
        unit_of=units(comments),
        sentiments=sentiments_of(segments),
    )
    assert adjusted_rand_score(sample["planted"], dominant(found, comments)) > 0.75
    assert len(found.set_aside) <= 0.1 * len(segments)


def test_every_segment_is_themed_or_set_aside(found: ThemesFound, comments: pd.DataFrame) -> None:
    segments = split_segments(comments).segments
    themed, aside = set(found.assignments["segment_id"]), set(found.set_aside["item_id"])
    assert themed | aside == set(segments["segment_id"])
    assert not themed & aside
    assert len(aside) <= 0.1 * len(segments)


def test_rows_in_any_order_give_the_same_bytes(found: ThemesFound, comments: pd.DataFrame) -> None:
    shuffled = comments.sample(frac=1.0, random_state=5).reset_index(drop=True)
    segments = split_segments(shuffled).segments.sample(frac=1.0, random_state=9).reset_index(drop=True)
    again = find(shuffled, segments=segments)
    for name in ("themes", "theme_vectors", "quotes"):
        assert getattr(found, name).to_json() == getattr(again, name).to_json(), name
    for name, by in (("assignments", ["segment_id", "theme_id"]), ("set_aside", ["item_id"])):
        first, second = (getattr(each, name).sort_values(by, ignore_index=True) for each in (found, again))
        assert first.to_json() == second.to_json(), name


def test_other_ids_give_the_same_themes(found: ThemesFound, sample: pd.DataFrame) -> None:
    other = comments_of(sample["text"].tolist())
    other["comment_id"] = [f"VOC-{place:04d}" for place in range(len(other))][::-1]
    again = find(other)
    assert found.themes.to_json() == again.themes.to_json()


def test_strengths_and_leaves(found: ThemesFound) -> None:
    assert found.assignments["strength"].between(0, 1).all()
    assert set(found.assignments["theme_id"]) == set(found.theme_vectors["theme_id"])
    assert found.assignments.groupby("segment_id").size().max() <= 3


def test_parents_have_at_least_two_children(found: ThemesFound) -> None:
    children = found.themes["parent_id"].dropna().value_counts()
    assert (children >= 2).all()
    parents = set(found.themes["theme_id"]) - set(found.theme_vectors["theme_id"])
    assert parents == set(children.index)


def test_labels_are_distinct_and_say_something(found: ThemesFound) -> None:
    labels = found.themes["label"]
    assert labels.str.lower().is_unique
    assert (labels.str[0] == labels.str[0].str.upper()).all()
    assert not labels.str.contains(r"\[|\]|_|\d").any()
    for label in leaves_of(found)["label"]:
        assert set(label.lower().split()) - {"the", "of", "and", "was", "were", "to", "a"}, label
    named = " ".join(labels).lower()
    for word in ("parking", "food", "waiting", "phone"):
        assert word in named or word[:4] in named


def test_descriptions_hold_no_counts(found: ThemesFound) -> None:
    assert not found.themes["description"].str.contains(r"\d").any()
    assert found.themes["description"].str.endswith(".").all()


def test_stop_words_of_the_settings_name_nothing(comments: pd.DataFrame) -> None:
    again = find(comments, settings=ThemeSettings(stop_words=("parking", "park", "nurse", "nurses")))
    words = " ".join(again.themes["label"]).lower().split()
    assert not {"parking", "park", "nurse", "nurses"} & set(words)
    assert "parking" not in {word for words in again.themes["keywords"] for word in words}


def test_no_theme_rests_on_one_unit(sample: pd.DataFrame) -> None:
    one_voice = ["p1" if theme == "cleaning" else f"r{place}" for place, theme in enumerate(sample["planted"])]
    spoken = comments_of(sample["text"].tolist(), respondent_id=one_voice)
    found = find(spoken, settings=ThemeSettings(fewest_units=3))
    assert (leaves_of(found)["size"] >= 3).all()
    unit_of = units(spoken)
    by_theme = (
        found.assignments.assign(unit=found.assignments["segment_id"].str.rsplit(".", n=1).str[0].map(unit_of))
        .groupby("theme_id")["unit"]
        .nunique()
    )
    assert by_theme.to_dict() == leaves_of(found).set_index("theme_id")["size"].astype(int).to_dict()


def test_known_ids_are_kept_and_new_ones_follow(found: ThemesFound, comments: pd.DataFrame) -> None:
    known = found.theme_vectors.copy()
    known["theme_id"] = [f"T{place + 40}" for place in range(len(known))]
    again = find(comments, known=known)
    renamed = dict(zip(found.theme_vectors["theme_id"], known["theme_id"], strict=True))
    labels = leaves_of(found).set_index("theme_id")["label"].rename(index=renamed)
    assert leaves_of(again).set_index("theme_id")["label"].sort_index().to_dict() == labels.sort_index().to_dict()
    fewer = find(comments, known=known.iloc[1:])
    new = set(fewer.theme_vectors["theme_id"]) - set(known["theme_id"].iloc[1:])
    assert new == {f"T{40 + len(known)}"}


def test_ids_of_themes_that_went_are_not_used_again(found: ThemesFound, comments: pd.DataFrame) -> None:
    gone = found.theme_vectors.iloc[[0]].copy()
    gone["theme_id"] = "T99"
    gone["vector"] = [[-value for value in gone["vector"].iloc[0]]]
    again = find(comments, known=pd.concat([found.theme_vectors, gone], ignore_index=True))
    assert "T99" in set(again.theme_vectors["theme_id"])
    assert "T99" not in set(again.themes["theme_id"])
    assert again.themes.to_json() == found.themes.to_json()


def test_twenty_comments_give_a_few_themes(sample: pd.DataFrame) -> None:
    few = sample.groupby("planted").head(4).head(20)
    found = find(comments_of(few["text"].tolist()))
    assert 2 <= len(leaves_of(found)) <= 8
    assert len(found.set_aside) <= 2


@pytest.mark.parametrize("stop_words", [(), ("word",)])
def test_comments_that_share_their_only_word_are_no_error(stop_words: tuple[str, ...]) -> None:
    comments = comments_of([f"word{number}" for number in range(30)])
    found = find(comments, settings=ThemeSettings(stop_words=stop_words))
    segments = split_segments(comments).segments
    assert set(found.assignments["segment_id"]) | set(found.set_aside["item_id"]) == set(segments["segment_id"])


@pytest.mark.parametrize("count", [0, 1, 5])
def test_too_little_is_said_so(sample: pd.DataFrame, count: int) -> None:
    with pytest.raises(TooLittleDataError):
        find(comments_of(sample["text"].tolist()[:count]))


def test_one_session_alone_is_too_little(sample: pd.DataFrame) -> None:
    with pytest.raises(TooLittleDataError):
        find(comments_of(sample["text"].tolist(), session_id="S1"))


def test_fragments_that_say_nothing_are_set_aside_and_one_word_answers_kept(sample: pd.DataFrame) -> None:
    nothing = {"Thank you!": "only thanks or a greeting", "As above": "refers to another answer"}
    nothing |= {"[STAFF_1]": "only a redaction", "Nothing at all": "no word that names a topic"}
    one_word = ["Parking", "Food", "Waiting", "Cleaning"]
    comments = comments_of([*sample["text"], *nothing, *one_word])
    found = find(comments)
    text_of = dict(zip(comments["comment_id"], comments["text"], strict=True))
    reasons = {
        text_of[item.rsplit(".", 1)[0]]: why
        for item, why in zip(found.set_aside["item_id"], found.set_aside["reason"], strict=True)
    }
    assert {text: reasons.get(text) for text in nothing} == nothing
    assert not [text for text in one_word if reasons.get(text, "fits no theme") != "fits no theme"]


def test_large_inputs_are_fitted_on_a_sample_in_no_order(sample: pd.DataFrame) -> None:
    texts = [f"{text[:-1]} in bay {place}." for place in range(6) for text in sample["text"]]
    comments = comments_of(texts)
    settings = ThemeSettings(sample_segments=500)
    found = find(comments, settings=settings)
    shuffled = find(comments.iloc[::-1].reset_index(drop=True), settings=settings)
    assert found.themes.to_json() == shuffled.themes.to_json()
    assert adjusted_rand_score(list(sample["planted"]) * 6, dominant(found, comments)) > 0.5


def test_comments_whose_author_refused_are_never_quoted(sample: pd.DataFrame) -> None:
    refused = [place % 2 == 0 for place in range(len(sample))]
    comments = comments_of(sample["text"].tolist(), may_quote=[not no for no in refused])
    found = find(comments)
    allowed = set(comments.loc[comments["may_quote"], "comment_id"])
    assert set(found.quotes["segment_id"].str.rsplit(".", n=1).str[0]) <= allowed
    assert set(found.quotes["theme_id"]) <= set(found.theme_vectors["theme_id"])


def test_what_has_no_subject_comes_last_and_has_no_parent(found: ThemesFound) -> None:
    leaves = found.themes[found.themes["theme_id"].isin(found.assignments["theme_id"])]
    has_none = leaves["description"].str.startswith(NO_SUBJECT)
    assert leaves.loc[has_none, "parent_id"].isna().all()
    assert has_none.is_monotonic_increasing
