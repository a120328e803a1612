"""E-mails: the body as paragraphs. Sender, recipients and attachments are never read."""

from __future__ import annotations

import email
import email.policy
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import oxmsg

from voice_of_care.intake.readers.content import CannotReadError, Content
from voice_of_care.intake.readers.decoding import mend_text
from voice_of_care.intake.readers.outline import mark_attendees
from voice_of_care.intake.readers.packages import ole_streams
from voice_of_care.intake.readers.plain import read_paragraphs

if TYPE_CHECKING:
    from email.message import EmailMessage

_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote"})
_HIDDEN = frozenset({"script", "style", "head", "title"})
# Where an answer's quoted earlier message starts: it names people, and its words belong to another message.
_EARLIER = re.compile(
    r"^(?:-{2,}\s*(?:original message|forwarded message)\s*-{2,}|_{10,}|from:\s.+|on .{5,80} wrote:|sent from my .+)$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^(?:from|to|cc|bcc|sent|date|subject|reply-to):\s", re.IGNORECASE)


def read_mail(data: bytes) -> Content:
    """Read the body of an EML file.

    Raises:
        CannotReadError: no e-mail, or without a text.
    """
    message: EmailMessage = email.message_from_bytes(data, policy=email.policy.default)
    if not any(message.get(header) for header in ("From", "To", "Date", "Subject", "MIME-Version", "Content-Type")):
        msg = "not an e-mail. Save the message again from the mail program."
        raise CannotReadError(msg)
    attached = sum(1 for _ in message.iter_attachments()) if message.is_multipart() else 0
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return _content("eml", "", attached)
    payload = body.get_payload(decode=True)
    charset = body.get_content_charset("utf-8")
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(charset)
    except (LookupError, UnicodeDecodeError):
        text = raw.decode("cp1252", errors="replace")
    return _content("eml", plain_from_html(text) if body.get_content_subtype() == "html" else text, attached)


def read_outlook(data: bytes) -> Content:
    """Read the body of an Outlook MSG file.

    Raises:
        CannotReadError: damaged, or without a text.
    """
    if "__properties_version1.0" not in ole_streams(data):
        msg = "damaged, or not an Outlook message. Open it in Outlook and save it as .txt."
        raise CannotReadError(msg)
    message = oxmsg.Message.load(data)
    text = message.body or ""
    if not text.strip() and message.html_body:
        text = plain_from_html(message.html_body)
    return _content("msg", text, message.attachment_count)


def plain_from_html(markup: str) -> str:
    """Return the words of a web page, a line for each block."""
    reader = _PageReader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.parts)


def _content(kind: str, text: str, attached: int) -> Content:
    kept: list[str] = []
    for line in mend_text(text).split("\n"):
        if _EARLIER.match(line.strip()):
            break
        if not _HEADER.match(line.strip()) and not line.startswith(">"):
            kept.append(line.rstrip())
    passages = mark_attendees(read_paragraphs(kept))
    if not passages:
        msg = "no text in the message. If the text is in an attachment, save that and add it."
        raise CannotReadError(msg)
    problems = [f"{attached} attachments were not read. Save those needed and add them."] if attached else []
    if len(kept) < len(mend_text(text).split("\n")):
        problems.append("earlier messages quoted in it were left out. Add those messages themselves.")
    return Content(kind, passages=passages, problems=tuple(problems))


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))
