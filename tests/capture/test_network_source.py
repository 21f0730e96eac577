# SPDX-License-Identifier: MIT
"""Network sources of triptych-capture: RTSP servers and web servers on loopback that come, go and
refuse."""
import functools
import http.server
import re
import subprocess
import threading
import unittest

from gst_source import FAILED, GstSourceTest
from programs import PATIENCE, SOURCE, end, tool, wait_until

SOURCE_OF_SERVER = ("videotestsrc is-live=true ! "
                    "video/x-raw,format=I420,width=160,height=96,framerate=25/1")
H264 = ("x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! "
        "rtph264pay name=pay0 config-interval=-1")
MJPEG = "jpegenc ! rtpjpegpay name=pay0"
SERVER = SOURCE / "tests/support/rtsp_server.py"


class RtspTest(GstSourceTest):
    def setUp(self):
        super().setUp()
        check = "import gi; gi.require_version('GstRtspServer', '1.0')"
        if subprocess.run(["/usr/bin/python3", "-c", check], check=False,
                          capture_output=True).returncode:
            self.skipTest("gir1.2-gst-rtsp-server-1.0 is not installed")

    def serve(self, encoder=H264, port=0, login=(), source=SOURCE_OF_SERVER):
        """Starts a server. Returns it and its port."""
        server = self.start("/usr/bin/python3", SERVER, port, f"{source} ! {encoder}", *login,
                            env=self.environment)
        return server, int(server.stdout.readline())

    def clients(self, server, count):
        """Waits until the server has `count` clients."""
        while server.stdout.readline() != f"clients {count}\n".encode():
            self.assertIsNone(server.poll())


class Rtsp(RtspTest):
    def assert_delivers(self, encoder, scheme):
        server, port = self.serve(encoder)
        name, process, _ = self.capture(f"{scheme}://127.0.0.1:{port}/live")
        frames = self.frames(name, 30)
        self.assertEqual({(f["format"], f["width"], f["height"]) for f in frames},
                         {("YU12", 160, 96)})
        self.finish(process)
        end(server)

    def test_h264_arrives_by_udp(self):
        self.assert_delivers(H264, "rtsp")

    def test_h264_arrives_by_tcp(self):
        self.assert_delivers(H264, "rtspt")

    def test_motion_jpeg_arrives_by_udp(self):
        self.assert_delivers(MJPEG, "rtsp")

    def test_motion_jpeg_arrives_by_tcp(self):
        self.assert_delivers(MJPEG, "rtspt")

    def assert_survives_a_restart(self, scheme):
        server, port = self.serve()
        name, process, log = self.capture(f"{scheme}://127.0.0.1:{port}/live", "--device-timeout",
                                          "2", "--persistent")
        self.frames(name, 10)
        server.kill()
        self.wait_for(log, "no signal; reopening it")
        wait_until(lambda: self.frames(name, 1)[0]["no_signal"], "NO SIGNAL")
        end(server)
        server, _ = self.serve(port=port)
        self.wait_for(log, "signal is back after")
        wait_until(lambda: not self.frames(name, 1)[0]["no_signal"], "the signal")
        self.assertEqual(self.frames(name, 1)[0]["generation"], 1)
        self.finish(process)
        end(server)

    def test_restart_of_the_server_shows_no_signal_by_tcp(self):
        self.assert_survives_a_restart("rtspt")

    def test_restart_of_the_server_shows_no_signal_by_udp(self):
        self.assert_survives_a_restart("rtsp")

    def test_server_is_disconnected_without_a_reader(self):
        server, port = self.serve()
        name, process, log = self.capture(f"rtspt://127.0.0.1:{port}/live", "--on-demand=0")
        self.clients(server, 1)  # for the description
        for times in range(1, 3):
            self.clients(server, 0)
            self.wait_for(log, "standby: no readers", times)
            self.assertFalse(self.frames(name, 5)[-1]["no_signal"])
            self.clients(server, 1)
        self.finish(process)

    def test_refusals_are_explained(self):
        _, port = self.serve(login=["me:right"])
        for address, words in ((f"me:wrong@127.0.0.1:{port}/live", ("nauthorized", "USER:PASSWORD")),
                               (f"127.0.0.1:{port}/live", ("nauthorized", "USER:PASSWORD")),
                               (f"me:right@127.0.0.1:{port}/else", ("404", "check the address")),
                               ("127.0.0.1:1/live", ("connect", "check address")),
                               ("nowhere.invalid/live", ("connect", "check address"))):
            with self.subTest(address=address):
                done = self.run_capture(f"rtspt://{address}")
                self.assert_refused(done, FAILED, *words)
                self.assertNotIn("wrong@", done.stderr)
        name, process, _ = self.capture(f"rtspt://me:right@127.0.0.1:{port}/live")
        self.frames(name, 3)
        self.assertNotIn("right", self.shown(name)["source"])
        self.finish(process)

    def test_refused_camera_is_retried(self):
        server, port = self.serve(login=["me:other"])
        source = f"rtspt://me:right@127.0.0.1:{port}/live"
        name, process, log = self.capture(source, "--persistent")
        self.wait_for(log, "nauthorized", 2)
        self.assertTrue(self.frames(name, 1)[0]["no_signal"])
        end(server)
        server, _ = self.serve(port=port, login=["me:right"])
        self.wait_for(log, "signal is back after")
        self.assertFalse(self.frames(name, 20)[-1]["no_signal"])
        self.finish(process)


