"""An entailment model through sentence-transformers: a cross-encoder over premise and claim."""

import os
from collections.abc import Mapping, Sequence

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from sentence_transformers import CrossEncoder

from consilia.errors import ModelError
from consilia.gates.support import Probabilities


class CrossEncoderEntailment:
    """Reads premises and hypothesis together, on the CPU, one thread, one pair at a time."""

    def __init__(self, model: CrossEncoder, labels: Mapping[int, str], name: str) -> None:
        self._model = model
        self._entail = label_index(labels, "entail", name)
        self._contradict = label_index(labels, "contradict", name)

    def probabilities(self, premises: Sequence[str], hypothesis: str) -> Probabilities:
        """Return what the premises, joined in order, say of the hypothesis."""
        torch.set_num_threads(1)
        logits = self._model.predict([(" ".join(premises), hypothesis)], show_progress_bar=False)
        shares = torch.softmax(torch.as_tensor(logits)[0].double(), dim=-1)
        return Probabilities(float(shares[self._entail]), float(shares[self._contradict]))


def label_index(labels: Mapping[int, str], wanted: str, name: str) -> int:
    """Return the place of a label among the outputs of a model.

    Args:
        labels: `id2label` of the model's configuration.
        wanted: How the label begins: `entail` or `contradict`.
        name: Of the model, for the message.

    Returns:
        Its index.

    Raises:
        ModelError: No label, or more than one, begins so.
    """
    found = [index for index, label in labels.items() if label.casefold().startswith(wanted)]
    if len(found) != 1:
        listed = ", ".join(labels.values())
        raise ModelError(
            f"{name!r} has the labels {listed}, none or several of them “{wanted}…”; set "
            "CONSILIA_ENTAILMENT to a model of three classes: entailment, neutral, contradiction"
        )
    return found[0]


def load_entailment(name: str) -> CrossEncoderEntailment:
    """Load a model.

    Args:
        name: A path or hub name of a sentence-transformers cross-encoder.

    Returns:
        The model with the order of its labels as its configuration tells it.

    Raises:
        ModelError: It cannot be loaded, or its labels are no entailment labels.
    """
    try:
        model = CrossEncoder(
            name,
            device="cpu",
            trust_remote_code=False,
            activation_fn=torch.nn.Identity(),
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"cannot load the entailment model {name!r}: {error}. Set CONSILIA_ENTAILMENT to the "
            "path of a sentence-transformers cross-encoder, or to nothing"
        ) from error
    return CrossEncoderEntailment(model, dict(model.config.id2label), name)
