"""small_consul.py - the one question that we ask Consul, answered as its documentation says:

    GET /v1/health/service/NAME?passing=true&index=17&wait=30s

No Consul is in the distribution that tests run on; this speaks as much of its HTTP API as is asked:
X-Consul-Index, blocking until something changes, the shape of an entry.
"""
import http.server
import json
import threading
from urllib.parse import parse_qs, urlparse


class SmallConsul(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port=0, index=10):
        super().__init__(('127.0.0.1', port), Handler)
        self.changed = threading.Condition()
        self.entries = {}
        self.index = index
        self.asked = []
        self.is_over = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def handle_error(self, *_):
        pass

    def set(self, service, *addresses, versions=None):
        """Exactly these pass their checks; an address is HOST:PORT, or :PORT of the node."""
        entries = []
        for address in addresses:
            host, _, port = address.rpartition('//')[2].rpartition(':')
            meta = {'api_versions': versions} if versions else {}
            entries.append({
                'Node': {'Node': 'one', 'Address': '127.0.0.1', 'Meta': None},
                'Service': {'ID': f'{service}-{port}', 'Service': service, 'Tags': [],
                            'Address': host, 'Port': int(port), 'Meta': meta},
                'Checks': [{'CheckID': 'serfHealth', 'Status': 'passing'}]})
        with self.changed:
            self.entries[service] = entries
            self.index += 1
            self.changed.notify_all()

    def end(self):
        with self.changed:
            self.is_over = True
            self.changed.notify_all()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_GET(self):
        asked = urlparse(self.path)
        query = parse_qs(asked.query)
        service = asked.path.removeprefix('/v1/health/service/')
        index = int(query.get('index', ['0'])[0])
        wait = float(query.get('wait', ['300s'])[0].removesuffix('s'))
        consul = self.server
        with consul.changed:
            consul.asked.append((service, query, self.headers.get('X-Consul-Token')))
            consul.changed.wait_for(lambda: consul.index > index or consul.is_over,
                                    wait if index else 0)
            if consul.is_over:
                self.close_connection = True
                return
            body = json.dumps(consul.entries.get(service, [])).encode()
            now = consul.index
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('X-Consul-Index', str(now))
        self.send_header('X-Consul-KnownLeader', 'true')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
