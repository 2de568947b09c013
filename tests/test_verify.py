"""The independent checker passes a true answer and names the place of every lie."""

import copy
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from bisect import bisect_right
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consilia import verify, wording

# A letter beyond the basic plane: UTF-16 units, bytes and code points all count differently.
REASSURE = "Reassure when the \U0001d48ferve tests are normal \u2013 often."
GUIDELINE = f"Refer an adult with weakness.\n{REASSURE}\n"
LABEL = "## Boxed warning\n\nSerious harm has been reported.\nUse in adults only.\n"
TRIAL = "Rest helps.\nTwitching rarely means disease in naïve adults.\n"
REVIEW = "Twitching rarely means disease in naïve adults.\n"
FRONT_MATTER = {
    "guide": {
        "kind": "guideline",
        "title": "Twitching in adults",
        "issuer": "A society",
        "year": 2019,
        "revised": "2021-05",
        "url": "https://example.org/guide",
        "identifiers": {"pmid": "101"},
        "standing": "current",
        "standing_source": "The society",
        "standing_date": "2022-03",
        "review_by": "2026-05",
        "reading": "own_summary",
        "read_level": "abstract",
    },
    "pill": {"kind": "label", "title": "A label", "issuer": "A maker", "published": "2023-10"},
    "trial": {
        "kind": "study",
        "title": "A trial",
        "authors": "Doe J",
        "journal": "A journal",
        "issuer": "A publisher",
        "year": 2020,
        "evidence_type": {"design": "case_report", "wording": "case report"},
        "sample_size": 1,
        "population": {"include": ["adult"]},
        "marks": [{"sentence": "Rest helps.", "derived": True}, {"sentence": "Rest", "mark": "m"}],
        "pages": [0, TRIAL.index("Twitching")],
    },
    "review": {"kind": "reference", "title": "An overview"},
    "old": {
        "kind": "study",
        "title": "An old trial",
        "identifiers": {"pmid": "7"},
        "standing": "retracted",
        "standing_source": "A ledger",
        "standing_date": "2020-01-02",
    },
}
OLD = "Rest harms.\n"
TEXTS = {"guide": GUIDELINE, "pill": LABEL, "trial": TRIAL, "review": REVIEW, "old": OLD}
JUDGED = ("standing_source", "standing_date", "review_by")


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha(content):
    content = content if isinstance(content, bytes) else content.encode()
    return "sha256:" + hashlib.sha256(content).hexdigest()


def front_matter(document):
    return {"id": document} | FRONT_MATTER[document]


def add_revision(kb, document, text, metadata):
    kb.mkdir(exist_ok=True)
    key = (document, sha(text), sha(canonical(metadata)))
    connection = sqlite3.connect(kb / "catalog.sqlite3")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS texts (version TEXT PRIMARY KEY, text TEXT)")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS revisions (document TEXT, version TEXT, metadata_sha256 "
            "TEXT, front_matter TEXT, origin TEXT, "
            "PRIMARY KEY (document, version, metadata_sha256))"
        )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS reviews (number INTEGER PRIMARY KEY, answer_id TEXT, "
            "evidence_digest TEXT, question TEXT, audience TEXT, status TEXT, by TEXT, at TEXT)"
        )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS current "
            "(document TEXT PRIMARY KEY, version TEXT, metadata_sha256 TEXT)"
        )
        connection.execute(
            "INSERT INTO revisions VALUES (?, ?, ?, ?, 'user')",
            (*key, canonical(metadata).decode()),
        )
        connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", (sha(text), text))
        connection.execute("INSERT OR REPLACE INTO current VALUES (?, ?, ?)", key)
    connection.close()


def change_catalog(kb, statement, *values):
    connection = sqlite3.connect(kb / "catalog.sqlite3")
    with connection:
        connection.execute(statement, values)
    connection.close()


def manifest_entry(document):
    metadata = front_matter(document)
    return {
        "id": document,
        "path": f"{document}.md",
        "version": sha(TEXTS[document]),
        "metadata_sha256": sha(canonical(metadata)),
        "front_matter": metadata,
    }


@pytest.fixture(scope="session")
def catalog(tmp_path_factory):
    kb = tmp_path_factory.mktemp("built") / "kb"
    for document, text in TEXTS.items():
        add_revision(kb, document, text, front_matter(document))
    return kb


@pytest.fixture
def own_catalog(tmp_path):
    kb = tmp_path / "own"
    for document, text in TEXTS.items():
        add_revision(kb, document, text, front_matter(document))
    return kb


@pytest.fixture
def folder(tmp_path):
    kb = tmp_path / "folder"
    kb.mkdir()
    for document, text in TEXTS.items():
        body = f"---\r\nid: {document}\r\n---\r\n\r\n{text}\r\n"
        decomposed = body.replace("ï", "i\u0308").replace("\n", "\r\n").replace("\r\r", "\r")
        (kb / f"{document}.md").write_bytes(decomposed.encode())
    manifest = {"schema": "consilia.manifest/1", "documents": [manifest_entry(d) for d in TEXTS]}
    (kb / "manifest.json").write_text(json.dumps(manifest))
    return kb


def span(document, quote):
    start = TEXTS[document].index(quote)
    return {
        "document": document,
        "version": sha(TEXTS[document]),
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "quote_sha256": sha(quote),
        "page": bisect_right(FRONT_MATTER[document].get("pages", []), start) or None,
    }


