# SPDX-License-Identifier: MIT
"""One end of a video's round trip through a stream, in GStreamer.

    gst_round_trip.py in Y4M NAME SLOTS       plays a y4m file into a stream; ends with its stdin
    gst_round_trip.py out NAME COUNT FILE     writes the planes of COUNT frames into FILE, without
    padding;                                           prints the number and the capture time of each
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstApp, GstVideo  # noqa: E402,F401  GstApp gives appsink its methods

PATIENCE = 60 * Gst.SECOND


def planes(sample):
    """The planes of an I420 picture, rows without padding, one after the other."""
    buffer = sample.get_buffer()
    info = GstVideo.VideoInfo.new_from_caps(sample.get_caps())
    layout = GstVideo.buffer_get_video_meta(buffer) or info
    with buffer.map(Gst.MapFlags.READ) as mapped:
        for plane, half in enumerate((1, 2, 2)):
            row, rows = -(-info.width // half), -(-info.height // half)
            stride, offset = layout.stride[plane], layout.offset[plane]
            for at in range(offset, offset + rows * stride, stride):
                yield mapped.data[at:at + row]


def play_in(video, name, slots):
    pipeline = Gst.parse_launch(f"filesrc location={video} ! y4mdec ! triptychsink stream={name} "
                                f"slots={slots} history=0")
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(PATIENCE,
                                                    Gst.MessageType.EOS | Gst.MessageType.ERROR)
    if message is None or message.type != Gst.MessageType.EOS:
        sys.exit(f"in: {message and message.parse_error()}")
    sys.stdin.read()
    pipeline.set_state(Gst.State.NULL)


def take_out(name, count, path):
    pipeline = Gst.parse_launch(f"triptychsrc stream={name} mode=next is-live=false ! "
                                "appsink name=end sync=false max-buffers=1")
    pipeline.set_state(Gst.State.PLAYING)
    end = pipeline.get_by_name("end")
    monotonic = Gst.Caps.from_string("timestamp/x-clock-monotonic")
    with open(path, "wb") as file:
        for _ in range(int(count)):
            sample = end.try_pull_sample(PATIENCE)
            if sample is None:
                sys.exit("out: no frame")
            buffer = sample.get_buffer()
            for row in planes(sample):
                file.write(row)
            print(buffer.offset, buffer.get_reference_timestamp_meta(monotonic).timestamp)
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    Gst.init(None)
    {"in": play_in, "out": take_out}[sys.argv[1]](*sys.argv[2:])
