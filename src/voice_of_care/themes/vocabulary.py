"""Words that may or may not name a theme: qualities and doings as nouns, and words that are too wide to stand alone."""

from __future__ import annotations

import re

from voice_of_care.themes.words import word_set

QUALITIES = {
    "kind": "kindness",
    "caring": "caring manner",
    "friendly": "friendliness",
    "helpful": "helpfulness",
    "polite": "politeness",
    "rude": "rudeness",
    "professional": "professionalism",
    "clean": "cleanliness",
    "dirty": "cleanliness",
    "filthy": "cleanliness",
    "supportive": "support",
    "compassionate": "compassion",
    "respectful": "respect",
    "understanding": "understanding",
    "reassuring": "reassurance",
    "reassured": "reassurance",
    "efficient": "efficiency",
    "punctual": "punctuality",
    "late": "lateness",
    "safe": "safety",
    "unsafe": "safety",
    "comfortable": "comfort",
    "uncomfortable": "comfort",
    "noisy": "noise",
    "private": "privacy",
    "reliable": "reliability",
    "courteous": "courtesy",
    "thorough": "thoroughness",
    "dignified": "dignity",
    "lonely": "loneliness",
    "anxious": "anxiety",
    "tired": "tiredness",
    "exhausted": "exhaustion",
    "stressed": "stress",
    "short-staffed": "staffing",
    "understaffed": "staffing",
    "confusing": "confusion",
    "confused": "confusion",
    "approachable": "approachability",
    "attentive": "attentiveness",
    "informed": "information",
    "informative": "information",
    "involved": "involvement",
}
"""Adjectives and the noun a theme is named by."""

DOINGS = {
    "wait": "waiting",
    "listen": "listening",
    "park": "parking",
    "explain": "explanations",
    "explanation": "explanations",
    "communicate": "communication",
    "care": "care",
    "treat": "treatment",
    "train": "training",
    "appoint": "appointments",
    "support": "support",
    "discharge": "discharge",
    "involve": "involvement",
    "inform": "information",
    "reassure": "reassurance",
    "arrive": "arrival",
    "delay": "delays",
    "cancel": "cancellations",
    "cancellation": "cancellations",
    "diagnose": "diagnosis",
    "prescribe": "prescriptions",
    "prescription": "prescriptions",
    "assess": "assessments",
    "assessment": "assessments",
    "refer": "referrals",
    "referral": "referrals",
    "clean": "cleanliness",
    "cleaning": "cleanliness",
    "respect": "respect",
    "sleep": "sleep",
    "recruit": "recruitment",
    "pay": "pay",
    "manage": "management",
    "staffing": "staffing",
    "understaffing": "staffing",
    "medicine": "medication",
    "med": "medication",
    "drug": "medication",
    "phone": "phone calls",
    "telephone": "phone calls",
    "ring": "phone calls",
    "reassurance": "reassurance",
    "arrival": "arrival",
}
"""Verbs and nouns of one family, and the noun a theme is named by."""

LEMMAS = {"staffed": "staffing", "rang": "ring", "rung": "ring", "calls": "phone", "meds": "med"}
"""Forms whose lemma is not what the parser takes it for."""

TURNS_OF_SPEECH = (
    (
        re.compile(
            r"\b(?:not enough|more|short of|shortages? of|lack of|too few|fewer|extra)\s+(?:\w+\s+)?"
            r"(?:staff|nurses|doctors|carers|hands)\b|\bstaff\w*\s+(?:shortage|level|vacanc|cover)\w*",
            re.IGNORECASE,
        ),
        "staffing",
    ),
)
"""What is said in several words, and the word that stands for it."""

TROUBLES = word_set(
    """
    waiting delays lateness noise cancellations stress confusion loneliness anxiety tiredness exhaustion rudeness
    shortages shortage mistake error complaint queue pain neglect fault
    """
)
"""Nobody praises these, though they may speak of them while they praise."""

IRREGULAR_PLURALS = {"man": "men", "woman": "women", "person": "people", "child": "children", "bus": "buses"}

SKIPPED_VERBS = word_set(
    """
    be have do get go make take give come say tell think know want need feel see try let keep put find use seem
    mean ask could would should might can will improve love like hope wish thank appreciate enjoy start end
    happen stop
    """
)

SETTING_WORDS = word_set(
    """
    hospital hospitals care service services staff staffs ward wards nhs team teams patient patients trust
    department departments unit units clinic clinics healthcare treatment experience visit visits stay site
    sites surgery centre center
    """
)
"""Words of the setting: in this place they tell no theme from another, so they name one only within a phrase."""

EMPTY_WORDS = SETTING_WORDS | word_set(
    """
    time times level levels matter matters side way ways type kind user users member members work issue issues
    problem problems process system systems quality standard standards provision area general overall
    """
)
"""Words that, added to a label, make no new one: "staff kindness" and "kindness" are the same to a reader."""

