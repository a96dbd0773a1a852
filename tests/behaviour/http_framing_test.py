"""http_framing_test.py - nobody can make the server see another end of a request than he says.

Lists of mutations as request smugglers use them (whitespace, control bytes, case, duplicates and
near misses in the two headers that frame a body), and random streams whose meaning is known. Behind
each stands a second request; whether and how it is answered tells where the server saw the end.
"""
# stores: none
import os
import random
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
sys.path.insert(0, os.path.join(HERE, '..', 'net'))
from echo import Echo, statuses
from tap import check, check_equal, check_in, main, seconds_max, skip, test_directory, test_scale

NEXT = b'GET /j HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'


def start_server():
    server = Echo()
    yield server
    server.stop()


# ---- mutations ----

BYTES_AROUND = [bytes([byte]) for byte in range(256)]


def mutations_of(name, value):
    """Ways to write a header that one reader might take for it and another might not."""
    for byte in BYTES_AROUND:
        yield byte + name + b': ' + value
        yield name + byte + b': ' + value
        yield name + b':' + byte + value
        yield name + b': ' + value + byte
        yield name[:4] + byte + name[4:] + b': ' + value
        yield name + b': ' + value[:1] + byte + value[1:]
    yield name + b':' + value + b'\r\n ' + value
    yield name + b'\r\n: ' + value
    yield b'X: x\r' + name + b': ' + value
    yield b'X: x\n' + name + b': ' + value
    yield name + b': ' + value + b', identity'
    yield name + b': identity, ' + value
    yield name.replace(b'-', b'_') + b': ' + value


def is_exactly(header, name, value):
    found, colon, rest = header.partition(b':')
    return bool(colon) and found.lower() == name.lower() and rest.strip(b' \t').lower() == value


def is_another_header(header, name):
    """Well-formed and certainly not this one."""
    token = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
    found, colon, rest = header.partition(b':')
    return (bool(colon) and found != b'' and all(byte in token for byte in found.lower())
            and all(byte == 9 or (byte >= 32 and byte != 127) for byte in rest)
            and found.lower() != name.lower())


def mutated_coding_beside_a_length_is_never_chunked(server):
    """With both headers the body is the length's, or nothing at all."""
    body = b'0\r\n\r\n'
    for header in mutations_of(b'Transfer-Encoding', b'chunked'):
        request = (b'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n' % len(body) + header
                   + b'\r\n\r\n' + body)
        codes = statuses(server.ask(request + NEXT))
        if is_another_header(header, b'Transfer-Encoding'):
            check_equal(codes, [200, 200], header)
        else:
            check_in(codes, ([400], [501]), header)


def mutated_coding_alone_is_chunked_or_refused(server):
    body = b'5\r\nhello\r\n0\r\n\r\n'
    for header in mutations_of(b'Transfer-Encoding', b'chunked'):
        request = b'POST /echo HTTP/1.1\r\nHost: x\r\n' + header + b'\r\n\r\n' + body
        answer = server.ask(request + NEXT)
        codes = statuses(answer)
        if is_exactly(header, b'Transfer-Encoding', b'chunked'):
            check_equal(codes, [200, 200], header)
            check(b'\r\n\r\nhello' in answer, header)
        elif is_another_header(header, b'Transfer-Encoding'):
            check_equal(codes, [200, 400], header)  # no body: the chunks are no request
        else:
            check_in(codes, ([400], [501]), header)


def mutated_length_is_the_length_or_refused(server):
    for header in mutations_of(b'Content-Length', b'5'):
        request = b'POST /echo HTTP/1.1\r\nHost: x\r\n' + header + b'\r\n\r\n' + b'GET h'
        codes = statuses(server.ask(request + NEXT))
        if is_exactly(header, b'Content-Length', b'5'):
            check_equal(codes, [200, 200], header)
        elif is_another_header(header, b'Content-Length'):
            check_equal(codes, [200, 400], header)  # "GET hGET /j HTTP/1.1" has a bad target
        else:
            digits = header.partition(b':')[2].strip(b' \t')
            if digits.isdigit() and header.lower().startswith(b'content-length:'):
                continue  # another number: it frames what follows differently, and rightly so
            check_equal(codes, [400], header)


