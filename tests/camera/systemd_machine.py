# SPDX-License-Identifier: MIT
"""A virtual machine with systemd and udev of the host, in which this build is installed."""
import os
import subprocess

from programs import BUILD, tool

import machine

USER, UID = "ada", 2000

# Services that walk through the host's files.
MASKED = ("systemd-tmpfiles-setup", "systemd-tmpfiles-clean", "systemd-journal-flush",
          "systemd-hwdb-update", "ldconfig")

# ldconfig, too, would read every library of the host: a link replaces it.
PREPARE = f"""
cp -a /run/share/root/. /
ln -s /usr/local/lib/x86_64-linux-gnu/libtriptych.so.* /usr/lib/x86_64-linux-gnu/
systemd-sysusers /usr/local/lib/sysusers.d/triptych.conf
echo {USER}:x:{UID}:{UID}::/home/{USER}:/bin/sh >>/etc/passwd
echo '{USER}:*:20000:0:99999:7:::' >>/etc/shadow
echo {USER}:x:{UID}: >>/etc/group
sed -i '/^video:/{{s/:$/:{USER}/;t;s/$/,{USER}/}}' /etc/group
mkdir -p /home/{USER}/.config
chown -R {UID}:{UID} /home/{USER}
: >/etc/fstab
rm -rf /.dockerenv /etc/systemd/system/*.wants /etc/systemd/user/*.wants
for service in {" ".join(MASKED)}; do
    ln -sf /dev/null "/etc/systemd/system/$service.service"
done
cat >/etc/systemd/system/machine.target <<END
[Unit]
Requires=basic.target agent.service
After=basic.target
END
cat >/etc/systemd/system/agent.service <<END
[Service]
ExecStart=/bin/sh /run/share/agent
StandardInput=tty-force
StandardOutput=tty
TTYPath=/dev/ttyS0
END
"""


class SystemdMachine(machine.Machine):
    """Units, rules and users are those of `meson install`."""

    APPEND = " triptych.systemd"
    BOOT_S = 600  # minutes, where the processor is emulated and shared

    def __init__(self, modules, builders=()):
        super().__init__((*modules, ("overlay", "")), builders)

    def fill_share(self):
        super().fill_share()
        subprocess.run([tool("meson"), "install", "-C", BUILD, "--no-rebuild", "--quiet"], check=True,
                       env=os.environ | {"DESTDIR": str(self.share / "root")})
        (self.share / "prepare").write_text(PREPARE)
