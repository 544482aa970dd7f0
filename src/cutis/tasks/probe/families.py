"""The methods of probing: what they can choose from, and how each is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from cutis.tasks.probe.class_means import fit_means
from cutis.tasks.probe.criteria import Score, balanced_score, log_score
from cutis.tasks.probe.example_cache import CacheProbe
from cutis.tasks.probe.fitted import FittedProbe, unit_rows
from cutis.tasks.probe.neighbours import NeighbourProbe
from cutis.tasks.probe.panderm import fit_panderm
from cutis.tasks.probe.standard import standard_path


class Candidate(NamedTuple):
    """A probe fitted with one setting, and its answers on the validation rows."""

    setting: dict[str, Any]
    probe: FittedProbe
    probs_vc: np.ndarray


class Family(Protocol):
    """One method: its settings, from the most cautious on, and how they are tried."""

    @property
    def settings(self) -> Sequence[dict[str, Any]]:
        """What can be chosen from."""

    @property
    def fallback(self) -> dict[str, Any]:
        """What is taken when there is nothing to choose by."""

    @property
    def stops_early(self) -> bool:
        """Whether the score rises and then falls along the settings."""

    @property
    def needs_validation(self) -> bool:
        """Whether settings are chosen on a validation split only, never by cross-validation."""

    def fit(self, x_nd: np.ndarray, y_n: np.ndarray, setting: dict[str, Any]) -> FittedProbe:
        """Fit with one setting."""

    def tried(self, x_nd: np.ndarray, y_n: np.ndarray, x_vd: np.ndarray) -> Iterator[Candidate]:
        """Fit with each setting in turn and answer the validation rows."""

    def score(self, y_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
        """Judge answers to validation rows; more is better."""


@dataclass(frozen=True)
class Standard:
    """Logistic regression, its strength chosen by the log loss."""

    n_classes: int
    strengths: tuple[float, ...]
    class_weight: Literal["none", "balanced"] = "none"
    stops_early: bool = True
    needs_validation: bool = False

    @property
    def settings(self) -> Sequence[dict[str, Any]]:
        """What can be chosen from."""
        return [{"c": c} for c in self.strengths]

    @property
    def fallback(self) -> dict[str, Any]:
        """The strength in the middle."""
        return self.settings[(len(self.strengths) - 1) // 2]

    def fit(self, x_nd: np.ndarray, y_n: np.ndarray, setting: dict[str, Any]) -> FittedProbe:
        """Fit with one strength."""
        path = standard_path(x_nd, y_n, self.n_classes, [setting["c"]], self.class_weight)
        return next(path)

    def tried(self, x_nd: np.ndarray, y_n: np.ndarray, x_vd: np.ndarray) -> Iterator[Candidate]:
        """Fit each strength from the one before, the strongest penalty first."""
        path = standard_path(x_nd, y_n, self.n_classes, self.strengths, self.class_weight)
        for setting, probe in zip(self.settings, path, strict=True):
            yield Candidate(setting, probe, probe.probabilities(x_vd))

    def score(self, y_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
        """Judge by the log loss, each class alike where the fit weighs them so."""
        return log_score(y_v, probs_vc, seen_s, balanced=self.class_weight == "balanced")


@dataclass(frozen=True)
class PanDerm:
    """The published probe; there is nothing to choose."""

    n_classes: int
    seed: int
    stops_early: bool = False
    needs_validation: bool = False

    @property
    def settings(self) -> Sequence[dict[str, Any]]:
        """One setting."""
        return [{}]

    @property
    def fallback(self) -> dict[str, Any]:
        """That one."""
        return {}

    def fit(self, x_nd: np.ndarray, y_n: np.ndarray, setting: dict[str, Any]) -> FittedProbe:
        """Fit it."""
        return fit_panderm(x_nd, y_n, self.n_classes, self.seed)

    def tried(self, x_nd: np.ndarray, y_n: np.ndarray, x_vd: np.ndarray) -> Iterator[Candidate]:
        """Fit it once."""
        probe = self.fit(x_nd, y_n, {})
        yield Candidate({}, probe, probe.probabilities(x_vd))

    def score(self, y_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
        """Judge by the log loss."""
        return log_score(y_v, probs_vc, seen_s)


@dataclass(frozen=True)
class Neighbours:
    """Nearest neighbours, their number chosen by balanced accuracy."""

    n_classes: int
    ks: tuple[int, ...]
    votes: Literal["weighted", "plain"]
    stops_early: bool = False
    needs_validation: bool = False

    @property
    def settings(self) -> Sequence[dict[str, Any]]:
        """What can be chosen from."""
        return [{"k": k} for k in self.ks]

    @property
    def fallback(self) -> dict[str, Any]:
        """The fewest neighbours."""
        return {"k": self.ks[0]}

    def fit(self, x_nd: np.ndarray, y_n: np.ndarray, setting: dict[str, Any]) -> NeighbourProbe:
        """Keep the training images."""
        return NeighbourProbe(unit_rows(x_nd), y_n, setting["k"], self.votes, self.n_classes)

    def tried(self, x_nd: np.ndarray, y_n: np.ndarray, x_vd: np.ndarray) -> Iterator[Candidate]:
        """Search once for the most neighbours, then count with each number."""
        most = self.fit(x_nd, y_n, {"k": self.ks[-1]})
        found = most.search(x_vd)
        for setting in self.settings:
            probe = most.with_k(setting["k"])
            yield Candidate(setting, probe, probe.count(found))

    def score(self, y_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
        """Judge by balanced accuracy."""
        return balanced_score(y_v, probs_vc, seen_s)


@dataclass(frozen=True)
class ClassMeans:
    """The nearest class mean; there is nothing to choose."""

    n_classes: int
    stops_early: bool = False
    needs_validation: bool = False

    @property
    def settings(self) -> Sequence[dict[str, Any]]:
        """One setting."""
        return [{}]

    @property
    def fallback(self) -> dict[str, Any]:
        """That one."""
        return {}

    def fit(self, x_nd: np.ndarray, y_n: np.ndarray, setting: dict[str, Any]) -> FittedProbe:
        """Average each class."""
        return fit_means(x_nd, y_n, self.n_classes)

    def tried(self, x_nd: np.ndarray, y_n: np.ndarray, x_vd: np.ndarray) -> Iterator[Candidate]:
        """Fit it once."""
        probe = self.fit(x_nd, y_n, {})
        yield Candidate({}, probe, probe.probabilities(x_vd))

    def score(self, y_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
        """Judge by balanced accuracy."""
        return balanced_score(y_v, probs_vc, seen_s)


@dataclass(frozen=True)
class ExampleCache:
    """Examples beside prompts, their weights chosen on validation rows only."""

    weights_cd: np.ndarray
    scale: float
    alphas: tuple[float, ...]
    betas: tuple[float, ...]
    fallback: dict[str, Any]
    stops_early: bool = False
    needs_validation: bool = True

    @property
    def settings(self) -> Sequence[dict[str, Any]]:
        """What can be chosen from, the least say of the examples first."""
        return [{"alpha": a, "beta": b} for a, b in product(self.alphas, self.betas)]

    def fit(self, x_nd: np.ndarray, y_n: np.ndarray, setting: dict[str, Any]) -> CacheProbe:
        """Keep the examples."""
        keys, weights = unit_rows(x_nd), unit_rows(self.weights_cd)
        return CacheProbe(keys, y_n, weights, self.scale, setting["alpha"], setting["beta"])

    def tried(self, x_nd: np.ndarray, y_n: np.ndarray, x_vd: np.ndarray) -> Iterator[Candidate]:
        """Compare with the examples once, then weigh in each way."""
        start = self.fit(x_nd, y_n, self.settings[0])
        texts, examples = start.cosines(x_vd)
        for setting in self.settings:
            probe = start.with_weights(setting["alpha"], setting["beta"])
            yield Candidate(setting, probe, probe.combine(texts, examples))

    def score(self, y_v: np.ndarray, probs_vc: np.ndarray, seen_s: np.ndarray) -> Score:
        """Judge by balanced accuracy; prompts answer for classes without examples as well."""
        return balanced_score(y_v, probs_vc, np.arange(probs_vc.shape[1]))
