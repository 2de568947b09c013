"""The independent checker of answers: standard library only, nothing of Consilia is imported.

`python -m consilia.verify ANSWER.json KB` exits 0 if every span, quote, hash, number and reference
field holds, 1 with a line for each place that does not, 2 if something cannot be read.
"""

import hashlib
import json
import re
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

DISCLAIMER_SHA256 = "sha256:2c0f9b520f430842155d05e1f878d7edf46369ddbf2a075d63841e15935a002e"
_SECTIONS = {  # title, beginning of the sentence of silence, kinds of source
    "guidelines": ("From the Guidelines", "The guidelines do", {"guideline"}),
    "label": ("From the FDA Drug Label", "The FDA drug label does", {"label"}),
    "research": ("From the Research", "The research does", {"study", "reference"}),
}
# Shapes: the type of what is read at each key; `?` says that null will do, `*` that none will do.
_TYPES = {"text": str, "number": int, "truth": bool}
_SPAN = """{"document": "text", "version": "text", "start": "number", "end": "number",
    "quote": "text", "quote_sha256": "text"}"""
_ANSWER = """{"answer_id": "text", "status": "text", "disclaimer": "text", "last_updated?": "text",
    "sections": [{"name": "text", "title": "text", "headline?": "text",
        "groups": [{"claims": ["text"]}], "abstention?": {"text": "text", "nearest": [SPAN]}}],
    "claims": [{"id": "text", "text": "text", "form": "text", "citations": ["number"],
        "proofs": [SPAN], "derived": "truth"}], "references": [{}],
    "omissions": [{"claim": "text"}], "conflicts": [{"sides": [["text"]]}],
    "review": {"evidence_digest": "text"}, "manifest": {"knowledge_base": {}}}"""
_MANIFEST = '{"documents": [{"id": "text", "path": "text"}]}'
_REVISION = """{"document": "text", "version": "text", "metadata_sha256": "text", "text": "text",
    "front_matter": {"id": "text", "kind": "text", "population*": {}, "marks*": [{}]}}"""
_QUERY = """SELECT r.*, c.version IS NULL AS removed
    FROM revisions r LEFT JOIN current c USING (document) WHERE document = ?
    ORDER BY (r.version = c.version AND r.metadata_sha256 = c.metadata_sha256) DESC"""
_COPIED = ("kind", "title", "authors", "year", "url", "read_level", "evidence_type", "sample_size")
_USES = ("sections[].groups[].claims[]", "omissions[].claim", "conflicts[].sides[][]")
_PROOFS, _MISSES = "claims[].proofs[]", "sections[].abstention.nearest[]"
_Fields = dict[str, Any]


class UnreadableError(Exception):
    """The answer or the knowledge base cannot be read; the message says what to do."""


class _MalformedError(ValueError):
    """The arguments are those of the finding."""


class Finding(NamedTuple):
    """One place of an answer that does not hold, such as `claims[2].proofs[0].quote`, and why."""

    place: str
    message: str


def check(answer: Mapping[str, object], kb: Path) -> list[Finding]:
    """Return what does not hold in an answer as parsed from its JSON: nothing when all does.

    `kb` is a built knowledge base, or a folder of Markdown documents with `manifest.json`. Of an
    answer that has not the right shape, the first misfit is the only finding.
    """
    try:
        return list(_Checker(json.loads(_canonical(answer)), kb).findings())
    except _MalformedError as error:
        return [Finding(*error.args)]


