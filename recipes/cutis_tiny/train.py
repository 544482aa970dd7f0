"""The image stage: the upper blocks of the image tower learn to match the captions."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes.cutis_tiny.augment import views
from recipes.cutis_tiny.data import NAMES, Rows
from recipes.cutis_tiny.image_tower import ImageTower

TEXT_WIDTH = 384


@dataclass(frozen=True)
class Recipe:
    """Settings of the image stage, chosen on validation rows."""

    steps: int = 560
    batch: int = 40
    phantoms: int = 14
    side: int = 176
    rate: float = 3e-4
    projection_rate: float = 2e-3
    decay: float = 0.02
    smooth: float = 0.1
    mix: float = 0.3
    zoom: float = 0.5
    average: float = 0.995
    scale: float = 50.0
    power: float = 0.5
    dropout: float = 0.2
    teach: float = 0.0
    seed: int = 0


class Batch(NamedTuple):
    """One batch: real images (mixed in pairs), then phantom images."""

    lower: torch.Tensor
    labels: torch.Tensor
    partners: torch.Tensor
    share: float
    phantom_labels: torch.Tensor
    concepts: torch.Tensor
    targets: torch.Tensor


class Sampler:
    """Draws rows class by class, each class's rows in turn and in random order."""

    def __init__(self, labels_n: torch.Tensor, power: float, rng: np.random.Generator) -> None:
        labels, self.rng = labels_n.numpy(), rng
        self.rows = [np.flatnonzero(labels == c) for c in range(len(NAMES))]
        weight = np.asarray([len(rows) for rows in self.rows], float) ** power
        self.prior = weight / weight.sum()
        self.left: list[list[int]] = [[] for _ in NAMES]

    def draw(self, n: int) -> list[int]:
        """Draw ``n`` row numbers."""
        out = []
        for c in self.rng.choice(len(NAMES), n, p=self.prior):
            if not self.left[c]:
                self.left[c] = self.rng.permutation(self.rows[c]).tolist()
            out.append(self.left[c].pop())
        return out


def batches(
    tower: ImageTower, real: Rows, phantom: Rows, targets: torch.Tensor, recipe: Recipe
) -> Iterator[Batch]:
    """Yield training batches; a thread makes them ahead of time, in a fixed order."""
    ready: queue.Queue[Batch] = queue.Queue(4)

    def work() -> None:
        torch.set_num_threads(1)
        generator = torch.Generator().manual_seed(recipe.seed + 1)
        rng = np.random.default_rng(recipe.seed + 1)
        sampler = Sampler(real.labels_n, recipe.power, rng)
        zoom = (recipe.zoom, 1.0)
        assert phantom.concepts_nk is not None
        for _ in range(recipe.steps):
            rows = sampler.draw(recipe.batch)
            pixels = views(real.images_nhwc[rows], generator, recipe.side, zoom)
            order = torch.from_numpy(rng.permutation(len(rows)))
            share = float(rng.beta(recipe.mix, recipe.mix)) if recipe.mix else 1.0
            pixels = share * pixels + (1 - share) * pixels[order]
            labels = real.labels_n[rows]
            extra = rng.integers(0, len(phantom.labels_n), recipe.phantoms)
            made = views(phantom.images_nhwc[extra], generator, recipe.side, zoom)
            lower = tower.lower(torch.cat([pixels, made]))
            target = share * targets[rows] + (1 - share) * targets[rows][order]
            ready.put(Batch(lower, labels, labels[order], share, phantom.labels_n[extra],
                            phantom.concepts_nk[extra].float(), target))  # fmt: skip

    threading.Thread(target=work, daemon=True).start()
    for _ in range(recipe.steps):
        yield ready.get()


def wordings(
    projection: nn.Module, captions: torch.Tensor, generator: torch.Generator, n: int = 3
) -> torch.Tensor:
    """Return unit features of ``n`` random captions per class, (n, classes, d)."""
    c, many, _ = captions.shape
    chosen = torch.randint(many, (n, c), generator=generator)
    return functional.normalize(projection(captions[torch.arange(c)[None], chosen]), dim=-1)


def prompt_loss(
    z: torch.Tensor, w: torch.Tensor, labels: torch.Tensor, shift: torch.Tensor, recipe: Recipe
) -> torch.Tensor:
    """Classify images by every single wording; ``shift`` takes the batch's frequencies out."""
    logits = recipe.scale * torch.einsum("nd,kcd->knc", z, w) + shift
    return functional.cross_entropy(
        logits.flatten(0, 1), labels.repeat(len(w)), label_smoothing=recipe.smooth
    )


