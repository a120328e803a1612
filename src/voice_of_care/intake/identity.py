"""Who is who: keyed ids of comments, responses, respondents and sessions.

An id is made from what identifies a record, by HMAC-SHA256 with the project's key: nobody without the key can guess a
record from its id, and the same record has the same id whatever the order of files and rows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMENT_PREFIX, RESPONDENT_PREFIX, RESPONSE_PREFIX, SESSION_PREFIX = "VOC-", "R-", "P-", "S-"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 without I, L, O and U, which are misread (Crockford)
_LENGTH = 10
_SEAL = 24  # hexadecimal digits: 96 bits
_NOBODY: Mapping[str, str] = MappingProxyType({})


def digest_of(*parts: str) -> str:
    """Return a digest of texts in which no two different lists of parts agree."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def keyed_id(prefix: str, identity: str, *, key: bytes) -> str:
    """Return the id of an identity under the project's key."""
    number = int.from_bytes(hmac.new(key, (prefix + identity).encode(), hashlib.sha256).digest()[:8], "big") >> 14
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, 32)
        letters.append(_ALPHABET[place])
    return prefix + "".join(letters)


def sealed(identity: str, *, key: bytes) -> str:
    """Return a digest of an identity that nobody can make without the key: what is kept to know it again."""
    return hmac.digest(key, b"sealed " + identity.encode("utf-8", "surrogatepass"), "sha256").hex()[:_SEAL]


def keyed_ids(
    prefix: str, identities: Iterable[str], *, key: bytes, owners: Mapping[str, str] = _NOBODY
) -> dict[str, str]:
    """Return an id for each identity; where two would share one, the later in order of content gets another.

    Args:
        prefix: what ids of this kind begin with.
        identities: what identifies each.
        key: the project's key.
        owners: ids given before, each with the sealed identity it was given to: an identity gets its own id again.
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for identity in sorted(set(identities)):
        candidate, attempt = keyed_id(prefix, identity, key=key), 1
        while candidate in taken or owners.get(candidate, "") not in {"", sealed(identity, key=key)}:
            attempt += 1
            candidate = keyed_id(prefix, f"{identity}\x1f{attempt}", key=key)
        taken.add(candidate)
        ids[identity] = candidate
    return ids
