/* attempt.c - one try to sign in, and what those before it have cost. */
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"

/* Of one person, from wherever; of one address, at whomever; of a browser that the person has come
 * in with before, which pays for its own mistakes only. */
static const struct throttle_rule person_rule = {
    .name = "person", .free_tries = 5, .first_ms = 1000, .longest_ms = 15 * 60 * 1000};
static const struct throttle_rule address_rule = {
    .name = "address", .free_tries = 30, .first_ms = 1000, .longest_ms = 15 * 60 * 1000};
static const struct throttle_rule browser_rule = {
    .name = "browser", .free_tries = 5, .first_ms = 1000, .longest_ms = 5 * 60 * 1000};

enum status attempt_of(struct call *call, attempt_find_fn *find, struct attempt *attempt_out)
{
    struct attempt attempt = {.client = client_of(call)};
    enum status status = find(call, &attempt.person);
    attempt.has_person = status == STATUS_OK;
    if (status == STATUS_OK) {
        status = device_is_known(call->store, call->arena, attempt.person.id, &attempt.client,
                                 &attempt.knows_browser);
    }
    *attempt_out = attempt;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

void attempt_limit(struct call *call, struct attempt *attempt, struct text who)
{
    if (attempt->knows_browser) {
        attempt->at_person = throttle_of(call, &browser_rule,
                                         text_format(call->arena, "%.*s %.*s", TEXT_ARGS(who),
                                                     TEXT_ARGS(attempt->client.device)));
    } else {
        attempt->at_person = throttle_of(call, &person_rule, who);
    }
    attempt->from_address = throttle_of(call, &address_rule, client_network(call));
}

enum status attempt_wait_here(struct call *call, const struct attempt *attempt,
                              int64_t *wait_ms_out)
{
    *wait_ms_out = 0;
    return attempt->knows_browser ? STATUS_OK
                                  : throttle_look(call, &attempt->from_address, wait_ms_out);
}

enum status attempt_wait(struct call *call, const struct attempt *attempt, int64_t *wait_ms_out)
{
    int64_t here = 0;
    enum status status = throttle_look(call, &attempt->at_person, wait_ms_out);
    if (status == STATUS_OK) {
        status = attempt_wait_here(call, attempt, &here);
    }
    *wait_ms_out = here > *wait_ms_out ? here : *wait_ms_out;
    return status;
}

enum status attempt_refuse(struct call *call, int64_t wait_ms)
{
    enum status status = answer_no(call, &login_too_often, throttle_seconds(wait_ms));
    return status == STATUS_OK ? STATUS_REFUSED : status;
}

enum status attempt_failed_here(struct call *call, const struct attempt *attempt)
{
    return attempt->knows_browser ? STATUS_OK : throttle_count(call, &attempt->from_address);
}

enum status attempt_failed(struct call *call, const struct attempt *attempt)
{
    enum status status = throttle_count(call, &attempt->at_person);
    return status == STATUS_OK ? attempt_failed_here(call, attempt) : status;
}

/* The address keeps its count: who guesses at others would else sign in as himself in between. */
enum status attempt_succeeded(struct call *call, const struct attempt *attempt)
{
    return throttle_clear(call, &attempt->at_person);
}