def claim(name, citations, *proofs, **others):
    checks = dict.fromkeys(("numbers", "polarity", "population", "strength"), "pass")
    return {
        "id": name,
        "text": proofs[0]["quote"],
        "form": "verbatim",
        "citations": citations,
        "proofs": list(proofs),
        "checks": checks | {"support": None},
        "mark": None,
        "derived": False,
    } | others


def reference(number, document):
    known = front_matter(document)
    optional = ("authors", "year", "url", "read_level", "evidence_type", "sample_size", *JUDGED)
    population = {"include": [], "exclude": [], "text": ""} | known.get("population", {})
    return {
        "number": number,
        "document": document,
        "kind": known["kind"],
        "title": known["title"],
        "venue": known.get("journal", known.get("issuer")),
        "identifiers": known.get("identifiers", {}),
        "standing": known.get("standing", "unknown"),
        "reading": known.get("reading", "source_text"),
        "population": population,
    } | {name: known.get(name) for name in optional}


def excluded(document):
    known = front_matter(document)
    keys = ("document", "title", "identifiers", "standing", "standing_source", "standing_date")
    return {key: known.get(key) for key in keys} | {"document": document}


def section(name, headline, groups, abstention=None):
    return {
        "name": name,
        "title": wording.SECTION_TITLES[name],
        "headline": headline,
        "groups": [{"heading": heading, "claims": claims} for heading, claims in groups],
        "abstention": abstention,
    }


def sealed(answer):
    """Give the answer the hashes that a forger would recompute."""
    keys = ("document", "version", "start", "end", "quote_sha256")
    try:
        spans = {tuple(p[k] for k in keys) for c in answer["claims"] for p in c["proofs"]}
        answer["review"]["evidence_digest"] = sha(canonical(sorted(spans)))
    except (KeyError, TypeError, AttributeError):
        pass
    return resealed(answer)


def resealed(answer):
    content = {k: v for k, v in answer.items() if k not in {"answer_id", "review"}}
    manifest = content.get("manifest")
    if isinstance(manifest, dict) and isinstance(manifest.get("knowledge_base"), dict):
        state = {k: v for k, v in manifest["knowledge_base"].items() if k != "generation"}
        content["manifest"] = manifest | {"knowledge_base": state}
    answer["answer_id"] = sha(canonical(content))
    return answer


def true_answer():
    silence = {
        "text": wording.ABSTENTIONS["label"],
        "reason": "No sentence is about children.",
        "nearest": [span("pill", "Use in adults only.") | {"missing": ["child"]}],
    }
    rare = "Twitching rarely means disease in naïve adults."
    return sealed({
        "schema": "consilia.answer/1",
        "answer_id": "",
        "status": "answered",
        "question": "When to refer?",
        "standalone_question": "When to refer an adult?",
        "audience": "clinician",
        "sections": [
            section("guidelines", "c2", [("Referral", ["c1"]), ("Reassurance", ["c2"])]),
            section("label", None, [], silence),
            section("research", "c3", [("Prognosis", ["c3"])]),
        ],
        "claims": [
            claim("c1", [1], span("guide", "Refer an adult with weakness.")),
            claim(
                "c2",
                [1],
                span("guide", REASSURE),
                text="Reassure after normal tests.",
                form="paraphrase",
            ),
            claim("c3", [2, 3], span("trial", rare), span("review", rare)),
            claim("c4", [4], span("pill", "Serious harm has been reported.")),
            claim("c5", [2], span("trial", "Rest helps."), derived=True),
        ],
        "references": [
            reference(1, "guide"),
            reference(2, "trial"),
            reference(3, "review"),
            reference(4, "pill"),
        ],
        "excluded": [excluded("old")],
        "omissions": [{"claim": "c4", "mark": "boxed_warning"}],
        "conflicts": [{"id": "rest", "note": "They differ.", "sides": [["c1"], ["c5"]]}],
        "notices": [{"code": "spelling", "text": "Interpreted."}],
        "guardrails": [
            {"rule": "A", "version": 1, "stage": "output", "action": "notice", "message": "m"}
        ],
        "review": {"status": "submitted", "evidence_digest": ""},
        "last_updated": "2023-10",
        "disclaimer": wording.DISCLAIMER,
        "manifest": {
            "version": "0.1.0",
            "knowledge_base": {"digest": "sha256:0", "generation": "g1"},
            "models": {"embedder": "e"},
            "settings": "sha256:1",
        },
    })


def silent_answer(status="abstained"):
    answer = true_answer()
    for part in answer["sections"]:
        silence = {"text": wording.ABSTENTIONS[part["name"]], "reason": "r", "nearest": []}
        part |= {"headline": None, "groups": [], "abstention": silence}
    none = {"claims": [], "references": [], "omissions": [], "conflicts": [], "excluded": []}
    return sealed(answer | none | {"status": status, "last_updated": None})


def places(answer, kb):
    return {finding.place for finding in verify.check(answer, kb)}


def steps_into(value, path=()):
    yield path
    containers = {dict: lambda: value.items(), list: lambda: enumerate(value)}
    for key, inner in containers.get(type(value), tuple)():
        yield from steps_into(inner, (*path, key))


def place_of(path):
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def value_at(answer, path):
    for key in path:
        answer = answer[key]
    return answer


def with_value(answer, path, value):
    changed = copy.deepcopy(answer)
    value_at(changed, path[:-1])[path[-1]] = value
    return changed


