"""partner.py - a service outside that a server trusts, with credentials of its own.

    partner = Partner('queue_of_companies')
    partner.is_trusted_by(server)          before it starts
    partner.headers('corp')                for requests to that service

Keys and signatures are Ed25519, made by the openssl of the machine.
"""
import base64
import hashlib
import os
import subprocess
import tempfile
import time

import tap


def url_safe(data):
    return base64.urlsafe_b64encode(data).decode('ascii').rstrip('=')


class Partner:
    def __init__(self, *names):
        self.names = names
        self.directory = tempfile.mkdtemp(dir=tap.test_directory())
        self.key = os.path.join(self.directory, 'key.pem')
        self._openssl('genpkey', '-algorithm', 'ed25519', '-out', self.key)
        public = self._openssl('pkey', '-in', self.key, '-pubout', '-outform', 'DER')[-32:]
        self.public = url_safe(public)
        self.key_id = hashlib.blake2b(public, digest_size=16).hexdigest()[:16]

    @staticmethod
    def _openssl(*words):
        return subprocess.run(['openssl', *words], check=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60).stdout

    def is_trusted_by(self, server):
        for one in getattr(server, 'servers', [server]):
            self._is_trusted_by_one(one)

    def _is_trusted_by_one(self, server):
        os.makedirs(server.directory, mode=0o700, exist_ok=True)
        path = os.path.join(server.directory, 'trusted.keys')
        with open(path, 'a', encoding='ascii') as file:
            file.write(f'{",".join(self.names)}={self.public}\n')
        os.chmod(path, 0o600)

    def credential(self, audience, name=None):
        now = int(time.time())
        said = '.'.join(['kontora_service_1', name or self.names[0], audience, str(now),
                         str(now + 60), self.key_id])
        path = os.path.join(self.directory, 'said')
        with open(path, 'w', encoding='ascii') as file:
            file.write(said)
        signature = self._openssl('pkeyutl', '-sign', '-inkey', self.key, '-rawin', '-in', path)
        return f'{said}.{url_safe(signature)}'

    def headers(self, audience, name=None, **others):
        return {'Authorization': f'Bearer {self.credential(audience, name)}', **others}
