"""What must be said of a probe's classes, images and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutis.tasks.probe.material import Material
    from cutis.tasks.probe.points import PointResult
    from cutis.tasks.probe.working import Task


def class_notes(results: list[PointResult], task: Task, material: Material) -> tuple[str, ...]:
    """Return what must be said of classes that are on one side only, and of images not read."""
    labels = task.tested.labels[material.tested.rows]
    notes = []
    n_other = material.n_unreadable - len(material.tested.errors)
    if n_other:
        notes.append(f"{n_other} images to learn from or to choose by could not be read.")
    for result in results:
        if result.point.seed != task.config.seed:
            continue
        counts = {
            name: int((labels == i).sum())
            for i, name in enumerate(task.full.classes)
            if name in result.absent
        }
        asked = [f"{name} ({n} test images)" for name, n in counts.items() if n]
        if asked and task.config.method != "cache":
            notes.append(
                f"With {result.point.words} no image of {', '.join(asked)} was learnt from"
                f"{' in some fold' if task.config.folds else ''}, so it could never be answered."
            )
    untested = [
        name
        for i, name in enumerate(task.full.classes)
        if results[0].per_class[name] and not (labels == i).any()
    ]
    if untested:
        notes.append(
            f"{', '.join(untested)}: learnt, but without a test image, so nothing is said of how "
            "well; averages over classes run over the others."
        )
    ends = [chosen for chosen in results[0].chosen if chosen.get("at_end_of_list")]
    if ends:
        notes.append(
            f"The strength chosen (C = {ends[0]['c']:g}) is at the end of the list; a longer one "
            "may do better (--c)."
        )
    return tuple(notes)
