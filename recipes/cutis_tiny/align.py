"""The last stage: the text tower and its projection are tuned on fixed image features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes.cutis_tiny.corpus import class_caption, corpus, pick, row_caption, sign_caption
from recipes.cutis_tiny.lexicon import (
    CLASS_TERMS,
    CONCEPT_TERMS,
    PLAIN_WORDS,
    SITES,
    TEMPLATES,
)
from recipes.cutis_tiny.text_tower import embed, pad

NAMES = tuple(CLASS_TERMS)
CONCEPTS = tuple(CONCEPT_TERMS)
N_PLAIN = 6
WORDINGS = 3


@dataclass(frozen=True)
class Bank:
    """Pooled image features to align texts with.

    Attributes
    ----------
    features_vnd
        One row per view, image and channel.
    labels_n
        Diagnosis numbers.
    concepts_nk
        Which concepts each image has; None where nobody knows.
    """

    features_vnd: torch.Tensor
    labels_n: torch.Tensor
    concepts_nk: torch.Tensor | None = None

    def draw(self, rng: np.random.Generator, n: int, power: float) -> tuple[torch.Tensor, ...]:
        """Draw a batch whose class frequencies are the counts to the power of ``power``."""
        labels = self.labels_n.numpy()
        weight = np.bincount(labels, minlength=len(NAMES)).clip(1) ** (power - 1.0)
        p = weight[labels] / weight[labels].sum()
        rows = torch.from_numpy(rng.choice(len(labels), n, p=p))
        view = torch.from_numpy(rng.integers(len(self.features_vnd), size=n))
        return self.features_vnd[view, rows], self.labels_n[rows], rows

    def log_prior(self, power: float) -> torch.Tensor:
        """Return the log class frequencies of :meth:`draw`."""
        count = torch.bincount(self.labels_n, minlength=len(NAMES)).clamp(min=1).double() ** power
        return (count / count.sum()).log().float()


@dataclass(frozen=True)
class Towers:
    """What is tuned (the texts' part), the image projection, and the tokenizer."""

    text: nn.Module
    image_projection: nn.Module
    text_projection: nn.Module
    encode: Callable[[str], list[int]]

    def texts(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return sentence vectors and unit features of texts."""
        with torch.autocast("cpu", torch.bfloat16):
            vector = embed(self.text, pad([self.encode(text) for text in texts]))
        vector = vector.float()
        return vector, functional.normalize(self.text_projection(vector), dim=-1)

    def images(self, features_nd: torch.Tensor, dropout: float) -> torch.Tensor:
        """Return unit features of pooled image features."""
        x = functional.dropout(features_nd, dropout)
        return functional.normalize(self.image_projection(x), dim=-1)


def class_texts(rng: np.random.Generator) -> list[str]:
    """Write ``WORDINGS`` captions per class, one of them with site, age and sex, then others."""
    out = []
    for wording in range(WORDINGS):
        for name in NAMES:
            if wording:
                out.append(class_caption(rng, name))
            else:
                age, sex = float(rng.integers(15, 90)), pick(rng, ("male", "female"))
                out.append(row_caption(rng, name, pick(rng, SITES), age, sex))
    out += [pick(rng, TEMPLATES).format(pick(rng, PLAIN_WORDS)) for _ in range(N_PLAIN)]
    return out


def class_loss(
    z_nd: torch.Tensor,
    w_td: torch.Tensor,
    labels_n: torch.Tensor,
    log_prior_c: torch.Tensor,
    scale: float,
    smooth: float,
) -> torch.Tensor:
    """Classify images by every single wording, with unrelated texts as wrong answers."""
    c = len(NAMES)
    own = scale * torch.einsum("nd,kcd->nkc", z_nd, w_td[: WORDINGS * c].view(WORDINGS, c, -1))
    other = scale * (z_nd @ w_td[WORDINGS * c :].T)
    other = other[:, None].expand(-1, WORDINGS, -1) - 4.0
    logits = torch.cat([own + log_prior_c, other], -1)
    target = torch.full(logits.shape, 0.0)
    target[..., :c] = smooth / c
    target.scatter_add_(-1, labels_n[:, None, None].expand(-1, WORDINGS, 1),
                        torch.full((len(z_nd), WORDINGS, 1), 1 - smooth))  # fmt: skip
    return -(target * functional.log_softmax(logits, -1)).sum(-1).mean()


def concept_loss(
    z_nd: torch.Tensor, w_kd: torch.Tensor, truth_nk: torch.Tensor, scale: float
) -> torch.Tensor:
    """Let each concept's text find the images that have it among those that do not."""
    log_p = functional.log_softmax(scale * (w_kd @ z_nd.T), -1)
    positive = truth_nk.T.float()
    known = (positive.sum(1) > 0) & (positive.sum(1) < positive.shape[1])
    each = -(log_p * positive).sum(1) / positive.sum(1).clamp(min=1)
    floor = positive.sum(1).clamp(min=1).log()
    return (each - floor)[known].mean()


def align(
    towers: Towers,
    real: Bank,
    phantom: Bank,
    *,
    steps: int = 200,
    scale: float = 50.0,
    smooth: float = 0.1,
    power: float = 0.5,
    text_rate: float = 5e-5,
    rate: float = 1e-3,
    anchor: float = 2.0,
    concept: float = 0.3,
    n_plain: int = 6000,
    seed: int = 0,
) -> None:
    """Tune the text tower and its projection in place.

    The image projection stays: tuned on features of the very images the trunk was tuned on, it
    made the probabilities of held-out images worse.

    Parameters
    ----------
    towers
        What is tuned.
    real, phantom
        Image features with diagnoses; the phantom's with concepts too.
    steps
        Number of updates.
    scale
        Fixed factor on the cosines.
    smooth
        Share of the target spread over all classes.
    power
        Class frequencies in a batch are the counts to this power; the loss takes them back out.
    text_rate, rate
        Learning rates of the text tower and of its projection.
    anchor
        Weight of staying close to the distilled sentence vectors, so that other words keep
        their meaning.
    concept
        Weight of the phantom's concepts.
    n_plain
        Number of sentences to stay close on.
    seed
        Seed of all draws.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    plain = corpus(n_plain, seed + 1, PLAIN_WORDS)
    towers.text.eval()  # no dropout inside: the corpus regularises
    with torch.no_grad():
        kept = torch.cat([towers.texts(plain[i : i + 200])[0] for i in range(0, len(plain), 200)])
    kept = functional.normalize(kept, dim=-1)
    groups = [{"params": list(towers.text.parameters()), "lr": text_rate},
              {"params": list(towers.text_projection.parameters()), "lr": rate}]  # fmt: skip
    optimiser = torch.optim.AdamW(groups, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [text_rate, rate], steps, pct_start=0.1
    )
    history = []
    for step in range(steps):
        names = [pick(rng, CONCEPT_TERMS[name]) for name in CONCEPTS]
        anchors = rng.choice(len(plain), 24, replace=False)
        texts = [*class_texts(rng), *(sign_caption(rng, name) for name in names)]
        vector, w = towers.texts([*texts, *(plain[i] for i in anchors)])
        n_class = len(texts) - len(CONCEPTS)
        x, y, _ = real.draw(rng, 128, power)
        xp, yp, rows = phantom.draw(rng, 96, power)
        with torch.no_grad():
            z, zp = towers.images(x, 0.2), towers.images(xp, 0.2)
        loss = class_loss(z, w[:n_class], y, real.log_prior(power), scale, smooth)
        zero = torch.zeros(len(NAMES))
        loss = loss + 0.5 * class_loss(zp, w[:n_class], yp, zero, scale, smooth)
        assert phantom.concepts_nk is not None
        truth = phantom.concepts_nk[rows]
        loss = loss + concept * concept_loss(zp, w[n_class : len(texts)], truth, scale)
        now = functional.normalize(vector[len(texts) :], dim=-1)
        loss = loss + anchor * (1 - (now * kept[anchors]).sum(-1)).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        history.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            print(f"align step {step + 1}: loss {np.mean(history[-100:]):.3f}", flush=True)
