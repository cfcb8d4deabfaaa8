"""Run `twentyql demo` on a terminal of its own and draw what it prints as docs/demo.svg.

usage: python docs/make_picture.py
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COLUMNS = 112
PICTURE = Path(__file__).with_name("demo.svg")
MOVES = re.compile(r"\x1b\[\d*[A-HJKfsu]|\x1b\[\?25[hl]|\x1b\[2K")


def printed() -> str:
    """What the demo prints on a terminal, without the progress that it wipes away."""
    terminal, end = pty.openpty()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
        command = [sys.executable, "-m", "twentyql", "demo"]
        running = subprocess.Popen(command, stdout=end, stderr=end, cwd=folder, env=environment)
        os.close(end)
        read = bytearray()
        while chunk := _read(terminal):
            read += chunk
        if running.wait() != 0:
            sys.exit(f"the demo failed:\n{read.decode()}")
    lines = read.decode().replace("\r\n", "\n").split("\n")
    kept = [MOVES.sub("", line.rsplit("\r", 1)[-1]) for line in lines]
    return "\n".join(line for line in kept if not _is_progress(line))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def _is_progress(line: str) -> bool:
    return " rows " in line and ":" in line.rsplit("rows", 1)[1]


def main() -> None:
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(
        Text.from_ansi("$ twentyql demo\n" + re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:40404", printed()).rstrip())
    )
    PICTURE.write_text(console.export_svg(title="twentyql demo", theme=MONOKAI), encoding="utf-8")


if __name__ == "__main__":
    main()