def without(answer, path):
    changed = copy.deepcopy(answer)
    del value_at(changed, path[:-1])[path[-1]]
    return changed


PATHS = [path for path in steps_into(true_answer()) if path]
LEAVES = [p for p in PATHS if not isinstance(value_at(true_answer(), p), (dict, list))]
KEYS = [path for path in PATHS if isinstance(path[-1], str)]
LISTS = [path for path in PATHS if isinstance(value_at(true_answer(), path), list)]


def altered(value):
    if value is None:
        return "x"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "x" if not value else value[:-1] + ("y" if value[-1] != "y" else "z")


def pattern(path):
    return re.sub(r"\[\d+\]", "[]", place_of(path))


# Words of the answer that nothing in the documents can prove: only `answer_id` covers them, so a
# forger who computes it again can change them.
SEALED_ONLY = {
    "question": "the user's words",
    "audience": "whom the assistant was told to address",
    "standalone_question": "the assistant's reading of them",
    "sections[].groups[].heading": "the arrangement is the assistant's",
    "sections[].abstention.reason": "the assistant's words",
    "sections[].abstention.nearest[].missing[]": "a judgement of retrieval",
    "claims[].checks.numbers": "results of gates that ran when the answer was made",
    "claims[].checks.polarity": "same",
    "claims[].checks.population": "same",
    "claims[].checks.strength": "same",
    "claims[].checks.support": "same",
    "claims[].checks.entities": "same",
    "claims[].mark": "headings can set it too, and the checker reads no headings",
    "omissions[].mark": "same",
    "conflicts[].id": "names a topic",
    "conflicts[].note": "the assistant's words",
    "notices[].code": "about the question, not the sources",
    "notices[].text": "same",
    "guardrails[].rule": "decisions on the question",
    "guardrails[].version": "same",
    "guardrails[].stage": "same",
    "guardrails[].action": "same",
    "guardrails[].message": "same",
    "manifest.version": "how the answer was made",
    "manifest.knowledge_base.digest": "the base may have grown since",
    "manifest.models.embedder": "how the answer was made",
    "manifest.settings": "same",
}
# No text can prove a paraphrase: its gates ran when it was made.
PARAPHRASED = ("claims", 1, "text")
UNSEALED = {
    "manifest.knowledge_base.generation": "names an index build, not evidence",
}


def each(paths):
    """One test over many places: as fast as a loop, and the place is told when it fails."""

    def over(test):
        def every(catalog):
            for path in paths:
                try:
                    test(catalog, path)
                except AssertionError as error:
                    raise AssertionError(f"at {place_of(path)}: {error}") from error

        every.__name__ = test.__name__
        every.__doc__ = test.__doc__
        return every

    return over


def test_a_true_answer_passes_against_a_catalog_and_a_folder(catalog, folder):
    assert verify.check(true_answer(), catalog) == []
    assert verify.check(true_answer(), folder) == []


@pytest.mark.parametrize("status", ["abstained", "emergency", "refused"])
def test_a_silent_answer_passes(catalog, status):
    assert verify.check(silent_answer(status), catalog) == []


def test_the_disclaimer_is_the_one_of_the_library():
    assert sha(wording.DISCLAIMER) == verify.DISCLAIMER_SHA256


def names(found, path):
    """Whether a finding stands at the changed place, at what holds it or at its neighbours."""
    place = place_of(path)
    beside = place_of(path[:-1]) + "."
    return any(
        place == f or re.match(re.escape(f) + r"[.\[]", place) or (f.startswith(beside))
        for f in found
    )


@each(LEAVES)
def test_every_changed_value_is_found_unless_sealed_again(catalog, path):
    answer = true_answer()
    changed = with_value(answer, path, altered(value_at(answer, path)))
    found = places(changed, catalog)

    if pattern(path) in UNSEALED:
        assert found == set()
    else:
        assert "answer_id" in found or names(found, path)


@each(LEAVES)
def test_every_changed_value_is_named_though_sealed_again(catalog, path):
    answer = true_answer()
    changed = sealed(with_value(answer, path, altered(value_at(answer, path))))
    found = places(changed, catalog)
    free = SEALED_ONLY | UNSEALED | dict.fromkeys(("answer_id", "review.evidence_digest"))
    if pattern(path) in free or path == PARAPHRASED:
        assert found == set()
    else:
        assert names(found, path)


# Keys that the checker does not read at all; all others are missed when they are gone.
UNREAD = "|".join((
    r"(standalone_)?question|audience|sections\[\]\.groups\[\]\.heading",
    r"sections\[\]\.abstention\.(reason|nearest\[\]\.missing)|claims\[\]\.(checks|mark)",
    r"omissions\[\]\.mark|conflicts\[\]\.(id|note)|notices|guardrails",
    r"manifest\.(version|settings|models|knowledge_base\.(digest|generation))",
))
# A nearest miss need not tell its page.
LACKED = {"sections[].abstention.nearest[].page"}


@pytest.mark.slow
@each(KEYS)
def test_every_dropped_key_is_missed(catalog, path):
    unsealed = places(without(true_answer(), path), catalog)
    found = places(sealed(without(true_answer(), path)), catalog)
    if path[0] == "answer_id" or path == ("review", "evidence_digest"):  # sealing writes it again
        found = unsealed
    if re.match(UNREAD, pattern(path)) or pattern(path) in LACKED:
        assert found == set()
        assert unsealed == (set() if pattern(path) in UNSEALED else {"answer_id"})
    else:
        assert names(found, path)


