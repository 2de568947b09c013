"""The independent checker of answers: standard library only, nothing of Consilia is imported.

`python -m consilia.verify ANSWER.json KB` exits 0 if every span, quote, hash, number and reference
field holds, 1 with a line for each place that does not, 2 if something cannot be read.
"""

import hashlib
import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

DISCLAIMER_SHA256 = "sha256:2c0f9b520f430842155d05e1f878d7edf46369ddbf2a075d63841e15935a002e"
_SECTIONS = {  # title, beginning of the sentence of silence, kinds of source
    "guidelines": ("From the Guidelines", "The guidelines do", {"guideline"}),
    "label": ("From the FDA Drug Label", "The FDA drug label does", {"label"}),
    "research": ("From the Research", "The research does", {"study", "reference"}),
}
# What is read of an answer, by type; `key?` may be null. A digest of evidence is over _SPAN.
_SPAN = {"document": "str", "version": "str", "start": "int", "end": "int", "quote_sha256": "str"}
_SHAPE = """{"status": "str", "last_updated?": "str", "claims": [{"id": "str", "text": "str",
    "form": "str", "citations": ["int"], "derived": "bool", "proofs": [{SPAN, "quote": "str",
    "page?": "int"}]}], "sections": [{"name": "str", "title": "str", "headline?": "str", "groups":
    [{"claims": ["str"]}], "abstention?": {"text": "str", "nearest": [{SPAN, "quote": "str"}]}}],
    "references": [{}], "omissions": [{"claim": "str"}], "conflicts": [{"sides": [["str"]]}],
    "review": {"status": "str", "evidence_digest": "str"}, "excluded": [{"document": "str"}],
    "manifest": {"knowledge_base": {}}}""".replace("SPAN", json.dumps(_SPAN)[1:-1])
_USES = ("sections[].groups[].claims[]", "omissions[].claim", "conflicts[].sides[][]")
_SPANS = ("claims[].proofs[]", "sections[].abstention.nearest[]")
_COPIED = ("kind", "title", "authors", "year", "url", "read_level", "evidence_type", "sample_size")
_JUDGED = ("standing_source", "standing_date", "review_by")
_UNSAID = {"identifiers": {}, "standing": "unknown", "reading": "source_text"}
_NEVER_USED = ("retracted", "withdrawn", "superseded")
_EXCLUDED = ("document", "title", "identifiers", "standing", "standing_source", "standing_date")
_ACT = ("question", "audience", "status", "evidence_digest")
_QUERY = "SELECT *, document AS id FROM revisions LEFT JOIN texts USING (version) WHERE document=?"
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class UnreadableError(Exception):
    """The answer or the knowledge base cannot be read; the message says why."""


class Finding(NamedTuple):
    """One place of an answer and what is to be told of it, such as `claims[2].proofs[0].quote`."""

    place: str
    message: str


def check(answer: dict[str, Any], kb: Path) -> list[Finding]:
    """Return what does not hold in an answer (its parsed JSON), verified from `kb` alone."""
    try:
        case = _Case(answer, kb)
        rules = (case.spans, case.claims, case.sources, case.sections, case.rest)
        return case.misfits or [finding for rule in rules for finding in rule()]
    except RecursionError:
        return [Finding("answer", "is nested too deeply")]


def _digest(value: object) -> str:
    text = value if isinstance(value, str) else _canonical(value)
    return "sha256:" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _differ(place: str, value: object, *allowed: object) -> Iterator[Finding]:
    shown, *wanted = map(_canonical, (value, *allowed))  # to Python, True == 1 == 1.0
    if shown not in wanted:
        yield Finding(place, ascii(f"is {shown[:99]}, not {' or '.join(wanted)[:99]}")[1:-1])


def _walk(place: str, value: object, shape: object) -> Iterator[tuple[str, Any]]:
    yield place, value  # and then what the shape names in it, or why it does not fit
    if isinstance(value, dict) and isinstance(shape, dict):
        for name, inner in shape.items():
            key = name.rstrip("?")
            if key == name or value.get(key, inner) is not None:
                yield from _walk(f"{place}.{key}".lstrip("."), value.get(key), inner)
    elif isinstance(value, list) and isinstance(shape, list):
        for i, element in enumerate(value):
            yield from _walk(f"{place}[{i}]", element, shape[0])
    elif type(value).__name__ != shape:
        yield place, Finding(place or "answer", f"is missing or is not like {str(shape)[:99]}")


