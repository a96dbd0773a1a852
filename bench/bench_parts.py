"""bench_parts.py - how small it is, how soon it is there, and what many people cost."""
import ctypes
import json
import mmap
import os
import shutil
import signal
import statistics

from bench_limits import DIRECTORY
from bench_machine import Outside, processor_seconds
from bench_servers import Kontora, end, run

STARTS = 7
PEOPLE_IN_A_GIB = 2600000
FEW_PEOPLE, MANY_PEOPLE = 10000, 10000000
ASKED_FOR = 10000  # people, spread over all of them
BATCH = 64  # the clients of the load share a commit
NEVER_YET = 5000000000000  # numbers of people whose ids are later than those of today


def row(what, here, target, met, notes=()):
    return {'what': what, 'here': here, 'limit': '', 'ratio': '', 'target': target,
            'verdict': 'met' if met else 'MISSED', 'outside': '', 'notes': list(notes)}


# ---- start and memory ----

def start_times(plan, directory):
    times = []
    for _ in range(1 if plan.quick else STARTS):
        with Kontora(plan, directory) as server:
            times.append(server.ready_ms)
    return times


def start_after_kill(plan, directory, key):
    """Killed while people were created: the WAL is full of them and has to be read first."""
    with Kontora(plan, directory) as server:
        server.key = key
        server.load('create')
        end(server.process, signal.SIGKILL)
    with Kontora(plan, directory) as server:
        return server.ready_ms


def memory(plan, directory, key):
    """When it has just started, and after a burst of requests."""
    with Kontora(plan, directory) as server:
        server.key = key
        idle = server.resident_mib()
        server.load('mixed', '--people', '1000')
        return idle, server.resident_mib()


