"""Official numbers whose check digits or ranges tell them from other figures: PHI-01."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consilia.privacy import checksums
from consilia.privacy.findings import Found
from consilia.privacy.vocabulary import vocabulary

AMOUNT = re.compile(
    r"\s?(?:mg|mcg|[\u00b5\u03bcu]g|ng|kg|g|ml|l|dl|units?|iu|mmol|meq|%|years?|yrs?|yo|y/o|y\.o|weeks?|wks?"
    r"|days?|hours?|hrs?|months?|bpm|mmhg|cells|copies|patients|participants|adults|per|/)\b"
    r"|[- ](?:year|month|week|day|hour)|\s?%",
    re.IGNORECASE,
)
"""What follows a figure that counts something, and so identifies nobody."""
_SEPARATORS = re.compile(r"[^0-9A-Za-z]")
_CARD = re.compile(
    r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|35|3(?:0[0-5]|[689])|6(?:011|4[4-9]|5|2)"
    r"|5[06-9]|6[0-9]"
)
_NINO_BARRED = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


@dataclass(frozen=True, slots=True)
class Number:
    """A kind of number: its form and its check."""

    kind: str
    form: re.Pattern[str]
    holds: Callable[[str], bool]
    """Given the number without separators."""


def find_numbers(text: str) -> Iterator[Found]:
    """Yield the numbers of a folded text whose check holds."""
    for number in _NUMBERS:
        for match in number.form.finditer(text):
            plain = _SEPARATORS.sub("", match[0])
            if not AMOUNT.match(text, match.end()) and number.holds(plain):
                yield Found(match.start(), match.end(), number.kind, "PHI-01")


def find_ibans(text: str) -> Iterator[Found]:
    """Yield the IBANs of a folded text; groups that follow one are no part of it."""
    for match in _IBAN.finditer(text):
        length = vocabulary().iban_lengths.get(match[0][:2].upper(), 0)
        ends = [at + 1 for at, c in enumerate(match[0]) if c.isalnum()]
        if 0 < length <= len(ends):
            taken = match[0][: ends[length - 1]]
            if checksums.iban(_SEPARATORS.sub("", taken)):
                yield Found(match.start(), match.start() + len(taken), "iban", "PHI-01")


def is_card(digits: str) -> bool:
    """Tell whether digits are those of a payment card: a known issuer, and Luhn's digit."""
    return 13 <= len(digits) <= 19 and bool(_CARD.match(digits)) and checksums.luhn(digits)


def _is_nino(number: str) -> bool:
    return number[:2].upper() not in _NINO_BARRED


def _always(_: str) -> bool:
    return True


def _form(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.+-])(?:{pattern})(?![\w]|[.,-]\d)", flags)


_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,34}", re.IGNORECASE)
_L = "[AC-HJKMNP-RT-Y]"
_LN = "[AC-HJKMNP-RT-Y0-9]"
_NUMBERS = (
    Number("nhs_number", _form(r"\d{3}[ -]?\d{3}[ -]?\d{4}"), checksums.nhs),
    Number("us_ssn", _form(r"\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}"), checksums.ssn),
    Number("card", _form(r"\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}"), is_card),
    Number("card", _form(r"3[0-9]{3}[ -]?\d{6}[ -]?\d{4,5}"), is_card),
    Number(
        "uk_nino",
        _form(
            r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]",
            re.IGNORECASE,
        ),
        _is_nino,
    ),
    Number(
        "medicare_us",
        _form(rf"[1-9]{_L}{_LN}\d-?{_L}{_LN}\d-?{_L}{{2}}\d{{2}}", re.IGNORECASE),
        _always,
    ),
    Number("npi", _form(r"[12]\d{9}"), checksums.npi),
    Number(
        "medicare_au",
        _form(r"[2-6]\d{3}[ -]?\d{5}[ -]?[1-9](?:[ /-]?[1-9])?"),
        checksums.medicare_au,
    ),
    Number(
        "canadian_health",
        _form(r"[1-9]\d{3}[ -]\d{3}[ -]\d{3}(?:[ -]?[A-Z]{2})?"),
        lambda number: checksums.luhn(number[:10]),
    ),
    Number("canadian_health", _form(r"9\d{3}[ -]?\d{3}[ -]?\d{3}"), checksums.phn_bc),
    Number(
        "canadian_health",
        _form(r"[A-Z]{4}[ -]?\d\d(?:[05][1-9]|[16][0-2])[ -]?(?:0[1-9]|[12]\d|3[01])\d\d"),
        _always,
    ),
    Number("sin", _form(r"[1-79]\d{2}[ -]\d{3}[ -]\d{3}"), checksums.luhn),
    Number("german_kvnr", _form(r"[A-Z] ?\d{3} ?\d{3} ?\d{3}"), checksums.kvnr),
    Number(
        "french_nir",
        _form(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}"),
        checksums.nir,
    ),
    Number("aadhaar", _form(r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}"), checksums.verhoeff),
    Number("national_id", _form(r"(?:\d{8}|[XYZ]\d{7})-?[A-Z]"), checksums.dni),
    Number("national_id", _form(r"756\.?\d{4}\.?\d{4}\.?\d{2}"), checksums.ean13),
    Number("national_id", _form(r"\d{11}"), checksums.pesel),
    Number("national_id", _form(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"), checksums.rijksregister),
    Number("national_id", _form(r"\d{6}[-+]\d{4}"), checksums.personnummer),
    Number(
        "national_id",
        _form(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"),
        checksums.codice_fiscale,
    ),
    Number("national_id", _form(r"\d{7}[A-W][A-IW]?"), checksums.ppsn),
    Number("npi", _form(r"[A-FMPR][A-Z9]\d{7}"), checksums.dea),
    Number("driving_licence", _form(r"[A-Z][A-Z9]{4}\d{6}[A-Z][A-Z9]\d[A-Z]{2}"), _always),
)
