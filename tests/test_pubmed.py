from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilia.errors import DocumentError
from consilia.readers.medline import pubmed
from consilia.readers.reading import Notes, Source
from consilia.sentences import split_sentences

SHARED = Path(__file__).parents[2] / "shared" / "data"
PUBMED = SHARED / "pubmed-xml"
real = pytest.mark.skipif(not PUBMED.is_dir(), reason="the shared PubMed exports are not here")

HEAD = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN"'
    ' "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
ABSTRACT = "<Abstract><AbstractText>Zelvoprine eased flumbosis.</AbstractText></Abstract>"


def paper(number=7, *, article=ABSTRACT, citation="", title="Zelvoprine for flumbosis.", version=1):
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="{version}">{number}</PMID>'
        f"<Article><ArticleTitle>{title}</ArticleTitle>{article}</Article>"
        f"{citation}</MedlineCitation></PubmedArticle>"
    )


def types(*names):
    inner = "".join(f"<PublicationType>{name}</PublicationType>" for name in names)
    return f"<PublicationTypeList>{inner}</PublicationTypeList>"


def link(ref_type, source="J Flumb. 2020;1:2", pmid="<PMID>99</PMID>"):
    return (
        f'<CommentsCorrectionsList><CommentsCorrections RefType="{ref_type}">'
        f"<RefSource>{source}</RefSource>{pmid}</CommentsCorrections></CommentsCorrectionsList>"
    )


def read(*records, notes=None):
    data = f"{HEAD}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>"
    return read_bytes(data.encode(), notes)


def read_bytes(data, notes=None):
    source = Source("export.xml", data)
    assert pubmed.recognises(source)
    return list(pubmed.READER.read(source, notes or Notes()))


def one(*records):
    (document,) = read(*records)
    return document


def said(notes):
    return [(note.place, note.text) for note in notes]


def shared(name):
    notes = Notes()
    return read_bytes((PUBMED / name).read_bytes(), notes), notes


def by_pmid(name):
    return {d.metadata.identifiers["pmid"]: d for d in shared(name)[0]}


# ---------------------------------------------------------------- what it is


def test_every_root_of_the_family_is_recognised_and_no_other():
    roots = ("PubmedArticleSet", "PubmedArticle", "PubmedBookArticleSet", "MedlineCitationSet")

    assert all(pubmed.recognises(Source("x", f"<{root}/>".encode())) for root in roots)
    assert not pubmed.recognises(Source("pubmed.xml", b"<article/>"))
    assert not pubmed.recognises(Source("pubmed.xml", b""))
    assert not pubmed.recognises(Source("pubmed.xml", b"\xff\xfe\x00"))


def test_a_lone_record_and_a_set_of_bare_citations_are_read():
    record = paper()
    bare = record.removeprefix("<PubmedArticle>").removesuffix("</PubmedArticle>")

    assert read_bytes(record.encode())[0].id == "pmid-7"
    assert read_bytes(bare.encode())[0].id == "pmid-7"
    assert read_bytes(f"<MedlineCitationSet>{bare}</MedlineCitationSet>".encode())[0].id == "pmid-7"


def test_files_that_were_joined_are_read_to_the_end():
    notes = Notes()
    whole = "".join(f"{HEAD}<PubmedArticleSet>{paper(n)}</PubmedArticleSet>\n" for n in (1, 2))

    assert [d.id for d in read_bytes(whole.encode(), notes)] == ["pmid-1", "pmid-2"]
    assert notes == Notes()


def test_other_encodings_are_read_and_unknown_ones_refused():
    record = paper(title="Über Flumbose")
    latin = f'<?xml version="1.0" encoding="ISO-8859-1"?>{record}'.encode("latin-1")
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{record}'.encode("utf-16")
    unknown = f'<?xml version="1.0" encoding="EBCDIC-X"?>{record}'.encode()

    assert read_bytes(latin)[0].metadata.title == "Über Flumbose"
    assert read_bytes(wide)[0].metadata.title == "Über Flumbose"
    with pytest.raises(DocumentError, match="save the file as UTF-8"):
        read_bytes(unknown)


