"""The one error a user sees: what was given, what is allowed, the nearest valid value, the fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class CutisError(ValueError):
    """A mistake in the input that the user can repair.

    The command line prints it as one paragraph without a traceback and exits with code 2.

    Parameters
    ----------
    problem
        What was given and why it cannot be used, as a sentence.
    allowed
        What would have been accepted, as a sentence.
    nearest
        The valid values closest to the one given, best first.
    fix
        A command, or an action in the imperative, that repairs it.

    Examples
    --------
    >>> error = CutisError("There is no model 'cutis-tny'.", nearest=["cutis-tiny"],
    ...                    fix="cutis models list")
    >>> print(error)
    There is no model 'cutis-tny'. Did you mean 'cutis-tiny'? To fix it: cutis models list
    """

    def __init__(
        self,
        problem: str,
        *,
        allowed: str | None = None,
        nearest: Sequence[str] = (),
        fix: str | None = None,
    ) -> None:
        self.problem = problem
        self.allowed = allowed
        self.nearest = tuple(nearest)
        self.fix = fix
        super().__init__(self._paragraph())

    def _paragraph(self) -> str:
        parts = [self.problem]
        if self.allowed:
            parts.append(self.allowed)
        if self.nearest:
            parts.append("Did you mean " + " or ".join(f"'{name}'" for name in self.nearest) + "?")
        if self.fix:
            parts.append(f"To fix it: {self.fix}")
        return " ".join(parts)


def nearest_names(given: str, names: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return up to ``count`` names that resemble ``given``, best first.

    Examples
    --------
    >>> nearest_names("melanom", ["nevus", "melanoma"])
    ('melanoma',)
    """
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in names}
    return tuple(folded[m] for m in get_close_matches(given.casefold(), folded, count, 0.55))
