"""Ways to reach a person: e-mail, telephone, web addresses that hold an id, IP addresses."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from consilia.privacy.findings import Found
from consilia.privacy.numbers import AMOUNT
from consilia.privacy.vocabulary import vocabulary

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+%'-]{1,64}\s?(?:@|[\[(]\s?at\s?[\])])\s?"
    r"(?:[\w-]{1,63}(?:\.|\s?[\[(]\s?dot\s?[\])]\s?)){1,5}[A-Za-z]{2,24}(?!\w)"
)
_HANDLE = re.compile(
    r"(?<![\w@./])@(?!(?:import|media|charset|supports|keyframes|namespace)\b)[A-Za-z_]\w{2,30}\b"
)
_URL = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"'\])]{3,2000}", re.IGNORECASE)
_IDENTIFYING = re.compile(r"[?&#]\w+=|\d{4,}|[0-9a-f]{8}-[0-9a-f]{4}|@", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?!\w)")
_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:-])")
# Numbers of sections, versions and enzymes have the form of an address.
_OUTLINE = re.compile(
    r"(?:\b(?:sections?|recommendations?|recs?|chapters?|steps?|versions?|ec|tables?|paras?|paragraphs?)"
    r"|\bv)\W{0,2}$",
    re.IGNORECASE,
)
_LABELLED_IP = re.compile(r"\bip\b(?:\W{0,2}address)?\W{0,3}(?:is|was)?\W{0,3}$", re.IGNORECASE)
_SMALL = 20
"""Four numbers that are all smaller number a recommendation rather than a computer."""

_PHONE = re.compile(
    r"(?<![\w.,/])(?:\+|00)?\(?\d(?:[ ]?[().\-/]{0,2}[ ]?\d){5,17}"
    r"(?:\s?(?:x|ext\.?|extension)\s?\d{1,6})?(?!\w)"
)
_LABEL = re.compile(
    r"\b(?:tel|telephone|telefon|phone|mobile|mob|cell|cellphone|handy|fax|call(?:s|ed|ing)?|phoned|rang|ring|text|sms|dial"
    r"|whatsapp|pager|landline|contact|reach(?:ed|able)?|number)\b"
    r"(?:[\s:.#(]{0,3}\b(?:number|no|nr|numbers|is|are|on|at|me|him|her|them|us|back|the|his|phone"
    r"|their|family|wife|husband|mother|father|son|daughter|carer|home|work|direct|ward|gp|or)\b)"
    r"{0,6}[\s:.#(]{0,3}$",
    re.IGNORECASE,
)
_LABEL_REACH = 60
_NANP = re.compile(r"(?:\+?1[-. ]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])\d{3}[-. ]\d{4}")
_UK = re.compile(
    r"\(?0[1237]\d{2,3}\)?[ -]?\d{3}[ -]?\d{3}|0(?:2\d|3\d\d|1\d\d)[ -]\d{3,4}[ -]\d{4}"
)
_EXTENSION = re.compile(
    r"\b(?:bleep|pager|ext(?:ension)?)\W{0,3}(?:no|number)?\W{0,2}\d{3,6}\b", re.IGNORECASE
)
_REGIONS = (
    "GB",
    "IE",
    "DE",
    "FR",
    "NL",
    "BE",
    "AT",
    "CH",
    "IT",
    "SE",
    "AU",
    "NZ",
    "ZA",
    "IN",
    "JP",
)
_NORTH_AMERICA = ("US", "CA")


def find_contacts(text: str) -> Iterator[Found]:
    """Yield the contact data of a folded text."""
    for match in _EMAIL.finditer(text):
        yield Found(match.start(), match.end(), "email")
    for match in _HANDLE.finditer(text):
        yield Found(match.start(), match.end(), "account")
    for match in _URL.finditer(text):
        if _identifies(match[0]):
            yield Found(match.start(), match.start() + len(match[0].rstrip(".,;:!?")), "url")
    for match in _MAC.finditer(text):
        yield Found(match.start(), match.end(), "device")
    yield from _ip_addresses(text)
    yield from _phones(text)


def is_public(url: str) -> bool:
    """Tell whether a web address is that of a publisher, register or agency.

    >>> is_public("https://doi.org/10.1000/182"), is_public("https://ehr.example/p?id=7")
    (True, False)
    """
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in vocabulary().public_hosts)


def _identifies(url: str) -> bool:
    return not is_public(url) and bool(_IDENTIFYING.search(url))


def _ip_addresses(text: str) -> Iterator[Found]:
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _LABEL_REACH) : match.start()]
            written = match[0] if match[0].endswith("::") else match[0].rstrip(":")
            if _is_address(written, before):
                yield Found(match.start(), match.start() + len(written), "ip_address")


def _is_address(written: str, before: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    if _LABELLED_IP.search(before):
        return True
    if address.version == 6:
        return len(written) > 4
    return max(address.packed) >= _SMALL and not _OUTLINE.search(before)


def _phones(text: str) -> Iterator[Found]:
    for match in _EXTENSION.finditer(text):
        yield Found(match.start(), match.end(), "phone")
    for match in _PHONE.finditer(text):
        end = _phone_end(text, match)
        if end:
            yield Found(match.start(), end, "phone")


def _phone_end(text: str, match: re.Match[str]) -> int | None:
    """Where a telephone number ends; figures after it may look like a part of it."""
    label = _LABEL.search(text[max(0, match.start() - _LABEL_REACH) : match.start()])
    end = match.end()
    while end > match.start():
        written = text[match.start() : end]
        if not AMOUNT.match(text, end) and _is_phone(written, labelled=label is not None):
            return end
        shorter = max(written.rfind(separator) for separator in " -./")
        end = match.start() + shorter
        while end > match.start() and not text[end - 1].isdigit():
            end -= 1
        if shorter < 1:
            return None
    return None


def _is_phone(written: str, *, labelled: bool) -> bool:
    if ")" not in written:
        written = written.lstrip("(")
    digits = sum(character.isdigit() for character in written)
    if labelled:
        return 6 <= digits <= 18
    if digits < 8:
        return False
    if _NANP.fullmatch(written) or _UK.fullmatch(written):
        return True
    if written[0] == "+" or written.startswith("00"):
        return written[0] == "+" or (digits > 10 and _is_valid(f"+{written[2:]}", ("GB",)))
    if written.lstrip("(").startswith("0"):
        return digits > 8 and _is_valid(written, _REGIONS)
    return written.isdigit() and digits == 10 and _is_valid(written, _NORTH_AMERICA)


def _is_valid(written: str, regions: tuple[str, ...]) -> bool:
    """Tell whether a number can have been given out in one of the regions."""
    import phonenumbers

    for region in regions:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False
