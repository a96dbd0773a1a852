"""peers_install.py - what is measured comes from npm, as the lock file beside this says.

It goes below build/: neither the program nor its tests find it. Nothing of it runs while it is
installed (--ignore-scripts). A Node comes too: Restate's SDK needs a newer one than Debian has.
"""
import filecmp
import glob
import json
import os
import platform
import shutil
import subprocess

from bench_servers import BenchFailed

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = {'x86_64': 'x64', 'aarch64': 'arm64'}
UNREACHABLE = ('npm could not install the peers, so there is nothing to measure. It needs a'
               ' registry (npm config get registry) and half a gigabyte of disk; behind a proxy'
               ' with its own certificate: npm config set cafile FILE')


def npm_ci(directory):
    if shutil.which('npm') is None:
        raise BenchFailed('npm is not there: tools/need bench build')
    said = subprocess.run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund',
                           '--loglevel=error'], cwd=directory, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if said.returncode != 0:
        raise BenchFailed(f'{UNREACHABLE}\n{said.stdout.strip()[-2000:]}')


def install(directory, tell=print):
    """The stamp is the lock file itself: without a change in it, nobody asks the network."""
    lock = os.path.join(HERE, 'package-lock.json')
    stamp = os.path.join(directory, 'node_modules', '.installed-lock')
    os.makedirs(directory, exist_ok=True)
    if not (os.path.exists(stamp) and filecmp.cmp(lock, stamp, shallow=False)):
        tell('peers: installing Restate, DBOS and a Node for them with npm (425 MB)')
        for name in ('package.json', 'package-lock.json'):
            shutil.copy(os.path.join(HERE, name), directory)
        npm_ci(directory)
        shutil.copy(lock, stamp)
    for path in glob.glob(os.path.join(HERE, '*.js')):  # they import what stands beside them
        shutil.copy(path, directory)
    return Installed(directory)


class Installed:
    def __init__(self, directory):
        self.directory = directory
        self.machine = MACHINES.get(platform.machine(), platform.machine())

    def path_of(self, package, program):
        path = os.path.join(self.directory, 'node_modules', f'{package}-linux-{self.machine}',
                            'bin', program)
        if not os.access(path, os.X_OK):
            raise BenchFailed(f'{package} has no program for Linux on {self.machine}')
        return path

    @property
    def node(self):
        return self.path_of('node', 'node')

    @property
    def restate_server(self):
        return self.path_of('@restatedev/restate-server', 'restate-server')

    def script(self, name):
        return os.path.join(self.directory, name)

    def version(self, package):
        path = os.path.join(self.directory, 'node_modules', package, 'package.json')
        with open(path, encoding='utf-8') as file:
            return json.load(file)['version']
