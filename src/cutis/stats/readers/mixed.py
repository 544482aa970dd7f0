"""Mixed-effects logistic regression of right answers: arm, reader, case."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from cutis.stats.estimate import or_null

# The second derivative is a dense matrix of this side, inverted some hundred times.
MOST_EFFECTS = 800
FIXED_SD = 5.0
WHAT = (
    "log odds of a right answer = arm + reader + case + reader in arm, the last three random and "
    "normal; their standard deviations by Laplace's approximation of the restricted likelihood; "
    "the odds ratio holds for one reader and one case"
)


class MixedLogistic(NamedTuple):
    """The effect of an arm on the odds of a right answer.

    Attributes
    ----------
    odds_ratio, low, high, p
        Of the second arm against the first, for a given reader and case, with a normal interval
        on the log scale. NaN when it could not be fitted.
    sd_reader, sd_case, sd_reader_arm
        Standard deviations of the random effects, on the log-odds scale.
    n, n_readers, n_cases
        Readings, readers and cases.
    converged
        Whether the optimiser says so.
    note
        What was estimated, or why it was not.
    """

    odds_ratio: float
    low: float
    high: float
    p: float
    sd_reader: float
    sd_case: float
    sd_reader_arm: float
    n: int
    n_readers: int
    n_cases: int
    converged: bool
    note: str

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {k: or_null(v) if isinstance(v, float) else v for k, v in self._asdict().items()}


def mixed_logistic(
    right_n: np.ndarray,
    arm_n: np.ndarray,
    reader_n: np.ndarray,
    case_n: np.ndarray,
    confidence: float = 0.95,
) -> MixedLogistic:
    """Fit right ~ arm + (1 | reader) + (1 | case) + (1 | reader in arm).

    The standard deviations maximise Laplace's approximation of the likelihood with fixed and
    random effects integrated out; effects and errors are those of penalised likelihood given
    them, what lme4 calls nAGQ = 0. Fixed effects have a flat normal prior (SD 5), so that an arm
    without a single error still has an answer.

    Parameters
    ----------
    right_n
        1 or 0 for every reading.
    arm_n
        0 for the first arm, 1 for the second.
    reader_n, case_n
        Number or name of the reader and of the case.
    confidence
        Coverage of the interval.

    Examples
    --------
    >>> right = np.array([0, 1, 0, 1, 1, 1, 0, 1] * 6)
    >>> arm = np.array([0, 1] * 24)
    >>> found = mixed_logistic(right, arm, np.repeat(np.arange(4), 12), np.tile(np.arange(6), 8))
    >>> found.n, found.converged, found.odds_ratio > 1
    (48, True, True)
    """
    right, arm = np.asarray(right_n, dtype=np.float64), np.asarray(arm_n, dtype=np.int64)
    readers = np.unique(reader_n, return_inverse=True)[1]
    cases = np.unique(case_n, return_inverse=True)[1]
    sizes = (right.size, int(readers.max(initial=-1)) + 1, int(cases.max(initial=-1)) + 1)
    if np.unique(arm).size < 2 or np.unique(right).size < 2:
        return _missing("not fitted: every answer is alike, or there is a single arm", sizes)
    effects = 3 * sizes[1] + sizes[2]
    if effects > MOST_EFFECTS:
        return _missing(f"not fitted: {effects} random effects are more than {MOST_EFFECTS}", sizes)
    fitter = _Laplace(right, arm, readers, cases)
    sds, converged = fitter.deviations()
    slope, error = fitter.effect(sds)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    return MixedLogistic(
        float(np.exp(slope)),
        float(np.exp(slope - z * error)),
        float(np.exp(slope + z * error)),
        2 * NormalDist().cdf(-abs(slope) / error),
        float(sds[0]),
        float(sds[1]),
        float(sds[2]),
        *sizes,
        converged,
        WHAT if converged else f"the standard deviations did not converge; {WHAT}",
    )


class _Laplace:
    """The penalised likelihood of all effects, and the likelihood of their deviations."""

    def __init__(
        self, right: np.ndarray, arm: np.ndarray, readers: np.ndarray, cases: np.ndarray
    ) -> None:
        kinds, places, start = [np.full(2, -1)], [np.zeros_like(arm), np.ones_like(arm)], 2
        for kind, of in enumerate((readers, cases, 2 * readers + arm)):
            levels, index = np.unique(of, return_inverse=True)
            places.append(start + index)
            kinds.append(np.full(levels.size, kind))
            start += levels.size
        self.right = right
        # Each reading touches five effects: the level, its arm, reader, case, and reader in arm.
        self.place_n5 = np.column_stack(places)
        self.value_n5 = np.ones(self.place_n5.shape)
        self.value_n5[:, 1] = arm
        self.cell = (self.place_n5[:, :, None] * start + self.place_n5[:, None, :]).ravel()
        self.product_n25 = (self.value_n5[:, :, None] * self.value_n5[:, None, :]).reshape(-1, 25)
        self.kind_e = np.concatenate(kinds)
        self.beta = np.zeros(self.kind_e.size)

    def deviations(self) -> tuple[np.ndarray, bool]:
        """Return the three standard deviations, and whether the search settled."""
        from scipy.optimize import minimize

        found = minimize(
            lambda logs: -self.likelihood(np.exp(logs)),
            np.array([-0.7, -0.2, -1.2]),
            method="Nelder-Mead",
            bounds=[(-5.0, 2.0)] * 3,
            options={"maxfev": 300, "xatol": 0.01, "fatol": 0.002},
        )
        return np.exp(np.asarray(found.x)), bool(found.success)

    def likelihood(self, sds: np.ndarray) -> float:
        """Return Laplace's approximation for given deviations, up to a constant."""
        penalty = self._penalty(sds)
        curvature = self._settle(penalty)
        linear = self._linear()
        fit = float(self.right @ linear - np.logaddexp(0, linear).sum())
        prior = 0.5 * float(np.log(penalty).sum() - penalty @ self.beta**2)
        return fit + prior - 0.5 * float(np.linalg.slogdet(curvature)[1])

    def effect(self, sds: np.ndarray) -> tuple[float, float]:
        """Return the arm's coefficient and its standard error."""
        curvature = self._settle(self._penalty(sds))
        unit = np.zeros(self.beta.size)
        unit[1] = 1.0
        return float(self.beta[1]), float(np.linalg.solve(curvature, unit)[1] ** 0.5)

    def _linear(self) -> np.ndarray:
        return np.asarray((self.value_n5 * self.beta[self.place_n5]).sum(axis=1))

    def _penalty(self, sds: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(self.kind_e < 0, FIXED_SD**-2.0, sds[self.kind_e] ** -2.0))

    def _settle(self, penalty: np.ndarray) -> np.ndarray:
        """Move to the penalised mode by Newton's steps and return the curvature there."""
        size = self.beta.size
        curvature: np.ndarray = np.diag(penalty)
        for _ in range(60):
            share = 1 / (1 + np.exp(-self._linear()))
            weighted = self.product_n25 * (share * (1 - share))[:, None]
            seen = np.bincount(self.cell, weighted.ravel(), size**2).reshape(size, size)
            curvature = np.asarray(seen + np.diag(penalty))
            gap = self.value_n5 * (self.right - share)[:, None]
            slope = np.bincount(self.place_n5.ravel(), gap.ravel(), size) - penalty * self.beta
            step = np.linalg.solve(curvature, slope)
            # The objective is concave; long steps from far away are shortened, never turned.
            self.beta = self.beta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
            if float(np.abs(step).max()) < 1e-6:
                break
        return curvature


def _missing(note: str, sizes: tuple[int, int, int]) -> MixedLogistic:
    nan = float("nan")
    return MixedLogistic(nan, nan, nan, nan, nan, nan, nan, *sizes, False, note)
