"""Made-up identifiers of persons in clinical sentences, to measure how many are removed.

Check digits are computed here anew, not with the code that is measured. Names are made up or of
everyday life; the sentences of the dev and the test half share no template.
"""

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Split = Literal["dev", "test"]
_GIVEN = (
    "Zelda",
    "Anna",
    "Tomasz",
    "Priya",
    "John",
    "Maria",
    "Oluwaseun",
    "Siobhán",
    "Wei",
    "Omar",
)
_FAMILY = (
    *("Flumb", "Smith", "Kowalczyk", "Okonkwo", "O'Brien", "van der Zelv", "García", "Patel"),
    *("McFlumb", "Müller", "Smith-Jones", "Nguyen"),
)
_MONTHS = ("January", "Feb", "March", "Apr", "May", "June", "Jul", "August", "Sept", "October")
_DIGITS = string.digits
_MBI = "ACDEFGHJKMNPQRTUVWXY"


@dataclass(frozen=True, slots=True)
class Planted:
    """A sentence with one identifier in it."""

    kind: str
    split: Split
    text: str
    secret: str
    """What must not be left in it."""
    rest: str
    """Clinical words that must be left."""


_ASKED = "zelvoprine 40 mg twice daily for a 74-year-old with flumbosis"
_FRAMES: dict[Split, tuple[str, ...]] = {
    "dev": (
        "{id}. Is {asked} safe?",
        "My patient ({id}) takes {asked}: what should I monitor?",
        "Please advise on {asked}, {id}, creatinine 120.",
    ),
    "test": (
        "Can I give {asked}? {id}",
        "{id} - started on {asked} since March; when to stop?",
        "Question about {asked} [{id}] and the 2016 guideline.",
        "referral, {id}; {asked} or quinine?",
    ),
}


def planted(count: int, split: Split, seed: int = 20_261_123) -> Iterator[Planted]:
    """Yield sentences with made-up identifiers, the kinds in turn.

    Args:
        count: How many of each kind.
        split: Whose templates are used.
        seed: Of the generator.

    Yields:
        Sentences; the same for the same arguments.
    """
    chance = random.Random(f"{seed} {split}")
    for kind, (make, labels) in _KINDS.items():
        for n in range(count):
            secret = make(chance)
            label = labels[split][n % len(labels[split])]
            frame = _FRAMES[split][n % len(_FRAMES[split])]
            text = frame.format(id=label.format(secret), asked=_ASKED)
            yield Planted(kind, split, text, secret, _ASKED)


def _number(chance: random.Random, length: int, first: str = _DIGITS) -> str:
    return chance.choice(first) + "".join(chance.choices(_DIGITS, k=length - 1))


def _grouped(chance: random.Random, digits: str, *sizes: int) -> str:
    """The digits as they are typed: in groups apart, joined by hyphens, or in one."""
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return chance.choice((" ", "-", "")).join(parts)


def _nhs(chance: random.Random) -> str:
    while True:
        body = _number(chance, 9)
        check = (-sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True))) % 11
        if check < 10:
            return _grouped(chance, f"{body}{check}", 3, 3, 4)


def _luhn_digit(body: str) -> int:
    total = 0
    for n, digit in enumerate(reversed(body)):
        double = int(digit) * (2 - n % 2)
        total += double // 10 + double % 10
    return -total % 10


def _card(chance: random.Random) -> str:
    body = chance.choice(("4", "51", "55", "2221", "6011")) + _number(chance, 14)
    return _grouped(chance, f"{body[:15]}{_luhn_digit(body[:15])}", 4, 4, 4, 4)


def _npi(chance: random.Random) -> str:
    body = _number(chance, 9, "12")
    return f"{body}{_luhn_digit('80840' + body)}"


def _ssn(chance: random.Random) -> str:
    area, group, serial = chance.randint(1, 665), chance.randint(1, 99), chance.randint(1, 9999)
    return chance.choice(("-", " ")).join((f"{area:03}", f"{group:02}", f"{serial:04}"))


