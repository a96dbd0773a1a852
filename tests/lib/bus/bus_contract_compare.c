/* bus_contract_compare.c - what the services of the suite did, beside what the journals say. */
#include "tests/lib/bus/bus_contract_rig.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024, PAGE_ROWS = 500 };

struct effect {
    int64_t number;
    struct text source;
    int64_t position;
    struct id id;
};

static const struct field effect_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct effect, number)},
    {.name = "position", .kind = FIELD_INTEGER, .offset = offsetof(struct effect, position)},
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct effect, id)},
};
static const struct shape effect_shape = {.name = "Effect",
                                          .fields = effect_fields,
                                          .field_count = COUNT_OF(effect_fields),
                                          .bytes = sizeof(struct effect)};

static const struct statement list_effects = {
    .sql = "SELECT number, position, id FROM effect"
           " WHERE source = $1 AND channel = $2 AND number > $3 ORDER BY number LIMIT 500",
    .gives = &effect_shape,
    .rows_max = PAGE_ROWS,
};

/* Reads either list page by page. */
struct pages {
    struct store *store;
    struct arena *arena;
    struct text source;
    enum bus_channel channel;
    const struct rig_member *consumer;
    bool may_come; /* what was told and is not done yet is no mistake */
    struct messages messages;
    struct rows effects;
    size_t at;
    int64_t after;
};

static struct store *open_to_compare(struct rig_member *member)
{
    struct store *store = NULL;
    CHECK_STATUS(member->stores.inner->open(member->stores.inner, STORE_READ, &store), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    return store;
}

static bool is_expected(const struct pages *told, const struct message *message)
{
    return told->channel == BUS_COMMANDS
               ? text_equals(message->addressee, text_of(told->consumer->options.name))
               : !text_is_given(message->addressee) && rig_wants(told->consumer, message);
}

static const struct message *next_told(struct pages *told)
{
    for (;;) {
        if (told->at == told->messages.count) {
            arena_reset(told->arena);
            told->at = 0;
            enum status status =
                journal_read(told->store, told->arena, told->source, told->after, &told->messages);
            CHECK_STATUS(status, STATUS_OK);
            if (told->messages.count == 0) {
                return NULL;
            }
            told->after = told->messages.items[told->messages.count - 1].position;
        }
        const struct message *message = &told->messages.items[told->at++];
        if (is_expected(told, message)) {
            return message;
        }
    }
}

static const struct effect *next_done(struct pages *done)
{
    if (done->at == done->effects.count) {
        arena_reset(done->arena);
        done->at = 0;
        CHECK_STATUS(store_query(done->store, done->arena, &list_effects,
                                 VALUES(value_text(done->source),
                                        value_text(bus_channel_name(done->channel)),
                                        value_integer(done->after)),
                                 &done->effects),
                     STATUS_OK);
        if (done->effects.count == 0) {
            return NULL;
        }
        done->after = ((const struct effect *)done->effects.items)[done->effects.count - 1].number;
    }
    return &((const struct effect *)done->effects.items)[done->at++];
}

static bool compare(struct pages *told, struct pages *done)
{
    for (;;) {
        const struct message *message = next_told(told);
        const struct effect *effect = next_done(done);
        if (effect == NULL && (message == NULL || told->may_come)) {
            return true;
        }
        bool is_same = message != NULL && effect != NULL && message->position == effect->position &&
                       id_equals(message->id, effect->id);
        if (!is_same) {
            printf("#   %s, %.*s of %.*s: expected %lld, it has %lld (0: nothing)\n",
                   told->consumer->options.name, TEXT_ARGS(bus_channel_name(told->channel)),
                   TEXT_ARGS(told->source), message != NULL ? (long long)message->position : 0LL,
                   effect != NULL ? (long long)effect->position : 0LL);
            return false;
        }
    }
}

static bool has_done_what_was_told(struct rig *rig, size_t consumer, size_t source,
                                   enum bus_channel channel, bool may_come)
{
    struct rig_member *from = &rig->members[source];
    struct rig_member *to = &rig->members[consumer];
    struct pages told = {.store = open_to_compare(from),
                         .arena = arena_create("told", ARENA_BYTES_MAX),
                         .source = text_of(from->options.name),
                         .channel = channel,
                         .consumer = to,
                         .may_come = may_come};
    struct pages done = {.store = open_to_compare(to),
                         .arena = arena_create("done", ARENA_BYTES_MAX),
                         .source = text_of(from->options.name),
                         .channel = channel};
    bool is_same = compare(&told, &done);
    store_destroy(&told.store);
    store_destroy(&done.store);
    arena_destroy(&told.arena);
    arena_destroy(&done.arena);
    return is_same;
}

static bool follows(const struct rig *rig, size_t consumer, size_t source)
{
    const struct bus_member *member = &rig->bus_members[consumer];
    for (size_t i = 0; i < member->follow_count; i++) {
        if (strcmp(member->follows[i], rig->members[source].options.name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_exact(struct rig *rig, bool may_come)
{
    bool is_same = true;
    for (size_t i = 0; i < rig->count; i++) {
        for (size_t j = 0; j < rig->count; j++) {
            bool has_events = follows(rig, i, j);
            bool has_commands = rig->members[i].options.is_addressed;
            is_same =
                (!has_events || has_done_what_was_told(rig, i, j, BUS_EVENTS, may_come)) && is_same;
            is_same =
                (!has_commands || has_done_what_was_told(rig, i, j, BUS_COMMANDS, may_come)) &&
                is_same;
        }
    }
    return is_same;
}

bool rig_is_exact(struct rig *rig)
{
    return is_exact(rig, false);
}

bool rig_is_exact_so_far(struct rig *rig)
{
    return is_exact(rig, true);
}

int64_t rig_cursor(struct rig *rig, size_t member, const char *source, enum bus_channel channel)
{
    struct store *store = open_to_compare(&rig->members[member]);
    struct arena *arena = arena_create("cursor", ARENA_BYTES_MAX);
    int64_t position = 0;
    CHECK_STATUS(cursor_find(store, arena, text_of(source), channel, &position), STATUS_OK);
    store_destroy(&store);
    arena_destroy(&arena);
    return position;
}

struct journal_ends rig_ends(struct rig *rig, size_t member)
{
    struct store *store = open_to_compare(&rig->members[member]);
    struct arena *arena = arena_create("ends", ARENA_BYTES_MAX);
    struct journal_ends ends;
    CHECK_STATUS(journal_ends(store, arena, &ends), STATUS_OK);
    store_destroy(&store);
    arena_destroy(&arena);
    return ends;
}
