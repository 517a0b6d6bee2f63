"""A mail server for tests, on this machine: it keeps what it is given, and refuses what it is told to refuse."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Sink:
    """What has arrived. ``refuse`` maps an address to the code and text that it is refused with."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    sessions: int = 0


class Handler(socketserver.StreamRequestHandler):
    """The few commands that a client of SMTP needs."""

    def handle(self) -> None:
        server: Any = self.server
        sink: Sink = server.sink
        sink.sessions += 1
        self.say("220 sink")
        while line := self.rfile.readline():
            verb, given = line[:4].upper(), line.decode().strip()
            if verb == b"QUIT":
                self.say("221 bye")
                return
            if verb == b"RCPT":
                address = given.partition("<")[2].partition(">")[0]
                self.say(sink.refuse.get(address, "250 ok"))
            elif verb == b"DATA":
                self.say("354 go on")
                self.take(sink)
            else:
                self.say("250 ok")

    def take(self, sink: Sink) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        sink.messages.append(message)
        self.say("250 kept")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A server on a free port for the length of a block."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        sink = Sink(server.server_address[1])
        server.sink = sink  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