def filled(plan, people):
    """A directory that has been started once: it, its key, a file with ids, its size in GiB."""
    directory = plan.fresh('people')
    with Kontora(plan, directory) as server:
        key = server.key
    for name in os.listdir(directory):
        if name.startswith('users.'):
            os.unlink(os.path.join(directory, name))
    ids = directory + '.ids'
    run(plan.program, 'bench', 'fill', directory, '--people', str(people), '--ids', ids)
    with open(ids, encoding='ascii') as all_of_them, open(ids + '.some', 'w',
                                                          encoding='ascii') as some:
        written = all_of_them.readlines()
        some.writelines(written[::-(-len(written) // ASKED_FOR)])
    return directory, key, ids, os.path.getsize(os.path.join(directory, 'users.db')) / 2 ** 30


def start(plan):
    directory, key, _, gib = filled(plan, 5000 if plan.quick else PEOPLE_IN_A_GIB)
    times = start_times(plan, directory)
    middle = statistics.median(times)
    idle, busy = memory(plan, directory, key)
    killed_ms = start_after_kill(plan, directory, key)
    shutil.rmtree(directory)
    return [
        row('start to ready', f'{middle:.1f} ms', '< 100 ms', middle < 100,
            [f'{gib:.2f} GiB; the slowest of {len(times)} {max(times):.1f} ms; '
             f'after a kill under load {killed_ms:.1f} ms']),
        row('memory when idle', f'{idle:.1f} MiB', '< 20 MiB', idle < 20,
            [f'after {plan.seconds} s of 64 clients {busy:.1f} MiB: the cache of pages stays']),
    ]


# ---- the program itself ----

def size(plan):
    path = plan.fresh('stripped')
    run('strip', '-o', path, plan.program)
    mib = os.path.getsize(path) / 2 ** 20
    os.unlink(path)
    return [row('the stripped binary', f'{mib:.2f} MiB', '< 8 MiB', mib < 8)]


# ---- many people ----

class Held:
    """The database in the system's memory for as long as this lasts, if the system allows it: what
    a machine reads from its disk, or has paged out meanwhile, is another measurement."""

    def __init__(self, directory):
        self.path = os.path.join(directory, 'users.db')

    def __enter__(self):
        with open(self.path, 'r+b') as file:
            self.map = mmap.mmap(file.fileno(), 0)
        self.map.madvise(mmap.MADV_RANDOM)  # page by page, as the server itself would read it
        self.byte = ctypes.c_char.from_buffer(self.map)
        bytes_held = ctypes.c_size_t(len(self.map))
        if ctypes.CDLL(None).mlock(ctypes.c_void_p(ctypes.addressof(self.byte)), bytes_held) != 0:
            with open(self.path, 'rb', buffering=0) as file:
                while file.read(1 << 20):
                    pass
        return self

    def __exit__(self, *_):
        del self.byte
        self.map.close()


def measure_limit(plan, directory, number):
    """The same of SQLite alone, which adds people to the same file."""
    said = json.loads(run(plan.program, 'bench', 'grow', directory, '--json', '--batch', str(BATCH),
                          '--seconds', str(plan.seconds), '--first',
                          str(NEVER_YET + number * MANY_PEOPLE)))
    return said['raw_people_per_second'], said['raw_processor_ns_each'] / 1000


def measure_directory(plan, directory, key, ids, number):
    """(answers a second, processor us each): reads of the people who are asked for, creates, what
    SQLite alone creates, and reads of anybody."""
    found = []
    with Held(directory):
        with Kontora(plan, directory, DIRECTORY) as server:
            server.key = key
            for command in (['get', '--ids', ids + '.some'], ['create'], ['get', '--ids', ids]):
                before = processor_seconds(server.process.pid)
                result = server.load(*command, '--warm-up-ms', '0')
                used = processor_seconds(server.process.pid) - before
                found.append((result['answers_per_second'], used * 1e6 / max(result['answers'], 1)))
        found.insert(2, measure_limit(plan, directory, number))
    return found


def compare(plan, small, big):
    few, many, rounds = [], [], []
    for number in range(plan.rounds):
        with Outside() as outside:
            copy = plan.fresh('copy')  # so that few stay few
            shutil.copytree(small[0], copy, ignore=shutil.ignore_patterns('*.sock'))
            few.append(measure_directory(plan, copy, *small[1:3], number))
            many.append(measure_directory(plan, *big[:3], number))
            shutil.rmtree(copy)
        rounds.append(outside.share)
    return few, many, f'{round(100 * statistics.median(rounds))}%'


def compared_row(what, few, many, people):
    """Of the rounds' (answers a second, processor us each)."""
    middle = statistics.median
    ratios = [more[0] / less[0] for more, less in zip(many, few)]
    line = row(f'{what}, {people:,} people', f'{middle(one[0] for one in many):,.0f} /s', '>= 0.90',
               middle(ratios) >= 0.9)
    line['limit'] = f'{middle(one[0] for one in few):,.0f} with {FEW_PEOPLE:,} people'
    line['ratio'] = f'{middle(ratios):.2f}'
    line['notes'] = [f'ratios of the rounds: {", ".join(f"{one:.2f}" for one in ratios)}; the '
                     f'server used {middle(one[1] for one in many):.1f} us of the processors each, '
                     f'with few {middle(one[1] for one in few):.1f}']
    return line


def limited_row(few, many, people):
    """How near creates are to SQLite alone with many people, and how near with few."""
    middle = statistics.median
    few_parts = [creates[0] / limit[0] for _, creates, limit, _ in few]
    many_parts = [creates[0] / limit[0] for _, creates, limit, _ in many]
    ratios = [more / less for more, less in zip(many_parts, few_parts)]
    line = row(f'writes beside SQLite alone, {people:,} people',
               f'{middle(many_parts):.2f} of it', '>= 0.90', middle(ratios) >= 0.9)
    line['limit'] = f'{middle(few_parts):.2f} of it with {FEW_PEOPLE:,} people'
    line['ratio'] = f'{middle(ratios):.2f}'
    line['notes'] = [f'ratios of the rounds: {", ".join(f"{one:.2f}" for one in ratios)}; SQLite '
                     f'alone, {BATCH} a commit: {middle(one[2][0] for one in many):,.0f} /s and '
                     f'{middle(one[2][1] for one in many):.1f} us of a processor each, with few '
                     f'{middle(one[2][0] for one in few):,.0f} /s and '
                     f'{middle(one[2][1] for one in few):.1f}']
    return line


def large(plan):
    people = 2 * FEW_PEOPLE if plan.quick else MANY_PEOPLE
    small, big = filled(plan, FEW_PEOPLE), filled(plan, people)
    few, many, outside = compare(plan, small, big)
    shutil.rmtree(big[0])
    lines = []
    for index, what in enumerate(('reads', 'writes')):
        lines.append(compared_row(what, [one[index] for one in few], [one[index] for one in many],
                                  people))
        lines[-1]['outside'] = outside
    lines.append(limited_row(few, many, people))
    lines[-1]['outside'] = outside
    middle = statistics.median
    lines[0]['notes'].append(
        f'{big[3]:.2f} GiB; {ASKED_FOR:,} people are asked for; of anybody '
        f'{middle(one[3][0] for one in many):,.0f} /s, '
        f'{middle(one[3][1] for one in many):.1f} us each')
    return lines
