"""The model hub: the local cache first, the network only when asked, and plain words without it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models import hub, load_model
from tests.models.small import refusal

REPOSITORY = "org/name"


def put(cache: Path, name: str, content: str = "x", repository: str = REPOSITORY) -> Path:
    """Write a file into a hub cache, in the hub library's folder structure."""
    folder = cache / ("models--" + repository.replace("/", "--"))
    snapshot = folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text("abc")
    path = snapshot / name
    path.write_text(content)
    return path


@pytest.fixture
def cache() -> Path:
    return hub.cache_folder()


def make_online(monkeypatch: pytest.MonkeyPatch, download) -> list[str]:
    """Let the hub be reachable, with ``download`` in the place of the library's."""
    import huggingface_hub

    asked: list[str] = []

    def record(repository: str, name: str, **options: object) -> str:
        asked.append(name)
        return download(repository, name)

    monkeypatch.setattr(hub, "_online", lambda: True)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", record)
    return asked


def test_a_cached_file_is_found_without_a_network(cache: Path):
    path = put(cache, "model.safetensors")
    assert hub.cached(REPOSITORY, "model.safetensors") == path
    assert hub.cached(REPOSITORY, "other.bin") is None
    assert hub.cached_folder(REPOSITORY, ["other.bin", "model.safetensors"]) == path.parent
    assert hub.cached_folder("org/other", ["model.safetensors"]) is None
    assert hub.fetch(REPOSITORY, ["other.bin", "model.safetensors"]) == path


def test_without_a_network_the_file_and_its_place_are_named():
    with pytest.raises(CutisError) as raised:
        hub.fetch(REPOSITORY, ["a.safetensors", "b.bin"])
    for words in (REPOSITORY, "a.safetensors or b.bin", "local-dir:FOLDER", "cannot be reached"):
        assert words in str(raised.value)


def test_the_first_file_the_repository_has_is_fetched(monkeypatch: pytest.MonkeyPatch, cache: Path):
    def download(repository: str, name: str) -> str:
        if name == "a":
            raise refusal("RemoteEntryNotFoundError")
        return str(put(cache, name))

    asked = make_online(monkeypatch, download)
    path = hub.fetch(REPOSITORY, ["a", "b", "c"])
    assert path is not None
    assert path.name == "b"
    assert asked == ["a", "b"]
    hub.fetch(REPOSITORY, ["a", "b", "c"])
    assert asked == ["a", "b"], "the second time it is in the cache"


def test_a_repository_without_any_of_the_files(monkeypatch: pytest.MonkeyPatch):
    def download(repository: str, name: str) -> str:
        raise refusal("RemoteEntryNotFoundError")

    make_online(monkeypatch, download)
    assert hub.fetch(REPOSITORY, ["a", "b"]) is None


def test_a_file_known_to_be_absent_is_not_asked_for(monkeypatch: pytest.MonkeyPatch, cache: Path):
    put(cache, "b")
    absent = cache / "models--org--name" / ".no_exist" / "abc"
    absent.mkdir(parents=True)
    (absent / "a").touch()
    assert hub.known_absent(REPOSITORY, "a")
    assert not hub.known_absent(REPOSITORY, "c")
    asked = make_online(monkeypatch, lambda repository, name: str(put(cache, name)))
    hub.fetch(REPOSITORY, ["a", "c"])
    assert asked == ["c"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("GatedRepoError", "ask for access"),
        ("RepositoryNotFoundError", "no repository org/name"),
        ("LocalEntryNotFoundError", "cannot be reached"),
        ("HFValidationError", "not a hub name"),
        ("OfflineModeIsEnabled", "cannot be reached"),
    ],
)
def test_every_refusal_of_the_hub_is_explained(
    monkeypatch: pytest.MonkeyPatch, kind: str, words: str
):
    def download(repository: str, name: str) -> str:
        raise refusal(kind)

    make_online(monkeypatch, download)
    with pytest.raises(CutisError, match=words):
        hub.fetch(REPOSITORY, ["a"])


def test_a_broken_connection_is_explained(monkeypatch: pytest.MonkeyPatch):
    def download(repository: str, name: str) -> str:
        raise ConnectionError("connection reset by peer")

    make_online(monkeypatch, download)
    with pytest.raises(CutisError, match="connection reset by peer"):
        hub.fetch(REPOSITORY, ["a"])


class TestOnline:
    """The look-up that spares minutes of retries (the other tests replace it)."""

    @pytest.fixture(autouse=True)
    def real(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)

    def test_no_name_service_means_offline(self, monkeypatch: pytest.MonkeyPatch):
        def fail(*args: object) -> None:
            raise socket.gaierror("no name service")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        assert not ONLINE()
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:1")
        assert ONLINE(), "a proxy may know names that this machine does not"

    def test_a_name_service_means_online(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args: [])
        assert ONLINE()

    def test_the_offline_switch_is_obeyed(self, monkeypatch: pytest.MonkeyPatch):
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args: [])
        assert not ONLINE()


ONLINE = hub._online


def test_the_folder_of_ones_own_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert hub.models_folder() is None
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    assert hub.models_folder() == tmp_path
    monkeypatch.setenv("CUTIS_MODELS", "~/models")
    assert hub.models_folder() == Path.home() / "models"


BAD_NAMES = ["/srv/author/tokenizer", "org/na me", "a/b/c"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_is_no_repository_is_in_no_cache(name: str):
    """A published configuration may hold its author's own path as the tokenizer's name."""
    assert hub.cached(name, "vocab.txt") is None
    assert not hub.known_absent(name, "vocab.txt")
    assert hub.cached_folder(name, ["vocab.txt"]) is None


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_is_no_repository_cannot_be_fetched(name: str):
    for ask in (lambda: hub.fetch(name, ["a"]), lambda: hub.repository_files(name)):
        with pytest.raises(CutisError, match=rf"'{name}' is not a hub name.*org/name"):
            ask()
    with pytest.raises(CutisError, match=r"is not a (hub name|repository)"):
        load_model(f"hf-hub:{name}", device="cpu")
