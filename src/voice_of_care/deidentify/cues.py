"""Words and turns of phrase that tell of a name beside them."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STRICT_TITLES = _set("dr mr mrs ms mx prof professor fr rev reverend")
SOFT_TITLES = _set("miss doctor sir lady dame canon pastor father")
STAFF_TITLES = _set("dr prof professor doctor")
ROLES = _set(
    "nurse sister matron midwife sr paramedic physio physiotherapist porter hca receptionist consultant carer "
    "volunteer "
    "manager surgeon pharmacist dietician dietitian technician counsellor therapist psychologist psychiatrist worker "
    "visitor assistant practitioner radiographer anaesthetist registrar cleaner driver secretary dentist podiatrist "
    "chiropodist optician cpn ot gp doctor student phlebotomist auxiliary clerk domestic caterer cook chef chaplain "
    "officer adviser advisor facilitator coordinator interpreter specialist staff trainer tutor handler crew lead "
    "housekeeper keyworker sonographer instructor"
)
CUE_ROLES = ROLES - {"staff", "crew", "specialist", "lead", "student", "domestic", "cook", "gp"}
KIN = _set(
    "mum mummy mam mammy mother dad daddy father wife husband partner son daughter brother sister granny gran nana nan "
    "grandmother granda grandad grandfather granddad grandma grandpa aunt auntie aunty uncle niece nephew cousin "
    "friend "
    "neighbour grandson granddaughter fiance fiancee boyfriend girlfriend mother-in-law father-in-law sister-in-law "
    "brother-in-law stepson stepdaughter twin toddler baby girl boy child lad lass"
)
PERSON_NOUNS = (
    ROLES | KIN | _set("lady man woman girl guy fella lad lass gentleman boy person someone member colleague chap")
)
OWNERS = _set("my our his her their your the a an this that wee late dear lovely older younger elderly old")
NEVER = _set(
    "i i'm i've i'd i'll we you he she it they them the a an and or but of to in on at for with from by is was were "
    "are "
    "be been my our your his her their its this that these those there here who what when where why how all any some "
    "no "
    "not so as if then than very really too also just only again everyone everybody anyone someone nobody nothing "
    "everything team teams staff nhs gp covid dr mr mrs ms miss prof me us him mum dad god"
)
PERSON_VERBS = _set(
    "was is were who has had made took helped came gave explained listened went showed treated looked kept told said "
    "got did rang phoned called works worked could couldn't would wouldn't deserves provided always really never also"
)
PARTICLES = _set("ni nic mac mc giolla o ui de van von der den la le bin al da dos del di st mag")
GAELIC_PARTICLES = _set("mc mac ni nic o giolla")
AFTER_A_VERB = _set("i you we they the it be he she this that not all a an my your to")
"""Words that follow 'will', 'may', 'hope', 'mark' where these are no names."""

PREFIXED = re.compile(r"^(?:mc[a-z]{3,}|o'(?!clock)[a-z]{3,}|fitz[a-z]{4,})$")
MAC = re.compile(r"^Mac[A-Z][a-z]+$")
THANKS = re.compile(
    r"(?:\bthank(?:s|ing)?\b(?: you)?(?: (?:so|very|again|a) (?:much|million|lot|again))?(?: (?:to|you))*|"
    r"\bshout ?outs? (?:to|for)|\bwell done(?: to)?|\bhats off to|\bkudos to|\bcredit to|\bpraise for|\bgrateful to|"
    r"\bspecial mention (?:to|for)|\bmention(?: to| for)?|\bthankful to|\bbless|\bcompliment\w*|\bcommend\w*|"
    r"\bthumbs up (?:to|for)|\bappreciated?)\W{0,3}$",
    re.IGNORECASE,
)
MEETING = re.compile(
    r"(?:\basked? (?:for|to see)|\b(?:spoke|speaking|spoken|talked|talking) (?:to|with)|"
    r"\b(?:seen|treated|helped|assessed|attended|examined|looked after|cared for|visited|delivered|supported|"
    r"dealt with|greeted|met|triaged|operated on|discharged) by|\b(?:met|saw|see|rang|phoned|told|tell|with|by|"
    r"hi|hello|dear|especially|particularly|including))\W{0,2}$",
    re.IGNORECASE,
)
NAMING = re.compile(
    r"\b(?:named|(?:name|names) (?:is|was|are|were|being)|name'?s|name of|known as|goes by|i'm|i am|this is)\W{0,3}$",
    re.IGNORECASE,
)
STRONG_NAMING = re.compile(
    r"\b(?:named|(?:name|names) (?:is|was|are|were|being)|name'?s|name of|known as|name ?[:=])\W{0,3}$", re.IGNORECASE
)
CALLED = re.compile(r"\bcalled\W{0,3}$", re.IGNORECASE)
SIGN_OFF = re.compile(
    r"\b(?:(?:kind|kindest|best|warm|warmest) (?:regards|wishes)|regards|yours (?:sincerely|faithfully|truly)|"
    r"sincerely|"
    r"many thanks|thanks(?: again)?|thank you(?: all| again| so much)?|love|cheers|god bless|signed(?: by)?|sent by|"
    r"from|completed by|take care|all the best)(?P<mark>\s*[,.:!\-\n]+\s*| +)$",
    re.IGNORECASE,
)
DASH_BEFORE = re.compile(r"(?:^|\s)[-~]{1,2}\s*$")
ONLY_CLOSING = re.compile(r"[^\w\n]*(?:x{1,4}\b[^\w\n]*)*(?:\Z|\n)", re.IGNORECASE)
JOINED = re.compile(r"\s*(?:,|&|/|\+|,?\s*and|,?\s*or)\s*(?:(?:also|then|to|especially)\s+)?", re.IGNORECASE)
ROLE_AFTER = re.compile(
    r"(?:'s)?(?:\s*[,(-]\s*|\s+(?:is|was|are|who is|who was)\s+|\s+)"
    r"(?:(?:the|our|a|my|an|your|who is|who was)\s+)?(?:[\w-]+\s+){0,3}?"
    rf"(?:{'|'.join(sorted(CUE_ROLES))})\b",
    re.IGNORECASE,
)
OURS = re.compile(r"\b(?:our|wee|big)\W{0,2}$", re.IGNORECASE)
AT_WORK = re.compile(
    r"\s+(?:the\s+(?:[\w-]+\s+){0,2}?(?:" + "|".join(sorted(CUE_ROLES)) + r")\b|"
    r"(?:from|at|in|on|with) (?:the|our) (?:[\w-]+ ){0,2}?(?:desk|team|ward|reception|kitchen|trolley|office|clinic|"
    r"unit|shop|door|phone|switchboard|department|pharmacy)\b)",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\s*\d")