# Elements of these lists are not read, so none of them is strange.
UNREAD_LISTS = {"sections[].abstention.nearest[].missing", "notices", "guardrails"}


@pytest.mark.slow
@each(LISTS)
def test_every_strange_element_is_named(catalog, path):
    answer = true_answer()
    strangers = [{}, None, 1, 1.5, "x"] + [[]] * (pattern(path) != "conflicts[].sides")
    for stranger in strangers:
        changed = with_value(answer, path, [*value_at(answer, path), stranger])
        assert places(changed, catalog) != set()
        found = places(sealed(changed), catalog)
        if pattern(path) not in UNREAD_LISTS:
            assert any(f.startswith(place_of(path)) for f in found) or names(found, path)


# What may be said twice without lying: the words are still those of the sources.
REPEATABLE = {
    "sections[].groups": "a group shown twice",
    "sections[].groups[].claims": "a claim shown twice",
    "sections[].abstention.nearest": "a miss shown twice",
    "sections[].abstention.nearest[].missing": "not provable at all",
    "claims[].proofs": "the same proof twice proves the same",
    "excluded": "a source named twice",
    "omissions": "an omission shown twice",
    "conflicts": "a conflict shown twice",
    "conflicts[].sides": "a side shown twice",
    "conflicts[].sides[]": "a claim shown twice",
    "notices": "not provable at all",
    "guardrails": "not provable at all",
}


@each([p for p in LISTS if value_at(true_answer(), p)])
def test_every_repeated_element_is_named(catalog, path):
    answer = true_answer()
    elements = value_at(answer, path)
    changed = with_value(answer, path, [*elements, copy.deepcopy(elements[-1])])
    assert "answer_id" in places(changed, catalog)
    if pattern(path) in REPEATABLE:
        assert places(sealed(changed), catalog) == set()
    else:
        found = places(sealed(changed), catalog)
        assert any(f.startswith(place_of(path)) for f in found) or names(found, path)


@pytest.mark.slow
@each(PATHS)
def test_junk_anywhere_gives_findings_and_no_traceback(catalog, path):
    answer = true_answer()
    for value in (None, [], {}, True, 1.5, 10**4000, [[None]], {"a": 1}, "\x1b[2J"):
        changed = sealed(with_value(answer, path, value))
        assert isinstance(verify.check(changed, catalog), list)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["claims", "proofs", "start", "id", "x"]), inner)
    ),
    max_leaves=8,
)


@given(path=st.sampled_from(PATHS), value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_json_anywhere_gives_findings_and_no_traceback(catalog, path, value):
    answer = with_value(true_answer(), path, value)
    for finding in verify.check(answer, catalog):
        assert finding.place
        assert finding.message


@pytest.mark.parametrize("answer", [None, [], {}, "answer", 1, {1: 2}, {"a": {1}}, [["a", 1]]])
def test_what_is_no_answer_gives_findings(catalog, answer):
    assert verify.check(answer, catalog) != []


def test_the_first_misfit_is_told_alone(catalog):
    answer = true_answer() | {"disclaimer": "None."}
    answer["claims"][2]["proofs"][0]["start"] = True
    del answer["claims"][3]["proofs"]
    assert [f.place for f in verify.check(answer, catalog)] == ["claims[2].proofs[0].start"]


@pytest.mark.slow
@each(LEAVES)
def test_half_a_character_anywhere_gives_findings_and_no_traceback(catalog, path):
    answer = with_value(true_answer(), path, "\ud800")
    if pattern(path) in UNSEALED:
        assert verify.check(answer, catalog) == []
        return
    try:
        assert verify.check(answer, catalog) != []
    except verify.UnreadableError:
        assert path[-1] == "document"


@pytest.mark.slow
def test_depth_near_the_limit_of_recursion_gives_findings(catalog):
    deep = "x"
    for depth in range(sys.getrecursionlimit() + 10):
        deep = [deep]
        if depth > sys.getrecursionlimit() - 250:
            answer = with_value(true_answer(), ("references", 0, "title"), deep)
            answer["references"][0]["extra"] = {"more": deep}
            assert verify.check(answer, catalog) != []


@pytest.mark.slow
def test_every_position_of_a_quote_counts(catalog):
    quote = true_answer()["claims"][1]["proofs"][0]["quote"]
    for position in range(len(quote)):
        for other in ("", "x", quote[position] + "\u200b"):
            forged = quote[:position] + other + quote[position + 1 :]
            answer = true_answer()
            answer["claims"][1]["proofs"][0] |= {"quote": forged, "quote_sha256": sha(forged)}
            assert places(sealed(answer), catalog) == {"claims[1].proofs[0].quote"}


def test_every_byte_of_a_quote_in_the_file_counts(catalog, tmp_path):
    raw = canonical(true_answer())
    begin = raw.index(REASSURE.encode())
    path = tmp_path / "answer.json"
    for position in range(begin, begin + 30):
        path.write_bytes(raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :])
        assert verify.main([str(path), str(catalog)]) in {1, 2}


@pytest.mark.parametrize("start", [-1, 0, 10**20])
@pytest.mark.parametrize("end", [-1, 0, 1, 10**20])
def test_a_span_outside_the_text_or_without_words_is_found(catalog, start, end):
    answer = true_answer()
    answer["claims"][0]["proofs"][0] |= {"start": start, "end": end}
    assert places(sealed(answer), catalog) & {
        f"claims[0].proofs[0].{k}" for k in ("start", "quote")
    }


