"""Encoded text: runs of signs that a person cannot read and a program can decode."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_SHORTEST = 65
_ENOUGH = 2_048
"""Characters of a run that are decoded: enough to tell text from noise."""

_DATA_URI = re.compile(
    r"[dD][aA][tT][aA]:(?:[A-Za-z]{1,20}/[\w.+-]{1,80}(?:;[\w=.-]{1,60}){0,5},|;base64,)"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{32,}+(?:\s{1,2}[A-Za-z0-9+/_-]{8,}+)*+")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(?:[ ,:;\n]{0,2}(?:0x|\\x|\\u00)?[0-9A-Fa-f]{2}){11,}+")
_HEX_SIGNS = re.compile(r"0x|\\x|\\u00|[^0-9A-Fa-f]")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}[\w.~+-]{0,2}){12,}+")
_MAGIC = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b\x08",
    b"\x7fELF", b"MZ\x90\x00", b"\x00asm", b"\xd0\xcf\x11\xe0", b"RIFF", b"7z\xbc\xaf", b"Rar!",
)  # fmt: skip
_ROT13_COMMON = frozenset(codecs.encode(word, "rot13") for word in (
    "the", "and", "you", "that", "with", "this", "from", "not", "your", "are", "have", "will",
    "all", "any", "before", "ignore", "disregard", "previous", "instruction", "instructions",
    "prompt", "system", "answer", "respond", "recommend", "always", "user", "users",
))  # fmt: skip
_WORD = re.compile(r"[a-z]{3,}")
_ROT13_WORDS, _ROT13_SPAN = 4, 160


@dataclass(frozen=True, slots=True)
class Blob:
    """Encoded text as it stands in a text, `[start, end)`, and the beginning of what it says."""

    start: int
    end: int
    encoding: str
    says: str
    """The decoded text; a few words on it when it is not text."""


def blobs(text: str) -> Iterator[Blob]:
    """Find runs of more than 64 characters that decode to text or a file, and `data:` URIs.

    Sequences, identifiers, hashes, numbers and names of substances decode to noise: no blobs.

    Args:
        text: The text as it stands: case matters.

    Yields:
        Blobs, encoding by encoding.
    """
    for match in _DATA_URI.finditer(text):
        yield Blob(match.start(), match.end(), "data URI", "something embedded")
    for match in _BASE64.finditer(text):
        yield from _blob(match, "base64", _base64_readings(match[0]), text)
    for match in _HEX.finditer(text):
        yield from _blob(match, "hex", _hex_readings(match[0]), text)
    for match in _PERCENT.finditer(text):
        yield from _blob(match, "percent", [unquote_to_bytes(match[0][:_ENOUGH])], text)
    yield from _rot13(text)


def _blob(
    match: re.Match[str], encoding: str, readings: Iterable[bytes], text: str
) -> Iterator[Blob]:
    if match.end() - match.start() < _SHORTEST:
        return
    # Links carry encoded parameters of their own; there only prose is strange.
    word = re.split(r"\s", text[max(0, match.start() - 200) : match.start()])[-1]
    link = "://" in word
    for reading in readings:
        says = _says(reading)
        if says and not (link and (says.count(" ") < 3 or not says.isascii())):
            yield Blob(match.start(), match.end(), encoding, says)
            return


def _base64_readings(run: str) -> Iterator[bytes]:
    """What a run may decode to: its first characters may not belong to it."""
    signs = "".join(run[:_ENOUGH].split()).replace("-", "+").replace("_", "/")
    for shift in range(4):
        part = signs[shift:]
        yield base64.b64decode(part[: len(part) // 4 * 4], validate=True)


def _hex_readings(run: str) -> Iterator[bytes]:
    digits = _HEX_SIGNS.sub("", run[:_ENOUGH])
    # Every English text has letters such as l, m, n, o: 6c to 6f. A row of numbers has none.
    if sum(digit.isalpha() for digit in digits) * 20 >= len(digits):
        for part in (digits, digits[1:]):
            yield binascii.unhexlify(part[: len(part) // 2 * 2])


def _says(data: bytes) -> str:
    """What bytes say, or nothing when they are noise."""
    if data.startswith(_MAGIC):
        return "a file"
    if len(data) > 16 and not any(data[1:64:2]):
        data = data[::2]
    text = data[:-4].decode("utf-8", "replace") if len(data) > 24 else ""
    head = text[:48]
    readable = sum(char.isprintable() or char in "\r\n\t" for char in head)
    letters = sum(char.isalpha() or char == " " for char in head)
    good = head and readable == len(head) and "\ufffd" not in head and letters * 2 >= len(head)
    return text if good else ""


def _rot13(text: str) -> Iterator[Blob]:
    """Four words that are common in rot13, three of them different, close to each other."""
    lower = text.lower()
    # A letter in a thousand grows when it is made small; then places would not fit.
    if len(_ROT13_COMMON.intersection(lower.split())) < 2 or len(lower) != len(text):
        return
    words = [m for m in _WORD.finditer(lower) if m[0] in _ROT13_COMMON]
    end = 0
    for place in range(len(words) - _ROT13_WORDS + 1):
        near = words[place : place + _ROT13_WORDS]
        start, last = near[0].start(), near[-1].end()
        if start >= end and last - start <= _ROT13_SPAN and len({m[0] for m in near}) > 2:
            end = last
            yield Blob(start, last, "rot13", codecs.decode(text[start : last + 100], "rot13"))
