#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A detector on a live stream: finds what moves. Writes the boxes beside tiny frames of a stream of its
own, or draws them and shares the picture, with the boxes beside it, as a second stream.

    PYTHONPATH=plugins/python samples/detect.py cam0 &        # writes cam0.detections
    build/display/triptych-display --detections cam0

    PYTHONPATH=plugins/python samples/detect.py cam0 moving & # writes the picture, too

Needs python3-opencv. Takes the newest frame each time: slow detection skips frames, it never lags.
"""

import argparse
import signal

import cv2
import numpy

import triptych

TO_BGR = {"BGR3": None, "RGB3": cv2.COLOR_RGB2BGR, "XR24": cv2.COLOR_BGRA2BGR,
          "AR24": cv2.COLOR_BGRA2BGR, "GREY": cv2.COLOR_GRAY2BGR, "YUYV": cv2.COLOR_YUV2BGR_YUY2,
          "UYVY": cv2.COLOR_YUV2BGR_UYVY}


TINY = numpy.zeros((16, 16), numpy.uint8)  # of a stream whose user data matter alone


def even(frame):
    """The planes of 4:2:0 without an odd last row or column, each in one piece."""
    rows, columns = frame.height // 2, frame.width // 2
    sizes = [(2 * rows, 2 * columns), (rows, columns), (rows, columns)]
    return [numpy.ascontiguousarray(numpy.asarray(plane)[:height, :width])
            for plane, (height, width) in zip(frame.planes, sizes)]


def to_bgr(frame):
    """The picture in OpenCV's layout: of 4:2:0 an odd last row or column is left out."""
    if frame.format in ("NV12", "NV21"):
        code = cv2.COLOR_YUV2BGR_NV12 if frame.format == "NV12" else cv2.COLOR_YUV2BGR_NV21
        luma, chroma = even(frame)
        return cv2.cvtColorTwoPlane(luma, chroma, code)
    if frame.format in ("YU12", "YV12"):  # OpenCV wants the planes in one piece
        code = cv2.COLOR_YUV2BGR_I420 if frame.format == "YU12" else cv2.COLOR_YUV2BGR_YV12
        rows = numpy.concatenate([plane.ravel() for plane in even(frame)])
        return cv2.cvtColor(rows.reshape(-1, frame.width // 2 * 2), code)
    if frame.format == "MJPG":
        return cv2.imdecode(numpy.asarray(frame.planes[0]), cv2.IMREAD_COLOR)
    if frame.format not in TO_BGR:
        raise SystemExit(f"detect: {frame.format} is not supported here; take another format for the "
                         "stream: triptych-capture --format NV12")
    picture = numpy.asarray(frame)
    if frame.format in ("YUYV", "UYVY"):  # OpenCV wants pairs: one luma, one chroma each pixel
        picture = numpy.ascontiguousarray(picture).reshape(frame.height, -1, 2)
    code = TO_BGR[frame.format]
    picture = picture.copy() if code is None else cv2.cvtColor(picture, code)
    return numpy.ascontiguousarray(picture[:, :frame.width])


def detect(background, picture):
    """What differs from the slowly learned background; the score is the moving share of a box."""
    mask = cv2.threshold(background.apply(picture), 200, 255, cv2.THRESH_BINARY)[1]
    mask = cv2.dilate(mask, None, iterations=2)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = [(cv2.contourArea(contour), cv2.boundingRect(contour)) for contour in contours]
    return [triptych.Detection("moving", box, round(area / (box[2] * box[3]), 2))
            for area, box in areas if area > 100]


def draw(picture, detections):
    """Returns a picture with its boxes drawn."""
    for x, y, w, h in (one.box for one in detections):
        cv2.rectangle(picture, (x, y), (x + w, y + h), (0, 255, 255), 2)
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stream", nargs="?", default="cam0")
    parser.add_argument("output", nargs="?", help="share the picture under this name")
    parser.add_argument("--count", type=int, help="stop after so many frames")
    options = parser.parse_args()

    background = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
    writer = None
    with triptych.Reader(options.stream) as reader:
        # Ends the loop. An exception of a handler may be lost: Python ignores those within __del__().
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: reader.close())
        for seen, frame in enumerate(reader, start=1):
            picture = to_bgr(frame)
            height, width, _ = picture.shape
            found = triptych.Detections(detect(background, picture), frame.number, (width, height))
            picture = draw(picture, found.detections) if options.output else TINY
            height, width = picture.shape[:2]
            if writer and (writer.video.width, writer.video.height) != (width, height):
                writer.close()
            if writer is None or writer.closed:
                writer = triptych.Writer(options.output or f"{options.stream}.detections",
                                         "BGR3" if options.output else "GREY", width, height,
                                         fps=frame.fps)
            writer.write(picture, capture_ns=frame.capture_ns, user=found.to_bytes())
            if seen == options.count:
                break


if __name__ == "__main__":
    main()
