"""Python and the libraries: there, new enough, and made for each other."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cutis.doctor.check import Check

OLDEST_PYTHON = (3, 11)
MODEL_LIBRARIES = ("timm", "open_clip_torch", "transformers")
# Imports torch and torchvision the way the models do; a mismatched pair dies here, not in the
# middle of an embedding. Runs in a process of its own because it may crash.
_PROBE = """
import json, torch, torchvision
from torchvision.ops import nms
nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
cuda = torch.cuda.is_available()
print(json.dumps({
    "torch": torch.__version__, "torchvision": torchvision.__version__,
    "cuda": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if cuda
            else [],
    "built_for": torch.version.cuda or torch.version.hip,
    "mps": bool(torch.backends.mps.is_available()),
    "threads": torch.get_num_threads(),
}))
"""


def check_python(version: tuple[int, ...], is_64_bit: bool) -> Check:
    """Check the interpreter.

    Examples
    --------
    >>> check_python((3, 10, 4), True).status
    'FAIL'
    """
    found = ".".join(map(str, version)) + ("" if is_64_bit else ", 32-bit")
    if tuple(version[:2]) < OLDEST_PYTHON or not is_64_bit:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return Check("python", "FAIL", found, f"install a 64-bit Python {oldest} or newer")
    return Check("python", "PASS", f"{found} on {platform.system()} {platform.machine()}")


def probe_torch(timeout: float) -> dict[str, Any]:
    """Import torch and torchvision in a process of its own and return what they say.

    Returns
    -------
    The versions and devices, or ``{"error": reason}`` when the pair cannot be imported.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"they did not import within {timeout:g} s"}
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return {"error": lines[-1] if lines else f"they ended with code {done.returncode}"}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def check_pair(
    installed: Callable[[str], str | None],
    requires: Callable[[str], list[str]],
    probe: Mapping[str, Any],
) -> Check:
    """Check that torchvision was made for the torch beside it, by its own words and by trying."""
    name, fix = "torch + torchvision", "pip install --force-reinstall torch torchvision"
    versions = {library: installed(library) for library in ("torch", "torchvision")}
    missing = [library for library, version in versions.items() if version is None]
    if missing:
        return Check(name, "FAIL", f"{' and '.join(missing)} not installed", fix)
    found = f"{versions['torch']} + {versions['torchvision']}"
    for wanted in _requirements(requires("torchvision"), "torch"):
        if not wanted.specifier.contains(versions["torch"] or "", prereleases=True):
            return Check(
                name,
                "FAIL",
                f"{found}: this torchvision was made for torch {wanted.specifier}",
                f'pip install "torch{wanted.specifier}" "torchvision=={versions["torchvision"]}"',
            )
    if "error" in probe:
        return Check(name, "FAIL", f"{found} do not import together: {probe['error']}", fix)
    return Check(name, "PASS", f"{found}, import together")


def check_libraries(
    installed: Callable[[str], str | None], requires: Callable[[str], list[str]]
) -> list[Check]:
    """Check every other required library against the versions cutis asks for.

    Returns
    -------
    One line for the model libraries each, one for all the others together.
    """
    named: dict[str, Check] = {}
    others, broken = 0, []
    for wanted in _requirements(requires("cutis")):
        name = wanted.name.replace("-", "_")
        if name in ("torch", "torchvision"):
            continue
        version = installed(wanted.name)
        fits = version is not None and wanted.specifier.contains(version, prereleases=True)
        if name in MODEL_LIBRARIES:
            named[name] = _library(name, wanted.specifier, version, fits)
        elif fits:
            others += 1
        else:
            broken.append(_library(wanted.name, wanted.specifier, version, fits))
    checks = [named[name] for name in MODEL_LIBRARIES if name in named]
    if broken:
        return [*checks, *broken]
    return [*checks, Check("libraries", "PASS", f"{others} others as required")]


def _library(name: str, wanted: Any, version: str | None, fits: bool) -> Check:
    if fits:
        return Check(name, "PASS", f"{version} ({wanted})")
    found = "not installed" if version is None else f"{version}, cutis needs {wanted}"
    return Check(name, "FAIL", found, f'pip install "{name}{wanted}"')


def check_extras(
    extras: Mapping[str, Iterable[str]], installed: Callable[[str], str | None]
) -> Check:
    """Say which optional parts are installed; none is needed."""
    here = {extra: all(installed(n) for n in names) for extra, names in sorted(extras.items())}
    present = ", ".join(e for e, complete in here.items() if complete) or "none"
    absent = ", ".join(e for e, complete in here.items() if not complete)
    found = f"{present}" + (f" (not installed, not needed: {absent})" if absent else "")
    return Check("optional parts", "PASS", found)


def installed(name: str) -> str | None:
    """Return the installed version of a package, or None."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def requires(name: str) -> list[str]:
    """Return the requirements an installed package states; none if it is absent."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def _requirements(texts: Iterable[str], name: str | None = None) -> list[Any]:
    from packaging.requirements import Requirement

    parsed = [Requirement(text) for text in texts]
    return [
        r
        for r in parsed
        if name in (None, r.name) and (r.marker is None or r.marker.evaluate({"extra": ""}))
    ]


def extras() -> dict[str, list[str]]:
    """Map each optional part of cutis, but the developers' own, to the packages it needs."""
    from importlib.metadata import PackageNotFoundError, metadata

    from packaging.requirements import Requirement

    try:
        names = metadata("cutis").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return {}
    wanted = [Requirement(text) for text in requires("cutis")]
    return {
        extra: [
            r.name
            for r in wanted
            if r.marker and r.marker.evaluate({"extra": extra}) and not r.marker.evaluate()
        ]
        for extra in names
        if extra != "dev"
    }
