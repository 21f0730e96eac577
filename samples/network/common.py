# SPDX-License-Identifier: MIT
"""What both ends share: running a pipeline, and RTP's extension for capture times."""

import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtp", "1.0")
from gi.repository import GLib, Gst, GstRtp  # noqa: E402,F401  GstRtp types the extension

# RFC 6051: each packet carries the NTP time of its sample; here, of the capture.
NTP_URI = "urn:ietf:params:rtp-hdrext:ntp-64"
NTP_ID = 1
OVER = ("h264", "raw", "srt", "rist")


def carry_capture_times(pipeline):
    """Gives the RTP (de)payloader `rtp` the extension. On every packet: GStreamer 1.22 reads it from
    the last one of a picture only."""
    element = pipeline.get_by_name("rtp")
    if element is None:
        return
    extension = Gst.ElementFactory.make("rtphdrextntp64")
    extension.set_property("every-packet", True)
    extension.set_id(NTP_ID)
    element.emit("add-extension", extension)


def run(description):
    """Plays a pipeline until it ends, fails or is interrupted; the exit status."""
    Gst.init(None)
    try:
        pipeline = Gst.parse_launch(description)
    except GLib.Error as error:
        hint = "; GST_PLUGIN_PATH=build/plugins/gstreamer has it" if "triptych" in error.message else ""
        print(f"GStreamer: {error.message}{hint}", file=sys.stderr)
        return 1
    carry_capture_times(pipeline)
    loop = GLib.MainLoop()
    status = 0

    def on_message(_bus, message):
        nonlocal status
        if message.type == Gst.MessageType.ERROR:
            error, debug = message.parse_error()
            print(f"{message.src.get_name()}: {error.message} ({debug})", file=sys.stderr)
            status = 1
        if message.type == Gst.MessageType.LATENCY:
            pipeline.recalculate_latency()
        if message.type in (Gst.MessageType.ERROR, Gst.MessageType.EOS):
            loop.quit()

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_message)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    return status