class Encrypted(RtspTest):
    """A server whose certificate is of an authority of its own."""

    def certificate(self, names="IP:127.0.0.1"):
        """A file with a certificate, which is its own authority, and its key."""
        file = self.folder() / "server.pem"
        done = self.run_to_end(tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
                               "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj",
                               "/CN=camera of the tests", "-addext", f"subjectAltName={names}",
                               "-keyout", file, "-out", f"{file}.crt")
        self.assertEqual(done.returncode, 0, done.stderr)
        authority = file.with_suffix(".pem.crt")
        file.write_text(file.read_text() + authority.read_text())
        return file, authority

    def serve_encrypted(self, **names):
        """Starts a server. Returns its address; capture trusts its authority from then on."""
        file, authority = self.certificate(**names)
        _, port = self.serve(login=("me:right", file))
        self.environment["SSL_CERT_FILE"] = str(authority)
        return f"rtsps://me:right@127.0.0.1:{port}/live"

    def test_frames_arrive_from_a_trusted_server(self):
        name, process, _ = self.capture(self.serve_encrypted())
        self.assertEqual({frame["width"] for frame in self.frames(name, 10)}, {160})
        self.finish(process)

    def test_untrusted_server_is_refused(self):
        source = self.serve_encrypted()
        del self.environment["SSL_CERT_FILE"]
        self.assert_refused(self.run_capture(source), FAILED, "authority is not trusted",
                            "SSL_CERT_FILE")

    def test_certificate_of_another_host_is_refused(self):
        source = self.serve_encrypted(names="IP:127.0.0.2")
        self.assert_refused(self.run_capture(source), FAILED, "names another host")

    def test_file_without_certificates_is_reported(self):
        self.environment["SSL_CERT_FILE"] = "/dev/null"
        done = self.run_capture("rtsps://127.0.0.1:1/live")
        self.assert_refused(done, FAILED, "SSL_CERT_FILE", "/dev/null")


class Times(RtspTest):
    def test_capture_times_are_those_of_the_sender(self):
        first = self.stream()
        self.start("triptych-capture", "-q", "-n", first, "-s", "320x240", "-r", 25, "-f", "YU12",
                   "-b", 16, "pattern:clock")
        server, port = self.serve(source=f"triptychsrc stream={first}")
        name, process, _ = self.capture(f"rtspt://127.0.0.1:{port}/live", "-b", 16)
        wait_until(lambda: self.frames(name, 1)[0]["by_sender"], "a sender report")
        self.assertEqual(self.shown(name)["newest"]["time_source"], "sender")
        received = self.start_reader(name, 50)
        times = {frame["clock"]: frame["capture_ns"] for frame in self.frames(first, 60)}
        errors = [abs(frame["capture_ns"] - times[frame["clock"]]) / 1e6
                  for frame in self.frames_of(received) if frame["clock"] in times]
        self.assertGreater(len(errors), 20)
        self.assertLess(max(errors), 5, "milliseconds")
        self.finish(process)
        end(server)


class Page(http.server.BaseHTTPRequestHandler):
    """/live is Motion JPEG until the client goes, /locked needs a password."""
    pictures = ()

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/page":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><html><body>Sign in</body></html>")
            return
        if self.path != "/live":
            self.send_error(401 if self.path == "/locked" else 404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
        self.end_headers()
        stopped = self.server.stopped
        try:
            while not stopped.wait(0.02):
                for picture in self.pictures:
                    self.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
                                     % len(picture) + picture + b"\r\n")
        except OSError:
            pass


