"""shipped.py - the services that the program has, as main.c lists them."""
import os
import re

from tap import repository


def shipped_services():
    """Their names, in the order of the list."""
    with open(os.path.join(repository(), 'src', 'main.c'), encoding='utf-8') as file:
        table = re.search(r'services\[\] = \{(.*?)\};', file.read(), re.S).group(1)
    return re.findall(r'&(\w+)_service,', table)


def services_with_cases():
    """Those that have workflows."""
    found = []
    for place, _, names in os.walk(os.path.join(repository(), 'src')):
        for name in names:
            if name.endswith('.c'):
                with open(os.path.join(place, name), encoding='utf-8') as file:
                    found += re.findall(r'struct service (\w+)_service = \{[^;]*\.cases = ',
                                        file.read())
    return [name for name in shipped_services() if name in found]


def told_by_workflows():
    """The events that `tells` of their workflows name."""
    found = set()
    for place, _, names in os.walk(os.path.join(repository(), 'src')):
        for name in names:
            if name.endswith('.yaml'):
                with open(os.path.join(place, name), encoding='utf-8') as file:
                    for said in re.findall(r'\btells: (\[[^\]]*\]|[\w.]+)', file.read()):
                        found |= set(re.findall(r'[\w.]+', said))
    return found


def worked_at_outside():
    """The queues that stages of their workflows name."""
    found = set()
    for place, _, names in os.walk(os.path.join(repository(), 'src')):
        for name in names:
            if name.endswith('.yaml'):
                with open(os.path.join(place, name), encoding='utf-8') as file:
                    found |= set(re.findall(r'\bworker: (\w+)', file.read()))
    return found
