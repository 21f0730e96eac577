# SPDX-License-Identifier: MIT
"""Debian's kernel image, unpacked and not installed: a bootable file and the required modules.

apt-get downloads it. It is kept in ${XDG_CACHE_HOME:-~/.cache}/triptych, outside the tree, and
checked against its list of SHA-256 sums before each use.
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

META_PACKAGE = "linux-image-amd64"
SUMS = "SHA256SUMS"
RETRY = ("-o", "Acquire::Retries=5")
PARTS = "parts" # file that lists the parts of the package that were unpacked
WANTED = ("drivers/media/*", "drivers/usb/*", "drivers/virtio/*", "fs/9p/*", "fs/fscache/*",
          "fs/netfs/*", "fs/overlayfs/*", "net/9p/*")


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "triptych"


def output_of(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, **options).stdout


def newest_package(apt=()):
    """Returns 'linux-image-6.1.0-50-amd64=6.1.1-1', as apt-get download takes it; None if apt has
    none."""
    try:
        name = re.search(r"Depends: (linux-image-\S+-amd64)",
                         output_of("apt-cache", *apt, "depends", META_PACKAGE))
        version = name and re.search(r"Candidate: (\d\S*)",
                                     output_of("apt-cache", *apt, "policy", name[1]))
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{name[1]}={version[1]}" if version else None


def private_lists(folder):
    """Options for apt to use its own package lists under `folder`: needs no root."""
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return ("-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}",
            "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=")


def sums_of(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != SUMS}


def is_whole(folder):
    try:
        said = dict(reversed(line.split("  ", 1))
                    for line in (folder / SUMS).read_text().splitlines())
        unpacked = tuple((folder / PARTS).read_text().split())
    except (OSError, ValueError):
        return False
    return unpacked == WANTED and said == sums_of(folder)


def unpack(package, apt, folder):
    """Fetches `package` and leaves its kernel and the modules WANTED in `folder`."""
    subprocess.run(["apt-get", *apt, *RETRY, "-q", "-q", "download", package], check=True, cwd=folder)
    (archive,) = folder.glob("*.deb")
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as deb:
        subprocess.run(
            ["tar", "-xf", "-", "-C", folder, "--wildcards", "./boot/vmlinuz-*",
             *(f"./lib/modules/*/kernel/{part}" for part in WANTED)], check=True, stdin=deb.stdout)
    archive.unlink()
    (folder / PARTS).write_text("\n".join(WANTED))
    (folder / SUMS).write_text("".join(f"{digest}  {path}\n"
                                       for path, digest in sums_of(folder).items()))


@contextlib.contextmanager
def locked_cache():
    """The cache folder under a lock, because two machines boot at once."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


class Kernel:
    """A kernel of the cache: `image` boots, module() names files."""

    def __init__(self, folder):
        (self.image,) = folder.glob("boot/vmlinuz-*")
        self.modules = {path.stem.replace("-", "_"): path
                        for path in folder.glob("lib/modules/**/*.ko")}

    def with_dependencies(self, name, seen):
        """Returns the files of a module and its dependencies, in the order of insmod, except those
        in `seen`."""
        name = name.replace("-", "_")
        if name in seen:
            return []
        seen.add(name)
        if name not in self.modules:
            raise FileNotFoundError(f"no module {name} in {self.image}")
        needs = re.search(rb"\0depends=([^\0]*)\0", b"\0" + self.modules[name].read_bytes())
        files = []
        for need in needs[1].decode().split(",") if needs and needs[1] else []:
            files += self.with_dependencies(need, seen)
        return files + [self.modules[name]]


def fetch():
    """Returns the newest kernel that apt offers, from the cache if it is complete there; without a
    network, any complete kernel of the cache. Raises RuntimeError with advice."""
    with locked_cache() as cache:
        return fetch_into(cache)


def new_lists(cache):
    """As private_lists(), with fresh lists from the mirrors: apt's own may be missing or too
    old."""
    apt = private_lists(cache / "apt")
    subprocess.run(["apt-get", *apt, *RETRY, "-q", "-q", "update"], check=False)
    return apt


def replace(kept, package, apt):
    """Puts `package` into `kept` and removes older ones. Returns whether the download succeeded."""
    with tempfile.TemporaryDirectory(dir=kept.parent) as part:
        try:
            unpack(package, apt, pathlib.Path(part))
        except subprocess.CalledProcessError:
            return False
        for old in kept.parent.glob("linux-image-*"):
            shutil.rmtree(old)
        shutil.copytree(part, kept)
    return True


def fetch_into(cache):
    for lists in (tuple, lambda: new_lists(cache)):
        apt = lists()
        package = newest_package(apt)
        kept = cache / package.replace("=", "_").replace(":", "_") if package else None
        if kept and (is_whole(kept) or replace(kept, package, apt)):
            return Kernel(kept)
    for other in cache.glob("linux-image-*"):
        if is_whole(other):
            return Kernel(other)
    raise RuntimeError(f"apt-get fetches no {META_PACKAGE}: run apt-get update (Debian 12, amd64)")
