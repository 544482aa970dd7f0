"""Captions and images as pairs: equal ones once, or row by row as published."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cutis.tasks.caption_pairs import first_captions, pair_captions

ROWS = st.lists(
    st.tuples(st.lists(st.sampled_from(["a", "b", "c", " a"]), max_size=3), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


@given(ROWS)
def test_pairs_are_exactly_those_of_the_rows(rows):
    captions, pictures = [tuple(texts) for texts, _ in rows], [picture for _, picture in rows]
    pairs = pair_captions(captions, pictures)
    expected = {(p, t.strip()) for texts, p in zip(captions, pictures, strict=True) for t in texts}
    found = {
        (pictures[pairs.rows_i[i]], pairs.captions[u])
        for i, u in zip(pairs.image_p, pairs.caption_p, strict=True)
    }
    assert found == expected
    assert len(pairs.image_p) == len(expected)
    assert (np.diff(pairs.image_p) >= 0).all()
    assert pairs.missing == tuple(i for i, texts in enumerate(captions) if not texts)
    assert pairs.weights_u.tolist() == [
        sum(text == other for _, other in expected) for text in pairs.captions
    ]
    captions_p, images_p = pairs.by_caption()
    assert (np.diff(captions_p) >= 0).all()
    assert set(zip(images_p.tolist(), captions_p.tolist(), strict=True)) == set(
        zip(pairs.image_p.tolist(), pairs.caption_p.tolist(), strict=True)
    )


def test_the_published_way_keeps_every_row():
    pairs = first_captions([("a", "b"), (), ("a",), ("c",)])
    assert pairs.captions == ("a", "a", "c")
    assert pairs.rows_i.tolist() == [0, 2, 3]
    assert pairs.missing == (1,)
    assert pairs.weights_u.tolist() == [1, 1, 1]
