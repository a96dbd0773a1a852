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

/* Whoever has a whole network of addresses has one of these. */
static struct text network_of(struct arena *arena, struct text address)
{
    size_t colons = 0;
    for (size_t i = 0; i < address.bytes; i++) {
        colons += address.data[i] == ':';
        if (colons == 4) {
            return text_copy(arena, text_slice(address, 0, i));
        }
    }
    return address;
}

enum status attempt_begin(struct call *call, struct text email, struct attempt *attempt_out)
{
    struct attempt attempt = {.client = client_of(call)};
    enum status status = person_find_by_email(call->store, call->arena, email, &attempt.person);
    attempt.has_person = status == STATUS_OK;
    if (status == STATUS_OK) {
        status = device_is_known(call->store, call->arena, attempt.person.id, &attempt.client,
                                 &attempt.knows_browser);
    }
    if (attempt.knows_browser) {
        attempt.at_person = throttle_of(call, &browser_rule,
                                        text_format(call->arena, "%.*s %.*s", TEXT_ARGS(email),
                                                    TEXT_ARGS(attempt.client.device)));
    } else {
        attempt.at_person = throttle_of(call, &person_rule, email);
    }
    attempt.from_address =
        throttle_of(call, &address_rule, network_of(call->arena, attempt.client.address));
    *attempt_out = attempt;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status attempt_wait(struct call *call, const struct attempt *attempt, int64_t *wait_ms_out)
{
    int64_t from_address = 0;
    enum status status = throttle_look(call, &attempt->at_person, wait_ms_out);
    if (status == STATUS_OK && !attempt->knows_browser) {
        status = throttle_look(call, &attempt->from_address, &from_address);
    }
    *wait_ms_out = from_address > *wait_ms_out ? from_address : *wait_ms_out;
    return status;
}

enum status attempt_failed(struct call *call, const struct attempt *attempt)
{
    enum status status = throttle_count(call, &attempt->at_person);
    if (status == STATUS_OK && !attempt->knows_browser) {
        status = throttle_count(call, &attempt->from_address);
    }
    return status;
}

/* The address keeps its count: who guesses at others would else sign in as himself in between. */
enum status attempt_succeeded(struct call *call, const struct attempt *attempt)
{
    return throttle_clear(call, &attempt->at_person);
}
