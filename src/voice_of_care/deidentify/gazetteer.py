"""Lists of forenames and surnames, and of names that are also words.

The names come from Faker (MIT), which ships lists for Great Britain, Ireland, and the countries many colleagues come
from; `lists/` adds what they lack.
"""

from __future__ import annotations

import functools
import importlib
from importlib import resources

from faker.providers.lorem.en_US import Provider as CommonWords
from spacy.lang.en.stop_words import STOP_WORDS

from voice_of_care.deidentify.textmap import fold

_NEAR = ("en_GB", "en_IE", "ga_IE")
_FAR = (
    "en_IN", "en_KE", "en_NG", "en_PK", "en_US", "ig_NG", "ha_NG", "lt_LT", "pl_PL", "pt_PT", "ro_RO", "es_ES", "it_IT",
)  # fmt: skip


def read_list(name: str) -> str:
    """Return the content of one of the lists shipped with the package, without its comments."""
    content = resources.files("voice_of_care.deidentify").joinpath("lists", name).read_text(encoding="utf-8")
    return "\n".join(line for line in content.splitlines() if not line.startswith("#"))


@functools.cache
def common_words() -> frozenset[str]:
    """Return English words that are never taken for a name without a cue."""
    return frozenset(STOP_WORDS) | frozenset(CommonWords.word_list) | frozenset(read_list("common_words.txt").split())


@functools.cache
def word_names() -> frozenset[str]:
    """Return names that are words too: a capital alone does not make them names."""
    return frozenset(read_list("word_names.txt").split())


@functools.cache
def capital_names() -> frozenset[str]:
    """Return word-names that are names wherever they have a capital."""
    return frozenset(read_list("capital_names.txt").split())


@functools.cache
def near_forenames() -> frozenset[str]:
    """Return forenames common in Great Britain and Ireland."""
    return _union(_NEAR, "first_names") | frozenset(read_list("forenames.txt").split())


@functools.cache
def far_forenames() -> frozenset[str]:
    """Return forenames from further away; only a capital makes them names."""
    return _union(_FAR, "first_names") | frozenset(read_list("forenames_far.txt").split())


@functools.cache
def near_surnames() -> frozenset[str]:
    """Return surnames common in Great Britain and Ireland."""
    return _union(_NEAR, "last_names") | frozenset(read_list("surnames.txt").split())


@functools.cache
def far_surnames() -> frozenset[str]:
    """Return surnames from further away."""
    return _union(_FAR, "last_names")


def is_distinct(folded: str) -> bool:
    """Tell whether a folded word is no English word."""
    return folded not in word_names() and folded not in common_words()


def _union(locales: tuple[str, ...], attribute: str) -> frozenset[str]:
    return frozenset().union(*(_folded(locale, attribute) for locale in locales))


def _folded(locale: str, attribute: str) -> frozenset[str]:
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    return frozenset(fold(name) for name in getattr(provider, attribute) if len(name) > 1 and " " not in name)
