"""stream_readers.py - many readers of a stream, in one process: bench/stream_readers.c.

    with Readers(program, port, key, '/api/shop/events', 500, 'shop.ordered') as readers:
        readers.wait_until(lambda seen: seen['open'] == 500)
"""
import json
import os
import subprocess
import time


def beside(program):
    """In the build that the program is of: build/release/bench, whatever the program's variant."""
    folder = os.path.dirname(os.path.abspath(program))
    while not os.path.exists(os.path.join(folder, 'release', 'bench', 'stream_readers')):
        assert folder != '/', f'stream_readers is not built beside {program}'
        folder = os.path.dirname(folder)
    return os.path.join(folder, 'release', 'bench', 'stream_readers')


class Readers:
    def __init__(self, program, port, key, path, count, timed_event, dead=0):
        self.command = [beside(program), str(port), key, path, str(count), str(dead), timed_event]
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _say(self, command):
        self.process.stdin.write(command + '\n')
        self.process.stdin.flush()

    def report(self):
        self._say('report')
        return json.loads(self.process.stdout.readline())

    def clear(self):
        """Forgets the times measured so far."""
        self._say('clear')

    def wait_until(self, condition, seconds=60, every=0.1):
        """The first report of which it is true; the last one when it never is."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self.report()
            if condition(seen) or time.monotonic() > deadline:
                return seen
            time.sleep(every)


def now_us():
    """What an order's amount is when its way to the readers is to be measured."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
