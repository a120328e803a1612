"""Comments a person should look at before they leave the team. Flags change no text.

Three kinds: somebody may be at risk (safeguarding; recall first, so many are false alarms), the rest of the text may
still point to one person (residual_risk), or it tells about somebody other than the speaker (third_party).
"""

from __future__ import annotations

import re

_I = re.IGNORECASE

_SAFEGUARDING = {
    "suicide": r"\bsuicid\w*|\b(?:kill|killing|killed|hang|hanging|hanged|drown) (?:my|him|her|them|"
    r"your)(?:self|selves)\b|\b(?:end(?:ing)?|take|taking|took|taken) (?:it all|my (?:own )?life|"
    r"his (?:own )?life|her (?:own )?life|their (?:own )?li(?:fe|ves))"
    r"|\b(?:want(?:ed|s|ing)?|wish(?:ed)?) (?:to die|to be dead|i was dead|i were dead|he was dead|she was dead|"
    r"not to be here)|\bbetter off (?:dead|without me)|\b(?:don'?t|do not|didn'?t|no longer) want to (?:live|"
    r"be here|wake up|go on)|\boverdos\w*|\bno reason to live|\bnot worth living",
    "self_harm": r"\bself[- ]?harm\w*|\b(?:cut|cutting|harm|harming|harmed|hurt|hurting|burn|burning) (?:my|him|"
    r"her|them)(?:self|selves)\b|\bslit\w* (?:my|his|her) wrists?",
    "abuse": r"\babus(?:e|ed|er|ing|ive)\b|\b(?:sexual(?:ly)?|physical(?:ly)?) (?:assault\w*|abus\w*|attack\w*|"
    r"harass\w*)|\brap(?:e|ed|ist)\b|\bmolest\w*|\bgroom(?:ed|ing)\b|\bincest\b|\btouched (?:me|her|"
    r"him) (?:inappropriately|sexually|where)|\binappropriate(?:ly)? touch\w*|\bexploit(?:ed|ation)\b|"
    r"\btraffick\w*",
    "violence": r"\b(?:hit|hits|hitting|slap\w*|punch\w*|kick\w*|beat|beaten|beats|beating|chok\w*|strangl\w*|"
    r"burn(?:ed|t)|pinch\w*|push(?:ed)?|shov\w*|drag(?:ged)?|grabbed|attack\w*|assault\w*|"
    r"threaten\w*|bruis\w*) (?:\w+ ){0,3}?(?:me|him|her|them|us|patient|resident|residents|mum|"
    r"mother|dad|father|granny|son|daughter|child|baby|wife|husband|around|about|up)\b"
    r"|\bdomestic (?:violence|abuse)|\bassault(?:ed|s)?\b|\bviolen(?:t|ce)\b|\bunexplained (?:bruis\w*|injur\w*|"
    r"marks?)|\bcover(?:ed)? in bruises|\bphysically restrained|\bcoercive|\b(?:afraid|scared|frightened|"
    r"terrified) of (?:him|her|my (?:husband|wife|partner|ex|father|mother|son|dad|carer)|going home|staff|"
    r"the staff|a nurse|the nurse)|\bnot safe at home|\bunsafe at home",
    "neglect": r"\bneglect\w*|\b(?:left|lying|lay|lain|sitting|sat) (?:\w+ ){0,6}?(?:in (?:his|her|my|their|"
    r"its) (?:own )?(?:urine|faeces|feces|excrement|wee|mess|waste|vomit|soil\w*|dirt|pee|poo)|"
    r"soiled|soaking|wet (?:bed|pad|nappy))|\b(?:starv|malnourish|dehydrat)\w*|\b(?:not|never|"
    r"wasn'?t|weren'?t|isn'?t) (?:been )?(?:fed|washed|changed|given (?:any )?(?:food|water|fluids|"
    r"a drink|his medication|her medication|my medication))|\bwithout (?:food|water)\b|"
    r"\bpressure (?:sore|ulcer)s?|\bbed ?sores?|\bwrong (?:medication|drug|dose|blood|tablets|"
    r"injection)|\bleft (?:\w+ ){0,3}?on the floor|\bfound (?:\w+ ){0,3}?on the floor",
    "child_at_risk": r"\bchild protection|\bsocial services (?:took|remov|involv)\w*|\bsafeguard\w*|\b(?:child|"
    r"children|kids?|baby|daughter|son) (?:\w+ ){0,3}?(?:at risk|in danger|unsafe|not safe|"
    r"being hurt)|\bvulnerable adult|\badult at risk",
    "harm_to_others": r"\b(?:kill|stab|shoot|hurt|harm) (?:someone|somebody|people|him|her|them|you|staff|everyone|"
    r"others)\b|\bhomicid\w*|\bmurder\w*",
    "theft": r"\b(?:stole|stolen|stealing|steal|theft|robbed|missing money|took (?:his|her|my) (?:money|purse|"
    r"wallet|bank card|savings))\b|\bfinancial(?:ly)? (?:abus|exploit)\w*",
    "death_in_care": r"\b(?:died|passed away|death) (?:\w+ ){0,8}?(?:because|due to|as a result|avoidabl\w*|"
    r"preventabl\w*|unnecessar\w*)|\b(?:avoidable|preventable|unnecessary) death|\b(?:could|would|"
    r"might) have (?:died|been killed|lost (?:him|her|my life))|\b(?:nearly|almost) (?:died|killed)",
}
_SAFEGUARDING_PATTERNS = {rule: re.compile(pattern, _I) for rule, pattern in _SAFEGUARDING.items()}
_COMPLIMENT = re.compile(r"\b(?:no|never|zero|not (?:any|a)) (?:neglect|abuse|violence)\b", _I)

