"""Sentences with identifiers planted in them, made at test time so that no number of a real range stands in a file."""
# ruff: noqa: E501 (tables of sentences read better unbroken)

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

FORENAMES = [
    "Siobhán",
    "Caoimhe",
    "Oisín",
    "Aoife",
    "Niamh",
    "Gráinne",
    "Sinéad",
    "Róisín",
    "Pádraig",
    "Eoghan",
    "Ciarán",
    "Bronagh",
    "Orla",
    "Dearbhla",
    "Fionnuala",
    "Seán",
    "Tadhg",
    "Cathal",
    "Conor",
    "Mary",
    "Paddy",
    "Gerard",
    "Bernadette",
    "Trevor",
    "Mervyn",
    "Heather",
    "Rachel",
    "Mark",
    "Grace",
    "Priya",
    "Agnieszka",
    "Chidi",
    "Jomar",
    "Rosaleen",
    "Malachy",
    "Fergal",
    "Clodagh",
    "Maeve",
    "Colm",
    "Declan",
    "Eimear",
    "Saoirse",
    "Deirdre",
    "Hugh",
    "Violet",
    "Samuel",
    "Norman",
    "Joanne",
    "Philomena",
]
SURNAMES = tuple(
    [
        "O'Neill",
        "McLaughlin",
        "Kelly",
        "Gallagher",
        "Doherty",
        "McCann",
        "Quinn",
        "Murphy",
        "Hamilton",
        "Wilson",
        "Stewart",
        "Ó Dubhthaigh",
        "MacNeill",
        "Devlin",
        "Boyle",
        "Magee",
        "McAteer",
        "Donnelly",
        "Young",
        "Black",
        "Bell",
        "Okafor",
        "Nair",
        "Kowalska",
        "Irvine",
        "Ní Bhriain",
        "Mulholland",
        "Campbell",
        "O'Hagan",
    ]
)
ROADS = (
    "Fairhill Road",
    "Glenshane Park",
    "Main Street",
    "Chapel Lane",
    "Castle Avenue",
    "Mill Rd",
    "Oaktree Gardens",
    "Sandy Brae",
)
TOWNS = ("Cookstown", "Dungiven", "Ballymoney", "Larne", "Castlederg", "Kilkeel")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

WORDS_ROUND = {
    "NHS_NUMBER": ("My NHS number is {} and nobody found me", "H&C no. {} was wrong on the letter", "her HCN {} please check",
                   "health and care number: {}", "the CHI {} is on it"),
    "NHS_NUMBER bare": ("It was {} on the wristband", "Please look up {}."),
    "NINO": ("They wanted my NI number {} out loud", "{} is my national insurance number", "why write {} on it"),
    "POSTCODE": ("We live out at {} and nobody comes", "my postcode {} is not covered", "no cover for {}!"),
    "PHONE": ("Ring me on {} any day", "my number is {}, nobody called", "I left {} four times", "tel {}"),
    "EMAIL": ("Write to {} please", "I e-mailed from {} twice"),
    "URL": ("See {} for what others say", "the link ({}) does not open"),
    "HANDLE": ("I complained as {} first", "thanks to {} for sharing"),
    "DATE": ("I waited since {} for a bed", "On {} we came in", "dob {} was wrong", "she was born on {}, not before"),
    "CARD": ("I gave my card {} over the phone", "they took {} for the parking"),
    "IBAN": ("Refund it to {} please", "IBAN {} was refused"),
    "PASSPORT": ("They asked for my passport {} at the desk", "passport number {} was not enough"),
    "DRIVING_LICENCE": ("I showed my driving licence {}", "licence number {} was the only ID I had"),
    "VEHICLE": ("A ticket on my car {} when I was in", "My car, reg {}, was scraped", "{} was blocking the bay"),
    "GMC_NUMBER": ("the doctor, GMC {}, never said", "GMC number {} is on the letter"),
    "NMC_NUMBER": ("her PIN is {}", "NMC {} on the badge"),
    "ADDRESS": ("They sent the bed to {} in error", "I live at {} on my own", "Home to {} with no key"),
    "AGE": ("My granny is {} years old and lay for hours", "She is {} and nobody came", "a man aged {} should not wait"),
    "PERSON": ("Thanks to {} for the tea", "my mum {} was so cold", "her husband, {}, was not told", "a nurse called {} sat with me",
               "{} was very kind to us", "We met {} and it went well", "Dr {} never came", "nurse {} explained it all",
               "I want to thank {} and the team", "it went well. Kind regards, {}", "we were told by {} to go home",
               "Nothing was too much for {}.", "my son {} has autism"),
    "PERSON lower": ("thanks to {} for the tea", "my mum {} was so cold", "a nurse called {} sat with me", "nurse {} explained it all",
                     "i want to thank {} and the team", "my daughter {} was not told"),
}  # fmt: skip


class Planted(NamedTuple):
    text: str
    start: int
    end: int
    kind: str


def health_number(chance: random.Random, low: int, high: int) -> str:
    while True:
        nine = str(chance.randint(low, high)).zfill(9)
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
        if check != 10:
            digits = nine + str(check % 11)
            return chance.choice(
                (digits, f"{digits[:3]} {digits[3:6]} {digits[6:]}", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}")
            )


