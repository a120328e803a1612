"""Words of praise and complaint in care, as people in Northern Ireland say them; written by us, taken from no data.

A small lexicon beside the sentence embeddings, which read negation weakly: praise and complaint are counted apart, a
negator turns what follows it, and set phrases ("can't fault", "run off their feet") are read as a whole.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_STRONG_PRAISE = """
amazing angel angels awesome best brilliant brilliantly class class-act delighted exceptional exceptionally excellent
excellently exemplary fabulous faultless first-class first-rate fantastic flawless gem immaculate impeccable
impeccably incredible incredibly-kind invaluable life-saver lifesaver lifesaving magic magnificent marvellous
outstanding perfect perfectly phenomenal sensational spot-on stellar super superb superbly terrific top-class
top-notch tremendous unbelievably-good unreal-care wonderful wonderfully world-class
"""
_PRAISE = """
able accessible accommodating accurate acknowledged adequate advised agreeable appreciate appreciated appreciative
approachable approachability appropriate attentive attentiveness available aware beautiful beneficial benefit better
calm calming care-and-attention careful caring cheerful cheery clean cleanliness clear clearly clever comfort
comfortable comfortably comforting compassion compassionate competent confidence confident considerate consistent
convenient conscientious content cooperative courteous courtesy dedicated dedication dependable diligent dignified
dignity eager ease easier easily easy effective efficient efficiency efficiently empathetic empathic empathy
encouraged encouragement encouraging engaging enjoy enjoyable enjoyed expert expertise explained fair fast fine
flexible friendliness friendly genuine genuinely gentle gentleness glad good grand grateful gratitude great
great-craic happy heartening help helped helpful helpfulness helping honest hospitable humour immediate impressed
improved informative informed interested invited jolly joy keen kind kindly kindness kindnesses knowledgeable
knowledge likeable listened lovely love loved lucky manners mannerly nice nicely obliging okay on-time organised
patience personable pleasant pleasantly pleased pleasure polite politely politeness positive praise prepared
professional professionalism professionally prompt promptly promptness proper properly proud punctual quality quick
quicker quickly quiet reassurance reassured reassuring recommend recovered relaxed relaxing reliable reliability
relief relieved respect respected respectful respectfully responsive safe satisfactory satisfied satisfying sensitive
sensitively sensible skilled skilful smile smiled smiles smiling smooth smoothly sound straightforward success
successful support supported supportive sweet sympathetic tasty terrific-wee thank thankful thanks thorough thoroughly
thoughtful tidy timely trust trusted understanding understood useful valued warm warmth welcome welcomed welcoming
well willing worthwhile
"""
_STRONG_COMPLAINT = """
abandoned abhorrent abominable abuse abused abusive abysmal appalled appalling atrocious awful chaos chaotic cruel
dangerous deplorable desperate diabolical dire disgrace disgraceful disgusted disgusting disgustingly dreadful
dreadfully farce filthy ghastly hell hellish horrendous horrible horrid horrific humiliated humiliating inexcusable
inhumane joke livid nightmare outraged outrageous pathetic rubbish scandalous scared-stiff shambles shambolic shameful
shocked shocking sickened sickener terrible terribly terrified traumatic traumatised traumatising unacceptable
unforgivable useless woeful worst
"""
_COMPLAINT = """
aggressive agitated alone angry anger annoyed annoying anxiety anxious apathetic argued arrogant ashamed bad badly
banjaxed bogging blamed bland bored boredom boring bother bothered broke broken brushed-off bump bumpy burnout busy
cancelled cancellation cancellations careless clueless cold complain complained complaint complaints complicated
condescending conflicting confused confusing confusion cramped cross crowded crying cutbacks damp damage damaged
declined delay delayed delays delaying demeaning denied depressing difficult difficulty difficulties dirty
disappointed disappointing disappointment disinterested dismissed dismissive disorganised disorganisation disrespect
disrespected disrespectful dissatisfied distress distressed distressing disturbed dismal draughty dull endless error
errors exhausted exhausting expensive fail failed failing fails failure false fault faulty fear filth fobbed forced
forgot forgotten foundered freezing frightened frightening frustrated frustrating frustration gurning grumpy guilty
gutted hard harsh hassle hate hated helpless hopeless horribly hostile humiliation hungry hurry hurt hurtful ignorant
ignored ignoring impatient impersonal impolite impossible inaccurate inadequate inappropriate incompetent
inconsiderate inconsistent inconvenience inconvenient ineffective inefficient inflexible injured insensitive
insufficient insulted insulting intimidated intimidating irritable irritated isolated isolating issue issues lack
lacked lacking lacks late lazy left-waiting lonely long-wait lost loud messed messy misdiagnosed misinformed miserable
mislaid misled missed missing mistake mistakes mistreated misunderstood neglect neglected neglectful negative
negligent nervous noise noisy obstructive offended offhand outdated overcrowded overheated overlooked overstretched
overwhelmed overworked pain painful panic patronised patronising poor poorly powerless pressure pressured problem
problems problematic queue queued queues queueing refused reject rejected repeatedly rough rude rudely rudeness rush
rushed sad sarcastic scared scary scundered scunnered shabby shortage shortages short-staffed shouted shout shouting
slow slowly slowness smelly sore stale stress stressed stressful struggle struggled struggling stuck stuffy suffer
suffered suffering surly tasteless tedious tense thran threatened threatening tired torture troubled unable unanswered
unaware unclean unclear uncaring uncomfortable uncooperative understaffed undignified unfair unfeeling unfit
unfriendly unhappy unhelpful unhygienic unimpressed uninformed uninterested unkempt unkind unnecessary unpleasant
unprofessional unqualified unreasonable unreliable unresponsive unsafe unsatisfactory unsatisfied unsettled unsettling
unsuitable unsure unsupported unsympathetic untidy untrained unwelcome unwelcoming unwell unwilling upset upsetting
vague wait waited waiting waits waste wasted wasting worried worry worrying worse worsened wrong
"""
# Read before single words, longest first; the value stands for the whole phrase.
_PHRASES: tuple[tuple[str, int], ...] = (
    ("second to none", 2),
    ("a credit to", 2),
    ("worth their weight in gold", 2),
    ("above and beyond", 2),
    ("the extra mile", 2),
    ("out of their way", 1),
    ("went out of his way", 2),
    ("went out of her way", 2),
    ("could not have been better", 2),
    ("couldn't have been better", 2),
    ("could not have done more", 2),
    ("couldn't have done more", 2),
    ("could not have asked for more", 2),
    ("couldn't have asked for more", 2),
    ("could not have been kinder", 2),
    ("couldn't have been kinder", 2),
    ("couldn't have been nicer", 2),
    ("could not have been nicer", 2),
    ("couldn't have been more helpful", 2),
    ("keep up the good work", 2),
    ("couldn't get better", 2),
    ("couldn't be better", 2),
    ("could not be better", 2),
    ("can't thank", 2),
    ("cannot thank", 2),
    ("can not thank", 2),
    ("can't praise", 2),
    ("cannot praise", 2),
    ("couldn't praise", 2),
    ("couldn't be happier", 2),
    ("could not be happier", 2),
    ("couldn't be kinder", 2),
    ("couldn't be more helpful", 2),
    ("could not have been more helpful", 2),
    ("not only", 0),
    ("no better", 1),
    ("never better", 1),
    ("could not fault", 2),
    ("couldn't fault", 2),
    ("cannot fault", 2),
    ("can not fault", 2),
    ("can't fault", 2),
    ("cant fault", 2),
    ("no faults", 1),
    ("can't complain", 1),
    ("cannot complain", 1),
    ("no complaints", 1),
    ("no complaint", 1),
    ("no problems", 1),
    ("no problem", 1),
    ("no issues", 1),
    ("no bother", 1),
    ("not a bother", 1),
    ("any bother", 0),
    ("no hassle", 1),
    ("no fuss", 1),
    ("no delay", 1),
    ("no delays", 1),
    ("no wait", 1),
    ("no waiting", 1),
    ("not long to wait", 1),
    ("didn't have to wait", 1),
    ("did not have to wait", 1),
    ("never had to wait", 1),
    ("any problems", 0),
    ("any problem", 0),
    ("any issues", 0),
    ("any complaints", 0),
    ("at ease", 1),
    ("in good hands", 2),
    ("in safe hands", 2),
    ("dead on", 1),
    ("wile good", 2),
    ("wild good", 2),
    ("quare good", 2),
    ("powerful good", 2),
    ("pure class", 2),
    ("pure brilliant", 2),
    ("brave and good", 1),
    ("up to scratch", 1),
    ("not up to scratch", -1),
    ("up to the mark", 1),
    ("as good as gold", 2),
    ("a wee gem", 2),
    ("pure angels", 2),
    ("a godsend", 2),
    ("godsend", 2),
    ("nothing was too much trouble", 2),
    ("nothing was a bother", 2),
    ("nothing was too much bother", 2),
    ("nothing is too much trouble", 2),
    ("put my mind at rest", 2),
    ("on time", 1),
    ("not on time", -1),
    ("never on time", -1),
    ("in time", 1),
    ("10 out of 10", 2),
    ("ten out of ten", 2),
    ("10/10", 2),
    ("5 star", 2),
    ("five star", 2),
    ("hats off", 2),
    ("run off their feet", -1),
    ("rushed off their feet", -1),
    ("run ragged", -1),
    ("fobbed off", -1),
    ("fob me off", -1),
    ("messed about", -1),
    ("messed around", -1),
    ("pushed from pillar to post", -2),
    ("pillar to post", -2),
    ("up to high doh", -1),
    ("at the end of my tether", -2),
    ("sick to the back teeth", -2),
    ("fed up", -1),
    ("let down", -1),
    ("fell through the cracks", -2),
    ("slipped through the net", -2),
    ("fall through the net", -2),
    ("no one cared", -2),
    ("nobody cared", -2),
    ("couldn't care less", -2),
    ("could not care less", -2),
    ("couldn't give a", -2),
    ("didn't want to know", -2),
    ("did not want to know", -2),
    ("waste of time", -2),
    ("waste of space", -2),
    ("joke of a", -2),
    ("beyond a joke", -2),
    ("not good enough", -2),
    ("not fit for purpose", -2),
    ("left to", -1),
    ("left in", -1),
    ("left on a trolley", -2),
    ("left lying", -2),
    ("left sitting", -1),
    ("rang and rang", -1),
    ("no one answered", -1),
    ("nobody answered", -1),
    ("no one came", -1),
    ("nobody came", -1),
    ("never rang back", -1),
    ("never called back", -1),
    ("never got back", -1),
    ("no reply", -1),
    ("no response", -1),
    ("no answer", -1),
    ("no communication", -1),
    ("no explanation", -1),
    ("no information", -1),
    ("no apology", -1),
    ("no respect", -2),
    ("no help", -1),
    ("no support", -1),
    ("no parking", -1),
    ("couldn't get parked", -1),
    ("could not get parked", -1),
    ("can't get parked", -1),
    ("not enough", -1),
    ("nowhere near enough", -2),
    ("too long", -1),
    ("too late", -1),
    ("too many", -1),
    ("too few", -1),
    ("too much", -1),
    ("too busy", -1),
    ("too hot", -1),
    ("too cold", -1),
    ("hours late", -1),
    ("told nothing", -1),
    ("in the dark", -1),
    ("passed around", -1),
    ("like a number", -1),
    ("well looked after", 2),
    ("looked after", 1),
    ("took the time", 1),
    ("take the time", 1),
    ("took time", 1),
    ("made time", 1),
    ("easy to get parked", 1),
    ("as good as", 0),
    ("could be better", -1),
    ("could have been better", -1),
    ("could do better", -1),
    ("better if", -1),
    ("would be better", -1),
    ("make it better", 0),
    ("do better", 0),
    ("done better", 0),
    ("good or bad", 0),
    ("would not recommend", -2),
    ("wouldn't recommend", -2),
    ("thanks for nothing", -2),
    ("well done", 1),
    ("as well", 0),
    ("as well as", 0),
    ("health care", 0),
    ("kind of", 0),
    ("help line", 0),
    ("support worker", 0),
    ("support workers", 0),
    ("get well", 0),
    ("best interest", 0),
    ("did their best", 1),
    ("do their best", 1),
    ("doing their best", 1),
    ("hard working", 1),
    ("hard-working", 1),
    ("work hard", 1),
    ("works hard", 1),
    ("worked hard", 1),
    ("pain relief", 0),
    ("waiting area", 0),
    ("waiting room", 0),
    ("quality improvement", 0),
    ("grand job", 2),
    ("great craic", 1),
)


def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATORS = _words_of("""
no not never without hardly barely scarcely nobody none neither nor cannot cant dont didnt wasnt werent isnt arent
wont wouldnt couldnt shouldnt doesnt hasnt havent hadnt didnae wasnae cannae isnae dinnae
""")
_INTENSIFIERS = _words_of("""
very really so extremely absolutely totally completely truly incredibly exceptionally highly most pure wile wild
quare fierce brave always especially particularly too
""")
_CONTRASTS = _words_of("""
but however although though except apart unfortunately whereas yet otherwise
""")
_REQUESTS = _words_of("""
should could would need needs needed more improve improved improvement wish prefer perhaps maybe
""")
_NOTHING = re.compile(
    r"^\W*(?:(?:no+|nope|nah|naw|none|nothing|nil|n/?a|not?hing|not a thing|sweet \w+ all|nowt|zero)\b[\s,.!-]*)"
    r"(?:(?:at all|really|much|whatsoever|else|more|as such|that i can think of|i can think of|"
    r"to (?:say|add|improve)|comes to mind|springs to mind|came to mind|could be better|could have been better|"
    r"thank you|thanks|thank u)\b[\s,.!-]*)*$|"
    r"^\W*(?:i )?(?:can'?t|cannot|can not|couldn'?t|could not) think (?:of )?(?:anything|any|a thing)\b.{0,40}$",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(
    r"^\W*(?:everything|all of it|the lot|all of the above|everyone|all)\b[\s.!-]*$", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]+(?:[-/][a-z]+)*(?:'[a-z]+)?|\d+/\d+|\d+|[.!?;,]")
_REACH = 4  # words a negator reaches over
_STRONG = 2


class Reading(NamedTuple):
    """What the lexicon finds in a text: sums of values and counts, all from 0 up."""

    praise: float
    complaint: float
    strong_praise: int
    strong_complaint: int
    negated_praise: int
    negated_complaint: int
    intensified: int
    contrasts: int
    requests: int
    words: int
    says_nothing: bool
    says_everything: bool


def _values() -> dict[str, int]:
    values = dict.fromkeys(_PRAISE.split(), 1) | dict.fromkeys(_COMPLAINT.split(), -1)
    return values | dict.fromkeys(_STRONG_PRAISE.split(), 2) | dict.fromkeys(_STRONG_COMPLAINT.split(), -2)


_VALUES = _values()
_PHRASE_VALUES = dict(_PHRASES)
_PHRASE = re.compile(
    r"(?<![\w'])(?:"
    + "|".join(re.escape(p) for p in sorted(_PHRASE_VALUES, key=lambda p: (-len(p), p)))
    + r")(?![\w'])"
)


def _plain(text: str) -> str:
    return text.lower().replace("’", "'").replace("‘", "'").replace("`", "'")


def _is_negator(word: str) -> bool:
    return word in _NEGATORS or word.endswith("n't")


class Sign(NamedTuple):
    """A word or phrase of praise (value above 0) or complaint (below), and where it stands."""

    start: int
    end: int
    value: float
    is_negated: bool
    is_intensified: bool


def find_signs(text: str) -> tuple[Sign, ...]:
    """Return the words and phrases of praise and complaint in a text, phrases first, each in order.

    Places are those of the text given; none are returned for the rare text whose length changes in small letters.
    """
    plain = _plain(text)
    return tuple(_signs(plain)) if len(plain) == len(text) else ()


def _signs(text: str) -> list[Sign]:
    found: list[Sign] = []

    def keep(match: re.Match[str]) -> str:
        value = _PHRASE_VALUES[match.group()]
        if value:
            found.append(Sign(match.start(), match.end(), float(value), False, False))
        return ",".ljust(match.end() - match.start())

    words = list(_WORD.finditer(_PHRASE.sub(keep, text)))
    since_negator = _REACH + 1
    before = ""
    for match in words:
        word, previous, before = match.group(), before, match.group()
        if _is_negator(word):
            since_negator = 0
            continue
        since_negator = _REACH + 1 if word in ".!?;," or word in _CONTRASTS else since_negator + 1
        value = _VALUES.get(word)
        if value is None:
            continue
        intensified = previous in _INTENSIFIERS
        is_negated = since_negator <= _REACH
        turned = (-1.0 if value > 0 else 0.5) if is_negated else float(value)
        found.append(Sign(match.start(), match.end(), turned, is_negated, intensified))
    return found


@functools.lru_cache(maxsize=50_000)
def read(text: str) -> Reading:
    """Return what the lexicon finds in a text."""
    plain = _plain(text)
    scored = [(sign.value, sign.is_negated, sign.is_intensified) for sign in _signs(plain)]
    words = [word for word in _WORD.findall(plain) if word[0].isalnum()]
    return Reading(
        praise=sum(value for value, _, _ in scored if value > 0),
        complaint=-sum(value for value, _, _ in scored if value < 0),
        strong_praise=sum(value >= _STRONG for value, _, _ in scored),
        strong_complaint=sum(value <= -_STRONG for value, _, _ in scored),
        negated_praise=sum(negated and value < 0 for value, negated, _ in scored),
        negated_complaint=sum(negated and value > 0 for value, negated, _ in scored),
        intensified=sum(intensified for _, _, intensified in scored),
        contrasts=sum(word in _CONTRASTS for word in words),
        requests=sum(word in _REQUESTS for word in words),
        words=len(words),
        says_nothing=_NOTHING.match(plain) is not None,
        says_everything=_EVERYTHING.match(plain) is not None,
    )
