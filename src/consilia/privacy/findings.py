"""What a recogniser reports: a span, what kind of identifier it is, and the rule."""

from dataclasses import dataclass
from typing import Literal

RuleId = Literal["PHI-01", "PHI-02"]
"""PHI-01: a number of an official form whose check digits or ranges hold; PHI-02: a pattern."""

KINDS: dict[str, str] = {
    "aadhaar": "Aadhaar number",
    "account": "account name",
    "address": "address",
    "bank_account": "bank account number",
    "birth_date": "date of birth",
    "canadian_health": "Canadian health number",
    "card": "card number",
    "date": "date",
    "device": "device or vehicle number",
    "driving_licence": "driving licence number",
    "email": "e-mail address",
    "french_nir": "French social security number",
    "german_kvnr": "German health insurance number",
    "iban": "IBAN",
    "initials": "initials",
    "ip_address": "IP address",
    "medicare_au": "Australian Medicare number",
    "medicare_us": "US Medicare number",
    "name": "name",
    "national_id": "national identity number",
    "nhs_number": "NHS number",
    "npi": "US provider number",
    "passport": "passport number",
    "phone": "telephone number",
    "record_number": "record number",
    "sin": "Canadian social insurance number",
    "uk_nino": "UK National Insurance number",
    "url": "web address",
    "us_ssn": "US Social Security number",
}
"""Kind to the words that a reader sees."""


@dataclass(frozen=True, slots=True)
class Found:
    """One identifier in a text: where it stands, never what it says."""

    start: int
    end: int
    kind: str
    """A key of `KINDS`."""
    rule: RuleId = "PHI-02"