# ---------------------------------------------------------------- the body


def test_each_label_is_a_heading_and_words_without_one_stand_under_abstract():
    document = one(
        paper(
            article="<Abstract><AbstractText>First.</AbstractText>"
            '<AbstractText Label="METHODS AND RESULTS">Second.</AbstractText>'
            '<AbstractText Label="METHODS AND RESULTS">Third.</AbstractText>'
            '<AbstractText Label="UNLABELLED">Fourth.</AbstractText>'
            '<AbstractText Label="RESULTS"> </AbstractText></Abstract>'
        )
    )

    assert document.text == (
        "## Abstract\n\nFirst.\n\n## Methods and results\n\nSecond.\n\nThird.\n\n"
        "## Abstract\n\nFourth.\n"
    )


def test_labels_in_the_running_text_are_headings_too():
    text = "BACKGROUND: Flumbosis hurts. RESULTS: It eased. Note: it came back."
    document = one(paper(article=f"<Abstract><AbstractText>{text}</AbstractText></Abstract>"))

    assert document.text == (
        "## Background\n\nFlumbosis hurts.\n\n## Results\n\nIt eased. Note: it came back.\n"
    )


def test_one_colon_makes_no_heading():
    text = "FLUMBOSIS: a disease. It hurts."
    document = one(paper(article=f"<Abstract><AbstractText>{text}</AbstractText></Abstract>"))

    assert document.text == f"## Abstract\n\n{text}\n"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("10<sup>9</sup>/L and m<sup>2</sup>", "10⁹/L and m²"),
        ("10<sup>-9</sup> CD4<sup>+</sup>", "10⁻⁹ CD4⁺"),
        ("x<sup>a</sup> and <sup>131</sup>I", "x^a and ¹³¹I"),
        ("x<sup>a b</sup> the 5<sup>th</sup> Zelvo<sup>®</sup>", "x^(a b) the 5th Zelvo®"),
        ("H<sub>2</sub>O <i>in vivo</i>", "H2O in vivo"),
        ("2<sup><b>1</b>0</sup>", "2¹⁰"),
        ("5&nbsp;mg &#x2265; 3", "5 mg ≥ 3"),
        ("<mml:math> <mml:mfrac>\n<mml:mi>a</mml:mi> <mml:mi>b</mml:mi></mml:mfrac></mml:math>",
         "a/b"),
        ("<mml:math><mml:msup><mml:mi>s</mml:mi> <mml:mn>2</mml:mn></mml:msup></mml:math>", "s²"),
    ],
)  # fmt: skip
def test_marked_up_words_keep_their_meaning(written, words):
    document = one(
        paper(
            title=f"On {written}.",
            article=f"<Abstract><AbstractText>On {written}.</AbstractText></Abstract>",
        )
    )

    assert document.text == f"## Abstract\n\nOn {words}.\n"
    assert document.metadata.title == f"On {words}."


def test_other_abstracts_stand_under_headings_that_name_them():
    document = one(
        paper(
            citation='<OtherAbstract Type="plain-language-summary" Language="eng">'
            "<AbstractText>It helps.</AbstractText></OtherAbstract>"
            '<OtherAbstract Type="Publisher" Language="spa">'
            '<AbstractText Label="MÉTODOS">Se midió.</AbstractText></OtherAbstract>'
        )
    )

    assert document.text.endswith(
        "## Plain language summary\n\nIt helps.\n\n## Abstract in Spanish\n\n"
        "### Métodos\n\nSe midió.\n"
    )


