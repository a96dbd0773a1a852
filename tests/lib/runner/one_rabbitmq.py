"""one_rabbitmq.py - one RabbitMQ for all suites of a run that use one: a start costs seconds, and a
virtual host costs nothing. It ends with the thread that started it, however that ends.

    broker = OneRabbitMQ()           in nobody's way until it is started
    broker.start(directory)
    broker.environment()             what a suite is told, when it is_user(its name, its source)
    broker.forget('kt-1234')         the virtual hosts that this suite has left
    broker.stop()                    the broker's process, to be waited for
"""
import os
import re
import shutil
import tempfile

from rabbitmq import PLACE, RabbitMQForMany

# Who starts a RabbitMQ, or shares one, also where tests/lib/rabbitmq.py is not named.
USERS = re.compile(r'RabbitMQ|rabbitmq_server|amqp_rig|bus_contract_broker')
HOUSES = re.compile(r'@(rabbitmq|three)$')


def is_user(name, source):
    if HOUSES.search(name):
        return True
    if not source.endswith(('.c', '.py')):
        return False
    with open(source, encoding='utf-8') as file:
        return USERS.search(file.read()) is not None


class OneRabbitMQ:
    def __init__(self):
        self.broker = self.directory = None

    def start(self, below):
        """Raises RuntimeError: it does not start."""
        self.directory = tempfile.mkdtemp(prefix='kontora-rabbitmq-', dir=below)
        self.broker = RabbitMQForMany(self.directory)

    def environment(self):
        return {PLACE: self.directory} if self.broker else {}

    def forget(self, suite):
        """What there is to be said about it, in lines."""
        try:
            if self.broker is not None and self.broker.broker.poll() is None:
                self.broker.forget(suite)
        except RuntimeError as error:
            return [f'the shared RabbitMQ does not forget: {error}']
        return []

    def stop(self, wait=lambda process: process.wait()):
        """Killed, and waited for as the caller wants to; whose answer it gives."""
        answer = None
        if self.broker is not None:
            self.broker.broker.kill()
            answer = wait(self.broker.broker)
            self.broker.stop()
        if self.directory is not None:
            shutil.rmtree(self.directory, ignore_errors=True)
        self.broker = self.directory = None
        return answer