def _read(kb: Path, documents: set[str]) -> tuple[list[dict[str, Any]], list[list[str]]]:
    log, catalog = kb / "catalog.sqlite3-wal", kb / "catalog.sqlite3"
    fixed = not (log.exists() or os.access(kb, os.W_OK))  # no log there, and none can be made
    try:
        if catalog.is_file():
            uri = f"{catalog.absolute().as_uri()}?mode=ro&immutable={fixed:d}"
            with closing(sqlite3.connect(uri, uri=True)) as db:
                db.row_factory = sqlite3.Row
                rows = [dict(row) for known in documents for row in db.execute(_QUERY, (known,))]
                acts = db.execute("SELECT * FROM reviews").fetchall()
        else:
            manifest = json.loads((kb / "manifest.json").read_bytes())
            rows = [_filed(kb, e) for e in manifest["documents"] if e["id"] in documents]
            acts = manifest.get("reviews", [])
        return list(map(_revision, rows)), [[str(act[key]) for key in _ACT] for act in acts]
    except (sqlite3.Error, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise UnreadableError(f"cannot read the knowledge base {str(kb)!a}: {error}") from error


def _filed(kb: Path, entry: dict[str, Any]) -> dict[str, Any]:
    *_, body = re.split(r"(?m)^---\s*?$", (kb / entry["path"]).read_text("utf-8-sig"), maxsplit=2)
    return entry | {"text": normalize("NFC", body).strip("\n") + "\n"}


def _revision(row: dict[str, Any]) -> dict[str, Any]:
    known = row["front_matter"]
    known = json.loads(known) if isinstance(known, str) else known
    entry = {name: known.get(name, _UNSAID.get(name)) for name in (*_COPIED, *_JUDGED, *_UNSAID)}
    entry |= {"document": known["id"], "venue": known.get("journal") or known.get("issuer")}
    entry["population"] = {"include": [], "exclude": [], "text": ""} | known.get("population", {})
    whole = [_digest(row["text"]), _digest(known)] == [row["version"], row["metadata_sha256"]]
    date = str(known.get("revised") or known.get("published") or known.get("year") or "")
    derived = [mark["sentence"] for mark in known.get("marks", []) if mark.get("derived")]
    pages = [range(start).stop for start in known.get("pages", [])]
    return row | {"entry": entry, "whole": whole, "date": date, "derived": derived, "pages": pages}


class _Case:  # an answer, the revisions of its documents, and a generator for each concern
    def __init__(self, answer: dict[str, Any], kb: Path) -> None:
        self.answer, walked = answer, list(_walk("", answer, json.loads(_SHAPE)))
        self.misfits = [value for _, value in walked if isinstance(value, Finding)][:1]
        self.values = [(re.sub(r"\d+", "", p), p, v) for p, v in walked if not self.misfits]
        documents = {value["document"] for _, value in self.at(*_SPANS, "excluded[]")}
        self.cited = {c["id"]: [p["document"] for p in c["proofs"]] for _, c in self.at("claims[]")}
        mentions = [d for _, claim in self.at(*_USES) for d in self.cited.get(claim, [])]
        self.numbers = {d: n for n, d in enumerate(dict.fromkeys(mentions), start=1)}
        found, self.acts = _read(kb, documents)
        for revision in found:
            revision["entry"]["number"] = self.numbers.get(revision["id"])
        self.known = {d: [r for r in found if r["id"] == d] for d in documents}

    def at(self, *paths: str) -> list[tuple[str, Any]]:  # `claims[]`: `claims[0]`, `claims[1]`, …
        return [(p, v) for path in paths for general, p, v in self.values if general == path]

    def fits(self, document: str) -> list[dict[str, Any]]:  # that fit its reference, or all
        versions = [p["version"] for _, p in self.at(_SPANS[0]) if p["document"] == document]
        known = [r for r in self.known[document] if r["version"] in versions]
        return [r for r in known if r["entry"] in self.answer["references"]] or known

    def spans(self) -> Iterator[Finding]:
        for place, span in self.at(*_SPANS):
            quote, start, end = span["quote"], span["start"], span["end"]
            revisions = [r for r in self.known[span["document"]] if r["version"] == span["version"]]
            yield from _differ(f"{place}.quote_sha256", span["quote_sha256"], _digest(quote))
            if not revisions or not all(r["whole"] for r in revisions):
                key = "version" if self.known[span["document"]] else "document"
                yield Finding(f"{place}.{key}", "is not in the knowledge base, or was changed")
            elif not 0 <= start < end <= len(revisions[0]["text"]):
                yield Finding(f"{place}.start", "to end is no span of the text")
            else:
                yield from _differ(f"{place}.quote", quote, revisions[0]["text"][start:end])
                pages = [sum(page <= start for page in r["pages"]) or None for r in revisions]
                yield from _differ(f"{place}.page", span.get("page", pages[0]), *pages)

    def claims(self) -> Iterator[Finding]:
        ids, uses = [name for _, name in self.at("claims[].id")], self.at(*_USES)
        yield from (Finding(place, "is no claim") for place, use in uses if use not in ids)
        for place, claim in self.at("claims[]"):
            proofs = claim["proofs"]
            if ids.count(claim["id"]) > 1 or claim["id"] not in dict(uses).values():
                yield Finding(f"{place}.id", "is the id of several claims, or is shown nowhere")
            yield from _differ(f"{place}.form", claim["form"], "verbatim", "paraphrase")
            numbers = dict.fromkeys(self.numbers.get(p["document"]) for p in proofs)
            yield from _differ(f"{place}.citations", claim["citations"], list(numbers))
            said = {re.sub(r"[\W_]", "", normalize("NFKC", p["quote"]).casefold()) for p in proofs}
            if not proofs or (claim["form"] == "verbatim" and len(said) > 1):
                yield Finding(f"{place}.proofs", "do not all say what the claim says")
            elif claim["form"] == "verbatim":
                yield from _differ(f"{place}.text", claim["text"], proofs[0]["quote"])
            marks = {p["quote"] in r["derived"] for p in proofs for r in self.fits(p["document"])}
            yield from _differ(f"{place}.derived", claim["derived"], *(marks or {False}))

    def sources(self) -> Iterator[Finding]:
        shown, numbers = self.at("references[]"), self.numbers
        yield from _differ("references", [r.get("number") for _, r in shown], [*numbers.values()])
        for document, (place, reference) in zip(numbers, shown, strict=False):
            for wanted in [revision["entry"] for revision in self.fits(document)[:1]]:
                for key in sorted(reference.keys() ^ wanted.keys()):
                    yield Finding(place, f"lacks the key, or must not have it: {key!a}")
                for key in sorted(reference.keys() & wanted.keys()):
                    yield from _differ(f"{place}.{key}", reference[key], wanted[key])
        for place, source in self.at("excluded[]"):
            known = [r["entry"] for r in self.known[source["document"]] if r["whole"]]
            if _canonical(source) not in [_canonical({k: e[k] for k in _EXCLUDED}) for e in known]:
                yield Finding(place, "is not what the knowledge base says of this document")
            yield from _differ(f"{place}.standing", source.get("standing"), *_NEVER_USED)

    def sections(self) -> Iterator[Finding]:
        yield from _differ("sections", [n for _, n in self.at("sections[].name")], [*_SECTIONS])
        status = "answered" if self.at(_USES[0]) else "abstained"
        yield from _differ("status", self.answer["status"], status, "emergency", "refused")
        bare = [] if self.answer["status"] == status else [None]
        for place, section in self.at("sections[]"):
            said = section["abstention"] or {}
            title, subject, kinds = _SECTIONS.get(section["name"], ("", "", set()))
            claims = [claim for group in section["groups"] for claim in group["claims"]]
            cited = {document for claim in claims for document in self.cited.get(claim, [])}
            silence = None if claims else f"{subject} not answer the question."
            yield from _differ(f"{place}.title", section["title"], title)
            yield from _differ(f"{place}.headline", section["headline"], None, *claims)
            yield from _differ(f"{place}.abstention", said.get("text"), silence, *bare)
            if not {str(r["entry"]["kind"]) for d in cited for r in self.fits(d)} <= kinds:
                yield Finding(f"{place}.groups", "rest on another kind of source")

    def rest(self) -> Iterator[Finding]:
        content = {k: v for k, v in self.answer.items() if k not in {"answer_id", "review"}}
        base = {k: v for k, v in content["manifest"]["knowledge_base"].items() if k != "generation"}
        content["manifest"] = content["manifest"] | {"knowledge_base": base}
        yield from _differ("answer_id", self.answer.get("answer_id"), _digest(content))
        yield from _differ("schema", self.answer.get("schema"), "consilia.answer/1")
        yield from _differ("disclaimer", _digest(self.answer.get("disclaimer")), DISCLAIMER_SHA256)
        dates = [{""}, *({r["date"] for r in self.fits(d)} or {""} for d in self.numbers)]
        newest = [date or None for date in set().union(*dates) if date >= max(map(min, dates))]
        yield from _differ("last_updated", self.answer["last_updated"], *newest)
        evidence = _digest(sorted({tuple(p[key] for key in _SPAN) for _, p in self.at(_SPANS[0])}))
        review = self.answer["review"]
        yield from _differ("review.evidence_digest", review["evidence_digest"], evidence)
        asked = [self.answer.get("standalone_question"), self.answer.get("audience")]
        acts = [act[2:] for act in self.acts if act[:2] == asked]
        allowed = ["under_review"] * bool(acts) + ["approved"] * (["approved", evidence] in acts)
        yield from _differ("review.status", review["status"], "submitted", *allowed)


def main(argv: Sequence[str] | None = None) -> int:
    """Verify the answer of a file, print what does not hold and return the exit status."""
    try:
        path, kb = map(Path, sys.argv[1:] if argv is None else argv)
        lines = [f"{place}: {why}\n" for place, why in check(json.loads(path.read_bytes()), kb)]
    except (UnreadableError, OSError, ValueError, RecursionError) as error:
        usage = f"cannot read the answer: {error}; usage: verify ANSWER.json KB"
        sys.stderr.write(f"{error if isinstance(error, UnreadableError) else usage}\n")
        return 2
    sys.stdout.writelines(lines or ["Every span, quote, hash, number and reference field holds.\n"])
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
