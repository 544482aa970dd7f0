"""A page taken apart: its tags, their text, and which section each stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input", "line", "rect", "circle"}


@dataclass
class Tag:
    name: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    section: str
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Parse a page; ``problems`` lists tags that are closed in the wrong order or not at all."""

    source: str
    tags: list[Tag] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Tag] = []
        self.feed(self.source)
        self.close()
        self.problems += [f"{tag.name} is never closed" for tag in self._open]

    def handle_starttag(self, name: str, attributes: list) -> None:
        section = next((t.attributes["id"] for t in self._open if t.name == "section"), "")
        if name == "section":
            section = dict(attributes)["id"]
        tag = Tag(name, dict(attributes), tuple(t.name for t in self._open), section)
        self.tags.append(tag)
        if name not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, name: str, attributes: list) -> None:
        self.handle_starttag(name, attributes)
        if name not in VOID:
            self.handle_endtag(name)

    def handle_endtag(self, name: str) -> None:
        if self._open and self._open[-1].name == name:
            self._open.pop()
            if name in ("td", "th"):
                self.handle_data(" ")
        else:
            self.problems.append(f"</{name}> at line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            tag.text += data

    def all(self, name: str, section: str | None = None, **attributes: str) -> list[Tag]:
        """Tags of a name, within a section, with these attributes (class: one of the words)."""
        return [
            tag
            for tag in self.tags
            if tag.name == name
            and section in (None, tag.section)
            and all(self._has(tag, key, value) for key, value in attributes.items())
        ]

    @staticmethod
    def _has(tag: Tag, key: str, value: str) -> bool:
        key = key.rstrip("_").replace("_", "-")
        given = tag.attributes.get(key)
        return given is not None and (value in given.split() if key == "class" else value == given)

    def text_of(self, section: str) -> str:
        """The text of a section, with single spaces."""
        return " ".join(self.all("section", id=section)[0].text.split())

    @property
    def text(self) -> str:
        """The text of the body, with single spaces."""
        return " ".join(self.all("body")[0].text.split())
