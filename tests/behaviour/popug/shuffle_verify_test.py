"""shuffle_verify_test.py - kontora shuffle verify: a draw computed anew from its proof (D37)."""
# stores: none
import hashlib
import hmac
import json
import os
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB]
from kontora import EXIT_USAGE, run
from tap import check_equal, check_in, check_not_in, main, test_directory

SEED = hashlib.sha256(b'a seed').hexdigest()
COMMITMENT = hashlib.sha256(SEED.encode()).hexdigest()


def falls_on(item, people):
    digest = hmac.new(bytes.fromhex(SEED), item.encode(), hashlib.sha256).hexdigest()
    return people[int(digest[:16], 16) % len(people)]


def proof(people=7, items=300):
    people = sorted(str(uuid.uuid4()) for _ in range(people))
    results = [{'task_id': item, 'person_id': falls_on(item, people)}
               for item in (str(uuid.uuid4()) for _ in range(items))]
    return {'number': 3, 'commitment': COMMITMENT, 'seed': SEED, 'people': people,
            'results': results}


def verify(of, *more):
    path = os.path.join(test_directory(), 'proof.json')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(of if isinstance(of, str) else json.dumps(of))
    return run('shuffle', 'verify', path, *more)


def a_fair_draw_is_right():
    said = verify(proof())
    check_equal((said.code, said.error), (0, ''), said)
    check_in('Right: 300 tasks fell on 7 people as the seed says.\n', said.out)
    check_in(COMMITMENT, said.out)
    said = verify(proof(people=1, items=0), '--commitment', COMMITMENT)
    check_equal(said.code, 0, said)
    check_not_in(COMMITMENT, said.out)


def a_large_one_is_computed():
    said = verify(proof(people=500, items=20000))
    check_equal(said.code, 0, said)


def what_was_changed_is_found():
    of = proof()
    one = of['results'][7]
    one['person_id'] = next(who for who in of['people'] if who != one['person_id'])
    said = verify(of)
    check_equal(said.code, 1, said)
    check_in(f"{one['task_id']} fell on {one['person_id']}, and had to fall on ", said.out)
    for change, sentence in (
            ({'commitment': '0' * 64}, 'is another one than the commitment'),
            ({'people': list(reversed(of['people']))}, 'in the order of their ids'),
            ({'people': of['people'][:1] + of['people']}, 'each there once'),
            ({'people': []}, 'each there once'),
            ({'results': [{'task_id': 'x'}]}, 'without the ids')):
        said = verify({**proof(), **change})
        check_equal(said.code, 1, said)
        check_in(sentence, said.out)
        check_in('Not right.', said.out)
    said = verify(proof(), '--commitment', '1' * 64)
    check_equal(said.code, 1, said)
    check_in('another one than was noted', said.out)


def what_is_no_proof_is_said():
    for text, sentence in (('{', 'is not JSON'), ('[]', 'is no proof'), ('{}', 'is no proof'),
                           (json.dumps({**proof(), 'seed': None}), 'is no proof'),
                           (json.dumps({**proof(), 'seed': 'G' * 64}), 'is no proof'),
                           (json.dumps({**proof(), 'people': ['nobody']}), 'is no proof')):
        said = verify(text)
        check_equal(said.code, 1, said)
        check_in(sentence, said.error)
    check_in('cannot be read', run('shuffle', 'verify', '/nowhere/proof.json').error)
    check_equal(run('shuffle', 'verify').code, EXIT_USAGE)
    check_equal(run('shuffle', 'deal', 'x').code, EXIT_USAGE)


if __name__ == '__main__':
    main([a_fair_draw_is_right, a_large_one_is_computed, what_was_changed_is_found,
          what_is_no_proof_is_said])
