"""streams_test.py - who watches hears everything once, also through a kill: C54, A (client-events),
T44, G56 in its short version.

The stream of the sample's shop, read over HTTP as a browser reads it. On every store and in every
house, because where a journal stands and who wakes whom differs.
"""
# houses: sqlite postgres three
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from house import House, MESSAGES, until
from stream_readers import Readers, now_us
from tap import check, check_equal, check_in, for_each_test, main, seconds_max

PATH = '/api/shop/events'
READERS = 500
USER_MAX = 5  # the default


def start_house():
    house = House(services=MESSAGES).start()
    yield house
    check_equal(set(house.stop()), {0})


@for_each_test
def start_wide_house():
    """Many streams of one user."""
    house = House(settings=['--streams.user_max=10000'], services=MESSAGES).start()
    yield house
    check_equal(set(house.stop()), {0})


class Stream:
    """One reader over a bare connection; HTTP/1.0, so that what comes is the text itself."""

    def __init__(self, server, path=PATH, last_event_id=None, key='', is_greeted=True):
        self.socket = server.open_socket()
        headers = [f'GET {path} HTTP/1.0', 'Host: x']
        if key is not None:
            headers.append(f'Authorization: Bearer {key or server.key}')
        if last_event_id is not None:
            headers.append(f'Last-Event-ID: {last_event_id}')
        self.socket.sendall(('\r\n'.join(headers) + '\r\n\r\n').encode('ascii'))
        self.rest = b''
        self.head = self._until(b'\r\n\r\n').decode('ascii')
        self.position = None
        if is_greeted and ' 200 ' in self.head.splitlines()[0]:
            retry, self.position = self.block().splitlines()
            check_equal(retry, 'retry: 3000')

    def _until(self, end):
        while end not in self.rest:
            got = self.socket.recv(65536)
            if not got:
                raise EOFError(self.rest)
            self.rest += got
        found, _, self.rest = self.rest.partition(end)
        return found

    def block(self):
        return self._until(b'\n\n').decode('utf-8')

    def event(self):
        """(id, event, data) of the next event; heartbeats are passed over."""
        while True:
            fields = dict(line.split(': ', 1) for line in self.block().splitlines()
                          if not line.startswith(':'))
            if 'event' in fields:
                return fields.get('id'), fields['event'], fields['data']

    def has_ended(self):
        try:
            self._until(b'\n\n')
            return False
        except EOFError:
            return True

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def order(house, amount=1):
    answer = house.client('shop').post('/api/shop/orders', {'amount': amount})
    check_equal(answer.status, 201)
    return answer.json


def journal_end(house):
    """Where somebody stands who comes now."""
    with Stream(house.server('shop')) as stream:
        return int(stream.position.removeprefix('id: '))


def settled_end(house):
    """The same, when nothing is under way any more."""
    return until(lambda: (end := journal_end(house)) == (time.sleep(0.7) or journal_end(house))
                 and end)


# ---- one reader ----

def an_order_is_seen_as_it_happens(house):
    """C54, A: a person who watches hears of it, with the data and an id that only grows."""
    with Stream(house.server('shop')) as stream:
        check_in('Content-Type: text/event-stream', stream.head)
        check_in('Cache-Control: no-store', stream.head)
        made = order(house, 7)
        first, name, data = stream.event()
        check_equal(name, 'shop.ordered')
        check_in(made['order_id'], data)
        second, name, data = stream.event()  # it has been charged
        check_equal(name, 'shop.noted')
        check_in('"state":"charged"', data)
        check(int(second) > int(first), f'{second} after {first}')



def what_comes_after_the_200_is_heard(house):
    """A24, C54: a client that has seen the head of the answer may load and act: nothing that
    happens from then on is kept from him, though he has not read his greeting."""
    for amount in range(1, 21):
        with Stream(house.server('shop'), is_greeted=False) as stream:
            made = order(house, amount)
            while True:
                _, name, data = stream.event()
                if name == 'shop.ordered' and made['order_id'] in data:
                    break

def what_was_missed_comes_first(house):
    """T44: each reader resumes from his own id, however often and wherever others are."""
    before = settled_end(house)
    orders = [order(house)['order_id'] for _ in range(5)]
    settled_end(house)
    with Stream(house.server('shop'), last_event_id=before) as stream:
        heard = [stream.event() for _ in range(10)]
    ordered = [data for _, name, data in heard if name == 'shop.ordered']
    for order_id, data in zip(orders, ordered, strict=True):
        check_in(order_id, data)
    middle = heard[4][0]
    with Stream(house.server('shop'), path=f'{PATH}?last_event_id={middle}') as stream:
        check_equal([stream.event() for _ in range(5)], heard[5:])


def what_cannot_be_resumed_is_said(house):
    end = settled_end(house)
    for nonsense in (end + 1000, 'abc', -3):
        with Stream(house.server('shop'), last_event_id=nonsense) as stream:
            check_equal(stream.event(), (str(end), 'reset', '{"reason":"ahead"}'))


def who_may_not_is_told_nothing(house):
    with Stream(house.server('shop'), key=None) as stream:
        check_in(' 401 ', stream.head.splitlines()[0])
    with Stream(house.server('shop'), key='kontora_root_wrong') as stream:
        check_in(' 401 ', stream.head.splitlines()[0])


