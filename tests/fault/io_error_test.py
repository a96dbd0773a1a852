"""io_error_test.py - the disk answers EIO or ENOSPC at the n-th call, or is really full.

After an I/O error in a commit or a checkpoint nobody knows what is on the disk: no answer may be
sent, the exit code is 74, and the next start finds out. A full disk is another matter: nothing has
happened, the answer is 507, reading goes on, and writing too when there is room again.
"""
# stores: none
import collections
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import kill_test
from kill_scenario import Campaign, Violation, fast_directory, promise, spread, strace
from kontora import EXIT_IO, EXIT_UNREACHABLE, Server
from tap import (check, check_equal, check_in, check_less, fail, main, seconds_max, skip,
                 test_directory, test_scale)

CALLS = ('pwrite64', 'fdatasync', 'fsync', 'ftruncate', 'openat', 'unlink', 'rename')
OF_THE_LOADER = 127  # a library could not be opened: we had not begun
LIVES_FROM_START, LIVES_AT_WORK, FULL_CYCLES, VOLUME = 110, 70, 6, '8m'
CALLS_OF_A_COMMIT_MAX = 8
ROOM_LEFT = 300 * 1024


class Injection:
    """While it lasts, strace holds the running server and fails some of its calls."""

    def __init__(self, server, *options):
        self.seen = os.path.join(tempfile.mkdtemp(dir=test_directory()), 'seen')
        self.tracer = subprocess.Popen(['strace', '-f', '-q', '-o', self.seen, '-p',
                                        str(server.pid), *options], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while self.is_partial(server) and time.monotonic() < deadline:
            time.sleep(0.005)

    @staticmethod
    def is_partial(server):
        folder = f'/proc/{server.pid}/task'
        try:
            return any('TracerPid:\t0' in open(f'{folder}/{thread}/status').read()
                       for thread in os.listdir(folder))
        except OSError:
            return False  # it has ended already

    def end(self):
        """strace sometimes waits for ever for a process that has ended just when it attached."""
        self.tracer.send_signal(signal.SIGINT)
        try:
            self.tracer.wait(2)
        except subprocess.TimeoutExpired:
            self.tracer.kill()
            self.tracer.wait()

    @property
    def has_hit(self):
        with open(self.seen, encoding='utf-8', errors='replace') as file:
            return 'INJECTED' in file.read()


def create(client, name):
    return client.post('/api/users', {'email': f'{name}@kontora.example', 'type': 'client'},
                       {'Idempotency-Key': name})


# ---- one commit ----

def break_one_commit(call, n, **how):
    """The n-th such call of a commit answers EIO. False when a commit has fewer. Raises Violation
    when somebody was answered, or the process did not end as it must."""
    server = Server(os.path.join(fast_directory(), 'data'), services='users', **how).start()
    client = server.admin()
    check_equal(create(client, 'before').status, 201)
    injection = Injection(server, '-e', f'trace={call}', '-e', f'inject={call}:error=EIO:when={n}')
    answer, began = None, time.monotonic()
    try:
        answer = create(client, 'meanwhile')
    except (OSError, http.client.HTTPException):
        pass
    seconds = time.monotonic() - began  # strace may need as long again to let go
    try:
        injection.end()
        if not injection.has_hit:
            return False
        promise(answer is None, f'answered although {call} {n} failed', answer)
        code = server.wait(60)
        promise(code == EXIT_IO, f'exit code {code} instead of {EXIT_IO}')
        promise(seconds < 30, 'it took too long to end')
    finally:
        server.kill()
    server.environment = {}
    server.start()
    promise(create(server.admin(), 'before').status == 201, 'what was acknowledged is gone')
    promise(create(server.admin(), 'meanwhile').status == 201, 'the key is not answered')
    promise(len(server.admin().get('/api/users').json['items']) == 2, 'not once each')
    server.stop()
    return True


def no_answer_after_an_error_in_a_commit():
    kill_test.need_strace()
    hits = collections.Counter()
    for call in ('pwrite64', 'fdatasync', 'fsync'):
        for n in range(1, CALLS_OF_A_COMMIT_MAX):
            if not break_one_commit(call, n):
                break
            hits[call] += 1
    print(f'# {dict(hits)}')
    check(hits['pwrite64'] >= 2, 'a commit writes the log and the mark')
    check(hits['fdatasync'] + hits['fsync'] >= 2, 'a commit flushes the log and the mark')


def must_complain(bug):
    kill_test.need_strace()
    try:
        for call in ('pwrite64', 'fdatasync', 'fsync'):
            break_one_commit(call, 1, variant='fault', environment={'KONTORA_BUG': bug})
    except Violation as violation:
        print(f'# {bug}: caught: {str(violation).splitlines()[0]}')
        return
    fail(f'the bug {bug} is not found')


def a_commit_whose_outcome_is_ignored_is_caught():
    must_complain('commit_ignored')


def a_commit_whose_code_is_ignored_is_caught():
    must_complain('commit_result_ignored')


# ---- the n-th call of a life ----

def error_plan(campaign):
    most = collections.Counter()
    for call, n in kill_test.call_plan(campaign, CALLS):
        most[call] = max(most[call], n)
    return [(call, n, error, more) for call, count in most.items() for n in range(1, count + 1)
            for error in ('EIO', 'ENOSPC') for more in ('', '+')]


def inject(call, n, error, more):
    return '-e', f'trace={call}', '-e', f'inject={call}:error={error}:when={n}{more}'


def live_with_errors(lives, fates, one_life):
    """Each life with an error is followed by one without, which finds everything."""
    kill_test.need_strace()
    began = time.monotonic()
    campaign = Campaign()
    for call, n, error, more in spread(error_plan(campaign), lives):
        loader = (OF_THE_LOADER,) if call == 'openat' else ()
        one_life(campaign, inject(call, n, error, more), fates + loader)
        campaign.life(requests=0)
    campaign.check_everything()
    campaign.tell(f'{lives} lives with errors', time.monotonic() - began)
    campaign.end()
    check(campaign.kills >= lives // 8, 'too few errors had any effect')


@seconds_max(test_scale(240))
def an_error_from_the_start_on():
    """It does not start (69, 74), or ends (74), or goes on; nothing acknowledged is lost."""
    def one_life(campaign, options, fates):
        campaign.life(requests=2, fates=fates, may_stop_answering=True,
                      wrapper=strace(campaign.home, *options))
    live_with_errors(test_scale(LIVES_FROM_START), (EXIT_IO, EXIT_UNREACHABLE), one_life)


@seconds_max(test_scale(240))
def an_error_at_work():
    """It ends (74) without an answer, or answers 507, or goes on."""
    def one_life(campaign, options, fates):
        def disturb(server):
            injection = Injection(server, *options)
            time.sleep(0.1)
            injection.end()
        campaign.life(requests=25, fates=fates, middle=disturb)
    live_with_errors(test_scale(LIVES_AT_WORK), (EXIT_IO,), one_life)


# ---- no room ----

def no_room_is_507_and_passes():
    kill_test.need_strace()
    server = Server(os.path.join(fast_directory(), 'data'), services='users').start()
    client = server.admin()
    check_equal(create(client, 'first').status, 201)
    injection = Injection(server, '-e', 'trace=pwrite64', '-e',
                          'inject=pwrite64:error=ENOSPC:when=1+')
    try:
        for n in range(5):
            answer = create(client, f'meanwhile{n}')
            check_equal((answer.status, answer.code), (507, 'storage_full'))
            check_equal(answer.headers.get('retry-after'), '10')
            check_equal(client.get('/api/users').status, 200, 'reading goes on')
    finally:
        injection.end()
    check(injection.has_hit)
    for n in range(5):
        check_equal(create(client, f'meanwhile{n}').status, 201, 'writing too when there is room')
    check_equal(len(client.get('/api/users').json['items']), 6)
    check_equal(server.stop(), 0)


class SmallVolume:
    def __init__(self):
        self.path = tempfile.mkdtemp(dir=test_directory())
        command = ['mount', '-t', 'tmpfs', '-o', f'size={VOLUME},mode=700', 'tmpfs', self.path]
        result = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
        if result.returncode != 0:
            skip(f'a small volume may not be mounted here: {result.stderr.strip()}')

    def end(self):
        subprocess.run(['umount', '-l', self.path], check=False)

    @property
    def filler(self):
        return os.path.join(self.path, 'filler')

    def fill(self):
        with open(self.filler, 'wb', buffering=0) as file:
            block = bytes(64 * 1024)
            while len(block) > 0:
                try:
                    file.write(block)
                except OSError:
                    block = block[:len(block) // 2]
            file.truncate(max(0, file.tell() - ROOM_LEFT))

    def empty(self):
        os.unlink(self.filler)


def write_until_full(client, cycle, acknowledged):
    """The status that was not 201."""
    for n in range(5000):
        answer = create(client, f'c{cycle}n{n}')
        if answer.status != 201:
            return answer
        acknowledged.append(answer.json)
    return fail('the volume is never full')


@seconds_max(test_scale(120))
def a_full_volume_stops_writing_until_there_is_room():
    volume = SmallVolume()
    server = Server(os.path.join(volume.path, 'data'), services='users').start()
    acknowledged, waits = [], []
    try:
        client = server.admin()
        for cycle in range(test_scale(FULL_CYCLES)):
            volume.fill()
            answer = write_until_full(client, cycle, acknowledged)
            check_in(answer.status, (507,), repr(answer))
            check(answer.headers.get('retry-after'), 'no Retry-After')
            for person in acknowledged[-3:]:
                check_equal(client.get(f'/api/users/{person["id"]}').status, 200)
            volume.empty()
            began = time.monotonic()
            acknowledged.append(create(client, f'again{cycle}').json)
            waits.append(time.monotonic() - began)
            check('id' in acknowledged[-1], repr(acknowledged[-1]))
        check_less(max(waits), 30, 'seconds until it writes again')
        for person in acknowledged:
            check_equal(client.get(f'/api/users/{person["id"]}').json, person)
        check_equal(server.stop(), 0)
    finally:
        server.kill()
        volume.end()
    print(f'# {len(waits)} times full, {len(acknowledged)} acknowledged, none lost')


if __name__ == '__main__':
    main([no_answer_after_an_error_in_a_commit, a_commit_whose_outcome_is_ignored_is_caught,
          a_commit_whose_code_is_ignored_is_caught, an_error_from_the_start_on, an_error_at_work,
          no_room_is_507_and_passes, a_full_volume_stops_writing_until_there_is_room])
