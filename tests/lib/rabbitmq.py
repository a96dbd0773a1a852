"""rabbitmq.py - a real RabbitMQ for tests, in a directory of its own.

    with RabbitMQ() as broker:
        run_the_program("--bus.rabbitmq", broker.address())
        broker.kill()
        broker.start()

It listens on loopback ports of its own, has its own epmd, cookie and node name, and runs as the
system user `rabbitmq` when the tests run as root; so many may run side by side. It ends with the
process that started it. In a `directory` that is given it keeps what it has, and it is not in the
process group of whoever started it.

    with Outsider(broker.address()) as hand:     a worker over RabbitMQ, by hand
        letter = hand.wait('feeder')     its body, read, and `replyTo`
        hand.answer(letter, result=5)
        hand.take()                      acknowledges all that was got
"""

import ctypes
import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import tap
from house import until

PR_SET_PDEATHSIG = 1
READY_SECONDS = 60
PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
COOKIE = "KONTORATESTS"
NODE = "kontora@localhost"
HAND = os.path.join(tap.repository(), "tests", "lib", "rabbitmq.js")


def end_with_parent():
    """Asked for after the user has changed, because that change forgets it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RabbitMQ:
    def __init__(self, directory=None):
        if not os.path.exists(PROGRAM):
            raise RuntimeError("RabbitMQ is not installed: apt-get install rabbitmq-server")
        self.port, self.distribution_port, self.epmd_port = (free_port() for _ in range(3))
        self.broker = self.epmd = None
        self.as_user = {}
        self.is_kept = directory is not None
        self.directory = directory or tempfile.mkdtemp(prefix="kontora-rabbitmq-")
        self.output = os.path.join(self.directory, "output")
        if os.geteuid() == 0:
            user = pwd.getpwnam("rabbitmq")
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._write(".erlang.cookie", COOKIE)
        self._write("enabled_plugins", "[].\n")
        self._write("rabbitmq.conf", f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
                    "log.file.level = warning\nloopback_users = none\n"
                    "disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 2GB\n")
        self._give_away(self.directory)
        try:
            self.epmd = self._start("epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1")
            self.start()
        except BaseException:
            self.stop()
            raise

    def address(self, virtual_host="/"):
        """What the program is given; the virtual host must be there."""
        name = virtual_host.replace("/", "%2F")
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{name}"

    def _give_away(self, path):
        if self.as_user:
            os.chown(path, self.as_user["user"], self.as_user["group"])

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        if os.path.exists(path):
            os.unlink(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o400)
        self._give_away(path)

    def _environment(self):
        def inside(name):
            return os.path.join(self.directory, name)
        return dict(os.environ, HOME=self.directory, RABBITMQ_NODENAME=NODE,
                    RABBITMQ_CONF_ENV_FILE="/dev/null", RABBITMQ_ALLOW_INPUT="1",
                    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-noinput +sbwt none +S 2:2",
                    ERL_EPMD_ADDRESS="127.0.0.1", ERL_EPMD_PORT=str(self.epmd_port),
                    RABBITMQ_DIST_PORT=str(self.distribution_port),
                    RABBITMQ_MNESIA_BASE=inside("data"), RABBITMQ_LOG_BASE=inside("log"),
                    RABBITMQ_ENABLED_PLUGINS_FILE=inside("enabled_plugins"),
                    RABBITMQ_CONFIG_FILE=inside("rabbitmq.conf"))

    def _start(self, *command):
        with open(self.output, "ab") as output:
            return subprocess.Popen(command, cwd=self.directory, env=self._environment(),
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    preexec_fn=end_with_parent,
                                    process_group=0 if self.is_kept else None, **self.as_user)

    def _ask(self, expression):
        return subprocess.run(["erl_call", "-n", NODE, "-c", COOKIE, "-e"], cwd=self.directory,
                              env=self._environment(), input=expression + "\n",
                              capture_output=True,
                              text=True, check=False, **self.as_user)

    def run(self, expression):
        """An Erlang expression in the broker ("1 + 1."); the value as Erlang prints it. On a busy
        machine the way to it may be closed for a moment; then nothing was asked yet."""
        deadline = time.monotonic() + READY_SECONDS
        done = self._ask(expression)
        while "failed to connect" in done.stderr and time.monotonic() < deadline:
            time.sleep(0.2)
            done = self._ask(expression)
        if done.returncode != 0 or not done.stdout.startswith("{ok, "):
            raise RuntimeError(f"{expression}: {done.stdout} {done.stderr}")
        return done.stdout.strip()[len("{ok, "):-1]

    def start(self):
        assert self.broker is None
        self.broker = self._start(PROGRAM)
        deadline = time.monotonic() + READY_SECONDS
        question = "rabbit:is_running() andalso rabbit_networking:active_listeners() =/= []."
        while time.monotonic() < deadline and self.broker.poll() is None:
            if "true" in self._ask(question).stdout:
                return
            time.sleep(0.05)
        with open(self.output, encoding="utf-8", errors="replace") as output:
            raise RuntimeError("RabbitMQ does not start:\n" + output.read()[-2000:])

    def kill(self):
        """SIGKILL, as when the machine stops but keeps what was written; start() goes on."""
        self.broker.kill()
        self.broker.wait()
        self.broker = None

    def lose_files(self, *queues):
        """While it is dead: as when it had been killed before these quorum queues were written,
        though it had noted already that they are there."""
        for config in glob.glob(os.path.join(self.directory, "data/*/quorum/*/*/config")):
            with open(config, encoding="utf-8") as file:
                said = file.read()
            if any(f"_{queue}'" in said for queue in queues):
                shutil.rmtree(os.path.dirname(config))

    def make_virtual_host(self, name):
        """An empty one that guest may use; gives its address."""
        self.run(f'rabbit_vhost:add(<<"{name}">>, <<"test">>), '
                 f'rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"{name}">>, '
                 f'<<".*">>, <<".*">>, <<".*">>, <<"test">>).')
        return self.address(name)

    def memory_alarm(self, is_on):
        """While it is on, the broker takes nothing more from connections that publish."""
        mark = "0.00001" if is_on else '{absolute, "2GB"}'
        self.run(f"vm_memory_monitor:set_vm_memory_high_watermark({mark}).")

    def delete_queue(self, queue, virtual_host="/"):
        self.run(f'{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"{virtual_host}">>, queue, '
                 f'<<"{queue}">>)), rabbit_amqqueue:delete(Q, false, false, <<"test">>).')

    def ready_count(self, queue, virtual_host="/"):
        """Messages that wait for a consumer; -1 when there is no such queue."""
        return int(self.run(f'case rabbit_amqqueue:lookup(rabbit_misc:r(<<"{virtual_host}">>, '
                            f'queue, <<"{queue}">>)) of {{ok, Q}} -> '
                            f'element(2, rabbit_amqqueue:stat(Q)); _ -> -1 end.'))

    def queues(self, virtual_host="/"):
        """The names of the queues there are."""
        said = self.run(f'[binary_to_list(element(4, amqqueue:get_name(Q))) || '
                        f'Q <- rabbit_amqqueue:list(<<"{virtual_host}">>)].')
        return said.strip("[]").replace('"', "").split(",") if said != "[]" else []

    def stop(self):
        for child in (self.broker, self.epmd):
            if child is not None:
                child.kill()
                child.wait()
        self.broker = self.epmd = None
        if not self.is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


# ---- a worker by hand ----

def need_amqplib():
    if shutil.which('node') is None:
        tap.skip('node is not installed')
    if not os.path.isdir(os.path.join(tap.repository(), 'node_modules', 'amqplib')):
        tap.skip('amqplib is not installed: npm ci')


class Outsider:
    def __init__(self, address):
        need_amqplib()
        self.process = subprocess.Popen(['node', HAND, address], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def _ask(self, **command):
        self.process.stdin.write(json.dumps(command) + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def get(self, queue='feeder'):
        got = self._ask(verb='get', queue=f'work.{queue}')
        return {**json.loads(got['text']), **got} if got else None

    def wait(self, queue='feeder'):
        letter = until(lambda: self.get(queue))
        tap.check(letter, f'nothing comes by {queue}')
        return letter

    def say(self, queue, text):
        self._ask(verb='say', queue=queue, text=text)

    def answer(self, letter, **body):
        self.say(letter['replyTo'], json.dumps({'taskId': letter['taskId'], **body}))

    def take(self):
        self._ask(verb='take')

    def end(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
