"""The page of the chat: its widgets, and the one handler that answers a question."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

import gradio as gr

from consilia.answer import Answer
from consilia.errors import ConsiliaError
from consilia.privacy.audit import Asker
from consilia.privacy.redaction import redact
from consilia.web.html import answer_html, problem_html, question_html
from consilia.web.limits import Limits
from consilia.web.patience import Patience
from consilia.web.requests import USER
from consilia.web.server import Place, Service, shielded
from consilia.wording import AUDIENCES, Audience

if TYPE_CHECKING:
    from consilia.assistant import Assistant

INTRODUCTION = (
    '<div class="consilia intro"><h1>Consilia</h1><p>Cited answers to clinical management '
    "questions, from guidelines, FDA drug labels and research. Each sentence opens the words it "
    "rests on; a section stays silent where its sources do. {where}</p></div>"
)
HERE = "It runs on this machine: no question leaves it."
SENT = (
    "Questions, and the sentences found, are sent to the language model {name}. It may choose and "
    "word sentences; each is checked."
)
EXAMPLES = (
    "What is the approach to managing fasciculations (involuntary muscle contractions)?",
    "What is the recommended dose of riluzole?",
    "Does magnesium help against muscle cramps?",
)
FIRST_LABEL = "Your clinical question"
NEXT_LABEL = "Have a follow-up question?"
Updates = dict[gr.blocks.Block, object]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a talk and what was shown to it."""

    question: str
    shown: str
    """HTML of the answer, or of the problem that came instead."""
    answer: Answer | None


Talk = tuple[Turn, ...]