# ---- streams of known meaning ----

def random_body(chance):
    return bytes(chance.choice(b'ab\r\n0 GET/HTP:1') for _ in range(chance.randrange(40)))


def chunked(chance, body):
    out = b''
    at = 0
    while at < len(body):
        size = chance.randrange(1, len(body) - at + 1)
        extension = chance.choice([b'', b'', b';a', b';a=b'])
        digits = chance.choice([b'%x', b'%X', b'0%x']) % size
        out += digits + extension + b'\r\n' + body[at:at + size] + b'\r\n'
        at += size
    return out + b'0\r\n' + chance.choice([b'', b'X-Trailer: 1\r\n']) + b'\r\n'


def random_request(chance):
    body = random_body(chance)
    head = [b'Host: x', b'X-Pad: ' + b'p' * chance.randrange(50)]
    kind = chance.randrange(3)
    if kind == 0:
        return b'GET /j HTTP/1.1\r\n' + b'\r\n'.join(head) + b'\r\n\r\n', None
    framing = b'Content-Length: %d' % len(body) if kind == 1 else b'Transfer-Encoding: chunked'
    head.insert(chance.randrange(3), framing)
    sent = body if kind == 1 else chunked(chance, body)
    return b'POST /echo HTTP/1.1\r\n' + b'\r\n'.join(head) + b'\r\n\r\n' + sent, body


def take_answers(data):
    """The bodies, in order, read by nothing but Content-Length."""
    bodies = []
    while data:
        head, _, rest = data.partition(b'\r\n\r\n')
        check(head.startswith(b'HTTP/1.1 200 '), data[:200])
        length = int(head.lower().partition(b'content-length: ')[2].partition(b'\r\n')[0])
        bodies.append(rest[:length])
        data = rest[length:]
    return bodies


@seconds_max(120)
def random_streams_are_understood_however_they_are_cut(server):
    chance = random.Random(20)
    for _ in range(test_scale(1500)):
        requests = [random_request(chance) for _ in range(chance.randrange(1, 8))]
        stream = b''.join(request for request, _ in requests)
        cuts = sorted(chance.randrange(1, len(stream)) for _ in range(chance.randrange(4)))
        bodies = take_answers(server.ask(stream, cuts))
        check_equal(len(bodies), len(requests), stream)
        for (request, body), answered in zip(requests, bodies):
            if body is not None:
                check_equal(answered, body, request)


# ---- other clients ----

def run(*command):
    if shutil.which(command[0]) is None:
        skip(f'{command[0]} is not installed')
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout


def curl_speaks_both_versions(server):
    address = f'http://127.0.0.1:{server.port}/echo'
    for options in (['--http1.1'], ['--http2-prior-knowledge'], ['--http1.0']):
        said = run('curl', '-s', *options, '-w', '%{http_version}', '-d', 'hello', address)
        check_in(said, ('hello1.1', 'hello2'))
    body = os.path.join(test_directory(), 'body')
    with open(body, 'wb') as file:
        file.write(b'x' * 1000000)
    for options in (['--http1.1'], ['--http2-prior-knowledge'], ['--http1.1', '-H',
                    'Transfer-Encoding: chunked']):
        said = run('curl', '-s', *options, '--data-binary', f'@{body}', address)
        check_equal(said, 'x' * 1000000)


def a_load_over_http2_is_answered(server):
    said = run('h2load', '-n', '5000', '-c', '4', '-m', '50',
               f'http://127.0.0.1:{server.port}/later')
    check_in('requests: 5000 total, 5000 started, 5000 done, 5000 succeeded, 0 failed', said)


if __name__ == '__main__':
    main([mutated_coding_beside_a_length_is_never_chunked,
          mutated_coding_alone_is_chunked_or_refused, mutated_length_is_the_length_or_refused,
          random_streams_are_understood_however_they_are_cut, curl_speaks_both_versions,
          a_load_over_http2_is_answered], {'server': start_server})
