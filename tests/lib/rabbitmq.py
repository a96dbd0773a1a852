"""rabbitmq.py - a real RabbitMQ for tests, in a directory of its own.

    with RabbitMQ() as broker:
        run_the_program("--bus.rabbitmq", broker.address())
        broker.kill()
        broker.start()

It listens on loopback ports of its own, has its own epmd, cookie and node name, and runs as the
system user `rabbitmq` when the tests run as root; so many may run side by side. It ends with the
process that started it. In a `directory` that is given it keeps what it has, and it is not in the
process group of whoever started it.

    with shared_rabbitmq() as broker:      the same, but the broker lives on

Most tests neither kill a broker nor change what belongs to all of it: they share the one that
tests/run has started, where each has virtual hosts of its own. A test that runs without tests/run
starts its own.

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
READY_SECONDS = 150
PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
COOKIE = "KONTORATESTS"
NODE = "kontora@localhost"
PLACE = "KONTORA_TEST_RABBITMQ"  # the directory of the one that is shared
HAND = os.path.join(tap.repository(), "tests", "lib", "rabbitmq.js")


def end_with_parent():
    """Asked for after the user has changed, because that change forgets it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_user():
    """Root does not run it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("rabbitmq")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class RabbitMQ:
    def __init__(self, directory=None):
        if not os.path.exists(PROGRAM):
            raise RuntimeError("RabbitMQ is not installed: apt-get install rabbitmq-server")
        self.port, self.distribution_port, self.epmd_port = (free_port() for _ in range(3))
        self.broker = self.epmd = None
        self.as_user = as_user()
        self.is_kept = directory is not None
        self.directory = directory or tempfile.mkdtemp(prefix="kontora-rabbitmq-")
        self.output = os.path.join(self.directory, "output")
        self._write(".erlang.cookie", COOKIE)
        self._write("enabled_plugins", "[].\n")
        self._write("rabbitmq.conf", f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
                    "log.file.level = warning\nloopback_users = none\n"
                    "disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 2GB\n"
                    "raft.wal_max_size_bytes = 67108864\n")
        self._give_away(self.directory)
        try:
            self.epmd = self._start("epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1")
            self.start()
        except BaseException:
            self.stop()
            raise

    def host(self, virtual_host="/"):
        """What a virtual host that is called so here is called in the broker."""
        return virtual_host

    def address(self, virtual_host="/"):
        """What the program is given; the virtual host must be there."""
        name = self.host(virtual_host).replace("/", "%2F")
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
        quick = os.path.join(os.environ[PLACE], "environment") if PLACE in os.environ else None
        return dict(os.environ, HOME=self.directory, RABBITMQ_NODENAME=NODE,
                    RABBITMQ_CONF_ENV_FILE=quick or "/dev/null", RABBITMQ_ALLOW_INPUT="1",
                    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-noinput +S 2:2 +sbwt none "
                                                        "+sbwtdcpu none +sbwtdio none",
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

    def _listens(self):
        """Asked often, and cheap."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def start(self):
        assert self.broker is None
        self.broker = self._start(PROGRAM)
        deadline = time.monotonic() + READY_SECONDS
        question = "rabbit:is_running() andalso rabbit_networking:active_listeners() =/= []."
        while time.monotonic() < deadline and self.broker.poll() is None:
            if self._listens() and "true" in self._ask(question).stdout:
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
        host = self.host(name)
        self.run(f'rabbit_vhost:add(<<"{host}">>, <<"test">>), '
                 f'rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"{host}">>, '
                 f'<<".*">>, <<".*">>, <<".*">>, <<"test">>).')
        return self.address(name)

    def memory_alarm(self, is_on):
        """While it is on, the broker takes nothing more from connections that publish."""
        mark = "0.00001" if is_on else '{absolute, "2GB"}'
        self.run(f"vm_memory_monitor:set_vm_memory_high_watermark({mark}).")

    def delete_queue(self, queue, virtual_host="/"):
        host = self.host(virtual_host)
        self.run(f'{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"{host}">>, queue, '
                 f'<<"{queue}">>)), rabbit_amqqueue:delete(Q, false, false, <<"test">>).')

    def ready_count(self, queue, virtual_host="/"):
        """Messages that wait for a consumer; -1 when there is no such queue."""
        host = self.host(virtual_host)
        return int(self.run(f'case rabbit_amqqueue:lookup(rabbit_misc:r(<<"{host}">>, '
                            f'queue, <<"{queue}">>)) of {{ok, Q}} -> '
                            f'element(2, rabbit_amqqueue:stat(Q)); _ -> -1 end.'))

    def queues(self, virtual_host="/"):
        """The names of the queues there are."""
        said = self.run(f'[binary_to_list(element(4, amqqueue:get_name(Q))) || '
                        f'Q <- rabbit_amqqueue:list(<<"{self.host(virtual_host)}">>)].')
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


