"""Finding the records of PubMed XML in its bytes: one that is broken does not stop the others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from consilia.errors import DocumentError
from consilia.readers.medline.citations import digits
from consilia.readers.safe_xml import Element, parse_xml

_DEPTH = 64
_TOO_DEEP = etree.XPath(f"boolean({'/'.join(['*'] * _DEPTH)})")
# Outer records hold inner ones; each outer one ends what is open, an inner one its like.
_OUTER = {b"PubmedArticle", b"PubmedBookArticle", b"DeleteCitation", b"DeleteDocument"}
_TOKEN = re.compile(
    rb"<!--|<!\[CDATA\[|<(?P<end>/?)(?P<name>PubmedArticle|PubmedBookArticle|MedlineCitation"
    rb"|BookDocument|DeleteCitation|DeleteDocument)(?=[\s/>])[^<>]*>"
)
_OWN_PMID = re.compile(
    rb"<(?:MedlineCitation|BookDocument)(?=[\s>])[^<>]*>\s*"
    rb"<PMID(?P<attributes>(?=[\s>])[^<>]*)>\s*(?P<number>[0-9]{1,9})\s*</PMID>"
)
_VERSION = re.compile(rb"""\sVersion\s*=\s*["']([0-9]{1,4})["']""")
_AROUND = re.compile(
    rb"<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>"
    rb"|</?(?:PubmedArticle|PubmedBookArticle|MedlineCitation|BookDocument)Set(?:\s[^<>]*)?>|\s+",
    re.DOTALL,
)
_LOOKED_AT = 4_000
_FRAME = (
    b'<!DOCTYPE record SYSTEM "none"><record xmlns:mml="http://www.w3.org/1998/Math/MathML"'
    b' xmlns:xlink="http://www.w3.org/1999/xlink">',
    b"</record>",
)
_DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_OTHER_ENCODINGS = {"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "iso-8859-15"}


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record stands in the bytes of a file."""

    name: str
    """Of its element; empty for what stands between records."""
    start: int
    end: int
    is_whole: bool = True
    """Whether its end was found."""
    pmid: str = ""
    """Empty when it is not where it belongs."""
    version: int = 1


def in_utf8(data: bytes) -> bytes:
    """Return a file of PubMed XML in UTF-8.

    Raises:
        DocumentError: The encoding is unknown, or the bytes are not in it.
    """
    declared = _DECLARED.match(data)
    name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        name = "utf-16"
    elif name in {"utf-8", "utf8", "us-ascii", "ascii"}:
        return data
    elif name not in _OTHER_ENCODINGS:
        raise DocumentError(f"the encoding {name} is not read; save the file as UTF-8")
    try:
        return data.decode(name).encode()
    except UnicodeError as error:
        raise DocumentError(f"not in the encoding {name}; save the file as UTF-8") from error


def records_of(data: bytes) -> Iterator[Record]:
    """Find the records of a file.

    Args:
        data: In UTF-8.

    Yields:
        Records and, nameless, what stands between them, in order; the bytes of comments and of
        `CDATA` are never taken for the start or end of a record.
    """
    at, opened = 0, None
    for token in _tokens(data):
        if _starts(token, opened):
            if opened is not None:
                yield _record(data, opened, token.start(), is_whole=False)
                at = token.start()
            yield Record("", at, token.start())
            opened, at = token, token.start()
        if opened is not None and _ends(token, opened):
            yield _record(data, opened, token.end(), is_whole=True)
            opened, at = None, token.end()
    if opened is not None:
        yield _record(data, opened, len(data), is_whole=False)
        at = len(data)
    yield Record("", at, len(data))


def _starts(token: re.Match[bytes], opened: re.Match[bytes] | None) -> bool:
    if token["end"]:
        return False
    return opened is None or token["name"] in _OUTER or token["name"] == opened["name"]


def _ends(token: re.Match[bytes], opened: re.Match[bytes]) -> bool:
    if token is opened:
        return token[0].endswith(b"/>")
    return bool(token["end"]) and token["name"] == opened["name"]


def parse_record(data: bytes, record: Record) -> Element:
    """Parse one record.

    Args:
        data: The file it was found in.
        record: Whole.

    Returns:
        Its element.

    Raises:
        DocumentError: It is not well-formed or is nested too deep.
    """
    root = parse_xml(data[record.start : record.end].join(_FRAME))
    if _TOO_DEEP(root):
        raise DocumentError(f"elements are nested more than {_DEPTH} deep; download it again")
    return root[0]


def words_between(data: bytes, start: int, end: int) -> str:
    """Return what stands between records and is no part of the format; empty as a rule."""
    return _AROUND.sub(b" ", data[start : min(end, start + _LOOKED_AT)]).decode("utf-8", "replace")


def _tokens(data: bytes) -> Iterator[re.Match[bytes]]:
    closed = {b"<!--": (b"-->", data.rfind(b"-->")), b"<![CDATA[": (b"]]>", data.rfind(b"]]>"))}
    at = 0
    while token := _TOKEN.search(data, at):
        at = token.end()
        if token["name"]:
            yield token
            continue
        closing, last = closed[token[0]]
        if last >= at:
            at = data.find(closing, at) + len(closing)


def _record(data: bytes, opened: re.Match[bytes], end: int, *, is_whole: bool) -> Record:
    start = opened.start()
    name = opened["name"].decode()
    own = _OWN_PMID.search(data, start, min(end, start + _LOOKED_AT))
    if own is None:
        return Record(name, start, end, is_whole)
    version = _VERSION.search(own["attributes"])
    number = digits(own["number"].decode())
    return Record(name, start, end, is_whole, number, int(version[1]) if version else 1)
