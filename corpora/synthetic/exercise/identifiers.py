"""Fictional identifiers of every kind, none of which can belong to a person.

Numbers come from ranges that are reserved, never issued or not yet issued: NHS numbers from 9xx, Health and Care
numbers from the very end of their range, CHI numbers with a wrong check digit, Ofcom's and ComReg's numbers for drama,
National Insurance prefixes kept for administration, postcodes of districts that do not exist, plates with the year
code 01 or with an Irish county code that Northern Ireland does not use, test card numbers, banks called TEST.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

WOMEN = (
    "Siobhán", "Caoimhe", "Niamh", "Gráinne", "Róisín", "Aoife", "Orlaith", "Fionnuala", "Bronagh", "Nuala",
    "Eimear", "Shauna", "Heather", "Agnes", "Sadie", "Philomena", "Bernadette", "Dympna", "Sinéad", "Máire",
    "Bríd", "Dervla", "Lorraine", "Noreen", "Maureen", "Priya", "Blessing", "Agnieszka", "Jolanta", "Kathleen",
    "Geraldine", "Jacqueline", "Deirdre", "Cliodhna", "Marie-Louise", "Órla",
)  # fmt: skip
MEN = (
    "Oisín", "Seán", "Pádraig", "Éamonn", "Ciarán", "Aodhán", "Cathal", "Dáithí", "Conor", "Declan", "Gareth",
    "Trevor", "Norman", "Ivan", "Malachy", "Colm", "Fergal", "Desmond", "Stephen", "Sunil", "Tomasz", "Wesley",
    "Eoghan", "Ruairí",
)  # fmt: skip
FORENAMES = WOMEN + MEN
SURNAMES = (
    "McAllister", "O'Neill", "O'Kane", "Ní Dhónaill", "Quinn", "McIlwaine", "Magill", "Devlin", "Kerr", "Laverty",
    "Gillespie", "Rafferty", "Patterson", "Ó Baoill", "Kowalska", "Okafor", "Varghese", "McGarry", "McCloskey",
    "Donaghy", "Mulholland", "Convery", "McErlean", "Stevenson", "Blair", "Wylie", "Craig", "McNeice", "Hanna",
    "O'Hagan", "Mac Giolla Bhríde", "McKeown", "Scullion", "Darragh", "Fulton", "Gribben", "McCurdy", "Lamont",
    "Boyle", "McAuley", "Nowak", "Fernandes", "Thompson", "Gallagher-Reid", "McMullan", "Kilpatrick", "Butler",
    "Doherty", "Mac Suibhne", "Ferguson",
)  # fmt: skip
STREETS = ("Whinny Brae", "Oldmill Terrace", "Larkfield Crescent", "Drumfern Park", "Quarry Road", "Glenfarn Avenue",
           "Corncrake Lane", "Chapel Close", "Lint Green Drive", "Shore Street")  # fmt: skip
_LETTERS = "ABDEFGHJLNPRSTUWXYZ"

SLOT_KINDS = {
    "nhs": "nhs_number", "hc": "hc_number", "hc_bad": "hc_number", "chi": "chi_number", "nino": "nino",
    "postcode": "postcode", "phone": "phone", "email": "email", "url": "url", "handle": "handle",
    "dob": "date_of_birth", "date": "date", "iban": "iban", "card": "card", "passport": "passport",
    "licence": "driving_licence", "plate": "vehicle", "gmc": "gmc", "nmc": "nmc", "address": "address",
    "age90": "age_90_plus",
}  # fmt: skip


class Identifier(NamedTuple):
    """What stands in the text, and what it is."""

    kind: str
    text: str


def mod_11_digit(nine: str) -> int | None:
    """Return the check digit of an NHS, H&C or CHI number; None where there is none."""
    digit = 11 - sum(int(d) * (10 - i) for i, d in enumerate(nine)) % 11
    return {11: 0, 10: None}.get(digit, digit)


def plain(name: str) -> str:
    """Return a name without its accents."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