def _iban(chance: random.Random) -> str:
    country, bank = chance.choice((("GB", "WEST"), ("NL", "ABNA"), ("DE", "")))
    length = {"GB": 14, "NL": 10, "DE": 18}[country]
    body = bank + _number(chance, length)
    turned = "".join(str(int(c, 36)) for c in f"{body}{country}00")
    whole = f"{country}{98 - int(turned) % 97:02}{body}"
    if chance.random() < 0.5:
        return whole
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _nino(chance: random.Random) -> str:
    prefix = chance.choice(("AB", "CE", "JG", "PX", "SH", "WL"))
    return _grouped(chance, f"{prefix}{_number(chance, 6)}{chance.choice('ABCD')}", 2, 2, 2, 2, 1)


def _mbi(chance: random.Random) -> str:
    def letter() -> str:
        return chance.choice(_MBI)

    whole = f"{_number(chance, 1, '123456789')}{letter()}{letter()}{_number(chance, 1)}"
    whole += f"{letter()}{letter()}{_number(chance, 1)}{letter()}{letter()}{_number(chance, 2)}"
    return whole if chance.random() < 0.5 else f"{whole[:4]}-{whole[4:7]}-{whole[7:]}"


def _medicare_au(chance: random.Random) -> str:
    body = _number(chance, 8, "23456")
    check = sum(int(d) * w for d, w in zip(body, (1, 3, 7, 9, 1, 3, 7, 9), strict=True)) % 10
    return _grouped(chance, f"{body}{check}{chance.randint(1, 9)}", 4, 5, 1)


def _email(chance: random.Random) -> str:
    name = chance.choice(_GIVEN).casefold()
    host = chance.choice(("example.org", "mail.example.co.uk", "nhs.example", "uni-flumb.example"))
    return f"{name}{chance.choice(('.', '_', '+', ''))}{chance.randint(1, 99)}@{host}"


def _phone(chance: random.Random) -> str:
    forms = (
        "+44 20 7946 0{3}",
        "07700 900{3}",
        "(212) 555-0{3}",
        "212-555-0{3}",
        "+1 415 555 0{3}",
        "+49 30 1234{3}",
        "020 7946 0{3}",
        "415.555.0{3}",
        "+33 6 12 34 5{1} {2}",
        "0161 496 0{3}",
    )
    return (
        chance
        .choice(forms)
        .replace("{3}", _number(chance, 3))
        .replace("{1}", _number(chance, 1))
        .replace("{2}", _number(chance, 2))
    )


def _address(chance: random.Random) -> str:
    number, street = (
        chance.randint(1, 999),
        chance.choice(("Acacia", "Flumb Hill", "Zelv", "Old Oak")),
    )
    german = chance.choice(("Haupt", "Zelv", "Garten"))
    forms = (
        f"{number} {street} Street, London SW1A {chance.randint(1, 9)}AA",
        f"{number} {street} Road",
        f"{number} {street} Ave, Springfield, IL 6{_number(chance, 4)}",
        f"{number} {street} Lane, Leeds LS{chance.randint(1, 29)} {chance.randint(1, 9)}BT",
        f"{german}straße {number}, 10{_number(chance, 3)} Berlin",
        f"PO Box {chance.randint(10, 9999)}",
    )
    return chance.choice(forms)


def _url(chance: random.Random) -> str:
    key = chance.choice(("patient_id", "mrn", "id"))
    return f"https://ehr.example/{chance.choice(('chart', 'p'))}?{key}={_number(chance, 6)}"


def _ip(chance: random.Random) -> str:
    return ".".join(str(chance.randint(20, 254)) for _ in range(4))


def _record(chance: random.Random) -> str:
    prefix = chance.choice(("", "", "A", "RXH", "H-"))
    return f"{prefix}{_number(chance, chance.randint(5, 9))}"


