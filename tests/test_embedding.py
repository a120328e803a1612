from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest

from voice_of_care.embedding import CachedEmbedder, OnnxEmbedder, load_embedders, text_hash

TEXTS = [
    f"{opening} {middle} {ending}"
    for opening in ("The nurse", "My consultant on the fourth floor", "Nobody", "The wee girl at reception")
    for middle in ("listened to me", "rang back", "never explained why the appointment had been moved twice")
    for ending in (
        "today.",
        "and I was grateful for that!",
        "so my mother drove home again, an hour each way, in snow.",
    )
] + ["Parking.", "Grand 👍", "", "Ciarán agus Síle were brilliant", "No."]


@pytest.fixture(scope="module")
def embedder():
    return OnnxEmbedder(threads=2)


@pytest.fixture(scope="module")
def vectors(embedder):
    return embedder.embed(TEXTS)


def test_vectors_are_unit_float32(embedder, vectors):
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors.astype(float), axis=1), 1, atol=1e-6)


def test_no_texts_give_no_rows(embedder):
    assert embedder.embed([]).shape == (0, 384)
    assert CachedEmbedder(embedder).embed([]).shape == (0, 384)


def test_order_of_texts_changes_no_bit(embedder, vectors):
    for seed in range(3):
        order = list(range(len(TEXTS)))
        random.Random(seed).shuffle(order)
        assert np.array_equal(embedder.embed([TEXTS[i] for i in order]), vectors[order])


def test_company_changes_no_bit(embedder, vectors):
    for i, text in enumerate(TEXTS):
        assert np.array_equal(embedder.embed([text])[0], vectors[i])


def test_thread_count_changes_no_bit(vectors):
    for threads in (1, 3):
        assert np.array_equal(OnnxEmbedder(threads=threads).embed(TEXTS), vectors)


def test_identical_texts_share_a_vector_and_are_computed_once():
    told = []
    embedder = OnnxEmbedder(threads=1, progress=lambda done, total: told.append((done, total)))
    rows = embedder.embed(["Good care.", "Bad parking.", "Good care."])
    assert np.array_equal(rows[0], rows[2])
    assert told[-1] == (2, 2)


def test_text_beyond_the_limit_is_not_seen(embedder):
    rows = embedder.embed(["care " * 300, "care " * 400])
    assert np.array_equal(rows[0], rows[1])


def test_near_meanings_are_nearer():
    embedder = OnnxEmbedder(threads=1)
    pairs = [
        ("I couldn't get parked", "There were no spaces in the car park", "The nurse was kind"),
        ("They never rang me back", "Nobody returned my call", "The soup was cold"),
        ("Staff were run off their feet", "There weren't enough nurses on", "The signs were clear"),
        ("We waited five hours", "The delay was far too long", "My mum was treated with dignity"),
    ]
    for text, near, far in pairs:
        a, b, c = embedder.embed([text, near, far])
        assert a @ b > a @ c + 0.1


def test_name_tells_the_file(embedder):
    assert embedder.name.startswith("minilm-int8 1.0.0 8199be6f")


def test_cache_returns_what_was_computed_and_computes_only_what_is_new(embedder, vectors):
    kept = {}
    new = []

    def lookup(model, hashes):
        return {key: kept[model, key] for key in hashes if (model, key) in kept}

    def remember(model, found):
        new.append(len(found))
        kept.update({(model, key): vector for key, vector in found.items()})

    cached = CachedEmbedder(embedder, lookup=lookup, remember=remember)
    first = cached.embed(TEXTS[:6] + TEXTS[:2])
    second = cached.embed(TEXTS[:8])
    third = cached.embed(TEXTS[:8])
    assert new == [6, 2]
    assert np.array_equal(first[:6], vectors[:6])
    assert np.array_equal(second, vectors[:8])
    assert np.array_equal(third, second)
    assert third.dtype == np.float32
    assert {model for model, _ in kept} == {embedder.name}
    assert not any(text in key for _, key in kept for text in TEXTS if text)


def test_cache_in_memory_by_default(embedder, vectors):
    cached = CachedEmbedder(embedder)
    assert np.array_equal(cached.embed(TEXTS), vectors)
    assert np.array_equal(cached.embed(TEXTS[::-1]), vectors[::-1])


def test_text_hash_is_sha256_of_utf8():
    assert text_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert len(text_hash("\ud83d")) == 64
    assert text_hash("a") != text_hash("A")


def test_the_runtime_keeps_no_device_id_and_reports_nothing(tmp_path):
    hushed = {"CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_RUNNING_UNIT_TESTS", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in hushed}
    environment |= {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    program = "from voice_of_care.embedding import OnnxEmbedder; print(OnnxEmbedder().embed(['Parking']).shape)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "(1, 384)\n", "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_feedback_encoder_brings_what_is_coded_alike_nearer_than_the_general_one() -> None:
    alike = ["The receptionist was rude to me.", "Her manner at the desk was cold and sharp."]
    other = ["The appointment was moved three times.", "There was no room for the wheelchair."]
    margins = {}
    for name, embedder in load_embedders()._asdict().items():
        vectors = embedder.embed(alike + other)
        margins[name] = float(vectors[0] @ vectors[1] - max(vectors[0] @ vectors[2], vectors[0] @ vectors[3]))
    assert margins["feedback"] > margins["general"] + 0.1


def test_vectors_of_the_two_encoders_are_never_mixed() -> None:
    general, feedback = load_embedders()
    assert general.name != feedback.name
    assert general.dimensions == feedback.dimensions == 384
