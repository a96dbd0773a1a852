/* messaging.c - makes a bus member of each host. */
#include "runtime/start/messaging.h"

#include "base/log.h"
#include "bus/message_trace.h"
#include "runtime/intake/intake.h"
#include "runtime/start/wiring.h"

#include <stdlib.h>
#include <string.h>

enum { WRITE_ARENA_BYTES = 4 * 1024 * 1024 };

struct membership {
    struct messaging *messaging;
    struct host *host;
};

struct messaging {
    struct bus *bus;
    struct bus_options options;
    struct bus_member members[HOSTS_MAX];
    struct membership memberships[HOSTS_MAX];
    size_t count;
};

/* ---- what a member does for the bus ---- */

static void deliver(void *context, struct bus_batch *batch)
{
    struct membership *membership = context;
    intake_deliver(membership->host, membership->messaging->bus, batch);
}

static bool wants(void *context, const struct message *message)
{
    const struct membership *membership = context;
    return intake_wants(membership->host->service, message);
}

/* A write that the bus asked for, as work for an executor. */
struct bus_errand {
    struct work work;
    struct bus_write *write;
    struct arena *arena;
};

static struct bus_errand *bus_errand_of(struct work *work)
{
    return (struct bus_errand *)(void *)((char *)work - offsetof(struct bus_errand, work));
}

static struct work_outcome run_write(struct work *work, struct store *store, bool with_mark)
{
    struct bus_errand *errand = bus_errand_of(work);
    unsigned long writes_before = store->writes;
    enum status status = with_mark ? store_mark(store) : STATUS_OK;
    if (status == STATUS_OK) {
        status = errand->write->run(errand->write, store, errand->arena);
    }
    if (status == STATUS_OK) {
        return (struct work_outcome){.result = WORK_DONE, .wrote = true};
    }
    if (status != STATUS_CONFLICT) {
        return (struct work_outcome){.result = WORK_FAULT, .fault = status};
    }
    if (with_mark) {
        status = store_undo(store);
        return (struct work_outcome){.result = status == STATUS_OK ? WORK_AGAIN : WORK_FAULT,
                                     .fault = status};
    }
    bool is_clean = store->state != STORE_FAILED && store_is_untouched(store, writes_before);
    return (struct work_outcome){.result = is_clean ? WORK_AGAIN : WORK_NEEDS_MARK};
}

static void finish_write(struct work *work, enum status status)
{
    struct bus_errand *errand = bus_errand_of(work);
    struct bus_write *write = errand->write;
    arena_destroy(&errand->arena);
    memory_free(errand);
    write->done(write, status);
}

static const struct work_ops write_ops = {
    .name = "bus_write", .run = run_write, .finish = finish_write};

static void write_for_bus(void *context, struct bus_write *write)
{
    struct membership *membership = context;
    struct bus_errand *errand = memory_take(sizeof *errand);
    *errand = (struct bus_errand){
        .work.ops = &write_ops,
        .write = write,
        .arena = arena_create("bus write", WRITE_ARENA_BYTES),
    };
    enum status status = executor_submit(membership->host->executors[0], &errand->work);
    if (status != STATUS_OK) {
        finish_write(&errand->work, status);
    }
}

/* ---- who follows whom ---- */

/* What the events of a service are called outside. */
static const char *exchange_of(const struct service *service, struct arena *arena)
{
    return service->exchange != NULL ? service->exchange
                                     : text_format(arena, "%s.events", service->name).data;
}

/* The service that tells this event; NULL when nobody here does. */
static const struct service *teller_of(const struct runtime_options *options, const char *event)
{
    for (size_t i = 0; i < options->known_count; i++) {
        const struct service *service = options->known[i];
        for (size_t j = 0; j < service->event_count; j++) {
            if (strcmp(service->events[j].name, event) == 0) {
                return service;
            }
        }
    }
    return NULL;
}

static int by_name(const void *left, const void *right)
{
    const struct service *const *one = left;
    const struct service *const *other = right;
    return strcmp((*one)->name, (*other)->name);
}

static bool hears_all(const struct service *service)
{
    bool hears = false;
    for (size_t i = 0; i < service->subscription_count; i++) {
        hears = hears || strcmp(service->subscriptions[i].event, SUBSCRIPTION_ALL) == 0;
    }
    return hears;
}