def test_words_about_the_abstract_are_noted_not_read():
    notes = Notes()
    text = "It eased. (ABSTRACT TRUNCATED AT 250 WORDS)"
    (document,) = read(
        paper(
            article=f"<Abstract><AbstractText>{text}</AbstractText></Abstract>",
            citation='<OtherAbstract Type="Publisher" Language="fre"><AbstractText>'
            "Abstract available from the publisher.</AbstractText></OtherAbstract>"
            "<CoiStatement>None.</CoiStatement>" + link("Cites"),
        ),
        notes=notes,
    )

    assert document.text == "## Abstract\n\nIt eased.\n"
    assert said(notes.unplaced) == [
        ("PMID 7", "the record cuts the abstract: (ABSTRACT TRUNCATED AT 250 WORDS)"),
        ("PMID 7", "Abstract available from the publisher."),
        ("PMID 7", "1 reference"),
        ("PMID 7", "conflict of interest statement: None."),
    ]


def test_a_record_without_an_abstract_is_noted_with_its_retraction():
    notes = Notes()
    documents = read(
        paper(1, article=""), paper(2, article="", citation=link("RetractionIn")), notes=notes
    )

    assert documents == []
    assert said(notes.unplaced) == [
        ("PMID 1", "no abstract: Zelvoprine for flumbosis."),
        (
            "PMID 2",
            "no abstract: standing retracted; Retraction in PMID 99; Zelvoprine for flumbosis.",
        ),
    ]


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("names", "design", "wording", "kind"),
    [
        (["Journal Article"], "other", "Journal Article", "study"),
        (["Journal Article", "Review"], "narrative_review", "Review", "study"),
        (["Review", "Randomized Controlled Trial"],
         "randomised_controlled_trial", "Randomized Controlled Trial", "study"),
        (["Systematic Review", "Meta-Analysis"], "meta_analysis", "Meta-Analysis", "study"),
        (["Review", "Systematic Review"], "systematic_review", "Systematic Review", "study"),
        (["Review", "Case Reports"], "case_report", "Case Reports", "study"),
        (["Review", "PRACTICE GUIDELINE"], "clinical_guideline", "PRACTICE GUIDELINE", "guideline"),
        (["Guideline"], "clinical_guideline", "Guideline", "guideline"),
        (["Randomized Controlled Trial", "Retraction of Publication"],
         "other", "Retraction of Publication", "study"),
        (["Clinical Trial", "Journal Article", "Research Support, Non-U.S. Gov't"],
         "other", "Clinical Trial", "study"),
        (["Randomized Controlled Trial, Veterinary"],
         "other", "Randomized Controlled Trial, Veterinary", "study"),
    ],
)  # fmt: skip
def test_publication_types_tell_the_design_in_a_fixed_order(names, design, wording, kind):
    metadata = one(paper(article=ABSTRACT + types(*names))).metadata

    assert (metadata.evidence_type.design, metadata.evidence_type.wording) == (design, wording)
    assert metadata.kind == kind


@pytest.mark.parametrize(
    ("record", "standing"),
    [
        (paper(), "unknown"),
        (paper(article=ABSTRACT + types("Retracted Publication")), "retracted"),
        (paper(citation=link("RetractionIn")), "retracted"),
        (paper(citation=link("RetractedandRepublishedIn")), "retracted"),
        (paper(title="RETRACTED: Zelvoprine for flumbosis"), "retracted"),
        (paper(citation=link("ExpressionOfConcernIn")), "concern"),
        (paper(title="WITHDRAWN: Zelvoprine for flumbosis."), "withdrawn"),
        (paper(article=ABSTRACT + types("Preprint")), "preprint"),
        (paper(article=ABSTRACT + types("Preprint"), citation=link("RetractionIn")), "retracted"),
        (paper(article=ABSTRACT + types("Retraction of Publication"),
               citation=link("RetractionOf")), "unknown"),
        (paper(citation=link("ExpressionOfConcernFor")), "unknown"),
        (paper(citation=link("ErratumIn")), "unknown"),
        (paper(title="Withdrawn zelvoprine: what patients report"), "unknown"),
    ],
)  # fmt: skip
def test_the_standing_is_what_the_record_says(record, standing):
    assert one(record).metadata.standing == standing


