"""other.py - somebody else's service, for tests: it notes what it is asked, and can be unwell.

    other = Other()
    Server(settings=[f'--gateway.upstreams=crm={other.address}', '--gateway.paths=/crm/=crm'])
"""
import http.server
import json
import socket
import threading


class Other(http.server.ThreadingHTTPServer):
    """Somebody else's service: says what it was asked, and can be told to be unwell."""
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.asked = []
        self.is_ready = True
        self.cuts = self.is_over = False
        self.sets = [('Set-Cookie', 'a=b')]
        self.events = threading.Event()
        self.events_told = ['message']
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def handle_error(self, *_):
        pass

    def end(self):
        self.cuts = self.is_over = True  # also those who hold a connection
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def say(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def any(self):
        if self.path == '/readyz' and not self.server.is_over:
            self.say(200 if self.server.is_ready else 503, b'{}')
            return
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        self.server.asked.append((self.command, self.path, self.headers.items(), body))
        if self.server.cuts:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif self.path.startswith(('/crm/events', '/api/v1/streams/')):
            self.stream()
        else:
            self.say(201, json.dumps({'path': self.path, 'by': self.server.address,
                                      'made_by': {'full_name': 'a_b'}}).encode(),
                     [('Content-Type', 'application/json'), ('ETag', '"7"'),
                      *self.server.sets, ('Connection', 'X-Hop'), ('X-Hop', 'hop')])

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = any

    def stream(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.end_headers()
        after = int(self.headers.get('Last-Event-ID') or 0)
        for number in range(after + 1, after + 4):
            name = self.server.events_told[number % len(self.server.events_told)]
            self.wfile.write(f'id: {number}\nevent: {name}\ndata: {{}}\n\n'.encode())
            self.wfile.flush()
        while not self.server.events.wait(0.1):
            self.wfile.write(b': hb\n\n')
            self.wfile.flush()
        self.close_connection = True


def asked(others):
    return [one for other in others for one in other.asked]
