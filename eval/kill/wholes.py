"""Answers that lack what they must say, say it twice, or lose their disclaimer."""

from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from consilia.answer import Answer, Group, Omission
from eval.kill.gold_answers import Documents, answer_of
from eval.kill.mutant import Break, Broken, forged
from eval.samples import Sample, said


@dataclass(frozen=True, slots=True)
class _DisclaimerFirst(Answer):
    """An answer whose surface shows the disclaimer above everything else."""

    def to_markdown(self) -> str:
        """Return the Markdown with the last block first."""
        shown = Answer.to_markdown(self).removesuffix(f"{self.disclaimer}\n")
        return f"{self.disclaimer}\n\n{shown.rstrip()}\n"


def _point_dropped(sample: Sample, documents: Documents) -> Broken | None:
    """The claims that say a must-have point left out; the rest is numbered again."""
    for point in sample.points_shown:
        kept = [claim for claim in sample.claims if not said([point], [claim])]
        return Broken(answer_of(sample.question, kept, documents), point)
    return None


def _said_twice(sample: Sample, documents: Documents) -> Broken | None:
    """The first claim of a section said once more under another id."""
    del documents
    answer, again = sample.answer, replace(sample.claims[0], id="again")
    sections = list(answer.sections)
    for place, section in enumerate(sections):
        if sample.claims[0].id in (id_ for group in section.groups for id_ in group.claims):
            groups = (*section.groups, Group("Again", (again.id,)))
            sections[place] = replace(section, groups=groups)
    changed = replace(answer, sections=tuple(sections))
    return Broken(forged(changed, (*sample.claims, again)), again.text)


def _warning_moved(sample: Sample, documents: Documents) -> Broken | None:
    """A marked claim taken out of its section, where another one stays, and told beside."""
    del documents
    answer = sample.answer
    marked = {claim.id: claim for claim in sample.claims if claim.mark}
    for place, section in enumerate(answer.sections):
        held = [id_ for group in section.groups for id_ in group.claims]
        moved = next((marked[id_] for id_ in held if id_ in marked and len(held) > 1), None)
        if moved is not None and moved.mark is not None:
            kept = Group("Gold", tuple(id_ for id_ in held if id_ != moved.id))
            sections = list(answer.sections)
            sections[place] = replace(section, groups=(kept,))
            omissions = (*answer.omissions, Omission(moved.id, moved.mark))
            changed = replace(answer, sections=tuple(sections), omissions=omissions)
            return Broken(forged(changed), moved.text)
    return None


def _disclaimer_altered(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    altered = sample.answer.disclaimer.replace("does not replace", "replaces")
    return Broken(forged(replace(sample.answer, disclaimer=altered)), altered)


def _disclaimer_missing(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    return Broken(forged(replace(sample.answer, disclaimer="")), "")


def _disclaimer_first(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    held = {field.name: getattr(sample.answer, field.name) for field in fields(Answer)}
    return Broken(_DisclaimerFirst(**held), "")


WHOLES: MappingProxyType[str, Break] = MappingProxyType({
    "must-have dropped": _point_dropped,
    "warning moved out of its section": _warning_moved,
    "claim said twice": _said_twice,
    "disclaimer altered": _disclaimer_altered,
    "disclaimer missing": _disclaimer_missing,
    "disclaimer not last": _disclaimer_first,
})
"""By the name of the row."""
