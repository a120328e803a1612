"""Topics from segment texts, through BERTopic: the only file that knows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from threadpoolctl import threadpool_limits

from voice_of_care.themes.cluster import NeighbourhoodSmoothing
from voice_of_care.themes.consensus import Consensus
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes.consensus import Draws

KEYWORDS = 10


class Topics(NamedTuple):
    """What was fitted: topic and small group of each text, its topic in each way, and each topic's strongest words."""

    labels: np.ndarray
    micro: np.ndarray
    ways: np.ndarray
    keywords: list[list[str]]


def fit_topics(
    texts: Sequence[str],
    vectors: np.ndarray,
    *,
    embedder: Embedder,
    most_topics: int,
    seed: int,
    set_apart: np.ndarray,
    draws: Draws,
    stop_words: frozenset[str],
) -> Topics:
    """Cluster texts by their vectors with BERTopic and name each cluster's words by class-based tf-idf.

    Args:
        texts: distinct texts in sorted order.
        vectors: their unit vectors.
        embedder: what made the vectors; BERTopic would otherwise quietly embed with something else.
        most_topics: at most so many topics.
        seed: of k-means.
        set_apart: group of each text that is a topic of its own beforehand, -1 for texts to be clustered.
        draws: what each run of the clustering sees of each text.
        stop_words: words that may not be keywords.
    """
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.vectorizers import ClassTfidfTransformer

    class Backend(BaseEmbedder):  # type: ignore[misc]
        def embed(self, documents: list[str], verbose: bool = False) -> np.ndarray:
            del verbose
            return embedder.embed(documents)

    usual = _Analyser(stop_words)
    is_worded = len({word for text in texts for word in usual(text)}) > 1  # words can't tell topics apart otherwise
    analyser = usual if is_worded else _whole_text
    words = TfidfVectorizer(analyzer=analyser, sublinear_tf=True)
    clusters = Consensus(most_clusters=most_topics, seed=seed, set_apart=set_apart, draws=draws)
    topic_model = BERTopic(
        embedding_model=Backend(),
        umap_model=NeighbourhoodSmoothing(words.fit_transform(texts)),
        hdbscan_model=clusters,
        vectorizer_model=CountVectorizer(analyzer=analyser),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=KEYWORDS,
        verbose=False,
    )
    with threadpool_limits(1):
        found, _ = topic_model.fit_transform(list(texts), np.asarray(vectors, dtype=np.float64))
    labels = np.asarray(found, dtype=np.int64)
    numbers = range(int(labels.max()) + 1)
    if not is_worded:
        return Topics(labels, clusters.micro_, clusters.ways_, [[] for _ in numbers])
    keywords = [[word for word, weight in topic_model.get_topic(number) if word and weight > 0] for number in numbers]
    return Topics(labels, clusters.micro_, clusters.ways_, keywords)


class _Analyser:
    """Turns a text into the words that may become keywords."""

    def __init__(self, stop_words: frozenset[str]) -> None:
        self._stop_words = stop_words

    def __call__(self, text: str) -> list[str]:
        return [
            word for word in content_words(text, light=False) if word not in self._stop_words and not _ODD.search(word)
        ]


def _whole_text(text: str) -> list[str]:
    return [text]


_ODD = re.compile(r"'")
