/* announcer.c - one thread that writes every two seconds. */
#include "runtime/discovery/announcer.h"

#include "base/json.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "runtime/discovery/registry.h"

#include <pthread.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024, VALUES_MAX = 100000 };

struct announcer {
    struct announcer_options options;
    struct arena *kept;
    struct arena *arena;
    struct registered self;
    struct registry_place place;
    enum status last;
    struct mailbox mailbox;
    atomic_bool stops;
    pthread_t thread;
};

/* "feeding.1+feeding.2" of what the engine says that it serves (service.workflows). */
static struct text versions_of(struct arena *arena, const struct service *service)
{
    const struct json *list = NULL;
    struct json_error error;
    struct text versions = NO_TEXT;
    if (!text_is_given(service->workflows) ||
        json_read(arena, service->workflows, VALUES_MAX, &list, &error) != STATUS_OK) {
        return NO_TEXT;
    }
    for (const struct json *one = list->first; one != NULL; one = one->next) {
        const struct json *name = json_member(one, TEXT("workflow"));
        const struct json *version = json_member(one, TEXT("version"));
        const struct json *is_served = json_member(one, TEXT("is_served"));
        if (name != NULL && version != NULL && is_served != NULL && is_served->kind == JSON_TRUE) {
            versions = text_format(arena, "%.*s%s%.*s.%.*s", TEXT_ARGS(versions),
                                   versions.bytes > 0 ? "+" : "", TEXT_ARGS(name->text),
                                   TEXT_ARGS(version->text));
        }
    }
    return versions;
}

static void describe(struct announcer *announcer)
{
    const struct announcer_options *options = &announcer->options;
    announcer->self.id = id_new();
    announcer->self.address = text_copy(announcer->kept, options->address);
    for (size_t i = 0; i < options->host_count && i < REGISTRY_SERVICES_MAX; i++) {
        const struct service *service = options->hosts[i].service;
        announcer->self.services[announcer->self.service_count++] = (struct registered_service){
            .name = text_of(service->name), .versions = versions_of(announcer->kept, service)};
    }
}

static void write_once(struct announcer *announcer)
{
    enum status status = registry_write(announcer->options.cache, announcer->arena,
                                        &announcer->place, &announcer->self);
    arena_reset(announcer->arena);
    if (status != announcer->last) {
        log_line(status == STATUS_OK ? LOG_INFO : LOG_WARNING, "registry",
                 status == STATUS_OK ? "this process is announced in the shared cache"
                                     : "this process cannot be announced; it is tried again",
                 LOG_TEXT("address", announcer->self.address),
                 LOG_TEXT("status", text_of(status_name(status))));
        announcer->last = status;
    }
}

static void *announcer_main(void *argument)
{
    struct announcer *announcer = argument;
    while (!atomic_load(&announcer->stops)) {
        write_once(announcer);
        mailbox_wait(&announcer->mailbox, REGISTRY_WRITE_MS);
    }
    announcer->self.is_leaving = true;
    write_once(announcer);
    return NULL;
}

struct announcer *announcer_start(const struct announcer_options *options)
{
    struct announcer *announcer = memory_take(sizeof *announcer);
    announcer->options = *options;
    announcer->last = STATUS_COUNT;
    announcer->kept = arena_create("announcer", ARENA_BYTES_MAX);
    announcer->arena = arena_create("announcement", ARENA_BYTES_MAX);
    describe(announcer);
    mailbox_init(&announcer->mailbox);
    thread_start(&announcer->thread, announcer_main, announcer, "announcer");
    return announcer;
}

void announcer_stop(struct announcer **place)
{
    struct announcer *announcer = *place;
    if (announcer == NULL) {
        return;
    }
    atomic_store(&announcer->stops, true);
    mailbox_ring(&announcer->mailbox);
    pthread_join(announcer->thread, NULL);
    mailbox_finish(&announcer->mailbox);
    arena_destroy(&announcer->arena);
    arena_destroy(&announcer->kept);
    memory_free(announcer);
    *place = NULL;
}