class Inventor:
    """Invents identifiers; names come round in turn, so that each is heard."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left: dict[tuple[str, ...], list[str]] = {}
        self._turns: dict[str, int] = {}

    def fill(self, text: str) -> tuple[str, list[Identifier]]:
        """Fill the slots of a statement, and say what was put in."""
        found: list[Identifier] = []

        def put(slot: re.Match[str]) -> str:
            identifier = self.invent(slot[1])
            found.append(identifier)
            return identifier.text

        return re.sub(r"\{(\w+)\}", put, text), found

    def invent(self, slot: str) -> Identifier:
        """Invent what a slot asks for."""
        if slot in SLOT_KINDS:
            return Identifier(SLOT_KINDS[slot], getattr(self, f"_{slot}")())
        kind = "staff_name" if slot[0] == "s" else "person_name"
        return Identifier(kind, self.name(slot[1:]))

    def name(self, form: str) -> str:
        """Return a name: f forename, l surname, n both, lo a forename as typed in haste; w or m after it: whose."""
        among = {"w": WOMEN, "m": MEN}.get(form[-1], FORENAMES)
        form = form.rstrip("wm")
        if form == "lo":
            return plain(self._next(among)).lower()
        parts = []
        if form in {"f", "n"}:
            parts.append(self._next(among))
        if form in {"l", "n"}:
            parts.append(self._next(SURNAMES))
        name = " ".join(parts)
        return plain(name) if self._rng.random() < 0.35 else name

    def _next(self, names: tuple[str, ...]) -> str:
        left = self._left.setdefault(names, [])
        if not left:
            left.extend(self._rng.sample(names, len(names)))
        return left.pop()

    def _turn(self, what: str, forms: int) -> int:
        self._turns[what] = self._turns.get(what, -1) + 1
        return self._turns[what] % forms

    def _digits(self, count: int) -> str:
        return "".join(str(self._rng.randrange(10)) for _ in range(count))

    def _letters(self, count: int) -> str:
        return "".join(self._rng.choice(_LETTERS) for _ in range(count))

    def _with_check(self, start: str) -> str:
        while True:
            nine = start + self._digits(9 - len(start))
            check = mod_11_digit(nine)
            if check is not None:
                return f"{nine}{check}"

    def _nhs(self) -> str:
        number = self._with_check("9")
        spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
        return (spaced, number, spaced.replace(" ", "-"))[self._turn("nhs", 3)]

    def _hc(self) -> str:
        number = self._with_check("399999")
        return (number, f"{number[:3]} {number[3:6]} {number[6:]}")[self._turn("hc", 2)]

    def _hc_bad(self) -> str:
        number = self._with_check("399999")
        wrong = f"{number[:9]}{(int(number[9]) + 3) % 10}"
        return (f"{wrong[:3]} {wrong[3:6]} {wrong[6:]}", wrong)[self._turn("hc_bad", 2)]

    def _chi(self) -> str:
        start = f"{self._rng.randrange(1, 29):02d}{self._rng.randrange(1, 13):02d}{self._rng.randrange(30, 60)}"
        number = self._with_check(start)
        return f"{number[:9]}{(int(number[9]) + 3) % 10}"

    def _nino(self) -> str:
        digits, last = f"99{self._digits(4)}", self._rng.choice("ABCD")
        prefix = ("PY", "PZ", "MW", "PP")[self._turn("nino", 4)]
        spaced = f"{prefix} {digits[:2]} {digits[2:4]} {digits[4:]} {last}"
        return (spaced, f"{prefix}{digits}{last}", f"{prefix}{digits}{last}".lower())[self._turn("nino form", 3)]

    def _postcode(self) -> str:
        code = f"BT{self._rng.randrange(96, 99)} {self._digits(1)}{self._letters(2).replace('I', 'J')}"
        return (code, code.lower(), code.replace(" ", ""), code)[self._turn("postcode", 4)]

    def _phone(self) -> str:
        three, two = self._digits(3), self._digits(2)
        return (
            f"028 9649 6{three}",
            f"07700 900{three}",
            f"+44 7700 900{three}",
            f"(028) 9649 6{three}",
            f"+353 20 91{two} {self._digits(3)}",
            f"07700900{three}",
            f"+44 28 9649 6{three}",
            f"02896496{three}",
        )[self._turn("phone", 8)]

    def _email(self) -> str:
        one, two = (plain(self.name(form)).lower().replace(" ", "").replace("'", "") for form in "fl")
        place = ("example.com", "example.org", "example.net", "mail.example.co.uk")[self._turn("email", 4)]
        return (f"{one}.{two}@{place}", f"{one}{self._digits(2)}@{place}", f"{one[0]}_{two}@{place}")[
            self._turn("email form", 3)
        ]

    def _url(self) -> str:
        page = self._rng.choice(("our-story", "ward-diary", "glens-carers", "waiting-for-a-bed", "leaflets"))
        return (
            f"https://www.example.org/{page}",
            f"www.example.com/{page}",
            f"http://example.net/{page}?id={self._digits(4)}",
        )[self._turn("url", 3)]

    def _handle(self) -> str:
        name = plain(self._next(FORENAMES)).lower().replace("-", "")
        return f"@{name}_{self._rng.choice(('glens', 'mammy', 'says', 'carer'))}{self._digits(2)}"

    def _date(self, years: tuple[int, int] = (2022, 2023)) -> str:
        day, month, year = self._rng.randrange(1, 29), self._rng.randrange(1, 13), self._rng.choice(years)
        name = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December")[month - 1]  # fmt: skip
        ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
        return (
            f"{day:02d}/{month:02d}/{year}",
            f"{day} {name} {year}",
            f"{day}{ending} {name} {year}",
            f"{day}.{month}.{year % 100:02d}",
            f"{day} {name[:3]} {year}",
        )[self._turn("date", 5)]

    def _dob(self) -> str:
        return self._date((1938, 1951, 1964, 1987))

    def _iban(self) -> str:
        country = ("GB", "IE")[self._turn("iban", 2)]
        rest = f"TEST{self._digits(14)}"
        as_digits = "".join(str(int(c, 36)) for c in f"{rest}{country}00")
        code = f"{country}{98 - int(as_digits) % 97:02d}{rest}"
        spaced = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
        return (code, spaced, spaced)[self._turn("iban form", 3)]

    def _card(self) -> str:
        number = ("4111111111111111", "5555555555554444", "4242424242424242", "4012888888881881", "5105105105105100")[
            self._turn("card", 5)
        ]
        spaced = " ".join(number[i : i + 4] for i in range(0, 16, 4))
        return (spaced, number, spaced.replace(" ", "-"))[self._turn("card form", 3)]

    def _passport(self) -> str:
        return (f"99{self._digits(7)}", f"X{self._letters(1)}99{self._digits(5)}")[self._turn("passport", 2)]

    def _licence(self) -> str:
        surname = plain(self._next(SURNAMES)).upper().replace("'", "").replace(" ", "")
        born = f"{self._rng.randrange(3, 9)}{self._rng.randrange(1, 13):02d}{self._rng.randrange(1, 29):02d}"
        return f"{surname[:5]:9<5}{born}{self._digits(1)}{self._letters(1)}99{self._letters(2)}"

    def _plate(self) -> str:
        northern = f"{self._rng.choice(('AIZ', 'FIZ', 'GIZ', 'KIZ', 'MIZ', 'XIZ', 'OZI'))}"
        digits = str(self._rng.randrange(100, 9999))
        british = f"{self._letters(2)}01 {self._letters(3)}".replace("I", "J").replace("Z", "Y")
        return (f"{northern} {digits}", british, f"{northern}{digits}", british.lower(), f"{northern} {digits}")[
            self._turn("plate", 5)
        ]

    def _gmc(self) -> str:
        return f"99{self._digits(5)}"

    def _nmc(self) -> str:
        return f"{self._rng.randrange(96, 100)}{self._rng.choice('ABEFG')}{self._digits(4)}{self._rng.choice('EN')}"

    def _address(self) -> str:
        street = STREETS[self._turn("address", len(STREETS))]
        return (
            f"{self._rng.randrange(2, 190)} {street}",
            f"Flat {self._rng.randrange(1, 9)}, {self._digits(1)}7 {street}",
        )[self._turn("address form", 2)]

    def _age90(self) -> str:
        age = self._rng.randrange(90, 102)
        return (f"{age} years old", f"aged {age}", f"{age}", f"{age} yrs")[self._turn("age", 2)]
