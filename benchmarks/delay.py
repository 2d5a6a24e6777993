"""A line that is far away: a TCP proxy that holds back all that passes, in both directions, for the same time."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress


class Delay:
    """A proxy on a port of its own to a local port. ``seconds`` may change while it runs.

    It delays, and does not thin: what is sent together arrives together, later.
    """

    def __init__(self, to: int, seconds: float = 0.0) -> None:
        self.to, self.seconds = to, seconds
        self._writers: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._connected, "127.0.0.1", 0), self._loop
        ).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Hang up."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
        self._writers += [writer, far_writer]
        await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read at once and write when it is time, in the order of arrival; an empty piece is the end."""
        held: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def write() -> None:
            while True:
                due, piece = await held.get()
                await asyncio.sleep(due - self._loop.time())
                if not piece:
                    writer.close()
                    return
                writer.write(piece)
                await writer.drain()

        writing = asyncio.ensure_future(write())
        # A browser that closes its page ends its connections in the middle of anything.
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                held.put_nowait((self._loop.time() + self.seconds, piece))
        held.put_nowait((self._loop.time() + self.seconds, b""))
        with suppress(ConnectionError):
            await writing