def warm_start(
    tower: ImageTower,
    projection: nn.Module,
    features: torch.Tensor,
    real: Rows,
    captions: torch.Tensor,
    recipe: Recipe,
    steps: int = 400,
) -> None:
    """Fit both projections on the untuned trunk's features, so that tuning starts sensibly."""
    sampler = Sampler(real.labels_n, recipe.power, np.random.default_rng(9))
    shift = torch.from_numpy(np.log(sampler.prior)).float()
    generator = torch.Generator().manual_seed(3)
    parameters = [*tower.proj.parameters(), *projection.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=recipe.decay)
    for _ in range(steps):
        rows = sampler.draw(128)
        x = functional.dropout(features[rows], 0.3)
        z = functional.normalize(tower.proj(x), dim=-1)
        w = wordings(projection, captions, generator)
        loss = prompt_loss(z, w, real.labels_n[rows], shift, recipe)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def train_image(
    tower: ImageTower,
    projection: nn.Module,
    real: Rows,
    phantom: Rows,
    captions: torch.Tensor,
    targets: torch.Tensor,
    recipe: Recipe,
) -> None:
    """Tune the trunk's upper part and the projections in place; they end as running averages.

    Parameters
    ----------
    tower, projection
        The image tower and the projection of the text vectors.
    real, phantom
        Training images.
    captions
        Text vectors of captions of each class, (classes, captions, 384).
    targets
        A teacher's features of the real images, (n, t); their weight is ``recipe.teach``.
    recipe
        The settings.
    """
    torch.manual_seed(recipe.seed)
    assert phantom.concepts_nk is not None
    concept_head = nn.Linear(tower.proj.out_features, phantom.concepts_nk.shape[1])
    teacher_head = nn.Linear(tower.proj.in_features, targets.shape[1])
    trunk = [p for p in tower.trunk.parameters() if p.requires_grad]
    kept = [*trunk, *tower.proj.parameters(), *projection.parameters()]
    heads = [*tower.proj.parameters(), *projection.parameters(), *concept_head.parameters(),
             *teacher_head.parameters()]  # fmt: skip
    optimiser = torch.optim.AdamW([
        {"params": [p for p in trunk if p.ndim > 1], "weight_decay": recipe.decay},
        {"params": [p for p in trunk if p.ndim < 2], "weight_decay": 0.0},
        {"params": heads, "weight_decay": recipe.decay},
    ])  # fmt: skip
    rates = [recipe.rate, recipe.rate, recipe.projection_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, recipe.steps, pct_start=0.1)
    average = [p.detach().clone() for p in kept]
    prior = Sampler(real.labels_n, recipe.power, np.random.default_rng(0)).prior
    shift, zero = torch.from_numpy(np.log(prior)).float(), torch.zeros(len(NAMES))
    generator = torch.Generator().manual_seed(recipe.seed)
    history = []
    for step, batch in enumerate(batches(tower, real, phantom, targets, recipe)):
        pooled = tower.pooled(batch.lower)
        z = functional.normalize(tower.proj(functional.dropout(pooled, recipe.dropout)), dim=-1)
        n = len(batch.labels)
        w = wordings(projection, captions, generator)
        loss = batch.share * prompt_loss(z[:n], w, batch.labels, shift, recipe)
        loss = loss + (1 - batch.share) * prompt_loss(z[:n], w, batch.partners, shift, recipe)
        if recipe.phantoms:
            loss = loss + 0.3 * prompt_loss(z[n:], w, batch.phantom_labels, zero, recipe)
            loss = loss + 0.3 * functional.binary_cross_entropy_with_logits(
                concept_head(10 * z[n:]), batch.concepts
            )
        if recipe.teach:
            said = functional.cosine_similarity(teacher_head(pooled[:n]), batch.targets, dim=-1)
            loss = loss + recipe.teach * (1 - said).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(kept, 5.0)
        optimiser.step()
        schedule.step()
        weight = 1 - min(recipe.average, (1 + step) / (10 + step))
        torch._foreach_lerp_(average, [p.detach() for p in kept], weight)
        history.append(float(loss.detach()))
        if (step + 1) % 50 == 0:
            print(f"image step {step + 1}: loss {np.mean(history[-50:]):.3f}", flush=True)
    with torch.no_grad():
        for parameter, value in zip(kept, average, strict=True):
            parameter.copy_(value)
