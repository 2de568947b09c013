"""The fixed sentences of an answer: no other module writes words of its own into one."""

from collections.abc import Sequence
from typing import Literal

SectionName = Literal["guidelines", "label", "research"]
Audience = Literal["clinician", "pharmacist", "nurse", "patient"]

AUDIENCES: tuple[Audience, ...] = ("clinician", "pharmacist", "nurse", "patient")

SECTION_TITLES: dict[SectionName, str] = {
    "guidelines": "From the Guidelines",
    "label": "From the FDA Drug Label",
    "research": "From the Research",
}

ABSTENTIONS: dict[SectionName, str] = {
    "guidelines": "The guidelines do not answer the question.",
    "label": "The FDA drug label does not answer the question.",
    "research": "The research does not answer the question.",
}

LEAD_INS: dict[Audience, str] = {
    "clinician": "Sentences from the sources, each with its citation, for a clinician to weigh.",
    "pharmacist": "Sentences from the sources, each with its citation, for a pharmacist to weigh.",
    "nurse": "Sentences from the sources, each with its citation, for a nurse to weigh.",
    "patient": (
        "These are sentences from medical sources written for professionals. "
        "Please talk them over with your care team."
    ),
}

NUMBERS: dict[str, str] = {
    "emergency": "112, 999 or 911",
    "crisis": "988 in the US, 116 123 in the UK and Ireland, the local number elsewhere",
    "poison": "1-800-222-1222 in the US, 111 in the UK, the local poison centre elsewhere",
}
"""What messages tell to call where a site sets nothing else."""
FAILED_CLOSED = (
    "The safety rules could not be applied to this question, so it is not answered. If somebody "
    "may be in danger, call the local emergency number (112, 999 or 911). Otherwise ask again, and "
    "tell whoever runs this tool if it happens again."
)

UNSCREENED = "[question not shown: it could not be screened]"

DISCLAIMER = (
    "For healthcare professionals. Medical decisions rest on clinical judgement and on information "
    "that has been verified independently. This answer supplements guidelines and professional "
    "discretion and does not replace them. Check it against the primary literature and current "
    "standards before using it in the care of a patient. The makers of Consilia accept no "
    "liability for its use."
)

READING_NOTES: dict[str, str] = {
    "abstract": "Our summary of the source, read at abstract level",
    "label_section": "Our summary of the source, read at label-section level",
    "full_text": "Our summary of the source, read in full",
}
UNREAD_SUMMARY_NOTE = "Our summary of the source"
SOURCE_TEXT_NOTE = "The words of the source"

CONFLICT_NOTE = (
    "These sources differ or limit each other on this point ({topic}). They are shown side by "
    "side, each with its own population and date, and are not merged."
)

DIFFERENCES: dict[str, str] = {
    "opposite_advice": "one advises what the other advises against",
    "opposite_effect": "one found an effect and the other found none, or harm",
    "uncertain_effect": "one found an effect, for which the other found too little evidence",
    "advised_without_effect": "one advises what the other found without benefit, or harmful",
    "rejected_with_effect": "one advises against what the other found to have an effect",
    "opposite_course": "one saw happen what the other never saw",
    "opposite_comparison": "they rank the same things differently",
    "boxed_warning": "a boxed warning limits a use that the other supports",
    "outside_label": "the label does not cover a use that the other supports",
    "withdrawn": "one says that what the other speaks for was withdrawn",
    "dose": "the doses differ",
    "threshold": "the thresholds differ",
    "units": "the thresholds are told in different units; none is converted",
    "accuracy": "the sensitivities or specificities differ clearly",
}
"""How sources differ, when sentences were compared and no document marks it."""
DIFFERENCE_NOTE = (
    "Comparing sentences by rule, these sources seem to differ: {difference}{years}. They are "
    "shown side by side, each with its own population and date, and are not merged."
)
DIFFERENCE_YEARS = " (sources of {first} to {last}: the older may be out of date)"

