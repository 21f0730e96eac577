# SPDX-License-Identifier: MIT
"""A virtual machine with a camera: QEMU, Debian's kernel, its vivid driver, the host's programs.

The machine's root file system is that of the host, read-only: every program and library of the host,
including the build folder, has its own path there. /run/share is a folder of the host that both can
write.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time

import kernel

HERE = pathlib.Path(__file__).parent
SHARE_INSIDE = "/run/share"
SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_PRELOAD")
MODULES = (("virtio_pci", ""), ("9pnet_virtio", ""), ("9p", ""))


def accelerator():
    """Uses KVM only if the processor supports it: some hosts offer a /dev/kvm that does not
    work."""
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    return "kvm" if {"vmx", "svm"} & set(flags) and os.access("/dev/kvm", os.W_OK) else "tcg"


class Command:
    """A script running in the machine."""

    def __init__(self, machine, number):
        self.machine, self.number, self.status = machine, number, None
        self.ended = threading.Event()

    def file(self, suffix):
        return self.machine.share / f"{self.number}.{suffix}"

    def text(self, suffix):
        file = self.file(suffix)
        return file.read_text(errors="replace") if file.exists() else ""

    @property
    def out(self):
        return self.text("out")

    @property
    def err(self):
        return self.text("err")

    def wait(self, timeout=120):
        if not self.ended.wait(timeout):
            raise TimeoutError(f"still running after {timeout} s: {self.text('sh')}"
                               f"\n{self.out}{self.err}\n{self.machine.console[-2000:]}")
        return self

    def end(self, timeout=120):
        """Sends the stop request, which works as soon as the script has begun, and waits."""
        end = time.monotonic() + timeout
        while not self.ended.is_set() and time.monotonic() < end:
            self.machine.run(f"[ ! -s {self.number}.pid ] || kill -TERM $(cat {self.number}.pid)")
            self.ended.wait(2)
        return self.wait(0)


class Machine:
    """`with Machine(modules) as machine: machine.run("uname -a").out`. Each of `builders` is called
    with the kernel before it boots, and may add modules to it."""

    APPEND = ""  # to the kernel's command line
    BOOT_S = 180

    def __init__(self, modules, builders=()):
        self.modules, self.builders = MODULES + tuple(modules), builders
        self.console, self.commands, self.count = "", {}, 0
        self.ready = threading.Event()
        self.share = self.qemu = None

    def __enter__(self):
        self.share = pathlib.Path(tempfile.mkdtemp(prefix="triptych-camera-"))
        try:
            self.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.qemu:
            self.qemu.kill()
            self.qemu.wait()
            self.listener.join()
            self.qemu.stdin.close()
            self.qemu.stdout.close()
        shutil.rmtree(self.share, ignore_errors=True)

    def initramfs(self, linux, archive):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "bin").mkdir()
            (root / "modules").mkdir()
            shutil.copy(shutil.which("busybox"), root / "bin")
            shutil.copy(HERE / "init", root / "init")
            (root / "init").chmod(0o755)
            seen, order = set(), []
            for name, arguments in self.modules:
                files = linux.with_dependencies(name, seen)
                order += [f"{file.name} {arguments if file is files[-1] else ''}" for file in files]
                for file in files:
                    shutil.copy(file, root / "modules")
            (root / "modules" / "order").write_text("\n".join(order) + "\n")
            names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
            with open(archive, "wb") as out:
                subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], cwd=root, check=True,
                               input=names.encode(), stdout=out)

    def fill_share(self):
        """Puts into the shared folder what the machine needs from the start."""
        shutil.copy(HERE / "agent", self.share)
        (self.share / "environment").write_text("".join(
            f"export {name}={shlex.quote(os.environ[name])}\n"
            for name in SANITIZERS if name in os.environ))

    def boot(self):
        linux = kernel.fetch()
        for build in self.builders:
            build(linux)
        archive = self.share / "initramfs"
        self.initramfs(linux, archive)
        self.fill_share()
        started = time.monotonic()
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-M", "q35", "-accel", accelerator(),
             "-smp", "2", "-m", "768", "-nodefaults", "-display", "none",
             "-serial", "stdio", "-no-reboot", "-kernel", linux.image, "-initrd", archive,
             "-append", "console=ttyS0 quiet no_timer_check panic=-1 reboot=t" + self.APPEND,
             "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
             "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
             "-fsdev", f"local,id=share,path={self.share},security_model=none",
             "-device", "virtio-9p-pci,fsdev=share,mount_tag=share"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        if not self.ready.wait(self.BOOT_S) or self.qemu.poll() is not None:
            raise RuntimeError(f"the machine does not come up; its console:\n{self.console}")
        self.boot_s = time.monotonic() - started

    def listen(self):
        for raw in self.qemu.stdout:
            line = raw.decode(errors="replace").rstrip()
            self.console += line + "\n"
            done = re.search(r"@done (\d+) (\d+)", line)
            if done and int(done[1]) in self.commands:
                command = self.commands[int(done[1])]
                command.status = int(done[2])
                command.ended.set()
            elif "@ready" in line:
                self.ready.set()
        self.ready.set()
        for command in self.commands.values():
            command.ended.set()

    def start(self, script):
        self.count += 1
        command = self.commands[self.count] = Command(self, self.count)
        command.file("sh").write_text(script + "\n")
        self.qemu.stdin.write(f"{self.count}\n".encode())
        self.qemu.stdin.flush()
        return command

    def run(self, script, timeout=120):
        return self.start(script).wait(timeout)
