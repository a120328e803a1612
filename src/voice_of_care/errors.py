"""The errors a user may meet, and what each carries.

A message says what went wrong, where, and what to do about it. It never quotes what a respondent said.

    VoiceOfCareError
    ├── SettingsError        file, key, nearest valid key
    ├── InputError           path, row or page, column
    ├── SchemaError          table, column
    │   └── PrivacyError     raw text where only safe text may be
    ├── VocabularyError      framework or codebook file
    ├── ModelError           a model file that is missing or is not the one in the manifest
    ├── TooLittleDataError   have, need, for what
    ├── StoreError           the project folder or its database
    └── MissingExtraError    the extra to install (also an ImportError)
"""

from __future__ import annotations


class VoiceOfCareError(Exception):
    """Something a user can act on; the command line prints it as one line and exits 2."""


class SettingsError(VoiceOfCareError):
    """A setting is unknown, of the wrong kind or out of range."""


class InputError(VoiceOfCareError):
    """A file given as input can't be read."""


class SchemaError(VoiceOfCareError):
    """A table is not as declared."""


class PrivacyError(SchemaError):
    """Raw text was about to pass the wall."""


class VocabularyError(VoiceOfCareError):
    """A framework or codebook file is not as it should be."""


class ModelError(VoiceOfCareError):
    """A model file is missing, or its sha256 is not the manifest's."""


class TooLittleDataError(VoiceOfCareError):
    """There is too little to say anything."""

    def __init__(self, *, have: int, need: int, purpose: str) -> None:
        super().__init__(f"Too little data for {purpose}: {have} found, at least {need} needed. Add more comments.")
        self.have = have
        self.need = need
        self.purpose = purpose


class StoreError(VoiceOfCareError):
    """The project folder or its database can't be used."""


class MissingExtraError(VoiceOfCareError, ImportError):
    """An optional part is not installed."""