def _canonical(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _MalformedError("answer", f"is no plain JSON: {error}") from error


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _differ(place: str, value: object, *allowed: object) -> Iterator[Finding]:
    shown, *wanted = [_canonical(v).decode() for v in (value, *allowed)]  # for True == 1 == 1.0
    if shown not in wanted:
        yield Finding(place, ascii(f"is {shown[:99]}, not {' or '.join(wanted)[:99]}")[1:-1])


def _walk(place: str, value: object, shape: object) -> Iterator[tuple[str, Any]]:
    """Yield the value, and what the shape names in it, each with its place."""
    yield place, value
    if isinstance(value, dict) and isinstance(shape, dict):
        for name, inner in shape.items():
            key = name.rstrip("?*")
            if key == name or value.get(key, None if "*" in name else inner) is not None:
                yield from _walk(f"{place}.{key}".lstrip("."), value.get(key), inner)
    elif isinstance(value, list) and isinstance(shape, list):
        for i, element in enumerate(value):
            yield from _walk(f"{place}[{i}]", element, shape[0])
    elif type(value) is not _TYPES.get(str(shape)):
        raise _MalformedError(place or "answer", f"is missing or not like {str(shape)[:99]}")


def _read(kb: Path, documents: set[str]) -> list[_Fields]:
    try:
        rows = _catalog_rows if (kb / "catalog.sqlite3").is_file() else _folder_rows
        return [_revision(row) for document in documents for row in rows(kb, document)]
    except (sqlite3.Error, OSError, ValueError, RecursionError) as error:
        advice = "give a folder with catalog.sqlite3, or one of documents with manifest.json"
        reason = f"cannot read the knowledge base {str(kb)!a}: {error}"
        raise UnreadableError(f"{reason}; {advice}") from error


def _catalog_rows(kb: Path, document: str) -> list[_Fields]:
    uri = (kb / "catalog.sqlite3").absolute().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as catalog:
        catalog.row_factory = sqlite3.Row
        rows = [dict(row) for row in catalog.execute(_QUERY, (document,))]
    return [row | {"front_matter": json.loads(str(row["front_matter"]))} for row in rows]


def _folder_rows(kb: Path, document: str) -> Iterator[_Fields]:
    manifest = json.loads((kb / "manifest.json").read_bytes())
    dict(_walk("manifest", manifest, json.loads(_MANIFEST)))
    for entry in (e for e in manifest["documents"] if e["id"] == document):
        raw = (kb / entry["path"]).read_bytes().decode("utf-8-sig")
        lines = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
        body = re.split(r"^---\s*?$", lines, maxsplit=2, flags=re.MULTILINE)[-1]
        yield entry | {"document": document, "text": body.strip("\n") + "\n", "removed": False}


def _revision(row: _Fields) -> _Fields:
    dict(_walk("", row, json.loads(_REVISION)))
    known = row["front_matter"]
    hashes = [_digest(row["text"].encode()), _digest(_canonical(known))]
    entry = {name: known.get(name) for name in _COPIED} | {
        "document": known["id"],
        "venue": known.get("journal") or known.get("issuer"),
        "identifiers": known.get("identifiers", {}),
        "standing": known.get("standing", "unknown"),
        "reading": known.get("reading", "source_text"),
        "population": {"include": [], "exclude": [], "text": ""} | known.get("population", {}),
    }
    whole = hashes == [row["version"], row["metadata_sha256"]]
    date = known.get("revised") or known.get("published") or known.get("year") or ""
    derived = [mark.get("sentence") for mark in known.get("marks", []) if mark.get("derived")]
    return row | {"entry": entry, "whole": whole, "date": str(date), "derived": derived}


class _Checker:
    def __init__(self, answer: _Fields, kb: Path) -> None:
        self.answer = answer
        self.values = dict(_walk("", answer, json.loads(_ANSWER.replace("SPAN", _SPAN))))
        self.known = _read(kb, {span["document"] for _, span in self.at(_PROOFS, _MISSES)})
        proofs = {claim["id"]: claim["proofs"] for claim in answer["claims"]}
        cited = [proof for _, use in self.at(*_USES) for proof in proofs.get(use, [])]
        documents = dict.fromkeys(proof["document"] for proof in cited)
        self.numbers = {document: n for n, document in enumerate(documents, start=1)}
        self.cited = {}  # revisions by document: those that fit the reference, if any does
        for document, number in self.numbers.items():
            versions = {proof["version"] for proof in cited if proof["document"] == document}
            known = [r for r in self.of(document) if r["version"] in versions]
            fits = [r for r in known if r["entry"] | {"number": number} in answer["references"]]
            self.cited[document] = fits or known

    def at(self, *paths: str) -> list[tuple[str, Any]]:
        """Return places and values: `claims[]` gives `claims[0]`, `claims[1]`, …"""
        places = [(re.sub(r"\d+", "", place), place) for place in self.values]
        return [(p, self.values[p]) for path in paths for general, p in places if general == path]

    def findings(self) -> Iterator[Finding]:
        rules = (self.seal, self.spans, self.claims, self.numbering, self.references)
        for rule in (*rules, self.sections, self.currency):
            yield from rule()

    def seal(self) -> Iterator[Finding]:
        manifest = self.answer["manifest"]
        state = {k: v for k, v in manifest["knowledge_base"].items() if k != "generation"}
        content = self.answer | {"manifest": manifest | {"knowledge_base": state}}
        del content["answer_id"], content["review"]
        yield from _differ("answer_id", self.answer["answer_id"], _digest(_canonical(content)))
        yield from _differ("schema", self.answer["schema"], "consilia.answer/1")

    def spans(self) -> Iterator[Finding]:
        for place, span in self.at(_PROOFS, _MISSES):
            known = [r for r in self.known if r["document"] == span["document"]]
            whole = [r["whole"] for r in known if r["version"] == span["version"]]
            if not known or known[0]["removed"]:
                reason = "was removed from" if known else "is unknown to"
                yield Finding(f"{place}.document", f"{reason} the knowledge base")
            elif not whole or not all(whole):
                yield Finding(f"{place}.version", "is unknown to the knowledge base, or changed in it")
            quote, start, end = span["quote"], span["start"], span["end"]
            yield from _differ(f"{place}.quote_sha256", span["quote_sha256"], _digest(quote.encode()))
            for text in [..][:1]:
                if not 0 <= start < end <= len(text):
                    yield Finding(f"{place}.start", "to end is no span of the text")
                else:
                    yield from _differ(f"{place}.quote", quote, text[start:end])
