# SPDX-License-Identifier: MIT
"""A USB camera (UVC 1.0) for the kernel's uvcvideo driver, in a process of its own.

    usb_camera.py FOLDER CUT RATE...

plugs it in, and its end unplugs it. FOLDER has one file FORMAT-WIDTHxHEIGHT for each mode (YUYV or
MJPG): the frame that the camera repeats, with its number in eight bytes from NUMBER_AT on. In a JPEG
file they are the text of a comment that follows SOI. Every CUTth frame ends too early (0: none). It
has these rates, in frames a second, by default the first. The first frame comes one frame interval
after the start. The state of the LED goes to stderr, and the brightness that is set.
"""
import errno
import pathlib
import re
import select
import struct
import sys
import time

import usb_ip

NUMBER_AT = 6
PACKET_BYTES = 3072  # in each microframe of 125 us: three transactions of 1,024 bytes
VIDEO_CONTROL, VIDEO_STREAMING = 0, 1
CAMERA, PROCESSING, OUTPUT = 1, 2, 3  # units
BRIGHTNESS = 2  # selector of the processing unit
LEVELS = {"MIN": 0, "MAX": 255, "RES": 1, "DEF": 128}
REQUESTS = {0x01: "SET_CUR", 0x81: "CUR", 0x82: "MIN", 0x83: "MAX", 0x84: "RES", 0x85: "LEN",
            0x86: "INFO", 0x87: "DEF"}
GET_DESCRIPTOR, SET_CONFIGURATION, SET_INTERFACE = 6, 9, 11
STRINGS = ("\u0409", "triptych", "USB camera of the tests")
PROBE = struct.Struct("<HBBIHHHHHII")
FRAME_ID, END_OF_FRAME, END_OF_HEADER = 0x01, 0x02, 0x80
YUY2 = b"YUY2\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"  # GUID
INTERFACE, ENDPOINT, CLASS_INTERFACE = 4, 5, 0x24


def descriptor(kind, form, *fields):
    body = struct.pack("<" + form, *fields)
    return bytes((len(body) + 2, kind)) + body


def interval(rate):
    """In units of 100 ns, as UVC counts."""
    return 10_000_000 // rate


class Mode:
    """A format and size, with the frame of its file."""

    def __init__(self, file):
        form, width, height = re.fullmatch(r"(\w{4})-(\d+)x(\d+)", file.name).groups()
        self.form, self.width, self.height = form, int(width), int(height)
        self.frame = bytearray(file.read_bytes())
        self.most = self.width * self.height * 2

    def numbered(self, number):
        self.frame[NUMBER_AT:NUMBER_AT + 8] = number.to_bytes(8, "little")
        return self.frame

    def descriptor(self, index, rates):
        kind, bits = (5 if self.form == "YUYV" else 7), self.most * 8
        return descriptor(CLASS_INTERFACE, f"BBBHHIIIIB{len(rates)}I", kind, index, 0, self.width,
                          self.height, bits * min(rates), bits * max(rates), self.most,
                          interval(rates[0]), len(rates), *map(interval, rates))


def interface(number, alternate, endpoints, subclass):
    return descriptor(INTERFACE, "7B", number, alternate, endpoints, 14, subclass, 0, 0)


def configuration(formats, rates):
    """The descriptors of a camera with one streaming interface. `formats` are lists of modes."""
    units = descriptor(CLASS_INTERFACE, "BBHBBHHHB2s", 2, CAMERA, 0x0201, 0, 0, 0, 0, 0, 2, b"\0\0")
    units += descriptor(CLASS_INTERFACE, "BBBHB2sB", 5, PROCESSING, CAMERA, 0, 2, b"\1\0", 0)
    units += descriptor(CLASS_INTERFACE, "BBHBBB", 3, OUTPUT, 0x0101, 0, PROCESSING, 0)
    control = descriptor(CLASS_INTERFACE, "BHHIBB", 1, 0x0100, 13 + len(units), 48_000_000, 1,
                         VIDEO_STREAMING) + units
    modes = b""
    for index, group in enumerate(formats, 1):
        if group[0].form == "YUYV":
            modes += descriptor(CLASS_INTERFACE, "BBB16s6B", 4, index, len(group), YUY2, 16, 1, 0,
                                0, 0, 0)
        else:
            modes += descriptor(CLASS_INTERFACE, "9B", 6, index, len(group), 0, 1, 0, 0, 0, 0)
        modes += b"".join(mode.descriptor(number, rates) for number, mode in enumerate(group, 1))
        modes += descriptor(CLASS_INTERFACE, "4B", 13, 1, 1, 4)  # sRGB, BT.601
    streaming = descriptor(CLASS_INTERFACE, f"BBHBBBBBBB{len(formats)}s", 1, len(formats),
                           13 + len(formats) + len(modes), 0x81, 0, OUTPUT, 0, 0, 0, 1,
                           bytes(len(formats))) + modes
    body = descriptor(11, "6B", VIDEO_CONTROL, 2, 14, 3, 0, 0)
    body += interface(VIDEO_CONTROL, 0, 0, 1) + control
    body += interface(VIDEO_STREAMING, 0, 0, 2) + streaming
    body += interface(VIDEO_STREAMING, 1, 1, 2)
    body += descriptor(ENDPOINT, "BBHB", 0x81, 5, 0x1400, 1)  # isochronous, asynchronous
    return descriptor(2, "H5B", 9 + len(body), 2, 1, 0, 0x80, 250) + body


