"""Follow-up questions to offer: only those that the knowledge base answers."""

from collections.abc import Callable, Iterator

from consilia.answer import Answer
from consilia.glossary import Glossary

WANTED = 3
_TRIED = 9
_OF_DRUGS = (
    "What are the contraindications of {name}?",
    "What are the adverse reactions of {name}?",
    "What dose of {name} is given?",
    "What is {name} approved for?",
)
_OF_CONDITIONS = (
    "When should {name} be referred?",
    "What are the causes of {name}?",
    "What is the prognosis of {name}?",
    "How is {name} treated?",
)


def suggestions(
    answer: Answer, glossary: Glossary, is_answered: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return questions on what an answer speaks of, each of which would be answered.

    Args:
        answer: The last one.
        glossary: For the terms of its question and claims.
        is_answered: Asks a question and tells whether there is an answer.

    Returns:
        Up to three questions.
    """
    if answer.status != "answered":
        return ()
    found: list[str] = []
    for tried, question in enumerate(_candidates(answer, glossary)):
        if len(found) == WANTED or tried == _TRIED:
            break
        if question.casefold() != answer.question.casefold() and is_answered(question):
            found.append(question)
    return tuple(found)


def _candidates(answer: Answer, glossary: Glossary) -> Iterator[str]:
    """Questions on the terms in turn: one on each, then a second on each, and so on."""
    text = " . ".join((answer.standalone_question, *(claim.text for claim in answer.claims[:3])))
    queues = []
    for token in dict.fromkeys(t.name for t in glossary.read(text)):
        type_ = glossary.type_of(token)
        name = glossary.by_concept[token].term if type_ else ""
        if type_ == "drug":
            queues.append([template.format(name=name) for template in _OF_DRUGS])
        elif type_ in {"condition", "symptom"}:
            queues.append([template.format(name=name) for template in _OF_CONDITIONS])
    for place in range(len(_OF_DRUGS)):
        for queue in queues[:3]:
            yield queue[place]
