"""FDA drug labels as openFDA gives them: JSON of one label, or of an answer with many."""

import json
import re
from collections.abc import Iterator, Mapping

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble
from consilia.readers.bodies import Body, clean
from consilia.readers.labels.fields import Label, day_of
from consilia.readers.labels.openfda_texts import Text, TextWriter, arranged
from consilia.readers.labels.sections import BY_FIELD, SECTIONS, UNPLACED
from consilia.readers.reading import Notes, Reader, Source

_KNOWN = {"set_id", "id", "version", "effective_time", "openfda"}
_USED = {
    "brand_name", "generic_name", "substance_name", "manufacturer_name", "dosage_form",
    "spl_set_id", "spl_id", "product_ndc", "unii",
}  # fmt: skip
_ALSO_CALLED = {"warnings_and_precautions": "warnings_and_cautions"}
_TABLE = "_table"
_LEFT = UNPLACED | {"43683-2"}
"""Recent major changes stand in the highlights alone, which name the sections again."""
_HEAD = 200_000
_OWN_KEY = re.compile(rb'"(?:set_id|spl_set_id|spl_product_data_elements)"\s*:')
_SECTION_KEY = re.compile(
    rb'"(' + "|".join(re.escape(s.field) for s in SECTIONS).encode() + rb')"\s*:\s*\[\s*"'
)
_SURROGATE = re.compile("[\ud800-\udfff]")

Record = Mapping[str, object]


def recognises(source: Source) -> bool:
    """Tell a label, or an answer with labels, by the names of its fields."""
    head = source.data[:_HEAD].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    head = head.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if head[:1] not in {b"{", b"["}:
        return False
    sections = {found[1] for found in _SECTION_KEY.finditer(head)}
    return len(sections) > 1 or bool(sections and _OWN_KEY.search(head))


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Yield the labels of the file.

    Raises:
        DocumentError: It is no JSON of labels, or none of its labels can be read.
    """
    records = _records(source.data)
    if len(records) == 1:
        yield _document(source, records[0], notes)
        return
    count = 0
    for number, record in enumerate(records, start=1):
        try:
            document = _document(source, record, notes)
        except DocumentError as error:
            notes.refuse(f"label {number}", f"{error}; the other labels are read")
        else:
            count += 1
            yield document
    if not count:
        raise DocumentError(f"none of its {len(records)} labels can be read; get them again")


def _records(data: bytes) -> list[object]:
    try:
        loaded: object = _loaded(data)
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except RecursionError as error:
        raise DocumentError("the JSON is nested too deeply; it is no label") from error
    except ValueError as error:
        raise DocumentError(f"no valid JSON: {error}; download the file again") from error
    if isinstance(loaded, dict) and "results" in loaded:
        loaded = loaded["results"]
    records: list[object] = loaded if isinstance(loaded, list) else [loaded]
    if not records:
        raise DocumentError("the answer holds no labels; ask openFDA for other ones")
    return records


def _loaded(data: bytes) -> object:
    """One JSON value, or the list of those that stand on lines of their own.

    Raises:
        JSONDecodeError: It is neither.
    """
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise
        return [json.loads(line) for line in data.splitlines() if line.strip()]


def _document(source: Source, record: object, notes: Notes) -> Document:
    if not isinstance(record, dict):
        raise DocumentError("no label: it is no object with fields; leave it out")
    label = _label(record)
    place = label.set_id[:60] or "label"
    body = _body(record, place, notes)
    if label.effective and not day_of(label.effective):
        notes.unplace(f"{place}: effective_time", f"no date: {label.effective}")
    return assemble(source, body, label.front_matter(), notes)


def _label(record: Record) -> Label:
    given = record.get("openfda")
    openfda: Record = given if isinstance(given, dict) else {}
    ingredients = _texts(openfda.get("substance_name")) or _texts(openfda.get("generic_name"))
    return Label(
        set_id=_first(record.get("set_id")) or _first(openfda.get("spl_set_id")),
        spl_id=_first(record.get("id")) or _first(openfda.get("spl_id")),
        version=_first(record.get("version")),
        effective=_first(record.get("effective_time")),
        issuer=_first(openfda.get("manufacturer_name")),
        brands=_texts(openfda.get("brand_name")),
        ingredients=ingredients,
        uniis=_texts(openfda.get("unii")),
        ndc=_first(openfda.get("product_ndc")),
        form=_first(openfda.get("dosage_form")),
    )


def _body(record: Record, place: str, notes: Notes) -> Body:
    texts: list[Text] = []
    tables: dict[str, tuple[str, ...]] = {}
    for section in SECTIONS:
        if section.code in _LEFT:
            continue
        texts += [Text(section, text) for text in _field(record, section.field, "")]
        tables[section.field] = _field(record, section.field, _TABLE)
    body = Body()
    writer = TextWriter(body)
    for text in arranged(texts, tables):
        writer.write(text)
    _leave(record, place, notes)
    return body


def _field(record: Record, name: str, ending: str) -> tuple[str, ...]:
    others = [other for other, meant in _ALSO_CALLED.items() if meant == name]
    return tuple(text for key in (name, *others) for text in _texts(record.get(key + ending)))


def _leave(record: Record, place: str, notes: Notes) -> None:
    """Tell what of a label goes into no document."""
    for name, value in record.items():
        words = " ".join(_texts(value)) or ("" if value in (None, [], "") else "no text")
        bare = name.removesuffix(_TABLE)
        section = BY_FIELD.get(_ALSO_CALLED.get(bare, bare))
        placed = section is not None and section.code not in _LEFT and words != "no text"
        if name in _KNOWN or placed or not words:
            continue
        notes.unplace(f"{place}: {_SURROGATE.sub(' ', name[:60])}", words)
    openfda = record.get("openfda")
    if isinstance(openfda, dict) and (
        rest := sorted(str(key) for key in openfda if key not in _USED)
    ):
        notes.unplace(f"{place}: openfda", ", ".join(rest))


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a field, which is a list of them or one; anything else is no text."""
    given = value if isinstance(value, list) else [value]
    cleaned = (_SURROGATE.sub("\ufffd", text) for text in given if isinstance(text, str))
    return tuple(text for text in cleaned if clean(text))


def _first(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else ""
    return next(iter(_texts(value)), "")


READER = Reader("openfda-label", recognises, read)