static size_t find_all_tellers(const struct runtime_options *options, const struct service *service,
                               const struct service **tellers)
{
    size_t count = 0;
    for (size_t i = 0; i < options->known_count; i++) {
        const struct service *teller = options->known[i];
        if (teller->event_count > 0 && strcmp(teller->name, service->name) != 0) {
            tellers[count++] = teller;
        }
    }
    qsort(tellers, count, sizeof *tellers, by_name);
    return count;
}

/* The services whose events this one wants, each once, sorted by name. */
static size_t find_tellers(const struct runtime_options *options, const struct service *service,
                           const struct service **tellers)
{
    size_t count = 0;
    if (hears_all(service)) {
        return find_all_tellers(options, service, tellers);
    }
    for (size_t i = 0; i < service->subscription_count; i++) {
        const struct service *teller = teller_of(options, service->subscriptions[i].event);
        bool is_new = teller != NULL;
        TRACE(message_trace_wants(service->name, service->subscriptions[i].event));
        for (size_t j = 0; is_new && j < count; j++) {
            is_new = tellers[j] != teller;
        }
        if (is_new) {
            tellers[count++] = teller;
        }
    }
    qsort(tellers, count, sizeof *tellers, by_name);
    return count;
}

static void note_follows(const struct runtime_options *options, struct arena *arena,
                         const struct service *service, struct bus_member *member)
{
    size_t room = service->subscription_count + options->known_count + 1;
    const struct service **tellers = ARENA_ARRAY(arena, const struct service *, room);
    const char **follows = ARENA_ARRAY(arena, const char *, room);
    const char **exchanges = ARENA_ARRAY(arena, const char *, room);
    size_t count = find_tellers(options, service, tellers);
    for (size_t i = 0; i < count; i++) {
        follows[i] = tellers[i]->name;
        exchanges[i] = exchange_of(tellers[i], arena);
    }
    member->follows = follows;
    member->follow_exchanges = exchanges;
    member->follow_count = count;
}

static void add_member(struct messaging *messaging, const struct runtime_options *options,
                       struct arena *arena, struct host *host)
{
    const struct service *service = host->service;
    size_t index = messaging->count++;
    messaging->memberships[index] = (struct membership){.messaging = messaging, .host = host};
    struct bus_member *member = &messaging->members[index];
    *member = (struct bus_member){
        .name = service->name,
        .exchange = exchange_of(service, arena),
        .stores = host->source,
        .wants = wants,
        .is_addressed = service->command_count > 0 || service->errand_count > 0,
        .context = &messaging->memberships[index],
        .deliver = deliver,
        .write = write_for_bus,
    };
    note_follows(options, arena, service, member);
}

enum status messaging_create(const struct runtime_options *options, struct arena *arena,
                             struct host *hosts, size_t host_count,
                             struct messaging **messaging_out, struct text *error_out)
{
    struct messaging *messaging = ARENA_NEW(arena, struct messaging);
    for (size_t i = 0; i < host_count; i++) {
        add_member(messaging, options, arena, &hosts[i]);
    }
    messaging->options = (struct bus_options){
        .members = messaging->members,
        .member_count = messaging->count,
        .keep_ms = config_integer(options->config, "journal.keep"),
    };
    *messaging_out = messaging;
    return wiring_bus(options->config, arena, &messaging->options, &messaging->bus, error_out);
}

enum status messaging_start(struct messaging *messaging, struct text *error_out)
{
    return bus_start(messaging->bus, error_out);
}

void messaging_announce(struct messaging *messaging, size_t host_index)
{
    if (messaging->bus != NULL) {
        bus_announce(messaging->bus, host_index);
    }
}

void messaging_stop(struct messaging *messaging, int timeout_ms)
{
    if (messaging->bus != NULL && !bus_stop(messaging->bus, timeout_ms)) {
        log_say(LOG_WARNING, "bus", "some messages were not finished in time; they come again");
    }
}

void messaging_destroy(struct messaging **place)
{
    if (*place != NULL) {
        bus_destroy(&(*place)->bus);
        *place = NULL;
    }
}

struct bus *messaging_bus(struct messaging *messaging)
{
    return messaging->bus;
}