def card(chance: random.Random) -> str:
    body = "4" + "".join(str(chance.randint(0, 9)) for _ in range(14))
    total = sum(sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(body))
    digits = body + str(-total % 10)
    return chance.choice((digits, " ".join(digits[at : at + 4] for at in range(0, 16, 4))))


def iban(chance: random.Random) -> str:
    bank = "BOFI" + "".join(str(chance.randint(0, 9)) for _ in range(14))
    number = int("".join(str(int(character, 36)) for character in bank + "GB00"))
    plain = f"GB{98 - number % 97:02d}{bank}"
    return chance.choice((plain, " ".join(plain[at : at + 4] for at in range(0, 22, 4))))


def date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1941, 2024)
    name = MONTHS[month - 1]
    return chance.choice((
        f"{day:02d}/{month:02d}/{year}", f"{day}.{month}.{year % 100:02d}", f"{year}-{month:02d}-{day:02d}", f"{day} {name} {year}",
        f"{day}th {name[:3]} {year}", f"{name} {day}, {year}", f"the {day}th of {name}".removeprefix("the "), f"{day}-{month:02d}-{year}",
    ))  # fmt: skip


def letters(chance: random.Random, many: int, among: str = "ABCDEFGHJKLMNPRSTUVWXY") -> str:
    return "".join(chance.choice(among) for _ in range(many))


def digits(chance: random.Random, many: int) -> str:
    return "".join(str(chance.randint(0, 9)) for _ in range(many))


def value(chance: random.Random, kind: str) -> str:
    name = chance.choice(FORENAMES) + chance.choice(("", "", " " + chance.choice(SURNAMES)))
    makers = {
        "NHS_NUMBER": lambda: chance.choice((health_number(chance, 900_000_000, 999_999_999), health_number(chance, 320_000_001, 399_999_999),
                                             "320" + digits(chance, 7))),
        "NHS_NUMBER bare": lambda: health_number(chance, 320_000_001, 399_999_999),
        "NINO": lambda: chance.choice(("JK", "AB", "pw")) + chance.choice((" {} {} {} c", "{}{}{}C")).format(*[digits(chance, 2) for _ in range(3)]),
        "POSTCODE": lambda: chance.choice(("BT{} {}{}", "bt{}{}{}", "Bt{} {}{}")).format(chance.randint(1, 94), digits(chance, 1), letters(chance, 2, "ABDEFGHJLNPQRSTUWXYZ")),
        "PHONE": lambda: chance.choice(("07700 900{}", "028 9012 3{}", "(028) 9012 3{}", "+44 7700 900{}", "0289012 3{}", "07700-900-{}", "+353 86 123 4{}", "02890123{}")).format(digits(chance, 3)),
        "EMAIL": lambda: f"{letters(chance, 5).lower()}.{letters(chance, 4).lower()}@{chance.choice(('example.com', 'hscni.example.net', 'mail.example.co.uk'))}",
        "URL": lambda: chance.choice(("https://example.com/", "www.example.org/", "example.co.uk/")) + letters(chance, 6).lower(),
        "HANDLE": lambda: "@" + letters(chance, 6).lower() + digits(chance, 2),
        "DATE": lambda: date(chance),
        "CARD": lambda: card(chance),
        "IBAN": lambda: iban(chance),
        "PASSPORT": lambda: chance.choice((digits(chance, 9), letters(chance, 2) + digits(chance, 7))),
        "DRIVING_LICENCE": lambda: chance.choice((digits(chance, 8), f"{letters(chance, 5, 'BCDFGHKLMNPRST')}6{digits(chance, 1)[:0]}0512{digits(chance, 1)}{letters(chance, 2)}9{letters(chance, 2)}")),
        "VEHICLE": lambda: chance.choice((f"{letters(chance, 1)}IZ {digits(chance, 4)}", f"{letters(chance, 2)}Z{digits(chance, 4)}", f"{letters(chance, 2)}{digits(chance, 2)} {letters(chance, 3)}")),
        "GMC_NUMBER": lambda: digits(chance, 7),
        "NMC_NUMBER": lambda: f"{digits(chance, 2)}{chance.choice('ABCDEFGHI')}{digits(chance, 4)}{letters(chance, 1)}",
        "ADDRESS": lambda: f"{chance.randint(1, 180)}{chance.choice(('', 'a'))} {chance.choice(ROADS)}{chance.choice(('', f', {chance.choice(TOWNS)}'))}",
        "AGE": lambda: str(chance.randint(90, 104)),
        "PERSON": lambda: name,
        "PERSON lower": lambda: chance.choice([name for name in FORENAMES if name not in {"Mark", "Grace", "Heather", "Violet", "Jomar", "Priya", "Chidi", "Agnieszka"}]).lower(),
    }  # fmt: skip
    return makers[kind]()


@pytest.fixture(scope="session")
def plant() -> Callable[..., list[Planted]]:
    return plant_identifiers


def plant_identifiers(kind: str, many: int, *, seed: int = 20240401) -> list[Planted]:
    """Return texts with one identifier of a kind each; `end` covers the words that must not be left standing."""
    chance = random.Random(f"{seed} {kind}")
    planted = []
    for _ in range(many):
        before, after = chance.choice(WORDS_ROUND[kind]).split("{}")
        words = value(chance, kind)
        opening = chance.choice(("", "The ward was clean. ", "no parking again... "))
        start = len(opening) + len(before)
        planted.append(Planted(opening + before + words + after, start, start + len(words), kind.split()[0]))
    return planted
