"""What is planted besides themes and identifiers: the campaign, repeats, non-answers, other languages."""

from __future__ import annotations

CAMPAIGN = "treatment-room-letter"
CAMPAIGN_SERVICE, CAMPAIGN_SITE = "District Nursing", "Ballyfern Health and Care Centre"
LETTER = (
    "I am writing to ask you not to close the weekend treatment room at Ballyfern.",
    "For people who live along the lough shore it is the only place within twenty miles to have a dressing changed on "
    "a Saturday or a Sunday.",
    "Many of us are older, many of us do not drive, and the bus does not run at weekends.",
    "Closing it will not save money, it will only send people to the Emergency Department who need not be there.",
    "Please think again and keep our treatment room open seven days a week.",
)
LETTER_OPENINGS = ("To whom it may concern.", "Dear Sir or Madam,", "Dear Chief Executive,")
LETTER_CLOSINGS = ("Yours faithfully", "Yours sincerely", "Regards", "Thank you")
LETTER_OWN_WORDS = (
    "I have used it myself every weekend since my operation.",
    "My father goes there for his leg ulcers and he could not manage without it.",
    "The nurses there know us all and we would be lost without them.",
    "I drive a neighbour there on Sundays and the place is never empty.",
    "You closed our minor injuries unit and you said that would be the last.",
    "My sister is a nurse herself and she says the same.",
    "We had a full hall at the meeting and every hand was up.",
)
LETTER_CHANGES = (
    ("Many of us are older, many of us do not drive", "A lot of us are getting on, some of us don't drive"),
    ("Please think again", "I would urge you to think again"),
    ("within twenty miles", "anywhere near us"),
    ("it will only send people to", "all it will do is send people to"),
    ("I am writing to ask you", "I want to ask you"),
    ("seven days a week", "at the weekends"),
)

NON_ANSWERS = ("n/a", "N/A", "see above", "As above", "-", "No comment", "Did not answer", ".", "not applicable", "x")
ANSWERS_OF_ONE_WORD = {
    "What could we do better?": (("Nothing", "positive"), ("nothing at all", "positive"), ("No", "positive"),
                                 ("None", "positive"), ("Nothing springs to mind, honestly", "positive")),
    "What did we do well?": (("Nothing", "negative"), ("Everything", "very_positive")),
    "What gets in the way of good care?": (("Nothing really", "positive"), ("Everything", "very_negative")),
    "What is working well where you work?": (("Nothing", "negative"), ("Not much", "negative")),
}  # fmt: skip
NOT_ENGLISH = (
    ("pl", "Pielęgniarki były bardzo miłe, ale czekałam na lekarza ponad siedem godzin i nikt mi nic nie powiedział."),
    ("pl", "Dziękuję za wspaniałą opiekę nad moim synem, wszyscy byli bardzo cierpliwi i pomocni."),
    ("lt", "Labai ačiū seselėms, jos buvo labai malonios, tačiau maistas buvo šaltas ir neskanus."),
    ("pt", "Fui muito bem atendida, mas não havia intérprete e por isso não percebi o que o médico me disse."),
    ("ro", "Asistentele au fost foarte amabile, dar am așteptat toată noaptea pe un scaun în sala de așteptare."),
    ("ga", "Bhí na banaltraí an-chineálta liom agus níor mhothaigh mé liom féin ar feadh nóiméid amháin."),
)
UNRAISED = (
    {
        "framework_id": "qdc",
        "element_id": "electronic-entertainment",
        "label": "Electronic entertainment",
        "never": ["tv", "telly", "television", "wifi", "wi-fi", "radio", "headphones", "netflix", "dvd"],
    },
    {
        "framework_id": "qdc",
        "element_id": "mental-health-act",
        "label": "Mental Health Act",
        "never": ["mental health act", "sectioned", "detained", "tribunal", "detention"],
    },
    {
        "framework_id": "qms",
        "element_id": "quality-assurance",
        "label": "Quality assurance",
        "never": ["audit", "audited", "inspection", "inspector", "inspectors", "rqia", "accreditation", "regulator"],
    },
)
FACILITATOR_TURNS = (
    "Thanks everyone for coming out tonight. There are no right or wrong answers.",
    "Can you tell us a bit more about that?",
    "Does anybody else feel the same?",
    "And what would have helped?",
    "Let's hear from this side of the room.",
    "We will take two more and then a break for tea.",
    "Is there anything that went well that we should hold on to?",
    "Moving on, what is it like when you try to get in touch?",
)
CLOSING_TURN = "Thank you all, safe home."
