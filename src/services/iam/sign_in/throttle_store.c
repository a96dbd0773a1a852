/* throttle_store.c - wrong guesses, counted in rows. */
#include "services/iam/sign_in/throttle.h"

#include "base/secret.h"

enum { MEMORY_MS = 24 * 3600 * 1000, FORGET_MAX = 500 };

struct counted {
    int64_t failures;
    int64_t closed_until;
};

static const struct field counted_fields[] = {
    {.name = "failures", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, failures)},
    {.name = "closed_until", .kind = FIELD_TIME, .offset = offsetof(struct counted, closed_until)},
};
static const struct shape counted_shape = {
    .name = "Counted",
    .fields = counted_fields,
    .field_count = COUNT_OF(counted_fields),
    .bytes = sizeof(struct counted),
};

static const struct statement find = {
    .sql = "SELECT failures, closed_until FROM iam.throttle WHERE subject = $1"
           " AND counted_at > $2",
    .gives = &counted_shape,
};

static const struct statement keep = {
    .sql = "INSERT INTO iam.throttle (subject, failures, closed_until, counted_at)"
           " VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO UPDATE SET"
           " failures = excluded.failures, closed_until = excluded.closed_until,"
           " counted_at = excluded.counted_at",
};

static const struct statement clear = {.sql = "DELETE FROM iam.throttle WHERE subject = $1"};

static const struct statement forget = {
    .sql = "DELETE FROM iam.throttle WHERE subject IN (SELECT subject FROM iam.throttle"
           " WHERE counted_at <= $1 ORDER BY counted_at LIMIT $2)",
};

struct throttle throttle_of(const struct call *call, const struct throttle_rule *rule,
                            struct text who)
{
    struct digest_key key = call_key(call, "iam throttle");
    struct text folded = text_fold(call->arena, who);
    struct text digest = digest_keyed(call->arena, &key, folded);
    return (struct throttle){
        .rule = rule,
        .subject = text_format(call->arena, "%s %.*s", rule->name, TEXT_ARGS(digest)),
    };
}

static enum status find_counted(struct call *call, const struct throttle *throttle,
                                struct counted *counted_out)
{
    *counted_out = (struct counted){.failures = 0};
    enum status status =
        store_one(call->store, call->arena, &find,
                  VALUES(value_text(throttle->subject), value_integer(call->now_ms - MEMORY_MS)),
                  counted_out);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status throttle_look(struct call *call, const struct throttle *throttle, int64_t *wait_ms_out)
{
    struct counted counted;
    enum status status = find_counted(call, throttle, &counted);
    int64_t wait_ms = counted.closed_until - call->now_ms;
    /* A clock that was put back must not close it for longer than the rule says. */
    wait_ms = wait_ms > throttle->rule->longest_ms ? throttle->rule->longest_ms : wait_ms;
    *wait_ms_out = wait_ms > 0 ? wait_ms : 0;
    return status;
}

static int64_t wait_after(const struct throttle_rule *rule, int64_t failures)
{
    int64_t wait_ms = failures >= rule->free_tries ? rule->first_ms : 0;
    for (int64_t i = rule->free_tries; i < failures && wait_ms < rule->longest_ms; i++) {
        wait_ms *= 2;
    }
    return wait_ms < rule->longest_ms ? wait_ms : rule->longest_ms;
}

enum status throttle_count(struct call *call, const struct throttle *throttle)
{
    struct counted counted;
    enum status status = find_counted(call, throttle, &counted);
    if (status != STATUS_OK) {
        return status;
    }
    int64_t failures = counted.failures + 1;
    int64_t wait_ms = wait_after(throttle->rule, failures);
    return store_exec(call->store, &keep,
                      VALUES(value_text(throttle->subject), value_integer(failures),
                             value_time(wait_ms > 0 ? call->now_ms + wait_ms : 0),
                             value_time(call->now_ms)),
                      NULL);
}

enum status throttle_clear(struct call *call, const struct throttle *throttle)
{
    return store_exec(call->store, &clear, VALUES(value_text(throttle->subject)), NULL);
}

int throttle_seconds(int64_t wait_ms)
{
    return wait_ms <= 0 ? 0 : (int)((wait_ms + 999) / 1000);
}

enum status throttle_forget(struct store *store, int64_t now_ms, int64_t *forgotten_out)
{
    return store_exec(store, &forget,
                      VALUES(value_integer(now_ms - MEMORY_MS), value_integer(FORGET_MAX)),
                      forgotten_out);
}