def test_spans_count_code_points_from_the_front_not_from_the_back(catalog):
    answer = true_answer()
    proof = answer["claims"][0]["proofs"][0]
    proof |= {"start": proof["start"] - len(GUIDELINE), "end": proof["end"] - len(GUIDELINE)}
    assert GUIDELINE[proof["start"] : proof["end"]] == proof["quote"]
    assert places(sealed(answer), catalog) == {"claims[0].proofs[0].start"}


@pytest.mark.parametrize("number", [True, 1.0, "1"])
def test_numbers_that_only_look_equal_are_found(catalog, number):
    size = sealed(with_value(true_answer(), ("references", 1, "sample_size"), number))
    cited = sealed(with_value(true_answer(), ("claims", 0, "citations"), [number]))
    assert places(size, catalog) == {"references[1].sample_size"}
    assert places(cited, catalog) == {"claims[0].citations[0]"}


def test_an_answer_that_rests_on_removed_documents_holds(own_catalog):
    change_catalog(own_catalog, "DELETE FROM current")
    assert verify.check(true_answer(), own_catalog) == []


def change_manifest(folder, change):
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_an_answer_holds_against_a_folder_with_removed_documents_and_newer_versions(folder):
    def retire(manifest):
        for entry in manifest["documents"]:
            entry["current"] = entry["id"] not in {"guide", "review"}
        newer = GUIDELINE + "More.\n"
        (folder / "newer.md").write_text(newer)
        entry = manifest_entry("guide") | {"path": "newer.md", "version": sha(newer)}
        manifest["documents"].append(entry | {"current": True})

    change_manifest(folder, retire)
    assert verify.check(true_answer(), folder) == []


def test_a_span_that_does_not_hold_fails_though_its_document_was_removed(own_catalog):
    change_catalog(own_catalog, "DELETE FROM current WHERE document = 'trial'")
    answer = true_answer()
    answer["claims"][2]["proofs"][0]["start"] -= 1
    assert "claims[2].proofs[0].quote" in places(sealed(answer), own_catalog)


def acts_of(answer, recorded, **others):
    return {
        "question": answer["standalone_question"],
        "audience": answer["audience"],
        "status": recorded,
        "evidence_digest": answer["review"]["evidence_digest"],
        "answer_id": "a",
        "by": "A",
        "at": "now",
    } | others


@pytest.mark.parametrize("kb", ["own_catalog", "folder"])
@pytest.mark.parametrize(
    ("recorded", "others", "claimed", "holds"),
    [
        (None, {}, "submitted", True),
        (None, {}, "approved", False),
        (None, {}, "under_review", False),
        ("approved", {}, "approved", True),
        ("approved", {}, "submitted", True),
        ("approved", {}, "under_review", True),
        ("approved", {"evidence_digest": "sha256:other"}, "approved", False),
        ("approved", {"evidence_digest": "sha256:other"}, "under_review", True),
        ("approved", {"audience": "nurse"}, "approved", False),
        ("approved", {"audience": "nurse"}, "under_review", False),
        ("approved", {"question": "Other?"}, "approved", False),
        ("approved", {"question": "Other?"}, "under_review", False),
        ("under_review", {}, "under_review", True),
        ("under_review", {}, "approved", False),
        ("blessed", {}, "blessed", False),
    ],
)
def test_a_review_needs_its_record(request, kb, recorded, others, claimed, holds):
    answer, kb = true_answer(), request.getfixturevalue(kb)
    answer["review"]["status"] = claimed
    act = acts_of(answer, recorded, **others)
    if recorded and kb.name == "folder":
        change_manifest(kb, lambda manifest: manifest.update(reviews=[act]))
    elif recorded:
        statement = f"INSERT INTO reviews ({', '.join(act)}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        change_catalog(kb, statement, *act.values())
    assert places(answer, kb) == (set() if holds else {"review.status"})


def test_an_approval_does_not_pass_to_other_evidence(own_catalog):
    answer = true_answer()
    act = acts_of(answer, "approved")
    statement = f"INSERT INTO reviews ({', '.join(act)}) VALUES (?, ?, ?, ?, ?, ?, ?)"
    change_catalog(own_catalog, statement, *act.values())
    answer["review"]["status"] = "approved"
    assert places(answer, own_catalog) == set()
    answer["claims"][1]["proofs"].append(span("guide", "Refer an adult"))
    assert places(sealed(answer), own_catalog) == {"review.status"}


@pytest.mark.parametrize("page", [None, 0, 1, 3, True, 2.0, "2"])
@pytest.mark.parametrize("place", [("claims", 2, "proofs", 0), ("sections", 1, "abstention")])
def test_a_page_is_the_one_on_which_the_span_starts(catalog, page, place):
    answer = true_answer()
    if place[0] == "sections":
        rare = "Twitching rarely means disease in naïve adults."
        answer["sections"][1]["abstention"]["nearest"][0] |= span("trial", rare)
        place = (*place, "nearest", 0)
    assert value_at(answer, place)["page"] == 2
    assert places(sealed(answer), catalog) == set()
    wrong = sealed(with_value(answer, (*place, "page"), page))
    assert places(wrong, catalog) == {f"{place_of(place)}.page"}