def its_request_is_checked(house):
    client = house.client('shop')
    check_equal(client.get(PATH + '?last_event_id=x').fields, {'last_event_id': 'not_a_number'})
    check_equal(client.get(PATH + '?since=3').fields, {'since': 'unknown_field'})
    check_equal(client.post(PATH, {}).status, 405)
    head = client.ask('HEAD', PATH)
    check_equal((head.status, head.body), (200, b''))
    check_equal(head.headers['content-type'], 'text/event-stream')


def it_is_described(house):
    described = house.client('shop').get('/openapi.json').json['paths'][PATH]['get']
    check_equal(described['operationId'], 'watch_shop')
    check_in('text/event-stream', described['responses']['200']['content'])
    names = {parameter['name'] for parameter in described['parameters']}
    check_equal(names, {'Last-Event-ID', 'last_event_id'})


def one_stream_too_many_closes_the_oldest(house):
    """C54: at most five of a user."""
    server = house.server('shop')
    check(until(lambda: server.metric('kontora_streams_open') == 0))
    streams = [Stream(server) for _ in range(USER_MAX + 1)]
    check_equal(streams[0].event(), (None, 'closed', '{"reason":"too_many_streams"}'))
    check(streams[0].has_ended())
    check_equal(server.metric('kontora_streams_open'), USER_MAX)
    order(house)
    for stream in streams[1:]:
        check_equal(stream.event()[1], 'shop.ordered')
    for stream in streams:
        stream.close()
    check(until(lambda: server.metric('kontora_streams_open') == 0))


def a_heartbeat_comes(house):
    """C54: within fifteen seconds, whatever happens or does not."""
    settled_end(house)
    with Stream(house.server('shop')) as stream:
        began = time.monotonic()
        check_equal(stream.block().splitlines()[0], ': hb')
        check(time.monotonic() - began < 40)


# ---- many ----

def readers_of(house, count=READERS, path=PATH):
    server = house.server('shop')
    return Readers(server.program, server.host_and_port()[1], server.key, path, count,
                   'shop.ordered')


def truth(house):
    """What somebody reads who begins at the beginning, when nothing more comes."""
    settled_end(house)
    with readers_of(house, 1, PATH + '?last_event_id=0') as reader:
        seen = reader.wait_until(lambda one: one['open'] == 1 and one['fewest'] > 0)
        return until(lambda: (one := reader.report()) == (time.sleep(0.5) or reader.report())
                     and one) or seen


def check_all_heard(house, readers):
    told = truth(house)
    seen = readers.wait_until(lambda one: one['fewest'] >= told['fewest'])
    check_equal((seen['fewest'], seen['most'], seen['same'], seen['hash']),
                (told['fewest'], told['fewest'], True, told['hash']))
    check_equal((seen['doubled'], seen['resets']), (0, 0))
    return seen


@seconds_max(120)
def everybody_hears_everything(wide_house):
    with readers_of(wide_house) as readers:
        check_equal(readers.wait_until(lambda one: one['open'] == READERS)['open'], READERS)
        for _ in range(20):
            order(wide_house, now_us())
        seen = check_all_heard(wide_house, readers)
        print(f'# {READERS} streams: p50 {seen["p50_us"] / 1000:.0f} ms, '
              f'p99 {seen["p99_us"] / 1000:.0f} ms')
        check_equal(seen['times'], READERS * 20)


def restart_on_its_port(server):
    port = server.host_and_port()[1]
    server.kill()
    server.settings = [*server.settings, f'--net.listen=127.0.0.1:{port}']
    server.start()


@seconds_max(180)
def nothing_is_missed_through_a_kill(wide_house):
    """G56: killed while everybody is being told; they come back and go on where they were."""
    server = wide_house.server('shop')
    stops = threading.Event()

    def go_on():
        while not stops.is_set():
            try:
                order(wide_house)
            except Exception:  # killed in the middle of it
                time.sleep(0.02)

    with readers_of(wide_house) as readers:
        check_equal(readers.wait_until(lambda one: one['open'] == READERS)['open'], READERS)
        teller = threading.Thread(target=go_on)
        teller.start()
        for _ in range(2):
            heard = readers.report()['fewest']
            readers.wait_until(lambda one: one['fewest'] > heard + 10)
            restart_on_its_port(server)
        stops.set()
        teller.join()
        check_equal(readers.wait_until(lambda one: one['open'] == READERS)['open'], READERS)
        seen = check_all_heard(wide_house, readers)
        check(seen['connections'] >= 3 * READERS, f'{seen["connections"]} connections')


@seconds_max(120)
def a_stop_ends_all_in_order(wide_house):
    server = wide_house.server('shop')
    with readers_of(wide_house) as readers:
        check_equal(readers.wait_until(lambda one: one['open'] == READERS)['open'], READERS)
        with Stream(server) as stream:
            began = time.monotonic()
            check_equal(server.stop(), 0)
            check(stream.has_ended())
            check(time.monotonic() - began < 60)
    server.start()


if __name__ == '__main__':
    main([an_order_is_seen_as_it_happens, what_comes_after_the_200_is_heard,
          what_was_missed_comes_first, what_cannot_be_resumed_is_said,
          who_may_not_is_told_nothing, its_request_is_checked,
          it_is_described, one_stream_too_many_closes_the_oldest, a_heartbeat_comes,
          everybody_hears_everything, nothing_is_missed_through_a_kill, a_stop_ends_all_in_order],
         fixtures={'house': start_house, 'wide_house': start_wide_house})
