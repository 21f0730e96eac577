# SPDX-License-Identifier: MIT
"""v4l2loopback for a cached kernel: Debian's source and headers, unpacked and not installed."""
import pathlib
import re
import shutil
import subprocess
import tempfile

import kernel

NAME = "v4l2loopback"


def packages(linux):
    """Returns the packages needed to compile for this kernel, as apt-get download takes them."""
    release = re.search(r"vmlinuz-(.*)", linux.image.name)[1]  # 6.1.0-50-amd64
    version = re.search(r"_(.*)", linux.image.parent.parent.name)[1]  # of the package
    series = ".".join(release.split(".")[:2])
    common = release.rpartition("-")[0]
    return [f"linux-headers-{release}={version}", f"linux-headers-{common}-common={version}",
            f"linux-kbuild-{series}={version}", f"{NAME}-dkms"]


def compile_in(folder, wanted):
    """Downloads the packages and compiles. Returns the path of the module."""
    subprocess.run(["apt-get", *kernel.RETRY, "-q", "-q", "download", *wanted], check=True, cwd=folder,
                   stderr=subprocess.DEVNULL)
    for archive in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, folder / "root"], check=True)
    sources = folder / "root/usr/src"
    [headers] = [path for path in sources.glob("linux-headers-*") if (path / ".config").exists()]
    makefile = headers / "Makefile"  # refers to the other package by its installed path
    makefile.write_text(makefile.read_text().replace("/usr/src", str(sources)))
    [source] = sources.glob(f"{NAME}-*")
    done = subprocess.run(["make", "-C", headers, f"M={source}", "CC=gcc", "modules"], check=False,
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{NAME} does not compile: {done.stderr[-500:]}")
    return source / f"{NAME}.ko"


def add(linux):
    """Adds the module to the kernel's, compiled once and kept beside it in the cache. Raises
    RuntimeError if it is unavailable."""
    with kernel.locked_cache() as cache:
        kept = cache / f"{NAME}-{linux.image.parent.parent.name}" / f"{NAME}.ko"
        if not kept.exists():
            with tempfile.TemporaryDirectory(dir=cache) as part:
                try:
                    made = compile_in(pathlib.Path(part), packages(linux))
                except (OSError, ValueError, subprocess.CalledProcessError) as error:
                    raise RuntimeError(f"no {NAME} for this kernel: {error}") from error
                kept.parent.mkdir(exist_ok=True)
                shutil.copy(made, kept)
        linux.modules[NAME] = kept
