"""From class names to the texts that describe them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cutis.prompts.templates import TemplateSet
from cutis.prompts.vocabulary import Vocabulary, bundled_vocabulary, name_key


@dataclass(frozen=True)
class Prompts:
    """The texts of a set of classes.

    Attributes
    ----------
    texts
        (m,) texts, class after class.
    class_of_text
        (m,) int64, the class each text describes.
    names
        (c,) the names used for each class, the first being its own.
    """

    texts: tuple[str, ...]
    class_of_text: np.ndarray
    names: tuple[tuple[str, ...], ...]

    @property
    def sha256(self) -> str:
        """Hash of the texts and their classes, for the record."""
        content = json.dumps([self.texts, self.class_of_text.tolist()])
        return hashlib.sha256(content.encode()).hexdigest()


def class_prompts(
    class_names: Sequence[str],
    synonyms: Mapping[str, Sequence[str]],
    templates: TemplateSet | Sequence[str],
    vocabulary: Vocabulary | None = None,
) -> Prompts:
    """Put every name of every class into every template.

    A class is called by its own name (abbreviations spelled out) and by its synonyms: those given,
    otherwise those of the vocabulary. A synonym that also names another class says nothing and is
    left out. Every name of a class meets every template, so all count alike in its mean.

    Parameters
    ----------
    class_names
        The c class names, in label order.
    synonyms
        Class name to other names of it, as a dataset card gives them; may be empty.
    templates
        Sentences with ``{}`` where the name goes.
    vocabulary
        Names used for classes without given synonyms; None for the bundled ones,
        ``Vocabulary()`` for none at all, as a published protocol needs.

    Raises
    ------
    ValueError
        If there is no class or no template, or two classes have the same name.

    Examples
    --------
    >>> prompts = class_prompts(["nv", "mel"], {"nv": ["mole"]}, ["photo of {}"])
    >>> prompts.texts[:2], prompts.class_of_text.tolist()
    (('photo of nevus', 'photo of mole'), [0, 0, 1, 1, 1])
    """
    sentences = templates.templates if isinstance(templates, TemplateSet) else tuple(templates)
    if not sentences:
        raise ValueError("There are no templates; at least one sentence with {} is needed.")
    words = bundled_vocabulary() if vocabulary is None else vocabulary
    names = _names(class_names, synonyms, words)
    texts, class_of_text = [], []
    for k, names_of_class in enumerate(names):
        for name in names_of_class:
            texts += [sentence.replace("{}", name) for sentence in sentences]
        class_of_text += [k] * (len(names_of_class) * len(sentences))
    return Prompts(tuple(texts), np.array(class_of_text, dtype=np.int64), names)


def _names(
    class_names: Sequence[str], synonyms: Mapping[str, Sequence[str]], vocabulary: Vocabulary
) -> tuple[tuple[str, ...], ...]:
    if not class_names:
        raise ValueError("There are no classes; name at least one.")
    own = [vocabulary.spell_out(name) for name in class_names]
    keys = [name_key(name) for name in own]
    for k, key in enumerate(keys):
        if not key:
            raise ValueError(f"The name of class {k} is empty; every class needs a name.")
        if key in keys[:k]:
            raise ValueError(
                f"The classes '{class_names[keys.index(key)]}' and '{class_names[k]}' are both "
                f"called '{own[k]}'; no text can tell them apart, so rename one."
            )
    others = [tuple(synonyms.get(name, ())) or vocabulary.others(name) for name in class_names]
    claims = Counter(key for names in others for key in {name_key(name) for name in names})
    return tuple(
        (own[k], *_distinct(others[k], taken={*keys, *(key for key in claims if claims[key] > 1)}))
        for k in range(len(own))
    )


def _distinct(names: Sequence[str], taken: set[str]) -> list[str]:
    kept: list[str] = []
    seen = set(taken)
    for name in names:
        if name_key(name) and name_key(name) not in seen:
            seen.add(name_key(name))
            kept.append(" ".join(name.split()))
    return kept