# ---- one for many ----

QUICK_START = '''\
{ok, Known} = file:read_file(filename:join([code:root_dir(), "bin", "start_sasl.boot"])),
{script, Name, Steps} = binary_to_term(Known),
Files = [{Module, filename:dirname(File)} || {Module, File} <- code:all_loaded(), is_list(File),
 filelib:is_file(File)],
Loads = lists:flatmap(fun(Folder) -> [{path, [Folder]},
 {primLoad, [Module || {Module, Its} <- Files, Its =:= Folder]}] end,
 lists:usort([Folder || {_, Folder} <- Files])),
{Before, After} = lists:splitwith(fun(Step) -> Step =/= {kernel_load_completed} end, Steps),
file:write_file("@.boot", term_to_binary({script, Name, Before ++ Loads ++ After})).'''


class RabbitMQForMany(RabbitMQ):
    """Those who have its directory in their environment share it; and whoever of them starts one
    for himself starts it in a third of the time: all code is loaded at once, and not each module
    when it is called first, which is looked for in a hundred directories."""

    def __init__(self, directory):
        super().__init__(directory)
        self._write("ports", f"{self.port} {self.epmd_port}\n")
        quick = os.path.join(self.directory, "quick")
        self.run(QUICK_START.replace("\n", "").replace("@", quick))
        self._write("environment", f"SASL_BOOT_FILE={quick}\n")

    def forget(self, beginning):
        """The virtual hosts whose names begin so, with all that is in them."""
        self.run(f'[rabbit_vhost:delete(Host, <<"test">>) || Host <- rabbit_vhost:list_names(), '
                 f'string:prefix(Host, <<"{beginning}-">>) =/= nomatch], ok.')


class SharedRabbitMQ(RabbitMQ):
    """Its own virtual hosts in a broker that others use too, none of whom sees them."""
    count = 0

    def __init__(self, directory):  # pylint: disable=super-init-not-called
        SharedRabbitMQ.count += 1
        suite = os.path.basename(os.environ.get("KONTORA_TEST_SUITE", "hand"))
        self.name = f"{suite}-{os.getpid()}.{SharedRabbitMQ.count}"
        self.directory, self.distribution_port, self.as_user = directory, 0, as_user()
        with open(os.path.join(directory, "ports"), encoding="ascii") as file:
            self.port, self.epmd_port = (int(port) for port in file.read().split())
        self.make_virtual_host("/")

    def host(self, virtual_host="/"):
        return self.name + ("" if virtual_host == "/" else f".{virtual_host}")

    def start(self):
        raise RuntimeError("others use this broker: a test that stops it needs a RabbitMQ()")

    def kill(self):
        self.start()

    def memory_alarm(self, is_on):
        self.start()

    def lose_files(self, *queues):
        self.start()

    def stop(self):
        self.run(f'[rabbit_vhost:delete(Host, <<"test">>) || Host <- rabbit_vhost:list_names(), '
                 f'string:prefix(<<Host/binary, ".">>, <<"{self.name}.">>) =/= nomatch], ok.')


def shared_rabbitmq():
    return SharedRabbitMQ(os.environ[PLACE]) if PLACE in os.environ else RabbitMQ()


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
