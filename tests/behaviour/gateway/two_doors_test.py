"""two_doors_test.py - two processes at whose doors people come in: B8, B9, T50.

Sign-in stands in one of them; the other asks it over HTTP. What ends a decision is heard in both,
although the events come to one of them only.
"""
# stores: none
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib', 'gateway'))
import tap
from browser import Browser
from house import until
from kontora import Server, fresh_postgres
from rabbitmq import shared_rabbitmq
from tap import check, check_equal, check_in, for_each_test, main

LONG = '--gateway.decision_time=60s'  # so that only a drop can end a decision in time


def key_of(directory, services):
    said = subprocess.run([tap.program('release'), 'key', services, '--data', directory],
                          capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


@for_each_test
def doors():
    broker = shared_rabbitmq()
    store = fresh_postgres()
    home = tempfile.mkdtemp(dir=tap.test_directory())
    bus = ['--bus.kind=rabbitmq', f'--bus.address={broker.address()}', LONG]
    second = os.path.join(home, 'second')
    first = Server(os.path.join(home, 'first'), store,
                   [*bus, f"--ask.trusted_keys={key_of(second, 'gateway,casework')}"],
                   services='users,iam,gateway,notifications').start()
    other = Server(second, store, [*bus, f'--ask.addresses=iam={first.address}'],
                   services='gateway,casework').start()
    yield first, other, Browser(first).set_up()
    check_equal((other.stop(), first.stop()), (0, 0))
    broker.stop()


def status_at(server, path, credential):
    return server.client(key=credential).get(path).status


def both_know_him_and_both_forget(doors):
    first, other, owner = doors
    session = owner.session
    check_equal((status_at(first, '/api/profile', session), status_at(other, '/versions', session)),
                (200, 200))
    nearly = session[:-1] + ('y' if session[-1] == 'x' else 'x')
    check_equal(status_at(other, '/versions', nearly), 401)
    began = time.monotonic()
    check_equal(owner.post('/api/logout', {}).status, 204)
    for server, path in ((first, '/api/profile'), (other, '/versions')):
        check(until(lambda: status_at(server, path, session) == 401, seconds=30), path)
    print(f'# a logout was heard at both after {(time.monotonic() - began) * 1000:.0f} ms')


def a_block_is_heard_at_both(doors):
    first, other, owner = doors
    session = owner.session
    person = owner.get('/api/profile').json['id']
    check_equal(status_at(other, '/versions', session), 200)
    check(until(lambda: first.admin().get(f'/api/users/{person}').status == 200), 'is known')
    began = time.monotonic()
    check_equal(first.admin().post(f'/api/users/{person}/block', {}).status, 200)
    for server, path in ((first, '/api/profile'), (other, '/versions')):
        status = until(lambda: status_at(server, path, session) != 200 and
                       status_at(server, path, session), seconds=30)
        check_in(status, (401, 403))
    print(f'# a block was heard at both after {(time.monotonic() - began) * 1000:.0f} ms')


def who_cannot_be_asked_about_is_not_let_in(doors):
    """Fail closed: nobody comes in on a guess, and whoever is known stays so."""
    first, other, owner = doors
    again = Browser(first).sign_in()
    check_equal(status_at(other, '/versions', owner.session), 200)
    first.kill()
    check_equal(status_at(other, '/versions', owner.session), 200)
    check_equal(status_at(other, '/versions', again.session), 503)
    check_equal(status_at(other, '/livez', None), 200)
    first.settings.append(f'--net.listen={first.address[7:]}')
    first.start()
    check(until(lambda: status_at(other, '/versions', again.session) == 200), 'again')


if __name__ == '__main__':
    main([both_know_him_and_both_forget, a_block_is_heard_at_both,
          who_cannot_be_asked_about_is_not_let_in], {'doors': doors})
