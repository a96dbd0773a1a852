"""terminal.py - a command whose standard error is a terminal, as a person has it."""
import os
import pty
import subprocess

from tap import program


def all_of(terminal):
    """What came to the terminal until nobody has its other end any more."""
    said = b''
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            piece = b''
        if not piece:
            return said.decode()
        said += piece


def on_a_terminal(*words, kind='xterm'):
    """Its exit code, what it printed, and what the terminal was shown."""
    ours, its = pty.openpty()
    command = subprocess.Popen([program(), *words], stdin=subprocess.DEVNULL, text=True,
                               stdout=subprocess.PIPE, stderr=its, env={**os.environ, 'TERM': kind})
    os.close(its)
    shown = all_of(ours)
    os.close(ours)
    printed, _ = command.communicate(timeout=60)
    return command.returncode, printed, shown
