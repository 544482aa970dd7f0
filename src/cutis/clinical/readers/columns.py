"""Which column of a table of readings holds what, found by name."""

from __future__ import annotations

from collections.abc import Sequence

from cutis.errors import CutisError, nearest_names

NAMES: dict[str, tuple[str, ...]] = {
    "reader": ("reader", "reader_id", "responder_id", "rater", "participant", "user_id"),
    "case": ("case", "case_id", "image_id", "image", "image_path", "filename"),
    "arm": ("arm", "condition", "modality", "treatment"),
    "answer": ("answer", "diagnosis", "response", "reader_answer", "predicted"),
    "truth": ("truth", "gt", "ground_truth", "true_label", "label"),
    "correct": ("correct", "is_correct", "right"),
    "confidence": ("confidence", "certainty", "rating"),
    "time": ("time", "time_s", "seconds", "duration"),
    "group": ("group", "patient_id", "patient", "lesion_id", "lesion"),
    "experience": ("experience", "expertise", "level", "ability", "role", "roles", "job"),
    "order": ("order", "position", "trial"),
}
NUMBERS = ("correct", "confidence", "time", "order")
SCORE = "score_"


def fold(name: object) -> str:
    """Return a name without case, blanks, dashes and underscores.

    Examples
    --------
    >>> fold("Case ID") == fold("case_id")
    True
    """
    return "".join(c for c in str(name).casefold() if c not in " -_/")


def find_columns(columns: Sequence[str], source: str) -> dict[str, str]:
    """Return role to column name of a long table.

    Columns named ``score_...`` are graded outcomes and have no role.

    Parameters
    ----------
    columns
        Names in the file.
    source
        The file, for messages.

    Raises
    ------
    CutisError
        If reader or case is missing, or there is neither an answer with a truth, nor whether it
        was correct, nor a score.

    Examples
    --------
    >>> find_columns(["Reader", "case_id", "Answer", "GT"], "t.csv")
    {'reader': 'Reader', 'case': 'case_id', 'answer': 'Answer', 'truth': 'GT'}
    """
    folded = {fold(name): name for name in columns}
    found: dict[str, str] = {}
    for role, names in NAMES.items():
        match = next((folded[fold(n)] for n in names if fold(n) in folded), None)
        if match is not None and match not in found.values():
            found[role] = match
    scores = [name for name in columns if name.startswith(SCORE)]
    missing = [role for role in ("reader", "case") if role not in found]
    judged = "correct" in found or {"answer", "truth"} <= set(found) or bool(scores)
    if not missing and not judged and "answer" not in found:
        missing = ["answer"]
    if missing:
        raise CutisError(
            f"{source} has no column for the {' and the '.join(missing)} (its columns: "
            f"{', '.join(map(str, columns[:12]))}).",
            allowed="Readings have the columns reader, case, answer and truth; arm, confidence, "
            "time, group, experience and order may follow.",
            nearest=nearest_names(missing[0], list(map(str, columns)), 1),
            fix="rename the column, or give --layout",
        )
    return found
