"""web_client_test.py - how the web client is served: page, files, what a browser may do."""
# stores: none
import gzip
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from kontora import Server
from tap import check, check_equal, check_in, check_not_in, main, repository


def start_server():
    server = Server()
    server.start()
    yield server
    server.stop()


def open_door(server):
    yield server.client(key=None)


def assets_of(door):
    return re.findall(r'"(/assets/[^"]+)"', door.get('/').text)


def the_page_is_the_same_for_each_view(door):
    page = door.get('/')
    check_equal((page.status, page.headers['content-type']), (200, 'text/html; charset=utf-8'))
    check_equal(page.headers['cache-control'], 'no-cache')
    for path in ('/app/', '/app/inbox', '/app/cases/staff/purchase/17'):
        check_equal(door.get(path).body, page.body, path)
    check_equal(door.get('/application').status, 404)


def a_browser_may_do_little(door):
    for path in ('/', assets_of(door)[0]):
        headers = door.get(path).headers
        policy = headers['content-security-policy']
        for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'",
                     "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
                     "require-trusted-types-for 'script'"):
            check_in(rule, policy)
        check_not_in('unsafe', policy)
        check_equal(headers['x-content-type-options'], 'nosniff')
        check_equal(headers['cross-origin-opener-policy'], 'same-origin')
        check_equal(headers['cross-origin-resource-policy'], 'same-origin')
        check_equal(headers['referrer-policy'], 'same-origin')


def nothing_is_inline(door):
    page = door.get('/').text
    check(not re.search(r'<style|\son\w+=|style=', page), page)
    scripts = re.findall(r'<script([^>]*)>(.*?)</script>', page, re.S)
    check_equal(len(scripts), 2)
    for script in scripts:
        check(' src="/assets/' in script[0] and script[1] == '', script)


def files_are_kept_for_ever(door):
    paths = assets_of(door)
    check(len(paths) >= 4, paths)
    for path in paths:
        answer = door.get(path)
        check_equal(answer.status, 200, path)
        check_equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
        check(re.search(r'-[0-9A-Za-z]{8,}\.(js|css|svg)$', path), path)
        again = door.get(path, headers={'If-None-Match': answer.etag})
        check_equal((again.status, again.body), (304, b''))
        check_equal(door.get(path, headers={'If-None-Match': '"other"'}).status, 200)
    check_equal(door.get('/assets/nothing.js').status, 404)
    check_equal(door.get('/assets/../../etc/passwd').status, 404)


def they_come_packed_to_whom_takes_it(door):
    path = next(path for path in assets_of(door) if '/main-' in path)
    plain = door.get(path)
    check('content-encoding' not in plain.headers)
    for said, is_packed in (('gzip', True), ('br, GZIP;q=0.5', True), ('gzip;q=0', False),
                            ('gzip;q=0.0', False), ('br', False), ('x-gzip-not', False)):
        answer = door.get(path, headers={'Accept-Encoding': said})
        check_equal(answer.headers.get('content-encoding'), 'gzip' if is_packed else None, said)
        check_equal(answer.headers['vary'], 'Accept-Encoding')
        check_equal(gzip.decompress(answer.body) if is_packed else answer.body, plain.body)


def only_reading_is_answered(door):
    check_equal(door.ask('POST', '/', {}).status, 405)
    head = door.ask('HEAD', '/')
    check_equal((head.status, head.body), (200, b''))
    check_equal(head.headers['content-length'], str(len(door.get('/').body)))


def the_house_tells_which_services_there_are(door):
    house = json.loads(door.get('/web.json').body)
    services = {service['name']: service['has_cases'] for service in house['services']}
    check_equal((services['users'], services['casework']), (False, True))


SOURCES = os.path.join(repository(), 'web', 'src')
# Keys that are put together: code_ and the code of a refusal.
MADE_KEYS = re.compile('(code|field|why|mend|mode|parked|type|whose|verdict|scope'
                       '|webhook|delivery|look|missed|each)_')


def read(*path):
    with open(os.path.join(SOURCES, *path), encoding='utf-8') as file:
        return file.read()


def read_catalogues():
    """{language: {key: the values it takes}}"""
    found = {}
    for language in ('en', 'ru'):
        text = re.sub(r'^\s*//.*$', '', read('words', f'{language}.ts'), flags=re.M)
        text = text[text.index('= {') + 2:]
        entries = re.findall(r"(?:^|[,{])\s*(\w+):\s*('(?:[^'\\]|\\.)*'|\{(?:[^{}]|\{\w+\})*\})",
                             text, re.M)
        found[language] = {key: set(re.findall(r'\{(\w+)\}', value)) for key, value in entries
                           if key not in ('one', 'few', 'many', 'other')}
    check(len(found['en']) > 100, sorted(found['en']))
    return found


def catalogues_have_the_same_keys():
    """Both are written by hand: a key of one is a key of the other, and takes the same values."""
    found = read_catalogues()
    check_equal(found['ru'], found['en'])


def each_sentence_is_said_somewhere():
    said = ''.join(read(folder, name) for folder, _, names in os.walk(SOURCES) for name in names
                   if name.endswith(('.ts', '.tsx')) and not folder.endswith('words'))
    silent = [key for key in read_catalogues()['en']
              if f"'{key}'" not in said and not MADE_KEYS.match(key)]
    check_equal(silent, [])


if __name__ == '__main__':
    main([the_page_is_the_same_for_each_view, a_browser_may_do_little, nothing_is_inline,
          files_are_kept_for_ever, they_come_packed_to_whom_takes_it, only_reading_is_answered,
          the_house_tells_which_services_there_are, catalogues_have_the_same_keys,
          each_sentence_is_said_somewhere],
         {'server': start_server, 'door': open_door})
