# SPDX-License-Identifier: MIT
"""A USB device in a process of its own, plugged into the kernel's virtual host controller.

The kernel's vhci_hcd passes the transfers of its driver (URBs) to a socket, in the format of
Documentation/usb/usbip_protocol.rst. A device that ends is unplugged.
"""
import collections
import errno
import pathlib
import re
import socket
import struct

CONTROLLER = pathlib.Path("/sys/devices/platform/vhci_hcd.0")
HIGH_SPEED = 3
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
HEADER = struct.Struct(">10I8s")
PACKET = struct.Struct(">4I")  # of an isochronous transfer: offset, length, actual length, status
NO_PACKETS = 0xFFFFFFFF


class Transfer:
    """One URB: of a control transfer `setup`, else `packets` with their greatest lengths."""

    def __init__(self, number, endpoint, length, setup):
        self.number, self.endpoint, self.length, self.setup = number, endpoint, length, setup
        self.data, self.packets = b"", []


class Port:
    """The device's end of the cable."""

    def __init__(self, speed=HIGH_SPEED):
        self.socket, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with kernel:
            free = re.search(r"(?m)^hs +(\d+) +004 ", (CONTROLLER / "status").read_text())
            (CONTROLLER / "attach").write_text(f"{int(free[1])} {kernel.fileno()} 1 {speed}")
        self.waiting = collections.deque()  # isochronous transfers, in the order of the driver

    def receive(self, count):
        data = self.socket.recv(count, socket.MSG_WAITALL)
        if len(data) < count:
            raise ConnectionResetError("unplugged by the host")
        return data

    def next_control(self):
        """Reads one request of the kernel. Returns a control transfer, or None for others."""
        command, number, _, is_in, endpoint, flags, length, _, packets, _, setup = HEADER.unpack(
            self.receive(HEADER.size))
        if command == CMD_UNLINK:
            self.unlink(number, flags)
            return None
        transfer = Transfer(number, endpoint, length, setup)
        if not is_in and length:
            transfer.data = self.receive(length)
        if packets not in (0, NO_PACKETS):
            rows = self.receive(packets * PACKET.size)
            transfer.packets = [row[1] for row in PACKET.iter_unpack(rows)]
        if endpoint == 0:
            return transfer
        self.waiting.append(transfer)
        return None

    def unlink(self, number, which):
        found = [transfer for transfer in self.waiting if transfer.number == which]
        for transfer in found:
            self.waiting.remove(transfer)
        self.send(RET_UNLINK, number, -errno.ECONNRESET if found else 0)

    def send(self, command, number, status, length=0, packets=NO_PACKETS, data=b""):
        header = HEADER.pack(command, number, 0, 0, 0, status & 0xFFFFFFFF, length, 0, packets, 0,
                             bytes(8))
        self.socket.sendall(header + data)

    def answer(self, transfer, data=b"", status=0):
        """Ends a control transfer; a negative status stalls it."""
        is_in = transfer.setup[0] & 0x80
        data = data[:transfer.length] if is_in else b""
        self.send(RET_SUBMIT, transfer.number, status, len(data) if is_in else transfer.length,
                  data=data)

    def answer_packets(self, transfer, payloads):
        """Ends an isochronous transfer with one payload a packet; the packets left over are
        empty."""
        rows, offset = [], 0
        for index, longest in enumerate(transfer.packets):
            actual = len(payloads[index]) if index < len(payloads) else 0
            rows.append(PACKET.pack(offset, longest, actual, 0))
            offset += longest
        data = b"".join(payloads)
        self.send(RET_SUBMIT, transfer.number, 0, len(data), len(rows), data + b"".join(rows))