class Page:
    """The widgets and what happens to them; a talk itself lies in the session's state."""

    def __init__(self, assistant: "Assistant", limits: Limits) -> None:
        """Lay the widgets out, inside the blocks they will belong to."""
        self.assistant = assistant
        self.patience = Patience(limits.answer_seconds, at_once=limits.at_once)
        name = assistant.language_model
        where = SENT.format(name=escape(name)) if name else HERE
        # No gr.HTML: it evaluates its text as a script, which the policy of the page forbids.
        gr.Markdown(INTRODUCTION.format(where=where), sanitize_html=True, latex_delimiters=[])
        self.audience = gr.Radio(
            [(name.capitalize(), name) for name in AUDIENCES],
            value="clinician",
            label="Which best describes you?",
            elem_classes="audience",
        )
        self.messages = gr.Chatbot(
            label="Answers",
            show_label=False,
            container=False,
            visible=False,
            elem_classes="answers",
            height="auto",
            layout="panel",
            autoscroll=False,
            buttons=[],
            feedback_options=None,
            # Answers are HTML of ours; nothing else may come to life in them.
            sanitize_html=True,
            allow_tags=False,
            latex_delimiters=[],
            line_breaks=False,
        )
        self.question = gr.Textbox(
            label=FIRST_LABEL,
            placeholder="Ask about management, a dose, harms, when to refer …",
            max_lines=6,
            autofocus=True,
            elem_classes="question-box",
        )
        with gr.Row(elem_classes="actions"):
            self.send = gr.Button("Ask", variant="primary")
            self.clear = gr.Button("Clear")
        with gr.Column(elem_classes="choices"):
            self.choices = [gr.Button(question, elem_classes="choice") for question in EXAMPLES]
        self.talk = gr.State(())

    def connect(self) -> None:
        """Tie the widgets to what happens to them; none of it is a public endpoint."""
        shown = [self.messages, self.question, self.talk, *self.choices]
        waiting = [self.messages, self.question]
        for asked, triggers in (
            (self.question, [self.question.submit, self.send.click]),
            *((choice, [choice.click]) for choice in self.choices),
        ):
            inputs = [asked, self.audience, self.talk]
            gr.on(
                triggers,
                self.ask,
                inputs,
                shown,
                api_visibility="private",
                show_progress="minimal",
                show_progress_on=waiting,
            )
        readdressed = [self.audience, self.talk]
        self.audience.input(self.readdress, readdressed, shown, api_visibility="private")
        self.clear.click(self.restart, None, shown, api_visibility="private")

    def ask(
        self, question: str, audience: Audience, talk: Talk, request: gr.Request | None = None
    ) -> Updates:
        """Answer a question that follows the earlier ones of the talk."""
        turn = self._turn(question, audience, talk, _asker(request))
        return self._show((*talk, turn), left="" if turn.answer else question)

    def readdress(
        self, audience: Audience, talk: Talk, request: gr.Request | None = None
    ) -> Updates:
        """Answer the last question again, now for another audience."""
        if not talk or not talk[-1].answer:
            return {self.talk: talk}
        turn = self._turn(talk[-1].question, audience, talk[:-1], _asker(request))
        return {self.talk: (*talk[:-1], turn), self.messages: _messages((*talk[:-1], turn))}

    def restart(self) -> Updates:
        """Forget the talk."""
        return {
            self.messages: gr.update(value=[], visible=False),
            self.question: gr.update(value="", label=FIRST_LABEL),
            self.talk: (),
            **self._choose(EXAMPLES),
        }

    def _turn(self, question: str, audience: Audience, talk: Talk, by: Asker) -> Turn:
        history = tuple(turn.answer for turn in talk if turn.answer)
        try:
            answer = self.patience.wait(
                lambda cancelled: self.assistant.ask(
                    question, audience=audience, history=history, cancelled=cancelled, by=by
                )
            )
            shown = answer_html(
                answer,
                surroundings=self.assistant.surroundings,
                glossary=self.assistant.glossary,
                answered_on=datetime.now(tz=UTC).astimezone().date(),
                anchor=f"a{len(talk) + 1}",
            )
        except ConsiliaError as error:
            return Turn(redact(question).text, problem_html(str(error)), None)
        return Turn(answer.question, shown, answer)

    def _show(self, talk: Talk, *, left: str) -> Updates:
        answer = talk[-1].answer
        return {
            self.messages: gr.update(value=_messages(talk), visible=True),
            self.question: gr.update(value=left, label=NEXT_LABEL),
            self.talk: talk,
            **(self._choose(self.assistant.suggest(answer)) if answer else {}),
        }

    def _choose(self, questions: tuple[str, ...]) -> Updates:
        """Offer questions on the buttons, and hide the buttons that are left over."""
        offered = [*questions, *[""] * len(self.choices)]
        return {
            button: gr.update(value=question, visible=bool(question))
            for button, question in zip(self.choices, offered, strict=False)
        }


def build(assistant: "Assistant", limits: Limits) -> gr.Blocks:
    """Return the page as gradio blocks, ready to be mounted."""
    blocks = gr.Blocks(title="Consilia", analytics_enabled=False)
    with blocks:
        Page(assistant, limits).connect()
    blocks.queue(max_size=limits.waiting, default_concurrency_limit=limits.at_once, api_open=False)
    return blocks


def service(assistant: "Assistant", place: Place, limits: Limits | None = None) -> Service:
    """Return the server of the page; `run` serves until it is told to stop."""
    limits = limits or Limits()
    blocks = build(assistant, limits)
    css = files("consilia.web").joinpath("style.css").read_text(encoding="utf-8")
    app = shielded(blocks, place, limits, theme=_theme(), css=css)
    return Service(app, blocks, place, limits)


def _asker(request: gr.Request | None) -> Asker:
    """Who asks: the user whom the shield let in, if it asks for a login."""
    inner = request.request if request else None
    return Asker("web", inner.scope.get(USER, "") if inner else "")


def _messages(talk: Talk) -> list[dict[str, str]]:
    return [
        {"role": role, "content": content}
        for turn in talk
        for role, content in (("user", question_html(turn.question)), ("assistant", turn.shown))
    ]


def _theme() -> gr.Theme:
    """Return a theme of system fonts only: gradio's own are fetched."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
    mono = ("ui-monospace", "Menlo", "Consolas", "monospace")
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=[gr.themes.Font(name) for name in sans],
        font_mono=[gr.themes.Font(name) for name in mono],
    )
