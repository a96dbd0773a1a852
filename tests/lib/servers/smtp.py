"""smtp.py - the mail server of tests (smtp_server.cjs), and the letters it was given.

    with SmtpServer(user='kontora', secret='s3cret') as server:
        server.address          smtp://kontora:s3cret@127.0.0.1:PORT
        server.authority        a PEM file that vouches for it
        server.letters          email.message.Message, each with .envelope
"""
import email
import email.policy
import json
import os
import subprocess
import tempfile
import threading
import time

import tap

HERE = os.path.dirname(os.path.abspath(__file__))


def make_certificate(directory):
    key, certificate = os.path.join(directory, 'key.pem'), os.path.join(directory, 'cert.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate,
                    '-days', '2', '-subj', '/CN=localhost', '-addext',
                    'subjectAltName=DNS:localhost,IP:127.0.0.1'],
                   check=True, capture_output=True)
    return key, certificate


class SmtpServer:
    def __init__(self, user=None, secret=None, tls=True, secure=False, port=0):
        directory = tempfile.mkdtemp(dir=tap.test_directory())
        options = {'user': user, 'secret': secret, 'secure': secure, 'port': port}
        self.authority = None
        if tls:
            options['key'], options['cert'] = make_certificate(directory)
            self.authority = options['cert']
        self.letters = []
        self.process = subprocess.Popen(['node', os.path.join(HERE, 'smtp_server.cjs'),
                                         json.dumps(options)],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())['port']
        kind = 'smtps' if secure else 'smtp'
        who = f'{user}:{secret}@' if user else ''
        self.address = f'{kind}://{who}127.0.0.1:{self.port}'
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            letter = email.message_from_bytes(said['letter'].encode('latin1'),
                                              policy=email.policy.default)
            letter.envelope = said
            letter.raw = said['letter']
            self.letters.append(letter)

    def letters_to(self, address):
        return [one for one in list(self.letters) if address in one.envelope['to']]

    def wait_for(self, address, count=1, seconds=60):
        """The letters to somebody, as soon as there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.letters_to(address)) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.letters_to(address)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def plain_of(letter):
    return letter.get_body(('plain',)).get_content().replace('\r\n', '\n')


def html_of(letter):
    return letter.get_body(('html',)).get_content()
