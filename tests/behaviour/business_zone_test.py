"""business_zone_test.py - the zone of the business is known before anything is done by it."""
# stores: none
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_USAGE, run
from tap import check_equal, check_in, main, test_directory


def zone_of_doctor(zone):
    said = run('doctor', '--json', '--data', test_directory(), '--business.zone', zone)
    found = {finding['what']: finding for finding in json.loads(said.out)['findings']}
    return found['time zone']['verdict'], found['time zone']['detail']


def doctor_knows_it():
    check_equal(zone_of_doctor('UTC'), ('ok', 'schedules follow UTC'))
    check_equal(zone_of_doctor('Europe/Moscow'), ('ok', 'schedules follow Europe/Moscow'))
    verdict, detail = zone_of_doctor('Europe/Moskau')
    check_equal(verdict, 'wrong')
    check_in("business.zone: time zone 'Europe/Moskau'", detail)


def no_server_starts_with_one_that_is_not_there():
    for zone in ('Europe/Moskau', '../../etc/passwd', ''):
        said = run('serve', '--data', os.path.join(test_directory(), 'zone'),
                   '--net.listen', '127.0.0.1:0', '--business.zone', zone)
        check_equal((said.code, said.out), (EXIT_USAGE, ''), said)
        check_in('kontora: business.zone: ', said.error)


if __name__ == '__main__':
    main([doctor_knows_it, no_server_starts_with_one_that_is_not_there])
