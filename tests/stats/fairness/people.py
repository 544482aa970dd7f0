"""Images of patients with a sex, a skin tone and a diagnosis, made from a seed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

CLASSES = ["nevus", "keratosis", "melanoma", "carcinoma"]
CANCERS = ["melanoma", "carcinoma"]


class People(NamedTuple):
    """Labels, probabilities, patients and columns of n images."""

    labels: np.ndarray
    probs: np.ndarray
    patients: np.ndarray
    sex: np.ndarray
    tone: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        return self.probs.argmax(axis=1)

    @property
    def cancer(self) -> np.ndarray:
        return np.isin(self.labels, [2, 3])

    @property
    def called(self) -> np.ndarray:
        return np.isin(self.predicted, [2, 3])

    @property
    def score(self) -> np.ndarray:
        return self.probs[:, 2:].sum(axis=1)


def people(
    n: int = 400,
    seed: int = 0,
    worse: str | None = None,
    by_how_much: float = 2.0,
    cancer_in_male: float = 0.5,
    per_patient: int = 2,
) -> People:
    """Draw images; those of the ``worse`` tone are recognised less well."""
    rng = np.random.default_rng(seed)
    size = n // per_patient
    sex = rng.choice(["female", "male"], size)
    tone = rng.choice(["I", "II", "V"], size, p=[0.3, 0.5, 0.2])
    patient = np.repeat(np.arange(size), per_patient)
    sick = rng.random(n) < np.where(sex[patient] == "male", cancer_in_male, 1 - cancer_in_male)
    labels = 2 * sick + rng.integers(0, 2, n)
    logits = rng.normal(size=(n, 4)) + 0.5 * rng.normal(size=(size, 4))[patient]
    logits[np.arange(n), labels] += 2.0 - by_how_much * (tone[patient] == worse)
    powers = np.exp(logits)
    probs = powers / powers.sum(axis=1, keepdims=True)
    patients = np.array([f"P{i}" for i in patient], dtype=object)
    return People(labels, probs, patients, sex[patient], tone[patient])
