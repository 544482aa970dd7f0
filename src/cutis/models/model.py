"""A loaded model: images and texts in, float32 features out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError
from cutis.models.cards import ModelCard
from cutis.models.halves import require_text, require_vision
from cutis.models.preprocessing import Preprocessing
from cutis.models.tokenizer import FILES, LIBRARY_FILES
from cutis.models.towers import Towers, in_bfloat16

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch
    from PIL import Image

    from cutis.models.tokenizer import Tokenizer

    Floats = npt.NDArray[np.float32]
    Ids = npt.NDArray[np.int64]

BATCH = 32


@dataclass
class Model:
    """One model, ready to embed.

    Features are un-normalised, so that norms are not lost. The same input gives the same output,
    whatever batch it is in, to 1e-5 in float32.

    Parameters
    ----------
    name
        The name it was loaded by.
    card
        What it is and what it may be used for.
    weights_sha256
        SHA-256 of the weights file's bytes.
    layout, adapter_revision
        Layout of its state dict, and the revision of the code that reads it.
    preprocessing
        What happens to an image before the tower.
    device, precision
        Where and in what precision it computes.
    towers
        The torch modules.
    tokenizer
        Texts to token ids; None when its files are not on this machine.
    configuration
        SHA-256 of the configuration it was built by; None for a pair, whose halves have theirs.
    as_published
        Whether pooling and image size are its own, not others that were asked for.
    """

    name: str
    card: ModelCard
    weights_sha256: str
    layout: str
    adapter_revision: int
    preprocessing: Preprocessing
    device: str
    precision: str
    towers: Towers = field(repr=False)
    tokenizer: Tokenizer | None = field(default=None, repr=False)
    configuration: str | None = None
    as_published: bool = True
    _rounded: Towers | None = field(default=None, init=False, repr=False, compare=False)
    _reduced: Towers | None = field(default=None, init=False, repr=False)

    @property
    def dim(self) -> int:
        """Length of a feature vector."""
        return self.towers.dim

    @property
    def context_length(self) -> int | None:
        """Most tokens of a text; None without a text tower."""
        return self.towers.context_length

    @property
    def logit_scale(self) -> float | None:
        """Learned scale of the cosine, exponentiated; None without a text tower."""
        return self.towers.logit_scale

    @property
    def has_text(self) -> bool:
        """Whether it embeds texts."""
        return self.towers.text is not None

    @property
    def has_vision(self) -> bool:
        """Whether it embeds images."""
        return self.towers.image is not None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the loading, one sentence each."""
        return self.towers.notes

    @property
    def has_classifier(self) -> bool:
        """Whether it carries a fine-tuned classifier."""
        return self.towers.classify is not None

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        """Return an image as the tower's input, float32 (3, h, w). Safe in threads.

        Raises
        ------
        CutisError
            If the model has no image tower.
        """
        require_vision(self)
        return self.preprocessing(image)

    def embed_pixels(self, pixels_nchw: torch.Tensor) -> Floats:
        """Embed preprocessed images, as one batch.

        Parameters
        ----------
        pixels_nchw
            Output of :meth:`preprocess`, stacked.

        Returns
        -------
        numpy.ndarray
            float32 (n, d), un-normalised.

        Raises
        ------
        CutisError
            If the model has no image tower or the pixels have another shape.
        """
        require_vision(self)
        return self._run_pixels(self._computing().image, pixels_nchw)

    def classify_pixels(self, pixels_nchw: torch.Tensor) -> Floats:
        """Return the logits of the fine-tuned classifier for preprocessed images.

        Parameters
        ----------
        pixels_nchw
            Output of :meth:`preprocess`, stacked.

        Returns
        -------
        numpy.ndarray
            float32 (n, c), one column per class in the order of the training.

        Raises
        ------
        CutisError
            If the model has no classifier or the pixels have another shape.
        """
        if not self.has_classifier:
            raise CutisError(
                f"{self.name} has no classifier of its own.",
                fix="ask it in words with 'cutis zero-shot', or train a probe on its features",
            )
        return self._run_pixels(self._computing().classify, pixels_nchw)

    def embed_images(self, images: Sequence[Image.Image]) -> Floats:
        """Embed PIL images; float32 (n, d), un-normalised."""
        import torch

        require_vision(self)
        features = [
            self.embed_pixels(
                torch.stack([self.preprocess(image) for image in images[at : at + BATCH]])
            )
            for at in range(0, len(images), BATCH)
        ]
        return np.concatenate(features) if features else np.zeros((0, self.dim), np.float32)

    def tokenize(self, texts: Sequence[str]) -> Ids:
        """Return token ids, int64 (n, t), cut to the context length and padded.

        Raises
        ------
        CutisError
            If the model has no text tower or its tokenizer's files are not on this machine.
        """
        require_text(self)
        if self.tokenizer is None:
            where = self.card.tokenizer or self.card.hub or "the model's repository"
            files = " or ".join(FILES if self.towers.text_rules == "open_clip" else LIBRARY_FILES)
            raise CutisError(
                f"{self.name} is loaded, but its tokenizer is not on this machine, so texts "
                "cannot be read (ready token ids can: embed_tokens).",
                allowed=f"Needed is {files} of {where}.",
                fix=f"put it beside the checkpoint file, or into $CUTIS_MODELS/{self.card.name}/",
            )
        if isinstance(texts, str):
            raise CutisError("A list of texts is needed, not one text.", fix="embed_texts([text])")
        return self.tokenizer(texts)

    def embed_texts(self, texts: Sequence[str]) -> Floats:
        """Embed texts; float32 (n, d), un-normalised."""
        return self.embed_tokens(self.tokenize(texts))

    def embed_tokens(self, ids_nt: Ids) -> Floats:
        """Embed ready token ids, such as :meth:`tokenize` returns; float32 (n, d).

        Parameters
        ----------
        ids_nt
            Integer token ids, padded with the tokenizer's padding id.

        Raises
        ------
        CutisError
            If the model has no text tower, or ids or lengths are beyond what it knows.
        """
        ids_nt = self._checked(np.asarray(ids_nt))
        towers = self.towers
        features_nd = np.zeros((len(ids_nt), self.dim), np.float32)
        lengths = _lengths(ids_nt, towers.pad_id)
        order = np.argsort(lengths, kind="stable")
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            batch = ids_nt[rows]
            if not towers.needs_full_context:
                batch = batch[:, : max(int(lengths[rows].max()), 1)]
            features_nd[rows] = self._run_text(batch)
        return features_nd

    def identity(self) -> dict[str, Any]:
        """Return what decides its features, as JSON: the cache key and the record of a run."""
        return {
            "name": self.card.name,
            "weights_sha256": self.weights_sha256,
            "layout": self.layout,
            "adapter_revision": self.adapter_revision,
            "preprocessing": self.preprocessing.model_dump(mode="json")
            if self.has_vision
            else None,
            "pooling": self.towers.pooling,
            "configuration": self.configuration,
        }

    def _checked(self, ids_nt: npt.NDArray[Any]) -> Ids:
        require_text(self)
        context, vocab = self.towers.context_length or 0, self.towers.vocab_size or 0
        if ids_nt.ndim != 2 or ids_nt.dtype.kind not in "iu":
            raise CutisError(
                f"Token ids are a table of integers (n, t), not {ids_nt.dtype} {ids_nt.shape}.",
                fix="make them with model.tokenize",
            )
        n, t = ids_nt.shape
        if t > context or (ids_nt.size and (ids_nt.min() < 0 or ids_nt.max() >= vocab)):
            raise CutisError(
                f"Token ids of {t} columns up to {ids_nt.max(initial=0)} do not fit {self.name}.",
                allowed=f"It takes up to {context} tokens from 0 to {vocab - 1}.",
                fix="make them with model.tokenize",
            )
        ids = ids_nt.astype(np.int64)
        if self.towers.needs_full_context and t < context:
            padding = np.full((n, context - t), self.towers.pad_id, np.int64)
            ids = np.concatenate([ids, padding], axis=1)
        return ids

    def _run_text(self, ids_nt: Ids) -> Floats:
        import torch

        return self._run(self._computing().text, torch.from_numpy(ids_nt))

    def _computing(self) -> Towers:
        """Return the towers in the precision that is computed in."""
        if self.precision == "fp32":
            return self.towers
        if self._rounded is None:
            self._rounded = in_bfloat16(self.towers)
        return self._rounded

    def _run_pixels(
        self, tower: Callable[[torch.Tensor], torch.Tensor] | None, pixels_nchw: torch.Tensor
    ) -> Floats:
        wanted = (3, *self.preprocessing.size)
        if tuple(pixels_nchw.shape[1:]) != wanted:
            raise CutisError(
                f"{self.name} takes images of shape {wanted}, not {tuple(pixels_nchw.shape[1:])}.",
                fix="prepare images with model.preprocess",
            )
        return self._run(tower, pixels_nchw)

    def _run(
        self, tower: Callable[[torch.Tensor], torch.Tensor] | None, batch: torch.Tensor
    ) -> Floats:
        import torch

        if tower is None:
            raise CutisError(f"{self.name} lacks the tower that is asked for.")

        with _repeatable(self.device):
            placed = batch.to(self.device)
            if self.precision == "bf16" and placed.is_floating_point():
                placed = placed.to(torch.bfloat16)
            values: Floats = tower(placed).float().cpu().numpy()
        return values


@contextmanager
def _repeatable(device: str) -> Iterator[None]:
    """Compute without gradients and with algorithms that repeat exactly."""
    import torch

    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode())
        if device.startswith("cuda"):
            # The convolution library's default would round float32 inputs to 19 bits.
            stack.enter_context(
                torch.backends.cudnn.flags(
                    enabled=True, benchmark=False, deterministic=True, allow_tf32=False
                )
            )
        yield


def _lengths(ids_nt: Ids, pad_id: int) -> npt.NDArray[np.int64]:
    """Return the position after the last token that is not padding, per row."""
    is_token = ids_nt != pad_id
    t = ids_nt.shape[1]
    last = t - np.argmax(is_token[:, ::-1], axis=1)
    lengths: npt.NDArray[np.int64] = np.where(is_token.any(axis=1), last, 0).astype(np.int64)
    return lengths
