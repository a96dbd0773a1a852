/* serving.c - the desk with an executor of its own, behind a bus that is moved by hand. */
#include "tests/lib/desk/serving.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

static enum status serving_start(struct bus *bus, struct text *error_out)
{
    (void)bus;
    *error_out = NO_TEXT;
    return STATUS_OK;
}

static void serving_announce(struct bus *bus, size_t member)
{
    (void)bus;
    (void)member;
}

static void serving_taken(struct bus *bus, struct bus_batch *batch, enum status status)
{
    struct serving *serving = (struct serving *)(void *)bus;
    struct arena *arena = batch->arena; /* in which the batch stands, too */
    arena_destroy(&arena);
    pthread_mutex_lock(&serving->lock);
    serving->taken++;
    serving->status = status;
    pthread_cond_signal(&serving->is_taken);
    pthread_mutex_unlock(&serving->lock);
}

static void serving_depth(struct bus *bus, struct bus_depth *depth_out)
{
    (void)bus;
    *depth_out = (struct bus_depth){.is_connected = true};
}

static bool serving_stop(struct bus *bus, int timeout_ms)
{
    (void)bus;
    return timeout_ms >= 0;
}

static void serving_destroy(struct bus *bus)
{
    (void)bus;
}

static const struct bus_ops serving_ops = {
    .name = "hand",
    .start = serving_start,
    .announce = serving_announce,
    .taken = serving_taken,
    .depth = serving_depth,
    .stop = serving_stop,
    .destroy = serving_destroy,
};

static void serving_deliver(void *context, struct bus_batch *batch)
{
    struct serving *serving = context;
    intake_deliver(&serving->host, &serving->bus, batch);
}

static void serving_write(void *context, struct bus_write *write)
{
    (void)context;
    (void)write;
}

static void serving_on_told(void *context, size_t host_index)
{
    struct serving *serving = context;
    CHECK_INT(host_index, 0);
    atomic_fetch_add(&serving->told, 1);
}

static enum status serving_open_store(struct store_source *source, enum store_access access,
                                      struct store **store_out)
{
    struct serving *serving =
        (struct serving *)(void *)((char *)source - offsetof(struct serving, source));
    enum status status = serving->inner->open(serving->inner, access, store_out);
    if (status == STATUS_OK && access == STORE_WRITE) {
        *store_out = store_fault_create(*store_out, &desk_world.fault);
    }
    return status;
}

static void serving_destroy_source(struct store_source *source)
{
    struct serving *serving =
        (struct serving *)(void *)((char *)source - offsetof(struct serving, source));
    serving->inner->destroy(serving->inner);
}

void serving_open_as(struct serving *serving, const struct service *service,
                     struct crash_note *note)
{
    struct text error = NO_TEXT;
    *serving = (struct serving){.arena = arena_create("serving", DESK_ARENA_MAX),
                                .inner = desk_source(),
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .is_taken = PTHREAD_COND_INITIALIZER};
    serving->source = (struct store_source){
        .open = serving_open_store, .destroy = serving_destroy_source, .schema = "desk"};
    const struct host_options options = {.service = service,
                                         .source = &serving->source,
                                         .writers = 1,
                                         .waiting_max = 1000,
                                         .waiting_ms_max = 30000,
                                         .on_told = serving_on_told,
                                         .told_context = serving,
                                         .crash_note = note};
    CHECK(sodium_init() >= 0);
    CHECK_STATUS(host_open(&serving->host, &options, serving->arena, &error), STATUS_OK);
    CHECK_STATUS(serving->inner->open(serving->inner, desk_server ? STORE_WRITE : STORE_READ,
                                      &serving->reader),
                 STATUS_OK);
    serving->member = (struct bus_member){.name = "desk",
                                          .exchange = "desk.events",
                                          .stores = &serving->source,
                                          .is_addressed = true,
                                          .context = serving,
                                          .deliver = serving_deliver,
                                          .write = serving_write};
    serving->options = (struct bus_options){.members = &serving->member, .member_count = 1};
    bus_init(&serving->bus, &serving_ops, &serving->options);
}

void serving_open(struct serving *serving)
{
    serving_open_as(serving, &desk_service, NULL);
}

void serving_close(struct serving *serving)
{
    store_destroy(&serving->reader);
    host_finish_waiting(&serving->host);
    host_close(&serving->host);
    arena_destroy(&serving->arena);
}

void serving_hand(struct serving *serving, const struct message *messages, size_t count,
                  int64_t upto)
{
    struct arena *arena = arena_create("batch", DESK_ARENA_MAX);
    struct bus_batch *batch = ARENA_NEW(arena, struct bus_batch);
    struct message *copies = ARENA_ARRAY(arena, struct message, count + 1);
    for (size_t i = 0; i < count; i++) {
        copies[i] = message_copy(arena, &messages[i]);
    }
    batch->arena = arena;
    batch->messages = copies;
    batch->count = count;
    batch->channel = count > 0 && messages[0].addressee.data ? BUS_COMMANDS : BUS_EVENTS;
    batch->source = upto ? TEXT("shop") : NO_TEXT;
    batch->upto = upto;
    bus_deliver(&serving->bus, batch);
}

enum status serving_wait(struct serving *serving, int count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += BATCH_SECONDS_MAX;
    pthread_mutex_lock(&serving->lock);
    while (serving->taken < count) {
        CHECK_INT(pthread_cond_timedwait(&serving->is_taken, &serving->lock, &until), 0);
    }
    enum status status = serving->status;
    serving->taken -= count;
    pthread_mutex_unlock(&serving->lock);
    return status;
}

enum status serving_take_upto(struct serving *serving, const struct message *messages, size_t count,
                              int64_t upto)
{
    serving_hand(serving, messages, count, upto);
    return serving_wait(serving, 1);
}

enum status serving_take(struct serving *serving, const struct message *messages, size_t count)
{
    return serving_take_upto(serving, messages, count, 0);
}

struct text serving_effects(struct serving *serving)
{
    return desk_effects_in(serving->reader, serving->arena);
}

struct text serving_parked(struct serving *serving)
{
    return desk_parked_in(serving->reader, serving->arena);
}

int64_t serving_cursor(struct serving *serving, const char *source, enum bus_channel channel)
{
    int64_t position = -1;
    CHECK_STATUS(store_begin(serving->reader, STORE_READ), STATUS_OK);
    CHECK_STATUS(cursor_find(serving->reader, serving->arena, text_of(source), channel, &position),
                 STATUS_OK);
    CHECK_STATUS(store_commit(serving->reader), STATUS_OK);
    return position;
}

void serving_messages(struct serving *serving, struct message *messages_out,
                      const char *const *hows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *subject = text_format(serving->arena, "%c", (int)('a' + i)).data;
        const char *data =
            text_format(serving->arena, "{\"how\":\"%s\",\"amount\":%zu}", hows[i], i + 1).data;
        messages_out[i] = desk_event((int64_t)i + 1, "shop.ordered", subject, data);
    }
}