_RARE = re.compile(
    r"\b(?:rare (?:condition|disease|cancer|syndrome|disorder|form|genetic|type)|syndrome|huntington\w*|"
    r"motor neurone|mnd\b|cystic fibrosis|sarcoma|porphyria|duchenne|muscular dystrophy|"
    r"creutzfeldt\w*|cjd\b|ehlers\w*|marfan\w*|myasthenia\w*|guillain\w*|haemophili\w*|sickle cell|"
    r"transplant\w*|conjoined|triplets|quadruplets|"
    r"amput\w*|paraplegi\w*|quadriplegi\w*|tetraplegi\w*|transgender|gender (?:clinic|reassign\w*)|hiv\b|"
    r"surroga\w*|locked[- ]in|batten\w*|rett\b|angelman\w*|prader\w*|dwarfism|albin\w*|scleroderma|sarcoidosis|"
    r"wilson'?s disease|addison'?s|cushing'?s|acromegaly|encephalitis|necrotising|sepsis)\b",
    _I,
)
_PLACE = re.compile(
    r"\[(?:PLACE|ADDRESS|POSTCODE)\]|\b(?:village|townland|island|farm|parish)\b|\b(?:only|small) (?:school|"
    r"practice|surgery|town|village|home)\b",
    _I,
)
_WHEN = re.compile(
    r"\[DATE|\b(?:in|last|on|since|during|of) (?:jan\w*|feb\w*|march|april|may|june|july|aug\w*|sept?\w*|oct\w*|"
    r"nov\w*|dec\w*)\b|\b(?:19|20)\d{2}\b|"
    r"\b(?:christmas|boxing|new year'?s|easter|mother'?s|father'?s|st patrick'?s|hallowe'?en) ?(?:day|eve|"
    r"sunday|night)?\b|\blast (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month)\b",
    _I,
)
_UNUSUAL = re.compile(
    r"\b(?:in (?:the|all the) (?:news|papers|paper|newspapers?|press|media|headlines)|on (?:the )?(?:news|tv|"
    r"telly|television|radio|front page)|inquest|coroner\w*|court case|high court|public inquiry|ombudsman|"
    r"bomb(?:ing|ed)?|explosion|house fire|shooting|shot|stabb(?:ed|ing)|plane crash|helicopter|air ?lifted|"
    r"mass casualty|drown(?:ed|ing)|electrocut\w*|lightning|struck by|fell from (?:a|the) (?:roof|ladder|bridge|"
    r"window|cliff)|"
    r"tractor|slurry|quad (?:bike)?|farm accident|only (?:person|patient|one|male|female|man|woman|family|black|"
    r"deaf|blind) (?:\w+ ){0,3}?(?:in|on|at) (?:the|this|our|my)|first (?:person|patient|ever|in ireland|"
    r"in northern ireland)|"
    r"well[- ]known|famous|councillor|mla\b|politician|priest|minister of|principal of|footballer|gaa (?:player|"
    r"star)|hijack\w*|kidnap\w*|murder\w*|petrol bomb\w*|paramilitar\w*|peace ?line)\b",
    _I,
)
_THIRD = re.compile(
    r"\b(?:another|other|the|a|fellow|one|my room ?mate) (?:patient|resident|lady|man|woman|gentleman|girl|boy|"
    r"fella|child)s?\b (?:\w+ ){0,4}?(?:next|beside|opposite|across|in the (?:next|same|other)|in my|on my|"
    r"on the ward|had|has|was|is|who|with|told|screaming|shouting|crying|dying|died|suffering)|"
    r"\bmy (?:\w+ )?(?:neighbour|friend|colleague|manager|boss|ex|landlord|room ?mate|"
    r"co-?worker)(?:'s)? (?:\w+ ){0,3}?(?:has|had|is|was|who|suffers|died|drinks|told|said|cancer|illness|"
    r"depression)|"
    r"\b(?:his|her|their) (?:diagnosis|cancer|dementia|hiv|depression|drinking|addiction|affair|marriage|"
    r"divorce|pregnancy|miscarriage|abortion|mental health|condition|illness|drug (?:use|problem)|"
    r"criminal record)\b|"
    r"\bmy (?:\w+ )?(?:mum|mother|dad|father|husband|wife|partner|son|daughter|brother|sister|granny|nana|"
    r"granda|grandfather|grandmother|uncle|aunt|auntie|child|baby)(?:'s)? (?:\w+ ){0,3}?(?:has|had|suffers?|"
    r"is an?|was diagnosed|diagnos\w*|died|passed|drinks|takes|overdosed|stroke|cancer|dementia|autis\w*|"
    r"epilep\w*|schizo\w*|bipolar|alcoholic)",
    _I,
)


def find_flags(safe_text: str) -> list[tuple[str, str]]:
    """Return (kind, rule) of each flag a de-identified text raises, in a fixed order."""
    found = [("safeguarding", rule) for rule, pattern in _SAFEGUARDING_PATTERNS.items() if pattern.search(safe_text)]
    if _COMPLIMENT.search(safe_text):
        found = [flag for flag in found if flag[1] not in {"neglect", "abuse", "violence"}]
    signs = [pattern.search(safe_text) is not None for pattern in (_RARE, _PLACE, _WHEN)]
    if signs[0] and (signs[1] or signs[2]):
        found.append(("residual_risk", "rare_condition"))
    if _UNUSUAL.search(safe_text):
        found.append(("residual_risk", "unusual_event"))
    if _THIRD.search(safe_text):
        found.append(("third_party", "other_person"))
    return found