VAGUE_WORDS = SETTING_WORDS | word_set(
    """
    thing things lot bit time times day days week weeks month months year years way ways people person persons
    everyone everything anything nothing something someone one ones part parts end ends fact reason reasons kind
    sort rest point points case cases side sides line lines area areas number numbers place places man men woman
    women lady ladies guy guys chap hour hours minute minutes mins min moment today yesterday tomorrow home
    homes problem problems issue issues job jobs course weekend weekends night nights morning mornings evening
    evenings afternoon afternoons noon midnight lunchtime teatime start starts finish class word words lots half
    plenty use girl girls boy boys daddy dad mummy mum mother father husband wife son sons daughter daughters
    brother gran granny grandson uncle aunt aspect aspects couple occasion occasions life lives help health
    account accounts condition conditions floor hand hands face faces back page pages name names bar group
    groups level levels stage state term terms type types room rooms door doors system systems change changes
    improvement improvements work worker workers matter matters situation situations difference example examples
    view views kinds amount process processes member members user users front top bottom body head eye eyes
    heart mind world story stories truth scandal disgrace shame joke thought thoughts idea ideas action actions
    result results question questions answer answers detail details need needs attention effort efforts step
    steps quality standard standards provision outcome outcomes chance turn hope hopes list lists set piece
    pieces chief executive sir madam reply plan plans table tables sense order orders event events task tasks
    purpose gentleman gentlemen child kid kids baby friend friends neighbour neighbours colleague colleagues god
    sake wonder credit trouble luck future past present link links hold concern concerns gold session sessions
    offer offers picture house hrs ages age spot disaster disasters nightmare nightmares shambles mess
    """
)
"""Nouns that name no topic alone; they may stand in a longer phrase ("waiting times")."""

ROLES = word_set(
    """
    nurse sister doctor consultant gp paramedic driver receptionist midwife volunteer porter student crew
    handler operator physio physiotherapist therapist pharmacist dentist specialist secretary manager clerk
    cleaner domestic worker assistant attendant responder carer technician surgeon optician matron trainee
    officer
    """
)
"""Whoever does the work: said of every topic, so a role names a theme only where nothing else does."""

TIME_WORDS = word_set("second minute min hour day week weekend month year night morning evening afternoon")
"""Units of time: "hour waits" are waits."""

DATES = word_set(
    """
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
    easter christmas spring summer autumn winter
    """
)

OPINIONS = word_set(
    """
    good great excellent bad poor nice lovely amazing brilliant fantastic wonderful terrible awful own same
    other first last next new old more less much many few better best worse worst different certain whole only
    such further possible able sure due fine ok okay happy high low big small little real right wrong very
    recent previous particular second third actual overall fab superb perfect outstanding exceptional top
    general total full wee long short busy late early main extra additional several various important necessary
    available appropriate proper clear open close nearest near local usual normal single entire complete quick
    quicker sooner faster longer shorter easier earlier later slow slower fast pleasant
    """
)
"""Adjectives that judge or count; the others tell a topic ("mental health")."""

EMPTY_ADJECTIVES = word_set(
    """
    own same other first last next more less much many few certain whole only such further possible able sure
    due recent previous particular second third actual overall general total several various main wee entire
    usual single different new old necessary enough fewer fewest most worth like half pure
    """
)
"""Adjectives that say nothing of what somebody thought."""

UNCOUNTED = word_set(
    """
    staff food care communication information support treatment crew team transport discharge equipment parking
    advice help training staffing management pain medication cleanliness privacy dignity safety noise kindness
    respect compassion listening waiting attitude access continuity paperwork software sleep feedback morale pay
    money funding work traffic news diabetes arrival government diagnosis life weather conflict medicine stigma
    rest relief comfort patience reassurance leadership understanding warmth neglect
    environment involvement engagement employment retirement recruitment entertainment movement
    """
)
"""Nouns that take no plural in a label."""

GENERAL_WORDS = word_set(
    """
    good great excellent brilliant fantastic amazing wonderful lovely nice perfect perfectly fine super superb
    superbly outstanding exceptional satisfied satisfactory satisfying happy happier pleased better best bad
    poor worse worst terrible awful useless improve improved improvement improvements bettered service services
    experience experiences care everything job hospital nhs place fault faulted faultless complain complaints
    fabulous first class top notch well done thank thanks grateful keep carry work working quality overall
    absolutely extremely really treated treatment visit recommend impressed delighted appreciated appreciate
    enjoy enjoyed second none went smoothly smooth expected expectations problem problems trouble issue issues
    fab star stars ten rate rated excellence standard standards total totally completely highly incredible brill
    grand decent poorly shocking occasion perfection aspects spot clockwork case ace provided received given
    always exactly needed right change changed different asked level possible
    """
)
"""Words that judge, or name the whole of care: a segment of nothing else is a general judgement."""
