"""Other names of diagnoses, and what common abbreviations stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_BRITISH = (("naev", "nev"), ("tumour", "tumor"), ("haem", "hem"), ("oedema", "edema"))


@dataclass(frozen=True)
class Vocabulary:
    """Names by which diagnoses are known.

    Attributes
    ----------
    abbreviations
        Code to full name, both in lower case.
    synonyms
        Name to other names, in lower case.
    """

    abbreviations: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def spell_out(self, name: str) -> str:
        """Return the name as it should stand in a sentence.

        Examples
        --------
        >>> Vocabulary(abbreviations={"bcc": "basal cell carcinoma"}).spell_out("BCC")
        'basal cell carcinoma'
        >>> Vocabulary().spell_out("vascular_lesion")
        'vascular lesion'
        """
        words = " ".join(name.replace("_", " ").split())
        return self.abbreviations.get(words.casefold(), words)

    def others(self, name: str) -> tuple[str, ...]:
        """Return other names of a diagnosis; empty when none is known.

        Examples
        --------
        >>> Vocabulary(synonyms={"nevus": ("mole",)}).others("Naevus")
        ('mole',)
        """
        return self.synonyms.get(name_key(self.spell_out(name)), ())


def name_key(name: str) -> str:
    """Return the form in which two spellings of one name are equal.

    Examples
    --------
    >>> name_key("Blue_Naevus")
    'blue nevus'
    """
    key = " ".join(re.sub(r"[_\s]+", " ", name).split()).casefold()
    for british, american in _BRITISH:
        key = key.replace(british, american)
    return key


@cache
def bundled_vocabulary() -> Vocabulary:
    """Return the names of common skin diseases that come with cutis.

    Examples
    --------
    >>> bundled_vocabulary().others("herpes zoster")
    ('shingles',)
    """
    import yaml

    text = (Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    synonyms = {name: tuple(others) for name, others in content["synonyms"].items()}
    return Vocabulary(content["abbreviations"], synonyms)