OMISSIONS_TITLE = "Also on this topic, not used above"
EXCLUDED_TITLE = "Sources that are not used"
EXCLUDED_NOTE = (
    "These sources speak of the topic, but were retracted, withdrawn or replaced: no sentence of "
    "them is shown."
)
INDEX_REBUILT = (
    "The index of the knowledge base was damaged ({reason}). It has been built again from the "
    "catalog."
)
INDEX_ROLLED_BACK = (
    "The index of the knowledge base is damaged ({reason}) and could not be built again. This "
    "answer comes from an earlier index, which may lack the newest documents."
)
INDEX_OLD = (
    "The index could not be brought up to the documents of the catalog ({reason}). This answer "
    "may lack the newest ones."
)

NO_SOURCE = "No source in the knowledge base speaks of {terms}."
NOT_TOGETHER = "No sentence found speaks of {terms} together with the rest of the question."
OTHER_PATIENTS = "The sentences found are not about the patients asked about ({groups})."
NO_VALUE = "The sentences found do not state what is asked ({values})."
NOT_CLOSE = "No sentence found is close enough to the question."
NOTHING_OF_KIND = "The knowledge base holds no source of this kind."
WRONG_LANGUAGE = "Language not supported: questions are read in English."
UNRESOLVED = (
    "It is not clear what “{word}” refers to. Name the drug, condition or test that is meant."
)
REMOVED_CHARACTERS = "Invisible or control characters were removed from the question."
MODEL_ARRANGED = (
    "A language model ({name}) helped to arrange this answer. Claims in its words: {reworded}, "
    "each checked against the sentences it rests on. Replaced by the words of the sources: "
    "{fell_back}. Dropped: {dropped}. Sentences that the rules chose and it left out: {left_out}."
)
MODEL_UNUSED = (
    "A language model ({name}) was asked to arrange this answer; nothing that it wrote could be "
    "used."
)
MODEL_FAILURES: dict[str, str] = {
    "unavailable": (
        "The language model could not be reached or took too long. The answer was made without it."
    ),
    "unusable": (
        "The language model gave no reply of the form it was asked for. The answer was made "
        "without it."
    ),
    "cancelled": "The language model was stopped. The answer was made without it.",
}
IDENTIFIERS_REMOVED = (
    "Removed from the question before anything else was done with it: {told}. The answer does not "
    "need them; ask without them."
)
CHECKED_REMOVED = "Official numbers with valid check digits were removed: {kinds}."
PATTERNS_REMOVED = "What seems to identify a person was removed: {kinds}."
INTERPRETED = "Interpreted as: {question}"
NOTATION = "Citation {numbers}: read “{written}” as {plain}."
SPELLING = "“{word}” was read as “{name}”."
VALUE_NAMES: dict[str, str] = {
    "age": "an age",
    "date": "a date",
    "dose": "a dose",
    "duration": "a duration",
    "form": "a strength or form",
    "number": "a number",
    "price": "a price",
    "share": "a share or frequency",
}

MARK_TITLES: dict[str, str] = {
    "boxed_warning": "Boxed warning",
    "contraindication": "Contraindication",
    "strong_recommendation": "Strong recommendation",
}

REVIEW_BANNER = (
    "No clinician has reviewed this answer. It is for education; use caution until it is approved."
)


def reading_note(reading: str, read_level: str | None) -> str:
    """Return what a surface says about whose words a document holds.

    >>> reading_note("own_summary", "abstract")
    'Our summary of the source, read at abstract level'
    """
    if reading == "source_text":
        return SOURCE_TEXT_NOTE
    return READING_NOTES.get(read_level or "", UNREAD_SUMMARY_NOTE)


def conflict_note(conflict_id: str) -> str:
    """Return the note above the sides of a conflict; its id names the topic."""
    return CONFLICT_NOTE.format(topic=conflict_id.replace("-", " "))


def difference_note(difference: str, years: Sequence[int]) -> str:
    """Return the note above the sides of a conflict that was found and not marked.

    Args:
        difference: A key of `DIFFERENCES`.
        years: Of the sources, oldest first; empty when none is known.

    Returns:
        How the sources differ, and that the years lie apart when they do.
    """
    apart = len(years) > 1
    told = DIFFERENCE_YEARS.format(first=years[0], last=years[-1]) if apart else ""
    return DIFFERENCE_NOTE.format(difference=DIFFERENCES[difference], years=told)
