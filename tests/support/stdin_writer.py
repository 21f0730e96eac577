# SPDX-License-Identifier: MIT
"""Streams of which a test knows every byte, through the writer in stdin_writer.c."""
import random

# (pixels, bytes, lines) of each plane: groups across, bytes of a group, luma rows a row covers
PLANES = {
    "YUYV": [(2, 4, 1)], "UYVY": [(2, 4, 1)], "YVYU": [(2, 4, 1)],
    "NV12": [(1, 1, 1), (2, 2, 2)], "NV21": [(1, 1, 1), (2, 2, 2)],
    "NV16": [(1, 1, 1), (2, 2, 1)],
    "YU12": [(1, 1, 1), (2, 1, 2), (2, 1, 2)], "YV12": [(1, 1, 1), (2, 1, 2), (2, 1, 2)],
    "422P": [(1, 1, 1), (2, 1, 1), (2, 1, 1)],
    "P010": [(1, 2, 1), (2, 4, 2)],
    "RGB3": [(1, 3, 1)], "BGR3": [(1, 3, 1)], "RGBP": [(1, 2, 1)],
    "XR24": [(1, 4, 1)], "AR24": [(1, 4, 1)], "AB24": [(1, 4, 1)],
    "GREY": [(1, 1, 1)], "Y16": [(1, 2, 1)],
}


def plane_sizes(format, width, height):
    """Bytes of a row and number of rows of each plane, without padding."""
    return [(-(-width // pixels) * size, -(-height // lines))
            for pixels, size, lines in PLANES[format]]


def noise(format, width, height, seed):
    """The planes of a frame of random samples, each as bytes."""
    source = random.Random(seed)
    planes = [source.randbytes(row * rows) for row, rows in plane_sizes(format, width, height)]
    if format == "P010":  # ten bits at the top of sixteen
        planes = [bytes(byte & (0xc0 if at % 2 == 0 else 0xff) for at, byte in enumerate(plane))
                  for plane in planes]
    return planes


class StdinWriter:
    """A running writer; `frame()` returns when the frame is published."""

    def __init__(self, test, name, slots=16):
        self.process = test.start("stdin-writer", name, slots, stdin=-1)

    def frame(self, format, size, planes, fps=(25, 1), range="default", matrix="default",
              field="none", pad=0, capture_ns=0, user=b""):
        data = b"".join(planes)
        head = [format, *size, *fps, range, matrix, field, pad, capture_ns,
                len(data), len(user)]
        self.process.stdin.write(" ".join(map(str, head)).encode() + b"\n" + data + user)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError(self.process.stderr.read().decode())
        return int(answer)

    def end(self):
        """Ends the stream cleanly."""
        self.process.stdin.close()
        if self.process.wait(60) != 0:
            raise AssertionError(self.process.stderr.read().decode())
