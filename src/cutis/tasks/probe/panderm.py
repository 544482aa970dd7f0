"""The published linear probe of PanDerm and DermFM-Zero, defects included."""

from __future__ import annotations

import numpy as np

from cutis.tasks.probe.linear import LinearProbe

MAX_ITERATIONS = 1000


def fit_panderm(
    features_nd: np.ndarray,
    labels_n: np.ndarray,
    n_classes: int,
    seed: int = 0,
    max_iterations: int = MAX_ITERATIONS,
) -> LinearProbe:
    """Fit the published probe: full-batch L-BFGS on raw features.

    The objective is the mean cross-entropy plus (1/C) * 0.5 * ||W||, with C = d * c / 100: the
    Frobenius norm itself and not its square, the bias free. So it is no usual logistic
    regression, and penalises far less than its C suggests. Only the seed's initial weights
    distinguish two fits, by about 2e-4 in probability (the problem is convex).

    Parameters
    ----------
    features_nd
        float32 (n, d), as the model gives them.
    labels_n
        (n,) class numbers; the published C counts the classes that are present.
    n_classes
        c of the result.
    seed
        Of the initial weights.
    max_iterations
        L-BFGS iterations at most.

    Examples
    --------
    >>> x = np.repeat(np.array([[-1.0], [-0.8], [0.9], [1.0]], np.float32), 200, axis=1)
    >>> fit_panderm(x, np.array([0, 0, 1, 1]), 2).probabilities(x).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    import torch

    seen, labels = np.unique(labels_n, return_inverse=True)
    x = torch.from_numpy(np.ascontiguousarray(features_nd, np.float32))
    y = torch.from_numpy(labels.astype(np.int64))
    strength = x.shape[1] * len(seen) / 100
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(seed)
        layer = torch.nn.Linear(x.shape[1], len(seen))
        optimiser = torch.optim.LBFGS(
            layer.parameters(), lr=1, max_iter=max_iterations, line_search_fn="strong_wolfe"
        )

        def loss() -> torch.Tensor:
            optimiser.zero_grad()
            # In this order of operations the published weights come out bit by bit.
            penalty = (1 / strength) * (0.5 * torch.linalg.vector_norm(layer.weight))
            value: torch.Tensor = torch.nn.functional.cross_entropy(layer(x), y) + penalty
            value.backward()  # type: ignore[no-untyped-call]
            return value

        optimiser.step(loss)  # type: ignore[no-untyped-call]
    weight, bias = layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy()
    return LinearProbe(weight, bias, seen.astype(np.int64), n_classes)
