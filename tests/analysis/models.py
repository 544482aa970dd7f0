"""Published files of models of known skill on the same images."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cutis.analysis.finding import Entry


def write(path, skill, n=120, seed=0, classes=3, ids=None, labels=None):
    """A published CSV whose model is right more often the greater its skill."""
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(99).integers(0, classes, n) if labels is None else labels
    logits = rng.normal(size=(n, classes))
    logits[np.arange(n), truth] += skill
    powers = np.exp(logits)
    probs = powers / powers.sum(axis=1, keepdims=True)
    frame = pd.DataFrame(
        {
            "filename": ids or [f"x/{i}.png" for i in range(n)],
            "true_label": truth,
            "predicted_label": probs.argmax(axis=1),
            **{f"probability_class_{k}": probs[:, k] for k in range(classes)},
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)
    return Entry("", path.stem, path)
