"""A model joins by case and class names, or is refused with the reason."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.model_arm import join_model
from cutis.errors import CutisError
from cutis.predictions import make_predictions, write_predictions
from tests.clinical.readers.conftest import CLASSES, study_frame

NAMES = ",".join(CLASSES)


def read(path, **options):
    return read_readings(TableConfig(readings=path, **options))


def test_a_published_csv_joins_by_the_stem_of_the_image(study, predictions):
    joined = join_model(read(study(), classes=NAMES), predictions())
    _, truth, probs = study_frame()
    assert joined.cases == [f"c{i}" for i in range(40)]
    np.testing.assert_allclose(joined.probs_nc, probs)
    right = joined.readings.grid("correct", "model", ["model"], joined.cases)[0]
    assert right.tolist() == (probs.argmax(axis=1) == truth).astype(float).tolist()
    assert joined.readings.arms[-1] == "model"
    assert "model" not in joined.readings.people


def test_our_own_file_joins_whatever_its_class_order(study, tmp_path):
    _, truth, probs = study_frame()
    order = [2, 0, 1]
    place = np.argsort(order)
    path = tmp_path / "predictions.parquet"
    write_predictions(
        path,
        make_predictions(
            ids=[f"c{i}" for i in range(40)][::-1],
            images=[f"x/{i}.png" for i in range(40)][::-1],
            probs_nc=probs[::-1][:, order],
            classes=[CLASSES[k].upper() for k in order],
            labels_n=place[truth][::-1],
        ),
    )
    joined = join_model(read(study()), path)
    index = [joined.readings.classes.index(name) for name in CLASSES]
    np.testing.assert_allclose(joined.probs_nc[:, index], probs)


def test_cases_the_model_lacks_are_a_note(study, predictions):
    joined = join_model(read(study(), classes=NAMES), predictions(lambda f: f.iloc[:30]))
    assert len(joined.cases) == 30
    assert "no prediction for 10 of 40 cases" in " ".join(joined.readings.notes)


def test_another_truth_is_refused(study, predictions):
    path = predictions(lambda f: f.assign(true_label=(f["true_label"] + 1) % 3))
    with pytest.raises(CutisError, match="40 of 40 cases have another truth"):
        join_model(read(study(), classes=NAMES), path)


def test_other_cases_are_refused(study, predictions):
    path = predictions(lambda f: f.assign(image_path="z" + f["image_path"].str[7:]))
    with pytest.raises(CutisError, match="None of the 40 cases"):
        join_model(read(study(), classes=NAMES), path)


def test_other_classes_are_refused(study, tmp_path):
    path = tmp_path / "predictions.parquet"
    write_predictions(
        path,
        make_predictions(
            ids=["c0", "c1"],
            images=["c0", "c1"],
            probs_nc=np.array([[0.5, 0.5], [0.1, 0.9]]),
            classes=["wart", "nevus"],
            labels_n=np.array([0, 1]),
        ),
    )
    with pytest.raises(CutisError, match="'wart' is none that a reader gave"):
        join_model(read(study()), path)


def test_a_table_without_answers_takes_no_model(study, predictions):
    path = study(lambda f: f.assign(correct=1).drop(columns=["answer", "truth"]))
    with pytest.raises(CutisError, match="no answers by class"):
        join_model(read(path), predictions())


def test_a_second_model_is_refused(study, predictions):
    path = study(lambda f: f.assign(reader=f["reader"].replace("R1", "model")))
    with pytest.raises(CutisError, match="already has a reader named 'model'"):
        join_model(read(path, classes=NAMES), predictions())
