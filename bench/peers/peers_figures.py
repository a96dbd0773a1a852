"""peers_figures.py - the figures of all rounds: their medians, in words, and the best of them."""
import statistics

from peers_load import STEPS

MEASURES = ('workflows_per_second', 'steps_per_second', 'p50_ms', 'p99_ms', 'outside')


def middle(loads, measure):
    return round(statistics.median(load[measure] for load in loads), 3)


def summarise_load(loads):
    """Of the rounds with the same number of connections."""
    return {'connections': loads[0]['connections'],
            **{measure: middle(loads, measure) for measure in MEASURES},
            'workflows': sum(load['answers'] for load in loads),
            'steps_per_second_of_rounds': [round(load['steps_per_second']) for load in loads]}


OURS = 'Kontora'


def best_of(peers):
    alone = [load for peer in peers for load in peer['loads'] if load['connections'] == 1]
    together = [load for peer in peers for load in peer['loads'] if load['connections'] != 1]
    return {'steps_per_second': max(load['steps_per_second'] for load in together),
            'p50_ms_alone': min(load['p50_ms'] for load in alone),
            'p99_ms_alone': min(load['p99_ms'] for load in alone)}


def summarise(found):
    """{title: loads of all rounds} as it is written: `best` is what we are compared with."""
    peers = []
    for title, loads in found.items():
        kinds = sorted({load['connections'] for load in loads}, reverse=True)
        peers.append({'name': title, 'loads': [
            summarise_load([load for load in loads if load['connections'] == kind])
            for kind in kinds]})
    others = [peer for peer in peers if not peer['name'].startswith(OURS)]
    return {'steps_per_workflow': STEPS, 'peers': peers,
            'best': best_of(others) if others else None}


def in_columns(name, load):
    rounds = ', '.join(f'{one:,}' for one in load['steps_per_second_of_rounds'])
    return (f'{name:28} {load["connections"]:>7} {load["workflows_per_second"]:>11,.0f} '
            f'{load["steps_per_second"]:>8,.0f} {load["p50_ms"]:>8.1f} {load["p99_ms"]:>8.1f} '
            f'{load["outside"]:>7.0%}  {rounds}')


def compared(figures):
    """Ours beside the best of the others, and beside the one with the same database."""
    best = figures['best']
    if best is None:
        return
    yield (f'\nThe best of the others: {best["steps_per_second"]:,.0f} durable steps a second; '
           f'one workflow alone {best["p99_ms_alone"]:.1f} ms (p99).')
    for peer in figures['peers']:
        if not peer['name'].startswith(OURS):
            continue
        beside = [one for one in figures['peers'] if not one['name'].startswith(OURS)
                  and ('PostgreSQL' in one['name'] or 'PostgreSQL' not in peer['name'])]
        if beside:
            mine, limit = best_of([peer]), best_of(beside)
            yield (f'{peer["name"]}: '
                   f'{mine["steps_per_second"] / limit["steps_per_second"]:.1f} times '
                   f'the steps (bar 5, aim 10); one alone p99 {mine["p99_ms_alone"]:.1f} ms '
                   f'against {limit["p99_ms_alone"]:.1f} ms (bar: below).')


def in_words(figures):
    yield (f'\n{"":28} {"at once":>7} {"workflows/s":>11} {"steps/s":>8} {"p50 ms":>8} '
           f'{"p99 ms":>8} {"outside":>7}  steps/s of the rounds')
    for peer in figures['peers']:
        for load in peer['loads']:
            yield in_columns(peer['name'], load)
    loads = [load for peer in figures['peers'] for load in peer['loads']]
    yield from compared(figures)
    yield (f'{sum(load["workflows"] for load in loads):,} workflows were answered for; all are '
           f'finished, with {STEPS} steps each.')
    if any(load['outside'] > 0.25 for load in loads):
        yield 'Other programs took more than a quarter of the machine: these figures are too low.'
