"""Training of the two projections on ready features: a pure function of arrays and a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cutis.models.pairing.batches import balanced_rows, captioned_rows, texts_of_classes
from cutis.models.pairing.loss import contrastive_loss, same_key
from cutis.models.pairing.projections import Projections, Standard, standard

if TYPE_CHECKING:
    import torch

    from cutis.models.pairing.projections import Floats

MAX_SCALE = 100.0


@dataclass(frozen=True)
class Recipe:
    """How the projections are trained.

    Parameters
    ----------
    dim
        Length of a projected feature.
    steps, batch_size
        Most updates, and images in each.
    lr, weight_decay
        Of AdamW; the rate falls to zero along a cosine.
    dropout
        Share of the image features that are left out in a step.
    temperature
        What the cosines are divided by at the start; it is learned.
    every, patience
        Steps between two looks at the validation score, and how many looks without a better one
        end the training.
    seed
        Seed of everything.
    """

    dim: int = 256
    steps: int = 600
    batch_size: int = 256
    lr: float = 1e-3
    weight_decay: float = 0.1
    dropout: float = 0.1
    temperature: float = 0.07
    every: int = 20
    patience: int = 10
    seed: int = 0


@dataclass(frozen=True)
class Material:
    """What the projections are trained on: features of both towers, of training rows only.

    Parameters
    ----------
    images_nd
        Image features, float32.
    labels_n
        Class of each image, -1 where there is none.
    class_texts_md, class_of_text_m
        Features of the prompts, and the class each describes; empty without labels.
    captions_md, captions_of_n
        Features of the different captions, and the numbers of those of each image.
    """

    images_nd: Floats
    labels_n: np.ndarray
    class_texts_md: Floats
    class_of_text_m: np.ndarray
    captions_md: Floats
    captions_of_n: Sequence[Sequence[int]]

    @property
    def has_labels(self) -> bool:
        """Whether class prompts are trained on: at least two classes have images."""
        return len(np.unique(self.labels_n[self.labels_n >= 0])) > 1

    @property
    def has_captions(self) -> bool:
        """Whether captions are trained on: at least two different ones."""
        return len({number for given in self.captions_of_n for number in given}) > 1


class Look(NamedTuple):
    """One look at the training: steps done, mean loss since the last look, validation score."""

    step: int
    loss: float
    score: float


@dataclass(frozen=True)
class Fitted:
    """Trained projections and how they came about.

    Parameters
    ----------
    projections
        Those with the best validation score, the earliest of equals.
    step
        The step they are from.
    looks
        The course of the training.
    """

    projections: Projections
    step: int
    looks: tuple[Look, ...]


def fit(
    material: Material,
    recipe: Recipe,
    score: Callable[[Projections], float],
    device: str = "cpu",
) -> Fitted:
    """Train two projections and return the best by a validation score.

    Both losses are :func:`contrastive_loss`: class-balanced batches of images against prompts of
    their class, all pairs of a class being right; and images against their captions, equal
    captions being right for all their images. With both, the two losses are added.

    Parameters
    ----------
    material
        Features, labels and captions of the training rows.
    recipe
        How to train.
    score
        Validation score of projections, larger is better; not a number counts as worst.
    device
        Where to compute. On one machine and device the result depends on nothing but the
        arguments.

    Raises
    ------
    ValueError
        If there are neither two classes nor two captions to tell apart.
    """
    import torch

    if not (material.has_labels or material.has_captions):
        raise ValueError("neither two classes nor two different captions to learn from")
    rng = np.random.default_rng(recipe.seed)
    learner = _Learner(material, recipe, device)
    optimiser = torch.optim.AdamW(learner.groups(), lr=recipe.lr)
    best: tuple[float, int, Projections] | None = None
    looks: list[Look] = []
    losses: list[float] = []
    for step in range(1, recipe.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = recipe.lr * _cosine((step - 1) / recipe.steps)
        loss = learner.loss(rng)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
        if step % recipe.every and step != recipe.steps:
            continue
        now = learner.projections()
        value = score(now)
        looks.append(Look(step, float(np.mean(losses)), value))
        losses = []
        if best is None or _better(value, best[0]):
            best = (value, step, now)
        elif step - best[1] >= recipe.patience * recipe.every:
            break
    if best is None:
        raise ValueError(f"at least one step is needed, not {recipe.steps}")
    return Fitted(best[2], best[1], tuple(looks))


def _cosine(done: float) -> float:
    """Return the share of the learning rate after a share of the steps; it warms up for 5 %."""
    return min(1.0, 0.05 + done / 0.05) * (1 + math.cos(math.pi * done)) / 2


def _better(value: float, best: float) -> bool:
    return value > best or (math.isnan(best) and not math.isnan(value))


class _Learner:
    """The trained tensors and one step of them; features are standardised on the way in."""

    def __init__(self, material: Material, recipe: Recipe, device: str) -> None:
        import torch

        texts_md = np.concatenate([material.class_texts_md, material.captions_md])
        self.material, self.recipe, self.device = material, recipe, device
        self.image_standard, self.text_standard = standard(material.images_nd), standard(texts_md)
        generator = torch.Generator().manual_seed(recipe.seed)
        self.chance = generator

        def start(d: int) -> torch.Tensor:
            weight = torch.randn(recipe.dim, d, generator=generator) / math.sqrt(d)
            return weight.to(device).requires_grad_()

        self.image_weight = start(material.images_nd.shape[1])
        self.text_weight = start(texts_md.shape[1])
        self.image_bias, self.text_bias = (
            torch.zeros(recipe.dim, device=device, requires_grad=True) for _ in range(2)
        )
        self.log_scale = torch.tensor(
            math.log(1 / recipe.temperature), device=device, requires_grad=True
        )
        self.images = self._ready(material.images_nd, self.image_standard)
        self.class_texts = self._ready(material.class_texts_md, self.text_standard)
        self.captions = self._ready(material.captions_md, self.text_standard)

    def _ready(self, features_nd: Floats, own: Standard) -> torch.Tensor:
        import torch

        ready = ((features_nd - own.mean_d) / own.spread_d).astype(np.float32)
        return torch.from_numpy(ready).to(self.device)

    def groups(self) -> list[dict[str, object]]:
        """Return the tensors for the optimiser: only the matrices decay."""
        return [
            {"params": [self.image_weight, self.text_weight],
             "weight_decay": self.recipe.weight_decay},
            {"params": [self.image_bias, self.text_bias, self.log_scale], "weight_decay": 0.0},
        ]  # fmt: skip

    def loss(self, rng: np.random.Generator) -> torch.Tensor:
        """Draw a batch and return its loss."""
        import torch

        material, size = self.material, self.recipe.batch_size
        total = torch.zeros((), device=self.device)
        if material.has_labels:
            rows = balanced_rows(rng, material.labels_n, size)
            labels_n = material.labels_n[rows]
            texts = texts_of_classes(rng, material.class_of_text_m, labels_n)
            right = same_key(labels_n, material.class_of_text_m[texts])
            total = total + self._contrast(rows, self.class_texts[texts], right)
        if material.has_captions:
            rows, captions = captioned_rows(rng, material.captions_of_n, size)
            right = same_key(captions, captions)
            total = total + self._contrast(rows, self.captions[captions], right)
        return total

    def _contrast(
        self, rows: np.ndarray, texts_md: torch.Tensor, right_nm: np.ndarray
    ) -> torch.Tensor:
        import torch
        from torch.nn.functional import normalize

        images_nd = self.images[rows]
        if self.recipe.dropout:
            keep = 1 - self.recipe.dropout
            mask = torch.rand(images_nd.shape, generator=self.chance) < keep
            images_nd = images_nd * mask.to(self.device) / keep
        z_nk = normalize(images_nd @ self.image_weight.T + self.image_bias, dim=1)
        w_mk = normalize(texts_md @ self.text_weight.T + self.text_bias, dim=1)
        scale = self.log_scale.exp().clamp(max=MAX_SCALE)
        return contrastive_loss(scale * z_nk @ w_mk.T, torch.from_numpy(right_nm).to(self.device))

    def projections(self) -> Projections:
        """Return the present projections, of raw features."""
        image = self.image_standard.fold(_array(self.image_weight), _array(self.image_bias))
        text = self.text_standard.fold(_array(self.text_weight), _array(self.text_bias))
        scale = min(float(self.log_scale.detach().exp()), MAX_SCALE)
        return Projections(*image, *text, scale)


def _array(tensor: torch.Tensor) -> Floats:
    values: Floats = tensor.detach().cpu().numpy().copy()
    return values