@pytest.mark.parametrize("document", ["guide", "pill"])
def test_a_source_without_pages_has_none(catalog, document):
    path = {"guide": ("claims", 0, "proofs", 0), "pill": ("claims", 3, "proofs", 0)}[document]
    assert value_at(true_answer(), path)["page"] is None
    answer = sealed(with_value(true_answer(), (*path, "page"), 1))
    assert places(answer, catalog) == {f"{place_of(path)}.page"}


@pytest.mark.parametrize("key", JUDGED)
@pytest.mark.parametrize("number", [0, 1])
def test_what_is_said_of_a_standing_is_told_and_true(catalog, key, number):
    lacking = without(true_answer(), ("references", number, key))
    assert f"references[{number}]" in places(sealed(lacking), catalog)
    wrong = sealed(with_value(true_answer(), ("references", number, key), "2019-01"))
    assert places(wrong, catalog) == {f"references[{number}].{key}"}


@pytest.mark.parametrize("key", JUDGED)
def test_no_reference_may_leave_out_what_is_said_of_its_standing(catalog, key):
    answer = true_answer()
    for told in answer["references"]:
        del told[key]
    assert places(sealed(answer), catalog) == {f"references[{n}]" for n in range(4)}


@pytest.mark.parametrize("path", LISTS)
def test_no_list_may_be_null(catalog, path):
    if pattern(path) not in UNREAD_LISTS:
        assert names(places(sealed(with_value(true_answer(), path, None)), catalog), path)


@pytest.mark.parametrize("path", [("excluded",), ("claims", 0, "proofs", 0, "page")])
def test_what_older_answers_lacked_is_missed(catalog, folder, path):
    lacking = sealed(without(true_answer(), path))
    for kb in (catalog, folder):
        assert places(lacking, kb) == {place_of(path)}


@pytest.mark.parametrize(
    "change",
    [
        {"standing": "withdrawn"},
        {"standing": None},
        {"title": "B"},
        {"identifiers": {}},
        {"identifiers": {"pmid": 7}},
        {"standing_source": None},
        {"standing_date": "2020"},
        {"kind": "study"},
        {"note": None},
        {"document": "review"},
        {"document": "none"},
    ],
)
@pytest.mark.parametrize("kb", ["catalog", "folder"])
def test_a_source_is_excluded_as_the_knowledge_base_says(request, kb, change):
    answer = sealed(true_answer() | {"excluded": [excluded("old") | change]})
    found = places(answer, request.getfixturevalue(kb))
    assert found
    assert found <= {"excluded[0]", "excluded[0].standing"}


def test_a_source_that_may_be_used_is_not_excluded(catalog):
    answer = sealed(true_answer() | {"excluded": [excluded("guide")]})
    assert places(answer, catalog) == {"excluded[0].standing"}


def test_a_source_stays_excluded_as_one_of_its_revisions_says(own_catalog):
    newer = front_matter("old") | {"title": "New title", "standing_date": "2021-01"}
    add_revision(own_catalog, "old", OLD, newer)
    assert verify.check(true_answer(), own_catalog) == []
    mixed = sealed(with_value(true_answer(), ("excluded", 0, "title"), "New title"))
    assert places(mixed, own_catalog) == {"excluded[0]"}


def test_a_changed_catalog_is_told_of_what_is_excluded(own_catalog):
    change = "UPDATE revisions SET front_matter = replace(front_matter, 'ledger', 'friend')"
    change_catalog(own_catalog, change)
    answer = with_value(true_answer(), ("excluded", 0, "standing_source"), "A friend")
    assert places(sealed(answer), own_catalog) == {"excluded[0]"}


def test_an_unknown_document_is_told(own_catalog):
    change_catalog(own_catalog, "DELETE FROM revisions WHERE document = 'review'")
    assert "claims[2].proofs[1].document" in places(true_answer(), own_catalog)


@pytest.mark.parametrize(
    ("table", "column", "old", "new"),
    [
        ("texts", "text", "helps", "heals"),
        ("revisions", "front_matter", "A trial", "B trial"),
        ("texts", "version", "a", "b"),
    ],
)
def test_a_changed_catalog_is_told(own_catalog, table, column, old, new):
    where = "WHERE document = 'trial'" if table == "revisions" else "WHERE text LIKE '%helps%'"
    change = f"UPDATE {table} SET {column} = replace({column}, ?, ?) {where}"
    change_catalog(own_catalog, change, old, new)
    found = places(true_answer(), own_catalog)
    assert {"claims[2].proofs[0].version", "claims[4].proofs[0].version"} <= found


def test_an_answer_from_an_older_revision_still_passes(own_catalog):
    newer = front_matter("guide") | {"revised": "2026-01", "standing": "superseded"}
    add_revision(own_catalog, "guide", GUIDELINE + "More.\n", newer)
    add_revision(own_catalog, "pill", LABEL, front_matter("pill") | {"revised": "2026-02"})
    assert verify.check(true_answer(), own_catalog) == []


def test_fields_of_two_revisions_cannot_be_mixed(own_catalog):
    newer = front_matter("guide") | {"title": "New title", "standing": "superseded"}
    add_revision(own_catalog, "guide", GUIDELINE, newer)
    mixed = sealed(with_value(true_answer(), ("references", 0, "title"), "New title"))
    (found,) = places(mixed, own_catalog)
    assert found in {"references[0].title", "references[0].standing"}


def test_a_changed_file_of_a_folder_is_told(folder):
    (folder / "trial.md").write_text("---\nid: trial\n---\nRest heals.\n")
    assert "claims[2].proofs[0].version" in places(true_answer(), folder)


