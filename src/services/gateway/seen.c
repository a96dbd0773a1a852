/* seen.c - once in a while, in one message: using a session writes nothing.
 *
 * What was seen is taken before it is told. When the telling fails, or the process ends, a session
 * looks idle for a little longer than it was, and the next use of it puts that right.
 */
#include "services/gateway/seen.h"

#include "runtime/front/front.h"

enum { TELL_EVERY_MS = 30000 };

struct seen {
    struct texts sessions;
    int64_t seen_at;
};
static const struct field seen_fields[] = {
    {.name = "sessions",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct seen, sessions),
     .required = true,
     .bytes_max = ID_TEXT_BYTES,
     .items_max = SEEN_MAX},
    {.name = "seen_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct seen, seen_at),
     .required = true},
};
static const struct shape seen_data = {
    .name = "SessionsSeen",
    .fields = seen_fields,
    .field_count = COUNT_OF(seen_fields),
    .bytes = sizeof(struct seen),
};

const struct errand seen_errands[SEEN_ERRAND_COUNT] = {
    {.service = "iam", .command = "iam.sessions_seen", .data = &seen_data},
};

static enum status tell_seen(struct chore_run *run)
{
    struct id *ids = ARENA_ARRAY(run->arena, struct id, SEEN_MAX);
    struct text *texts = ARENA_ARRAY(run->arena, struct text, SEEN_MAX);
    size_t count = run->host->front != NULL ? front_take_seen(run->host->front, ids) : 0;
    for (size_t i = 0; i < count; i++) {
        char id[ID_TEXT_BYTES + 1];
        id_write(ids[i], id);
        texts[i] = text_copy(run->arena, text_of(id));
    }
    if (count == 0) {
        return STATUS_OK;
    }
    return tell_to(run->call, &seen_errands[0], TEXT("sessions"),
                   &(struct seen){.sessions = {texts, count}, .seen_at = run->now_ms}, NULL);
}

const struct chore seen_chores[SEEN_CHORE_COUNT] = {
    {.name = "tell_seen", .run = tell_seen, .every_ms = TELL_EVERY_MS},
};
