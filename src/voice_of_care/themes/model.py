"""Topics from segment texts, through BERTopic: the only file that knows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from threadpoolctl import threadpool_limits

from voice_of_care.themes.cluster import MicroWard, NeighbourhoodSmoothing
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.embedding import Embedder

KEYWORDS = 10


class Topics(NamedTuple):
    """What was fitted: topic and micro-cluster of each text, and each topic's words, strongest first."""

    labels: np.ndarray
    micro: np.ndarray
    keywords: list[list[str]]


def fit_topics(
    texts: Sequence[str],
    vectors: np.ndarray,
    *,
    embedder: Embedder,
    most_topics: int,
    seed: int,
    set_apart: np.ndarray,
    stop_words: frozenset[str],
) -> Topics:
    """Cluster texts by their vectors with BERTopic and name each cluster's words by class-based tf-idf.

    Args:
        texts: distinct texts in sorted order.
        vectors: their unit vectors.
        embedder: what made the vectors; BERTopic would otherwise quietly embed with something else.
        most_topics: at most so many topics.
        seed: of the k-means starts.
        set_apart: group of each text that is a topic of its own beforehand, -1 for texts to be clustered.
        stop_words: words that may not be keywords.
    """
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.vectorizers import ClassTfidfTransformer

    class Backend(BaseEmbedder):  # type: ignore[misc]
        def embed(self, documents: list[str], verbose: bool = False) -> np.ndarray:
            del verbose
            return embedder.embed(documents)

    analyser = _Analyser(stop_words)
    words = TfidfVectorizer(analyzer=analyser, sublinear_tf=True)
    clusters = MicroWard(most_clusters=most_topics, seed=seed, set_apart=set_apart)
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
    keywords = [[word for word, weight in topic_model.get_topic(number) if word and weight > 0] for number in numbers]
    return Topics(labels, clusters.micro_, keywords)


class _Analyser:
    """Turns a text into the words that may become keywords."""

    def __init__(self, stop_words: frozenset[str]) -> None:
        self._stop_words = stop_words

    def __call__(self, text: str) -> list[str]:
        return [
            word for word in content_words(text, light=False) if word not in self._stop_words and not _ODD.search(word)
        ]


_ODD = re.compile(r"'")
