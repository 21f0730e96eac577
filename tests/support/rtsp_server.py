#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An RTSP server on loopback for tests: rtsp_server.py PORT PIPELINE [USER:PASSWORD [PEM]]

PIPELINE ends in a payloader named pay0; all clients of rtsp://127.0.0.1:PORT/live share it, by UDP or
TCP. PORT 0 is a free one. PEM is a file with a certificate and its key: the server is rtsps: then.
Prints the port, then "clients N" when their number changes.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402


def report_capture_times(media):
    """Makes sender reports carry capture times, as those of cameras do: GStreamer's add the latency."""
    elements = media.get_element().get_parent().iterate_elements()
    while True:
        result, element = elements.next()
        if result != Gst.IteratorResult.OK:
            break
        if element.find_property("rtcp-sync-send-time"):
            element.set_property("rtcp-sync-send-time", False)


def protect(server, factory, user, password, certificate=None):
    """Denies the media to clients without the password, and encrypts the connection."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", user)
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    if certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(certificate))
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role(user, permission, True)
    factory.set_permissions(permissions)


def watch_clients(server):
    """Prints the number of clients whenever it changes."""
    clients = set()

    def closed(client):
        clients.discard(client)
        print("clients", len(clients), flush=True)

    def connected(_, client):
        clients.add(client)
        print("clients", len(clients), flush=True)
        client.connect("closed", closed)

    server.connect("client-connected", connected)


def main(port, pipeline, login=None, *certificate):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {pipeline} )")
    factory.set_shared(True)
    factory.connect("media-configure",
                    lambda _, media: media.connect("prepared", report_capture_times))
    if login:
        protect(server, factory, *login.split(":"), *certificate)
    server.get_mount_points().add_factory("/live", factory)
    if not server.attach(None):
        sys.exit(f"cannot listen on port {port}")
    watch_clients(server)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