@pytest.mark.slow
def test_junk_anywhere_in_a_manifest_gives_no_traceback(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["reviews"] = [acts_of(true_answer(), "approved")]
    paths = [path for path in steps_into(manifest) if path]
    junk = (None, [], {}, True, 1.5, 1e999, [[None]], {"a": 1}, "x", "\ud800")
    for path, value in product(paths, junk):
        (folder / "manifest.json").write_text(json.dumps(with_value(manifest, path, value)))
        with suppress(verify.UnreadableError):
            assert isinstance(verify.check(true_answer(), folder), list)


def test_a_changed_manifest_of_a_folder_is_told(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["documents"][0]["front_matter"]["standing"] = "retracted"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert {"claims[0].proofs[0].version", "references[0].standing"} <= places(
        true_answer(), folder
    )


def test_unknown_keys_of_a_reference_are_told_without_obeying_them(catalog):
    answer = true_answer()
    answer["references"][0]["\x1b[2J"] = "x"
    (found,) = verify.check(sealed(answer), catalog)
    assert found.place == "references[0]"
    assert found.message.endswith(r"must not have it: '\x1b[2J'")


def test_a_verbatim_claim_cannot_borrow_the_proof_of_another_sentence(catalog):
    answer = true_answer()
    answer["claims"][2]["proofs"][1] = span("trial", "Rest helps.")
    assert "claims[2].proofs" in places(sealed(answer), catalog)


def test_a_claim_without_proof_is_told(catalog):
    answer = true_answer()
    answer["claims"][1] |= {"proofs": [], "citations": []}
    assert places(sealed(answer), catalog) == {"claims[1].proofs"}


@pytest.mark.parametrize("kb", ["catalog", "folder"])
def test_an_inference_cannot_pass_as_a_statement(kb, request):
    answer = with_value(true_answer(), ("claims", 4, "derived"), False)
    assert places(sealed(answer), request.getfixturevalue(kb)) == {"claims[4].derived"}


def test_two_claims_cannot_share_an_id(catalog):
    answer = true_answer()
    answer["claims"][4]["id"] = "c4"
    assert {"claims[3].id", "claims[4].id"} <= places(sealed(answer), catalog)


def test_a_claim_that_nothing_shows_is_told(catalog):
    answer = true_answer() | {"conflicts": []}
    assert "claims[4].id" in places(sealed(answer), catalog)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sections", 0, "headline"), "c9"),
        (("sections", 0, "groups", 0, "claims"), ["c1", "c9"]),
        (("omissions",), [{"claim": "c4", "mark": "m"}, {"claim": "c9", "mark": "m"}]),
        (("conflicts", 0, "sides"), [["c1"], ["c5", "c9"]]),
    ],
)
def test_a_claim_that_is_not_there_is_told(catalog, path, value):
    (found,) = places(sealed(with_value(true_answer(), path, value)), catalog)
    assert found.startswith(place_of(path))


def test_a_headline_of_another_section_is_told(catalog):
    answer = with_value(true_answer(), ("sections", 0, "headline"), "c3")
    assert places(sealed(answer), catalog) == {"sections[0].headline"}


def test_a_study_does_not_pass_as_a_guideline(catalog):
    answer = true_answer()
    answer["sections"][0]["groups"][1]["claims"].append("c5")
    assert places(sealed(answer), catalog) >= {"sections[0].groups"}


def test_numbers_out_of_the_order_of_first_mention_are_told(catalog):
    answer = true_answer()
    first, second, *others = answer["references"]
    answer["references"] = [second | {"number": 1}, first | {"number": 2}, *others]
    for made in answer["claims"]:
        made["citations"] = [{1: 2, 2: 1}.get(number, number) for number in made["citations"]]
    found = places(sealed(answer), catalog)
    assert {"claims[0].citations", "references[0].document", "references[1].document"} <= found


def test_a_reference_that_nothing_cites_is_told(catalog):
    answer = true_answer()
    answer["references"].append(reference(5, "review"))
    assert places(sealed(answer), catalog) == {"references"}


def test_a_section_is_silent_or_speaks(catalog):
    both, neither = true_answer(), true_answer()
    both["sections"][0]["abstention"] = {
        "text": wording.ABSTENTIONS["guidelines"],
        "reason": "r",
        "nearest": [],
    }
    neither["sections"][1]["abstention"] = None
    assert places(sealed(both), catalog) == {"sections[0].abstention"}
    assert places(sealed(neither), catalog) == {"sections[1].abstention"}


@pytest.mark.parametrize("status", ["emergency", "refused"])
def test_only_emergencies_and_refusals_may_leave_a_section_bare(catalog, status):
    answer = silent_answer(status)
    for part in answer["sections"]:
        part["abstention"] = None
    assert places(sealed(answer), catalog) == set()
    found = places(sealed(answer | {"status": "abstained"}), catalog)
    assert found == {f"sections[{n}].abstention" for n in range(3)}


def test_the_status_fits_the_sections(catalog):
    assert "status" in places(sealed(true_answer() | {"status": "abstained"}), catalog)
    assert "status" in places(sealed(silent_answer() | {"status": "answered"}), catalog)


@pytest.mark.parametrize("date", ["", None, "2021-05", "2020", "2024-01"])
def test_the_date_of_the_newest_source_is_the_only_one_allowed(catalog, date):
    assert places(sealed(true_answer() | {"last_updated": date}), catalog) == {"last_updated"}


