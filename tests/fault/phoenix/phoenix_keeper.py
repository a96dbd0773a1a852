"""phoenix_keeper.py - starts a server whenever it is dead, until nothing is left to kill it."""
import os
import threading
import time

from kill_scenario import fast_directory, promise
from kontora import DidNotStart, Server, run


class Keeper:
    """Starts the server whenever it is dead, with the next of the fates."""

    def __init__(self, fates, variant='fault', settings=()):
        self.server = Server(os.path.join(fast_directory(), 'data'), variant=variant,
                             settings=['--streams.user_max=1000', *settings])
        self.fates = iter(fates)  # each an environment, or seconds until it is killed
        self.kills = 0
        self.is_done = threading.Event()  # no fate is left
        self.is_over = False
        self.address = None
        self.problem = None
        self.thread = threading.Thread(target=self._keep, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def where(self):
        address = self.address
        if address is None:
            raise OSError('it is not there')
        return address

    def _keep(self):
        try:
            while not self.is_over:
                self._live()
        except Exception as problem:  # told in the end
            self.problem = problem
            self.is_done.set()

    def _live(self):
        fate = next(self.fates, None)
        self.server.environment = fate if isinstance(fate, dict) else {}
        try:
            self.server.start()
        except DidNotStart as death:
            promise(death.code == -9, 'it does not start any more', death.said)
            self.kills += 1
            return
        host, port = self.server.host_and_port()
        self.address = (host, port, {'Authorization': f'Bearer {self.server.key}'})
        if fate is None:
            self.is_done.set()
        self._watch(fate)
        self.address = None

    def _watch(self, fate):
        deadline = time.monotonic() + (fate if isinstance(fate, float) else 10**9)
        while self.server.process.poll() is None:
            if self.is_over:
                return
            if time.monotonic() > deadline:
                self.server.process.kill()
            time.sleep(0.02)
        code = self.server.wait(60)
        promise(code == -9, f'it ends in another way: {code}', self.server.logged()[-2000:])
        self.kills += 1

    def stop(self):
        self.is_over = True
        self.thread.join(60)
        if self.problem is not None:
            self.server.kill()
            raise self.problem


def finish(keeper):
    """fsck of what is left."""
    keeper.stop()
    keeper.server.stop()
    said = run('fsck', '--data', keeper.server.directory, variant='fault')
    promise(said.code == 0, 'fsck finds nothing', said)
