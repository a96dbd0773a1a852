/* code_store.c - codes in rows: made, tried, used up. */
#include "services/iam/codes/code.h"

#include "base/secret.h"

enum { FORGET_MAX = 500 };

static const struct statement keep = {
    .sql = "INSERT INTO iam.code (person_id, place, digest, tries, made_at, expires_at)"
           " VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (person_id, place) DO UPDATE SET"
           " digest = excluded.digest, tries = 0, made_at = excluded.made_at,"
           " expires_at = excluded.expires_at",
};

/* Counted first: whoever tries at the same time waits for this row. */
static const struct statement count = {
    .sql = "UPDATE iam.code SET tries = tries + 1 WHERE person_id = $1 AND place = $2"
           " AND tries < $3 AND expires_at > $4",
};

static const struct statement use = {
    .sql = "DELETE FROM iam.code WHERE person_id = $1 AND place = $2 AND digest = $3",
};

static const struct statement forget = {
    .sql = "DELETE FROM iam.code WHERE (person_id, place) IN (SELECT person_id, place FROM iam.code"
           " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
};

static struct text place_of(struct arena *arena, const struct code_place *place)
{
    return text_format(arena, "%s %.*s", place->purpose, TEXT_ARGS(place->browser));
}

static struct text digest_of(struct call *call, const struct code_place *place, struct text code)
{
    struct digest_key key = call_key(call, "iam code");
    struct text person = person_subject(call->arena, place->person);
    struct text whole = text_format(call->arena, "%s %.*s %.*s %.*s", place->purpose,
                                    TEXT_ARGS(person), TEXT_ARGS(place->browser), TEXT_ARGS(code));
    return digest_keyed(call->arena, &key, whole);
}

enum status code_make(struct call *call, const struct code_place *place, struct text *code_out)
{
    int64_t lasts_ms = place->lasts_ms > 0 ? place->lasts_ms : CODE_MS;
    *code_out = secret_digits(call->arena, CODE_DIGITS);
    return store_exec(call->store, &keep,
                      VALUES(value_id(place->person), value_text(place_of(call->arena, place)),
                             value_text(digest_of(call, place, *code_out)),
                             value_time(call->now_ms), value_time(call->now_ms + lasts_ms)),
                      NULL);
}

enum status code_use(struct call *call, const struct code_place *place, struct text code,
                     bool *right_out)
{
    int64_t counted = 0;
    int64_t used = 0;
    struct text name = place_of(call->arena, place);
    *right_out = false;
    enum status status = store_exec(call->store, &count,
                                    VALUES(value_id(place->person), value_text(name),
                                           value_integer(CODE_TRIES), value_time(call->now_ms)),
                                    &counted);
    if (status == STATUS_OK && counted > 0) {
        status = store_exec(call->store, &use,
                            VALUES(value_id(place->person), value_text(name),
                                   value_text(digest_of(call, place, code))),
                            &used);
    }
    *right_out = status == STATUS_OK && used > 0;
    return status;
}

enum status code_forget(struct store *store, int64_t now_ms, int64_t *forgotten_out)
{
    return store_exec(store, &forget, VALUES(value_time(now_ms), value_integer(FORGET_MAX)),
                      forgotten_out);
}
