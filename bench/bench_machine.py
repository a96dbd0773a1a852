"""bench_machine.py - what is measured on, and how much of it others took meanwhile."""
import glob
import os
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from postgres import find_programs

TICKS = os.sysconf('SC_CLK_TCK')
CORES = os.cpu_count() or 1


def first_match(pattern, text, otherwise='unknown'):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else otherwise


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def said(*command):
    """The first line of what a program says, or 'not there'."""
    if shutil.which(command[0]) is None:
        return 'not there'
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    return (result.stdout.strip().splitlines() or ['unknown'])[0]


def file_system(directory):
    """Of the longest mount point that the directory is under."""
    found = ('', 'unknown')
    for line in read('/proc/mounts').splitlines():
        device, place, kind = line.split()[:3]
        inside = os.path.join(os.path.realpath(directory), '').startswith(os.path.join(place, ''))
        if inside and len(place) >= len(found[0]):
            found = (place, f'{kind} on {device}')
    return found[1]


def flush_ms(directory, count=200):
    """The median time that 4 KiB need to reach the disk, appended and flushed."""
    block = os.urandom(4096)
    times = []
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        for _ in range(count):
            os.write(file.fileno(), block)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 3)


def pages_out():
    """Does the kernel page out what was not used for a moment, although memory is free?"""
    for path in glob.glob('/sys/kernel/mm/damon/admin/kdamonds/*/contexts/*/schemes/*/action'):
        kdamond = path.split('/contexts/')[0]
        if read(path).strip() == 'pageout' and read(f'{kdamond}/state').strip() == 'on':
            return True
    return False


def describe(program, directory):
    memory = int(first_match(r'^MemTotal:\s+(\d+)', read('/proc/meminfo'), '0'))
    return {
        'processor': first_match(r'^model name\s*: (.*)', read('/proc/cpuinfo')),
        'cores': CORES,
        'memory_gib': round(memory / 1024 / 1024),
        'kernel': platform.release(),
        'disk': file_system(directory),
        'flush_ms': flush_ms(directory),
        'pages_out': pages_out(),
        'program': said(program, 'version'),
        'postgres': said(os.path.join(find_programs(), 'postgres'), '--version'),
        'nginx': said('/usr/sbin/nginx', '-v'),
        'wrk': said('wrk', '-v').partition(' [')[0],
        'when': time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime()),
    }


def in_words(machine):
    return [
        f'{machine["program"]}, {machine["when"]}',
        f'{machine["processor"]}, {machine["cores"]} cores shared by server and load, '
        f'{machine["memory_gib"]} GiB, Linux {machine["kernel"]}',
        f'{machine["disk"]}, a flush of 4 KiB takes {machine["flush_ms"]} ms'
        f'{"; the kernel pages out what is cold (DAMON)" if machine["pages_out"] else ""}',
        f'{machine["postgres"]}; {machine["nginx"]}; {machine["wrk"]}',
    ]


# ---- who used the processors ----

def busy_ticks():
    """Of the whole machine, since it started."""
    numbers = [int(number) for number in read('/proc/stat').splitlines()[0].split()[1:]]
    return sum(numbers) - numbers[3] - numbers[4]  # idle, and idle while waiting for a disk


def tree_ticks(root):
    """Of a process, of what it has started, and of those among them that have ended."""
    parents, ticks = {}, {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                parts = read(f'/proc/{name}/stat').rpartition(')')[2].split()
            except OSError:
                continue
            parents[int(name)] = int(parts[1])
            ticks[int(name)] = sum(int(part) for part in parts[11:15])
    return sum(used for pid, used in ticks.items() if is_below(parents, pid, root))


def is_below(parents, pid, root):
    while pid in parents and pid != root:
        pid = parents[pid]
    return pid == root


def processor_seconds(pid):
    """Of one process with all its threads."""
    parts = read(f'/proc/{pid}/stat').rpartition(')')[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


class Outside:
    """Which share of the processors went to others than us; the kernel's own work is theirs."""

    def __enter__(self):
        self.began = time.monotonic()
        self.busy = busy_ticks()
        self.own = tree_ticks(os.getpid())
        return self

    def __exit__(self, *_):
        others = (busy_ticks() - self.busy) - (tree_ticks(os.getpid()) - self.own)
        seconds = max(time.monotonic() - self.began, 0.001)
        self.share = min(1.0, max(0.0, others / TICKS / seconds / CORES))

    def __str__(self):
        return f'{round(100 * self.share)}%'