@pytest.mark.parametrize(
    ("ref_type", "relation"),
    [
        ("RetractionIn", "retracted_by"),
        ("RetractionOf", "retraction_of"),
        ("ExpressionOfConcernIn", "concern_raised_by"),
        ("ExpressionOfConcernFor", "concern_about"),
        ("ErratumIn", "corrected_by"),
        ("ErratumFor", "correction_of"),
        ("UpdateIn", "updated_by"),
        ("UpdateOf", "update_of"),
        ("CommentIn", "commented_by"),
        ("CommentOn", "comment_on"),
    ],
)
def test_links_are_relations(ref_type, relation):
    (found,) = one(paper(citation=link(ref_type))).metadata.relations

    assert found.type == relation
    assert (found.identifiers, found.text) == ({"pmid": "99"}, "J Flumb. 2020;1:2")


def test_a_link_of_another_type_is_told_in_words_with_the_numbers_of_its_citation():
    source = "J Flumb. 2020;1:2. doi: 10.1000/ABC.1. PMID: 31"
    (found,) = one(paper(citation=link("SummaryForPatientsIn", source, ""))).metadata.relations

    assert (found.type, found.text) == ("other", f"Summary for patients in: {source}")
    assert found.identifiers == {"pmid": "31", "doi": "10.1000/abc.1"}


def journal(pub_date):
    return f"<Journal><JournalIssue><PubDate>{pub_date}</PubDate></JournalIssue></Journal>"