def _birth(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 9), chance.randint(1930, 2015)
    forms = (
        f"{day}/{month}/{year}",
        f"{day:02}.{month:02}.{year}",
        f"{year}-{month:02}-{day:02}",
        f"{day} {_MONTHS[month]} {year}",
        f"{_MONTHS[month]} {day}, {year}",
        f"{day:02}-{month:02}-{year % 100:02}",
    )
    return chance.choice(forms)


def _passport(chance: random.Random) -> str:
    return chance.choice("ABCXYZ") + _number(chance, chance.randint(7, 8))


def _name(chance: random.Random) -> str:
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"


def _family(chance: random.Random) -> str:
    return chance.choice(_FAMILY)


def _licence(chance: random.Random) -> str:
    name, initial = chance.choice(("FLUMB", "ZELV9")), chance.choice("JK")
    return f"{name}{_number(chance, 6)}{initial}9{_number(chance, 1)}AB"


_Labels = dict[Split, tuple[str, ...]]
_PLAIN: _Labels = {"dev": ("{}", "ref {}"), "test": ("{}", "his number {}", "ID: {}")}
_KINDS: dict[str, tuple[Callable[[random.Random], str], _Labels]] = {
    "NHS number": (
        _nhs,
        {"dev": ("NHS no. {}", "{}"), "test": ("NHS {}", "{}", "NHS number is {}")},
    ),
    "SSN": (_ssn, {"dev": ("SSN {}", "{}"), "test": ("social security number: {}", "{}")}),
    "card": (_card, _PLAIN),
    "IBAN": (_iban, _PLAIN),
    "NINO": (_nino, {"dev": ("NINO {}", "{}"), "test": ("NI number {}", "{}")}),
    "Medicare (US)": (_mbi, {"dev": ("MBI {}", "{}"), "test": ("Medicare ID {}", "{}")}),
    "Medicare (Australia)": (_medicare_au, _PLAIN),
    "NPI": (_npi, {"dev": ("NPI {}", "{}"), "test": ("npi: {}", "{}")}),
    "e-mail": (_email, {"dev": ("mail {}",), "test": ("reply to {}", "{}")}),
    "telephone": (_phone, {"dev": ("phone {}", "{}"), "test": ("call her on {}", "tel. {}", "{}")}),
    "address": (_address, {"dev": ("lives at {}",), "test": ("address: {}", "home: {}", "of {}")}),
    "web address": (_url, {"dev": ("see {}",), "test": ("chart {}", "{}")}),
    "IP address": (_ip, {"dev": ("sent from {}",), "test": ("IP {}", "from {}")}),
    "record number": (
        _record,
        {
            "dev": ("MRN {}", "hospital number {}", "record no: {}"),
            "test": (
                "MRN: {}",
                "hosp no {}",
                "patient ID {}",
                "medical record number is {}",
                "chart # {}",
            ),
        },
    ),
    "date of birth": (
        _birth,
        {
            "dev": ("DOB {}", "born on {}"),
            "test": ("DOB: {}", "date of birth {}", "d.o.b. {}", "geboren am {}", "born {}"),
        },
    ),
    "admission date": (
        _birth,
        {"dev": ("admitted on {}",), "test": ("discharged {}", "seen on {}", "date of surgery {}")},
    ),
    "passport": (_passport, {"dev": ("passport {}",), "test": ("passport no. {}", "Passport: {}")}),
    "driving licence": (
        _licence,
        {"dev": ("driving licence {}",), "test": ("driver's license number {}", "{}")},
    ),
    "full name": (
        _name,
        {
            "dev": ("Patient: {}", "my patient {}"),
            "test": (
                "patient name: {}",
                "pt. named {}",
                "Re: {}",
                "my wife {}",
                "Mr {}",
                "I am {}",
            ),
        },
    ),
    "family name": (
        _family,
        {"dev": ("Mr {}", "Mrs {}"), "test": ("Ms {}", "Dr {}", "Miss {}", "Mr. {}", "Prof. {}")},
    ),
}
