"""Full names that notes give of themselves, in lists of attendees and as speakers: de-identification looks for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voice_of_care.intake.readers import Passage

_BETWEEN = re.compile(r"[,;:&/|\n•()\[\]–—]|\s-\s|\band\b|\bfrom\b|\bplus\b", re.IGNORECASE)
_CAPITAL = "[A-ZÀ-ÖØ-ÞŁŚŠŻŽ]"
_FULL_NAME = re.compile(
    r"(?:(?:dr|mr|mrs|ms|miss|prof|sr|rev|cllr|Dr|Mr|Mrs|Ms|Miss|Prof|Sr|Rev|Cllr)\.?\s+)?"
    rf"({_CAPITAL}[\w'’-]+(?:\s+(?:(?:de|van|von|[Ll]e|[Nn]í|[Nn]ic|[Mm]ac|[Óó]|[Uu]a|[Uu]í)\s+)?{_CAPITAL}[\w'’.-]*){{1,2}})",
)
_NO_NAME = re.compile(
    r"\b(trust|hospital|unit|ward|clinic|services?|centre|center|team|department|carers?|users?|staff|nurses?|manager|"
    r"director|officer|lead|group|forum|council|committee|community|charity|health|social|care|room|house|hub|road|"
    r"street|park|present|attendance|apologies|attendees|facilitators?|chair\w*|minutes?|participants?|speaker|"
    r"people|meeting|members?|trustees?|board|network|association|alliance|union|university|college|school|gp|"
    r"pharmacist|physio\w*|consultants?|doctors?|midwi\w+|secretary|sister|matron|porter|driver|volunteers?)\b",
    re.IGNORECASE,
)


def names_in(passages: Iterable[Passage]) -> frozenset[str]:
    """Return the full names in lists of attendees and of speakers; single names tell too little to look for."""
    given = [part for passage in passages if passage.kind == "attendees" for part in _BETWEEN.split(passage.text)]
    given += [part for passage in passages if passage.speaker for part in _BETWEEN.split(passage.speaker)]
    found = (_FULL_NAME.fullmatch(" ".join(part.split())) for part in given)
    return frozenset(match.group(1) for match in found if match and not _NO_NAME.search(match.group(1)))
