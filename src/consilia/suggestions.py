"""Follow-up questions to offer: only those that the knowledge base answers."""

from collections.abc import Callable, Iterator

from consilia.answer import Answer
from consilia.glossary import Glossary

WANTED = 3
_TRIED = 9
_READ = 5
"""Claims of which terms are taken."""
_OF_DRUGS = (
    "What are the contraindications of {name}?",
    "What are the adverse reactions of {name}?",
    "What dose of {name} is given?",
    "What is {name} approved for?",
)
_OF_CONDITIONS = (
    "When should someone with {name} be referred?",
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
    asked = [t.name for t in glossary.read(answer.standalone_question)]
    said = [t.name for claim in answer.claims[:_READ] for t in glossary.read(claim.text)]
    queues = []
    for place, token in enumerate(dict.fromkeys((*asked, *said))):
        type_ = glossary.type_of(token)
        if type_ == "drug":
            templates = _OF_DRUGS
        elif type_ == "condition" or (type_ == "symptom" and place < len(asked)):
            templates = _OF_CONDITIONS
        else:
            continue
        name = glossary.by_concept[token].term
        queues.append([template.format(name=name) for template in templates])
    for place in range(len(_OF_DRUGS)):
        for queue in queues[:3]:
            yield queue[place]
