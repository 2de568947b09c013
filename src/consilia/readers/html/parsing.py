"""From the bytes of a web page to its tree: the encoding told or guessed, the nesting bounded."""

import codecs
import re

import ftfy
import lxml.html
from lxml import etree

from consilia.errors import DocumentError
from consilia.readers.reading import Notes
from consilia.readers.safe_xml import Element

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{2,40})"
    rb"|^\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_TEXT_CODECS = re.compile(
    r"utf-?8|(windows|cp)-?\d{3,4}|iso-?8859-?\d{1,2}|latin-?\d|us-ascii|ascii|koi8-[ru]"
    r"|macintosh|shift[_-]jis|euc-(jp|kr)|iso-2022-jp|gb(k|2312|18030)|big5"
)
_STRAY = re.compile("[\udc80-\udcff]")
_HEAD = 4_096


def decode_html(data: bytes, notes: Notes) -> str:
    """Return the text of a web page.

    A byte order mark goes before the declared encoding, that before UTF-8; bytes that are none of
    it are read as windows-1252, the usual encoding of pages that declare none.

    Args:
        data: The whole file.
        notes: Told when the encoding had to be guessed.

    Raises:
        DocumentError: It is no text.
    """
    text = _decoded(data, notes)
    if "\x00" in text:
        raise DocumentError("the file holds NUL characters; it is no web page. Save it again")
    return text


def parse_html(text: str) -> Element:
    """Parse a web page, or a piece of one.

    Args:
        text: Its source; broken markup is mended as browsers do.

    Returns:
        The `html` element.

    Raises:
        DocumentError: There is nothing to parse, or it is nested too deeply or too large.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise DocumentError(f"no HTML that can be read: {error}; save the page again") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise DocumentError("the HTML is nested too deeply or too large; save the page again")
    return root


def plain_text(element: Element) -> str:
    """Return the words of an element and all below it on one line, without comments."""
    return " ".join(str(element.xpath("string()")).split())


def words_apart(element: Element) -> str:
    """Return the words of an element with a space at every tag: to tell them, not to read them."""
    texts = element.xpath(".//text()")
    return " ".join(" ".join(map(str, texts)).split()) if isinstance(texts, list) else ""


class Mender:
    """Repairs text that was decoded wrongly ("â‰¥ 5 mg"), and remembers what it repaired."""

    def __init__(self) -> None:
        self.count = 0
        self._sample = ""

    def __call__(self, text: str) -> str:
        """Return the text as it was meant; the same when nothing is wrong with it."""
        if text.isascii():
            return text
        mended = str(ftfy.fix_encoding(text))
        if mended != text:
            self.count += 1
            self._sample = self._sample or _change(text, mended)
        return mended

    def tell(self, place: str, notes: Notes) -> None:
        """Report what was repaired, if anything."""
        if self.count:
            notes.repair(
                place, f"wrongly decoded characters in {self.count} places, first {self._sample}"
            )


def _change(text: str, mended: str) -> str:
    """The surroundings of the first difference, before and after."""
    pairs = zip(text, mended, strict=False)
    start = next((n for n, (a, b) in enumerate(pairs) if a != b), 0)
    begin = max(0, start - 10)
    return f"{text[begin : start + 12]!r} read as {mended[begin : start + 10]!r}"


def _decoded(data: bytes, notes: Notes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _in_encoding(data, name, notes).removeprefix("\ufeff")
    match = _DECLARED.search(data[:_HEAD])
    declared = (match[1] or match[2]).decode("ascii", "replace").lower() if match else ""
    if declared in {"", "unicode", "utf-16", "utf8", "utf-8"}:
        return _in_encoding(data, "utf-8", notes)
    if declared in {"iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii"}:
        declared = "windows-1252"
    if not _TEXT_CODECS.fullmatch(declared):
        notes.repair("encoding", f"{declared!r} is no known encoding; read as UTF-8")
        return _in_encoding(data, "utf-8", notes)
    return _in_encoding(data, declared, notes)


def _in_encoding(data: bytes, name: str, notes: Notes) -> str:
    try:
        return data.decode(name)
    except LookupError:
        notes.repair("encoding", f"{name!r} is no known encoding; read as UTF-8")
        return _mixed(data, notes)
    except UnicodeDecodeError as error:
        if name == "utf-8":
            return _mixed(data, notes)
        if not name.startswith("utf"):
            notes.repair("encoding", f"byte {error.start} is not in {name}; marked as \ufffd")
        return data.decode(name, "replace")


def _mixed(data: bytes, notes: Notes) -> str:
    """UTF-8 where it is UTF-8, windows-1252 where it is not."""
    text = data.decode("utf-8", "surrogateescape")
    text, count = _STRAY.subn(_windows, text)
    if count:
        notes.repair("encoding", f"{count} bytes are not in UTF-8; read as windows-1252")
    return text


def _windows(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("windows-1252", "replace")
