# SPDX-License-Identifier: MIT
"""The Python module in event loops: descriptors, asyncio, streams that appear and end."""
import asyncio
import os
import select
import sys
import threading
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set

FRAMES = 50


class Events(ProgramTest):
    def pair(self):
        """The writer and the reader of a stream of grey frames, 8x8."""
        name = self.stream()
        writer = triptych.Writer(name, "GREY", 8, 8)
        self.addCleanup(writer.close)
        reader = triptych.Reader(name)
        self.addCleanup(reader.close)
        return writer, reader

    def publish(self, writer):
        with writer.frame():
            pass

    def test_descriptor_is_readable_once_there_is_a_frame(self):
        writer, reader = self.pair()
        with self.assertRaises(TimeoutError):
            while True:  # readable at first
                if not select.select([reader], [], [], 0.2)[0]:
                    raise TimeoutError
                with self.assertRaises(TimeoutError):
                    reader.latest(0)
        self.publish(writer)
        self.assertEqual(select.select([reader], [], [], PATIENCE)[0], [reader])
        self.assertEqual(reader.latest(0).number, 1)

    def test_async_iteration_yields_each_frame(self):
        writer, reader = self.pair()
        seen = []

        async def read():
            async for frame in reader:
                seen.append(frame.number)
                if frame.number == FRAMES:
                    break
                self.publish(writer)

        async def both():
            task = asyncio.create_task(read())
            await asyncio.sleep(0)  # a task that does something else
            self.publish(writer)
            await task

        asyncio.run(asyncio.wait_for(both(), PATIENCE))
        self.assertEqual(seen, list(range(1, FRAMES + 1)))

    def test_cancelled_task_leaves_the_reader_usable(self):
        writer, reader = self.pair()

        async def read():
            async for _ in reader:
                pass

        async def cancel():
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(read(), 0.1)
            self.assertFalse(asyncio.get_running_loop().remove_reader(reader), "it is in the loop")

        asyncio.run(cancel())
        self.publish(writer)
        self.assertEqual(reader.latest(PATIENCE).number, 1)

    def test_tasks_that_share_a_reader_take_turns(self):
        writer, reader = self.pair()

        async def both():
            numbers = []
            took = asyncio.Event()

            async def read(task):
                async for frame in reader:
                    numbers.append((task, frame.number))
                    took.set()

            async def frame_taken():
                took.clear()
                self.publish(writer)
                await asyncio.wait_for(took.wait(), PATIENCE)

            tasks = [asyncio.create_task(read("first")), asyncio.create_task(read("second"))]
            for _ in range(4):
                await frame_taken()
            tasks[0].cancel()
            await asyncio.wait(tasks[:1])
            await frame_taken()
            tasks[1].cancel()
            await asyncio.wait(tasks)
            return numbers

        self.assertEqual(asyncio.run(both()), [("first", 1), ("second", 2), ("first", 3),
                                               ("second", 4), ("second", 5)])

    def test_close_in_another_thread_ends_a_wait_without_limit(self):
        _, reader = self.pair()
        ended = []

        def wait():
            try:
                reader.latest()
            except ValueError as error:
                ended.append(str(error))

        thread = threading.Thread(target=wait)
        thread.start()
        reader.close()
        thread.join(PATIENCE)
        self.assertFalse(thread.is_alive())
        self.assertIn("is closed", ended[0])

    def test_watch_reports_streams_that_appear_and_end(self):
        name = self.stream()
        events = []
        with triptych.watch() as watch:
            writer = triptych.Writer(name, "GREY", 8, 8)
            self.publish(writer)
            for event in watch:
                if event.name == name:
                    events.append(event)
                    writer.close()
                if event.name == name and event.type == "removed":
                    break
        self.assertEqual([event.type for event in events], ["added", "removed"])
        self.assertEqual(events[0].state, "live")

    def test_async_watch_reports_a_stream_that_appears(self):
        name = self.stream()
        watch = triptych.watch()
        self.addCleanup(watch.close)

        async def first():
            async for event in watch:
                if event.name == name:
                    return event.type
            return None

        async def both():
            task = asyncio.create_task(first())
            await asyncio.sleep(0)
            writer = triptych.Writer(name, "GREY", 8, 8)
            self.addCleanup(writer.close)
            self.publish(writer)
            return await task

        self.assertEqual(asyncio.run(asyncio.wait_for(both(), PATIENCE)), "added")


if __name__ == "__main__":
    unittest.main()