def report(text):
    print(text, file=sys.stderr, flush=True)


class Camera:
    def __init__(self, modes, cut, *rates):
        self.rates = rates
        largest_first = sorted(modes, key=lambda mode: -mode.width)
        self.formats = [[mode for mode in largest_first if mode.form == form]
                        for form in ("YUYV", "MJPG")]
        self.probe = self.state(1, 1, interval(rates[0]))
        self.brightness = LEVELS["DEF"]
        self.period, self.due = 0, None
        self.number, self.payloads, self.cut = 0, [], cut
        self.port = usb_ip.Port()

    def mode(self):
        return self.formats[self.probe[1] - 1][self.probe[2] - 1]

    def state(self, form, frame, period):
        """The fields of a probe, as near to the wanted ones as the camera can."""
        form = min(max(form, 1), len(self.formats))
        frame = min(max(frame, 1), len(self.formats[form - 1]))
        period = min(map(interval, self.rates), key=lambda known: abs(known - period))
        return (0, form, frame, period, 0, 0, 0, 0, 0, self.formats[form - 1][frame - 1].most,
                PACKET_BYTES)

    def described(self, kind, index):
        if kind == 1:
            return descriptor(1, "H4BHHH4B", 0x0200, 0xEF, 2, 1, 64, 0x1D6B, 0x0102, 0x0100, 1, 2,
                              0, 1)
        if kind == 2:
            return configuration(self.formats, self.rates)
        if kind == 3 and index < len(STRINGS):
            text = STRINGS[index].encode("utf-16-le")
            return bytes((len(text) + 2, 3)) + text
        return None

    def negotiate(self, request, data):
        """Probe and commit."""
        if request == "SET_CUR":
            _, form, frame, period, *_ = PROBE.unpack(data[:PROBE.size])
            self.probe = self.state(form, frame, period)
            return b""
        if request == "LEN":
            return struct.pack("<H", PROBE.size)
        return b"\3" if request == "INFO" else PROBE.pack(*self.probe)

    def control(self, request, data):
        """Brightness."""
        if request == "SET_CUR":
            self.brightness = struct.unpack("<h", data)[0]
            report(f"brightness {self.brightness}")
            return b""
        if request == "INFO":
            return b"\3"
        value = {"CUR": self.brightness, "LEN": 2}.get(request, LEVELS.get(request))
        return struct.pack("<h", value)

    def respond(self, transfer):
        """The response to a control transfer; None stalls it."""
        kind, request, value, index, _ = struct.unpack("<BBHHH", transfer.setup)
        if kind & 0x60 == 0x20 and request in REQUESTS:
            unit, target, selector = index >> 8, index & 0xFF, value >> 8
            if target == VIDEO_STREAMING and selector in (1, 2):
                return self.negotiate(REQUESTS[request], transfer.data)
            if unit == PROCESSING and selector == BRIGHTNESS:
                return self.control(REQUESTS[request], transfer.data)
            return None
        if kind & 0x60:
            return None
        if request == GET_DESCRIPTOR:
            return self.described(value >> 8, value & 0xFF)
        if request == SET_INTERFACE and index == VIDEO_STREAMING:
            self.stream(value == 1)
        return b"\0\0"

    def stream(self, on):
        self.payloads = []
        self.period = self.probe[3] / 1e7
        self.due = time.monotonic() + self.period if on else None
        report("LED on" if on else "LED off")

    def capture(self):
        """Splits the next frame into payloads, each with a header of its own."""
        frame, room = bytes(self.mode().numbered(self.number)), PACKET_BYTES - 2
        flags = END_OF_HEADER | (self.number & FRAME_ID)
        parts = [frame[at:at + room] for at in range(0, len(frame), room)]
        self.payloads = [bytes((2, flags | (END_OF_FRAME if part is parts[-1] else 0))) + part
                         for part in parts]
        self.number += 1
        if self.cut and self.number % self.cut == 0:
            self.payloads = self.payloads[:len(parts) // 2]
        self.due = max(self.due + self.period, time.monotonic())

    def transmit(self):
        while self.payloads and self.port.waiting:
            transfer = self.port.waiting.popleft()
            count = len(transfer.packets)
            self.port.answer_packets(transfer, self.payloads[:count])
            self.payloads = self.payloads[count:]

    def run(self):
        while True:
            wait = None if self.due is None else max(self.due - time.monotonic(), 0)
            if select.select([self.port.socket], [], [], wait)[0]:
                transfer = self.port.next_control()
                if transfer:
                    data = self.respond(transfer)
                    self.port.answer(transfer, data or b"", -errno.EPIPE if data is None else 0)
            elif not self.payloads and self.port.waiting:
                self.capture()
            self.transmit()


if __name__ == "__main__":
    try:
        Camera([Mode(file) for file in pathlib.Path(sys.argv[1]).iterdir()],
               *map(int, sys.argv[2:])).run()
    except ConnectionResetError:
        pass