class Web(GstSourceTest):
    def serve(self, port=0):
        """Starts a web server. Returns it; its address is in server_address."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Page)
        server.daemon_threads = True
        server.stopped = threading.Event()
        threading.Thread(target=functools.partial(server.serve_forever, 0.05), daemon=True).start()
        self.addCleanup(self.close, server)
        return server

    def close(self, server):
        server.stopped.set()
        server.shutdown()
        server.server_close()

    def serve_pictures(self):
        """Starts a web server with Motion JPEG, as serve()."""
        jpeg = self.folder() / "picture.jpg"
        done = self.run_to_end("/usr/bin/ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                               "testsrc2=s=64x48", "-frames:v", 1, jpeg)
        self.assertEqual(done.returncode, 0, done.stderr)
        Page.pictures = (jpeg.read_bytes(),)
        return self.serve()

    def test_motion_jpeg_has_the_requested_rate(self):
        port = self.serve_pictures().server_address[1]
        name, process, log = self.capture(f"http://127.0.0.1:{port}/live", "-r", 10)
        frame = self.frames(name, 4)[-1]
        self.assertEqual((frame["fps_num"], frame["fps_den"]), (10, 1))
        self.assertNotIn("no signal", log())
        self.finish(process)

    def test_motion_jpeg_of_a_web_server_is_live_and_reconnects(self):
        server = self.serve_pictures()
        port = server.server_address[1]
        name, process, log = self.capture(f"http://127.0.0.1:{port}/live", "--persistent")
        self.assertEqual(self.frames(name, 20)[-1]["width"], 64)
        self.assertEqual(self.shown(name)["newest"]["time_source"], "arrival")
        self.close(server)
        self.wait_for(log, "no signal; reopening it")
        self.serve(port)
        self.wait_for(log, "signal is back after")
        self.finish(process)

    def test_refusals_are_explained(self):
        port = self.serve().server_address[1]
        for address, words in ((f"127.0.0.1:{port}/locked", ("nauthorized", "USER:PASSWORD")),
                               (f"127.0.0.1:{port}/else", ("Not Found", "check the address")),
                               (f"127.0.0.1:{port}/page", ("web page", "check the address")),
                               ("127.0.0.1:1/live", ("connect", "check address"))):
            with self.subTest(address=address):
                self.assert_refused(self.run_capture(f"http://{address}"), FAILED, *words)


class Hls(GstSourceTest):
    """HTTP live streaming: a playlist with segments, in a folder of a web server."""

    def make(self, *options, real_time=False):
        """Starts to write a playlist with H.264 segments. Returns its file and the process."""
        playlist = self.folder() / "playlist.m3u8"
        process = self.start(
            tool("ffmpeg"), "-v", "error", *["-re"] * real_time, "-f", "lavfi", "-i",
            "testsrc2=s=128x96:r=25", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt",
            "yuv420p", "-g", 10, "-f", "hls", "-hls_time", 0.4, *options, playlist)
        return playlist, process

    def serve(self, playlist, port=0):
        """Starts a web server. Returns it and its port."""
        server = self.start("/usr/bin/python3", "-um", "http.server", port, "-b", "127.0.0.1", "-d",
                            playlist.parent, stderr=subprocess.DEVNULL)
        return server, int(re.search(rb"port (\d+)", server.stdout.readline())[1])

    def test_each_frame_of_a_finished_playlist_arrives_in_order(self):
        playlist, process = self.make("-t", 4, "-hls_list_size", 0)
        self.assertEqual(process.wait(PATIENCE), 0)
        expected = subprocess.run(
            [tool("ffmpeg"), "-v", "error", "-i", playlist, "-f", "rawvideo", "-"],
            capture_output=True, timeout=PATIENCE, check=True).stdout
        frame_bytes = 128 * 96 * 3 // 2
        _, port = self.serve(playlist)
        frames = self.all_frames(f"http://127.0.0.1:{port}/{playlist.name}",
                                 len(expected) // frame_bytes)
        self.assertEqual(frames, expected)

    def test_live_playlist_comes_back_with_its_server(self):
        playlist, _ = self.make("-hls_list_size", 8, "-hls_flags", "delete_segments",
                                real_time=True)
        wait_until(lambda: playlist.exists() and playlist.read_text().count("EXTINF") >= 4,
                   "segments")
        server, port = self.serve(playlist)
        name, process, log = self.capture(f"http://127.0.0.1:{port}/{playlist.name}",
                                          "--persistent")
        frames = self.frames(name, 30)
        self.assertEqual(frames[-1]["width"], 128)
        self.assertEqual(self.shown(name)["newest"]["time_source"], "arrival")
        end(server)
        self.wait_for(log, "no signal; reopening it")
        self.serve(playlist, port)
        self.wait_for(log, "signal is back after")
        self.assertFalse(self.frames(name, 20)[-1]["no_signal"])
        self.finish(process)

    def test_missing_playlist_is_reported(self):
        playlist, process = self.make("-t", 1)
        _, port = self.serve(playlist)
        self.assert_refused(self.run_capture(f"http://127.0.0.1:{port}/else.m3u8"), FAILED,
                            "404", "check the address")
        process.wait(PATIENCE)


if __name__ == "__main__":
    unittest.main()