@pytest.mark.parametrize(
    ("pub_date", "published"),
    [
        ("<Year>2006</Year><Month>Mar</Month><Day>1</Day>", "2006-03-01"),
        ("<Year>2006</Year><Month>03</Month>", "2006-03"),
        ("<Year>2006</Year><Month>Feb</Month><Day>31</Day>", "2006-02"),
        ("<Year>1990</Year><Season>Spring</Season>", "1990"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>2000 Dec 23-30</MedlineDate>", "2000-12"),
        ("<MedlineDate>Winter 2000</MedlineDate>", "2000"),
        ("<MedlineDate>in press</MedlineDate>", None),
        ("<Year>99999</Year>", None),
        ("", None),
    ],
)
def test_dates_have_the_precision_of_the_record(pub_date, published):
    metadata = one(paper(article=journal(pub_date) + ABSTRACT)).metadata

    assert metadata.published == published
    assert metadata.year == (int(published[:4]) if published else None)


@pytest.mark.parametrize(
    ("model", "published"),
    [("Print-Electronic", "2018-09"), ("Electronic-eCollection", "2018-07-31"), ("", "2018-09")],
)
def test_the_electronic_date_counts_where_the_record_prefers_it(model, published):
    article = (
        journal("<Year>2018</Year><Month>Sep</Month>")
        + ABSTRACT
        + '<ArticleDate DateType="Electronic"><Year>2018</Year><Month>07</Month><Day>31</Day>'
        "</ArticleDate>"
    )
    record = paper(article=article).replace("<Article>", f'<Article PubModel="{model}">')

    assert one(record).metadata.published == published


def author(last, initials="A", more="", valid="Y"):
    return (
        f'<Author ValidYN="{valid}"><LastName>{last}</LastName><Initials>{initials}</Initials>'
        f"{more}</Author>"
    )


def test_up_to_six_authors_are_named_and_collective_ones_kept():
    group = "<Author><CollectiveName>Flumb Group</CollectiveName></Author>"
    names = [author("Quill"), author("Doe", "B", "<Suffix>Jr</Suffix>"), author("D", valid="N")]
    few = f"<AuthorList>{''.join(names)}{group}</AuthorList>"
    many = f"<AuthorList>{''.join(author(f'N{n}') for n in range(7))}</AuthorList>"
    partly = f'<AuthorList CompleteYN="N">{author("Quill")}</AuthorList>'

    assert one(paper(article=ABSTRACT + few)).metadata.authors == "Quill A, Doe B Jr, Flumb Group"
    assert one(paper(article=ABSTRACT + many)).metadata.authors == (
        "N0 A, N1 A, N2 A, N3 A, N4 A, N5 A, et al."
    )
    assert one(paper(article=ABSTRACT + partly)).metadata.authors == "Quill A, et al."


def test_a_vernacular_title_stands_in_where_there_is_no_english_one():
    vernacular = "<VernacularTitle>Über Flumbose.</VernacularTitle>"

    assert one(paper(title="[On flumbosis].")).metadata.title == "[On flumbosis]."
    assert (
        one(paper(title="[Not Available].", article=ABSTRACT + vernacular)).metadata.title
        == "Über Flumbose."
    )
    assert one(paper(title="")).metadata.title == "PMID 7"


def test_identifiers_of_references_are_not_those_of_the_record():
    record = paper().replace(
        "</PubmedArticle>",
        "<PubmedData><ReferenceList><Reference><ArticleIdList>"
        '<ArticleId IdType="doi">10.1/other</ArticleId></ArticleIdList></Reference></ReferenceList>'
        '<ArticleIdList><ArticleId IdType="doi">10.1000/OWN</ArticleId>'
        '<ArticleId IdType="pmc">PMC12</ArticleId></ArticleIdList></PubmedData></PubmedArticle>',
    )
    notes = Notes()
    (document,) = read(record, notes=notes)

    assert document.metadata.identifiers == {"pmid": "7", "doi": "10.1000/own", "pmcid": "PMC12"}
    assert said(notes.unplaced) == [("PMID 7", "1 reference")]


BOOK = (
    "<PubmedBookArticle><BookDocument><PMID>20</PMID><ArticleIdList>"
    '<ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList><Book><Publisher>'
    "<PublisherName>Flumb Press</PublisherName></Publisher><BookTitle>Rare Aches</BookTitle>"
    "<PubDate><Year>1993</Year></PubDate>"
    '<AuthorList Type="editors"><Author><LastName>Editor</LastName><Initials>E</Initials></Author>'
    "</AuthorList><Isbn>9780000000001</Isbn></Book><ArticleTitle>Flumbosis</ArticleTitle>"
    '<AuthorList Type="authors"><Author><LastName>Quill</LastName><Initials>A</Initials></Author>'
    "</AuthorList><PublicationType>Review</PublicationType><Abstract>"
    '<AbstractText Label="DIAGNOSIS/TESTING">A blood test.</AbstractText>'
    "<CopyrightInformation>© Flumb Press.</CopyrightInformation></Abstract><Sections><Section>"
    "<SectionTitle>Summary</SectionTitle></Section></Sections><KeywordList><Keyword>Ache</Keyword>"
    "</KeywordList><ContributionDate><Year>2001</Year><Month>03</Month><Day>23</Day>"
    "</ContributionDate><DateRevised><Year>2023</Year><Month>9</Month><Day>28</Day></DateRevised>"
    "</BookDocument></PubmedBookArticle>"
)


def test_a_chapter_is_a_reference_with_its_book_and_dates():
    notes = Notes()
    (document,) = read(BOOK, notes=notes)

    assert document.metadata.model_dump(exclude_defaults=True) == {
        "id": "pmid-20",
        "kind": "reference",
        "title": "Flumbosis",
        "authors": "Quill A",
        "issuer": "Flumb Press",
        "journal": "Rare Aches",
        "year": 2001,
        "published": "2001-03-23",
        "revised": "2023-09-28",
        "identifiers": {"pmid": "20", "bookaccession": "NBK1", "isbn": "9780000000001"},
        "url": "https://pubmed.ncbi.nlm.nih.gov/20/",
        "evidence_type": {"design": "clinical_reference", "wording": "Review"},
        "licence": "© Flumb Press.",
        "subjects": ("Ache",),
    }
    assert document.text == "## Diagnosis/testing\n\nA blood test.\n"
    assert said(notes.unplaced) == [("PMID 20", "1 section title; the record has no text of them")]


def test_a_whole_book_has_its_own_title_and_editors():
    whole = BOOK.replace("<ArticleTitle>Flumbosis</ArticleTitle>", "").replace(
        '<AuthorList Type="authors"><Author><LastName>Quill</LastName><Initials>A</Initials>'
        "</Author></AuthorList>",
        "",
    )
    metadata = one(whole).metadata

    assert (metadata.title, metadata.journal, metadata.authors) == ("Rare Aches", None, "Editor E")


# ---------------------------------------------------------------- several, broken and hostile


def test_of_several_versions_the_newest_is_read_and_the_others_noted():
    notes = Notes()
    documents = read(
        paper(5, version=2, title="Second"),
        paper(5, version=1, title="First"),
        paper(6, title="Old"),
        paper(6, title="New"),
        notes=notes,
    )

    assert [d.metadata.title for d in documents] == ["Second", "New"]
    assert said(notes.unplaced) == [
        ("PMID 5", "version 1 of it; version 2 is read instead"),
        ("PMID 6", "stands in the file again; the last one is read"),
    ]


def test_deleted_citations_are_noted_one_by_one():
    notes = Notes()
    read(paper(), "<DeleteCitation><PMID>8</PMID><PMID>9</PMID></DeleteCitation>", notes=notes)

    assert said(notes.unplaced) == [
        ("PMID 8", "deleted from PubMed, says the file; remove the document of it"),
        ("PMID 9", "deleted from PubMed, says the file; remove the document of it"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        paper(2).replace("</ArticleTitle>", ""),
        paper(2).replace("</PubmedArticle>", ""),
        paper(2).replace("eased", "<5 eased &"),
        paper(2).replace("<PMID", "<PMIX").replace("/PMID", "/PMIX"),
        paper(2).replace('<PMID Version="1">2</PMID>', "<PMID>none</PMID>"),
        paper(2).replace("Article>", "Artikel>").replace("PubmedArtikel", "PubmedArticle"),
        paper(2, article="<i>" * 100 + "</i>" * 100),
        paper(2, article="<i>" * 5000 + "</i>" * 5000),
        "<PubmedArticle/>",
        "<PubmedArticle></PubmedArticle>",
    ],
)
def test_one_broken_record_does_not_stop_the_others(broken):
    notes = Notes()
    documents = read(paper(1), broken, paper(3), notes=notes)

    assert [d.id for d in documents] == ["pmid-1", "pmid-3"]
    (refusal,) = notes.refused
    assert refusal.place in {"PMID 2", "record 2"}
    assert "again" in refusal.text


def test_a_file_that_is_cut_off_gives_what_came_before_and_says_so():
    notes = Notes()
    data = f"{HEAD}<PubmedArticleSet>{paper(1)}{paper(2)}".encode()

    assert [d.id for d in read_bytes(data[:-60], notes)] == ["pmid-1"]
    assert [note.place for note in notes.refused] == ["PMID 2", "end of the file"]


def test_records_in_comments_and_cdata_are_not_read():
    cdata = paper(3).replace("Zelvoprine eased", "<![CDATA[</PubmedArticle> <b>]]> eased")
    documents = read(f"<!-- {paper(1)} -->", paper(2), cdata)

    assert [d.id for d in documents] == ["pmid-2", "pmid-3"]
    assert "</PubmedArticle> <b> eased flumbosis." in documents[1].text


def test_what_stands_between_records_is_noted():
    notes = Notes()
    read(paper(1), "<Surprise>Take zelvoprine.</Surprise>", paper(2), notes=notes)

    assert [note.text for note in notes.unplaced] == ["<Surprise>Take zelvoprine.</Surprise>"]


def test_declared_entities_are_refused_and_undeclared_ones_reach_for_nothing():
    bomb = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(DocumentError, match="entities"):
        read_bytes(f"{bomb}<PubmedArticleSet>{paper(title='&b;')}</PubmedArticleSet>".encode())

    assert one(paper(title="A &unknown; title")).metadata.title == "A &unknown; title"


def test_invisible_characters_are_left_out_and_reported():
    notes = Notes()
    text = "Zelvo\u200bprine eased\u202e flumbosis."
    article = f"<Abstract><AbstractText>{text}</AbstractText></Abstract>"
    (document,) = read(paper(article=article), notes=notes)

    assert document.text == "## Abstract\n\nZelvoprine eased flumbosis.\n"
    assert [note.place for note in notes.repaired] == ["pmid-7"]


@pytest.mark.parametrize(
    "data", [b"<PubmedArticleSet/>", b"<PubmedArticleSet>", b"<PubmedArticleSet " + b"x" * 90]
)
def test_a_file_without_records_is_refused(data):
    with pytest.raises(DocumentError, match="export the records again"):
        list(pubmed.READER.read(Source("x.xml", data), Notes()))


def test_what_the_user_states_goes_first():
    source = Source("x.xml", paper().encode(), {"issuer": "Flumb Society", "title": "Mine"})
    (document,) = pubmed.READER.read(source, Notes())

    assert (document.metadata.issuer, document.metadata.title) == ("Flumb Society", "Mine")


# ---------------------------------------------------------------- real records


@real
@pytest.mark.parametrize(
    ("name", "records", "documents"),
    [
        ("CPFE.xml", 111, 108),
        ("pubmed_result.xml", 15, 14),
        ("biopython_pubmed1.xml", 2, 1),
        ("biopython_pubmed2.xml", 2, 2),
        ("biopython_pubmed4.xml", 1, 1),
        ("biopython_pubmed5.xml", 1, 1),
        ("biopython_pubmed6.xml", 1, 1),
        ("biopython_pubmed7.xml", 1, 1),
        ("pubmed-29768149.xml", 1, 1),
    ],
)
def test_real_files_every_record_is_read_or_noted(name, records, documents):
    found, notes = shared(name)
    without = [note for note in notes.unplaced if note.text.startswith("no abstract")]

    assert (len(found), len(found) + len(without)) == (documents, records)
    assert notes.refused == []
    assert len({d.id for d in found}) == documents


@real
def test_real_trial_field_by_field():
    document = by_pmid("pubmed-29768149.xml")["29768149"]
    metadata = document.metadata

    assert metadata.title == "Inhaled Combined Budesonide-Formoterol as Needed in Mild Asthma."
    assert metadata.authors == (
        "O'Byrne PM, FitzGerald JM, Bateman ED, Barnes PJ, Zhong N, Keen C, et al."
    )
    assert metadata.journal == "The New England journal of medicine"
    assert (metadata.published, metadata.year, metadata.revised) == ("2018-05-17", 2018, None)
    assert metadata.identifiers == {
        "pmid": "29768149",
        "doi": "10.1056/nejmoa1715274",
        "issn": "1533-4406",
    }
    assert metadata.evidence_type.design == "randomised_controlled_trial"
    assert [r.identifiers["pmid"] for r in metadata.relations] == ["29768146", "30242404"]
    headings = [line[3:] for line in document.text.splitlines() if line.startswith("## ")]
    assert headings == ["Background", "Methods", "Results", "Conclusions"]
    assert "(34.4% vs. 31.1% of weeks; odds ratio, 1.14; 95% confidence interval" in document.text


@real
def test_real_records_of_one_export():
    found = by_pmid("CPFE.xml")

    ahead = found["23117106"].metadata
    assert (ahead.published, ahead.licence) == (
        "2012-10-29",
        "Copyright © 2012. Published by Elsevier B.V.",
    )
    assert ahead.authors == "Mori K, Shirai T, Mikamo M, Shishido Y, Akita T, Morita S, et al."

    case = found["22662643"].metadata
    assert case.evidence_type.design == "case_report"
    assert (case.title, case.published) == (
        "Combined pulmonary fibrosis and emphysema in a welder.",
        "2012-03",
    )

    review = found["22215830"].metadata
    assert (review.evidence_type.design, review.evidence_type.wording) == (
        "narrative_review",
        "Review",
    )
    assert (review.journal, review.authors) == ("Chest", "Jankowich MD, Rounds SI")

    assert found["20936629"].metadata.identifiers["doi"] == "10.1002/art.30077"
    assert found["15774942"].metadata.published == "2005-03"
    assert found["10346867"].metadata.published == "1999-05"
    assert found["15774942"].metadata.evidence_type.wording == "Comparative Study"
    assert found["22285885"].metadata.identifiers["pmcid"] == "PMC3294200"


@real
def test_real_labels_in_the_running_text():
    text = by_pmid("CPFE.xml")["23025845"].text

    assert text.startswith("## Background\n\nCombined pulmonary fibrosis and emphysema (CPFE) is")
    assert "\n\n## Results\n\nThe expression profiles" in text


@real
def test_real_correction_with_a_misspelt_author():
    metadata = by_pmid("CPFE.xml")["16786252"].metadata
    (erratum,) = metadata.relations

    assert metadata.authors.startswith("Lin DH, Lin YF, Chai HM, Han YC")
    assert erratum.type == "corrected_by"
    assert erratum.text == (
        "Clin Rheumatol. 2007 Apr;26(4):617. Chai, Hei-Min [corrected to Chai, Huei-Ming]"
    )


@real
def test_real_superscripts_and_formulas():
    runners = by_pmid("biopython_pubmed6.xml")["30108519"]
    lungs = by_pmid("biopython_pubmed7.xml")["29963580"]

    assert runners.metadata.published == "2018-07-31"
    assert "15.0 ± 1.1 km·h⁻¹; maximal oxygen uptake ( V̇O2max ) 67.6 ± 4.1" in runners.text
    assert "1.5 mmol·L⁻¹ (LEmin+1.5mM)" in runners.text
    assert "(1) inhaled ³He/¹²⁹XeMRI ventilation" in lungs.text


@real
def test_real_record_without_an_abstract():
    _, notes = shared("biopython_pubmed1.xml")

    assert said(notes.unplaced) == [
        (
            "PMID 12091962",
            "no abstract: The treatment of AIDS behind the walls of correctional facilities.",
        )
    ]


# ---------------------------------------------------------------- whatever the bytes

SEED = f"{HEAD}<PubmedArticleSet>{paper(1, citation=link('RetractionIn'))}{BOOK}</PubmedArticleSet>"
BITS = st.sampled_from(
    [b"", b"<", b">", b"&", b"&#0;", b"\x00", b"\xff", b"<sup>", b"</PubmedArticle>", b"<!--",
     b"<![CDATA[", b"<PMID>0</PMID>", b"9" * 40, b"<mml:mfrac/>", b"]]>", "٣".encode()]
)  # fmt: skip
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), BITS), min_size=1, max_size=4)


def mutated(data, edits):
    for where, length, bit in edits:
        at = int(where * len(data))
        data = data[:at] + bit + data[at + length :]
    return data


def survives(data):
    try:
        documents = list(pubmed.READER.read(Source("x.xml", data), Notes()))
    except DocumentError:
        return
    for document in documents:
        for span in split_sentences(document.text):
            assert 0 <= span.start < span.end <= len(document.text)


@pytest.mark.slow
@given(EDITS)
@settings(max_examples=150, deadline=None)
def test_changed_bytes_raise_nothing_else(edits):
    survives(mutated(SEED.encode(), edits))


@real
@pytest.mark.slow
@given(EDITS)
@settings(max_examples=1_500, deadline=None)
def test_changed_real_bytes_raise_nothing_else(edits):
    survives(mutated((PUBMED / "biopython_pubmed7.xml").read_bytes(), edits))


@given(st.binary(max_size=300))
def test_recognising_raises_nothing(data):
    assert pubmed.recognises(Source("x", data)) in {True, False}
