"""provider.py - the payment provider of tests: pays each Idempotency-Key once, and loses replies.

    with Provider() as provider:
        provider.address                   http://127.0.0.1:PORT
        provider.lose(before=1, after=2)   connections cut before, or after, the sum was paid
        provider.refused.add('40817...')   such a destination is answered 422
        provider.paid                      {id: what was ordered}; provider.orders counts all posts
"""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Provider:
    def __init__(self):
        self.lock = threading.Lock()
        self.paid = {}
        self.orders = 0
        self.doubles = []
        self.refused = set()
        self.cut_before = self.cut_after = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

            def say(self, status, body):
                written = json.dumps(body).encode()
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(written)))
                self.end_headers()
                self.wfile.write(written)

            def do_POST(self):  # pylint: disable=invalid-name
                order = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                answer = provider.take(self.headers['Idempotency-Key'], order)
                if answer is None:
                    self.close_connection = True
                else:
                    self.say(*answer)

            def do_GET(self):  # pylint: disable=invalid-name
                key = self.path.rpartition('/')[2]
                with provider.lock:
                    known = key in provider.paid
                if known:
                    self.say(200, {'status': 'done', 'reference': f'bank-{key[:8]}'})
                else:
                    self.say(404, {'status': 'absent'})

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.address = f'http://127.0.0.1:{self.server.server_address[1]}'

    def take(self, key, order):
        """The answer, or None when it is lost."""
        with self.lock:
            self.orders += 1
            if self.cut_before > 0:
                self.cut_before -= 1
                return None
            if order['destination'] in self.refused:
                return 422, {'status': 'failed', 'reason': 'There is no such account.'}
            if key in self.paid and self.paid[key] != order:
                self.doubles.append(order)
            self.paid[key] = order
            if self.cut_after > 0:
                self.cut_after -= 1
                return None
        return 200, {'status': 'done', 'reference': f'bank-{key[:8]}'}

    def lose(self, before=0, after=0):
        with self.lock:
            self.cut_before, self.cut_after = before, after

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