def run(capsys, *arguments):
    status = verify.main([str(argument) for argument in arguments])
    return status, capsys.readouterr()


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_main_says_that_all_holds(capsys, catalog, tmp_path):
    status, said = run(capsys, write(tmp_path / "a.json", canonical(true_answer())), catalog)
    assert (status, said.err) == (0, "")
    assert said.out == "Every span, quote, hash, number and reference field holds.\n"


def test_main_has_no_remark_on_what_was_removed(capsys, own_catalog, tmp_path):
    change_catalog(own_catalog, "DELETE FROM current WHERE document = 'review'")
    status, said = run(capsys, write(tmp_path / "a.json", canonical(true_answer())), own_catalog)
    assert (status, said.err) == (0, "")
    assert said.out == "Every span, quote, hash, number and reference field holds.\n"


def test_main_prints_every_place_that_fails(capsys, catalog, tmp_path):
    answer = true_answer()
    answer["claims"][2]["proofs"][0]["quote"] = "Twitching means disease."
    answer["disclaimer"] = "None."
    status, said = run(capsys, write(tmp_path / "a.json", canonical(answer)), catalog)
    lines = {line.split(": ")[0] for line in said.out.splitlines()}
    assert status == 1
    assert {"claims[2].proofs[0].quote", "disclaimer", "answer_id"} <= lines


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_main_refuses_broken_json(capsys, catalog, tmp_path, content):
    status, said = run(capsys, write(tmp_path / "a.json", content), catalog)
    assert (status, said.out) == (2, "")
    assert said.err.startswith("cannot read the answer")


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"x"', b"{}", b'{"a": NaN}'])
def test_main_tells_what_is_no_answer(capsys, catalog, tmp_path, content):
    assert run(capsys, write(tmp_path / "a.json", content), catalog)[0] == 1


def test_main_refuses_a_directory_and_a_missing_file(capsys, catalog, tmp_path):
    assert run(capsys, tmp_path, catalog)[0] == 2
    assert run(capsys, tmp_path / "none.json", catalog)[0] == 2


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b", "c"]])
def test_main_tells_its_usage(capsys, arguments):
    status, said = run(capsys, *arguments)
    assert status == 2
    assert "usage: verify ANSWER.json KB" in said.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (None, b""),
        ("catalog.sqlite3", b""),
        ("catalog.sqlite3", b"no database" * 100),
        ("manifest.json", b"{"),
        ("manifest.json", b"[]"),
        ("manifest.json", b'{"schema": "consilia.manifest/1"}'),
        ("manifest.json", b'{"schema": "consilia.manifest/1", "documents": [1]}'),
        ("manifest.json", b'{"schema": "consilia.manifest/1", "documents": [{"id": "guide"}]}'),
    ],
)
def test_main_refuses_what_is_no_knowledge_base(capsys, tmp_path, name, content):
    answer = write(tmp_path / "a.json", canonical(true_answer()))
    kb = tmp_path / "kb"
    if name:
        kb.mkdir()
        write(kb / name, content)
    before = sorted(tmp_path.rglob("*"))
    status, said = run(capsys, answer, kb)
    assert (status, said.out) == (2, "")
    assert said.err.startswith("cannot read the knowledge base")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "front", ["[]", "1", "{", "null", '{"population": 1}', '{"kind": []}', '{"revised": {}}', "NaN"]
)
def test_a_damaged_catalog_gives_no_traceback(capsys, tmp_path, own_catalog, front):
    change_catalog(own_catalog, "UPDATE revisions SET front_matter = ?", front)
    answer = write(tmp_path / "a.json", canonical(true_answer()))
    assert run(capsys, answer, own_catalog)[0] in {1, 2}


def test_a_silent_answer_needs_a_knowledge_base_too(capsys, tmp_path):
    answer = write(tmp_path / "a.json", canonical(silent_answer()))
    assert run(capsys, answer, tmp_path / "none")[0] == 2


def test_verifying_leaves_the_catalog_untouched(own_catalog, monkeypatch):
    before = {path: path.read_bytes() for path in own_catalog.iterdir()}
    own_catalog.chmod(0o500)
    monkeypatch.setattr(verify.os, "access", lambda path, mode: False)  # root could write
    assert verify.check(true_answer(), own_catalog) == []
    own_catalog.chmod(0o700)
    assert {path: path.read_bytes() for path in own_catalog.iterdir()} == before


def test_what_is_only_in_the_log_of_the_catalog_counts(own_catalog, monkeypatch):
    writer = sqlite3.connect(own_catalog / "catalog.sqlite3")
    with writer:
        writer.execute("DELETE FROM revisions WHERE document = 'trial'")
    for may_write in (True, False):
        monkeypatch.setattr(verify.os, "access", lambda path, mode, may=may_write: may)
        told = places(true_answer(), own_catalog)
        assert {"claims[2].proofs[0].document", "claims[4].proofs[0].document"} <= told
    writer.close()


def test_a_catalog_from_before_is_not_read_by_halves(capsys, own_catalog, tmp_path):
    change_catalog(own_catalog, "DROP TABLE texts")
    answer = write(tmp_path / "a.json", canonical(true_answer()))
    status, said = run(capsys, answer, own_catalog)
    assert (status, said.out) == (2, "")


def test_the_file_runs_alone_on_the_standard_library(catalog, tmp_path):
    answer = write(tmp_path / "a.json", canonical(true_answer()))
    command = [sys.executable, "-I", "-S", "-W", "error", verify.__file__, answer, catalog]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
