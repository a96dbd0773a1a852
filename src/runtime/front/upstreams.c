/* upstreams.c - reads the addresses, and asks how they are. */
#include "runtime/front/upstreams.h"

#include "base/log.h"
#include "base/mailbox.h"
#include "base/must.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum {
    LOOK_MS = 2000,
    LOOK_DEADLINE_MS = 1500,
    READY_BYTES_MAX = 64 * 1024,
    ADDRESS_BYTES_MAX = 400
};

struct path_mask {
    struct text start;
    struct upstream *upstream;
};

struct upstreams {
    struct arena *arena;
    struct upstream items[UPSTREAMS_MAX];
    size_t count;
    struct path_mask masks[UPSTREAM_PATHS_MAX];
    size_t mask_count;
    struct http_client *client;
    struct mailbox mailbox;
    pthread_t thread;
    bool is_watching;
    atomic_bool stops;
};

/* ---- what is written ---- */

/* "http://10.0.0.5:8480", "https://...", "unix:/run/kontora.sock" */
static bool read_address(struct arena *arena, struct text entry,
                         struct upstream_address *address_out)
{
    struct text text;
    bool has_versions = text_cut(entry, '#', &text, &address_out->versions);
    address_out->versions = has_versions ? text_copy(arena, address_out->versions) : NO_TEXT;
    bool is_unix = text_starts_with(text, TEXT("unix:/"));
    bool is_url =
        text_starts_with(text, TEXT("http://")) || text_starts_with(text, TEXT("https://"));
    struct text host = text_slice(text, 8, text.bytes);
    address_out->unix_socket =
        is_unix ? text_copy(arena, text_slice(text, 5, text.bytes)).data : NULL;
    address_out->url = is_unix ? "http://localhost" : text_copy(arena, text).data;
    atomic_init(&address_out->is_up, true);
    return text.bytes <= ADDRESS_BYTES_MAX &&
           (is_unix || (is_url && host.bytes > 0 && memchr(host.data, '/', host.bytes) == NULL));
}

static bool read_upstream(struct upstreams *upstreams, struct text entry)
{
    struct text name;
    struct text rest;
    struct upstream *upstream = &upstreams->items[upstreams->count];
    if (upstreams->count == UPSTREAMS_MAX || !text_cut(entry, '=', &name, &rest) ||
        name.bytes == 0 || upstreams_find(upstreams, name) != NULL) {
        return false;
    }
    upstream->name = text_copy(upstreams->arena, name).data;
    while (rest.data != NULL) {
        struct text address;
        text_cut(rest, ',', &address, &rest);
        if (upstream->address_count == UPSTREAM_ADDRESSES_MAX ||
            !read_address(upstreams->arena, address,
                          &upstream->addresses[upstream->address_count])) {
            return false;
        }
        upstream->address_count++;
    }
    upstreams->count++;
    return true;
}

static bool read_mask(struct upstreams *upstreams, struct text entry)
{
    struct text start;
    struct text name;
    bool is_whole = text_cut(entry, '=', &start, &name) && text_starts_with(start, TEXT("/"));
    struct upstream *upstream = is_whole ? upstreams_find(upstreams, name) : NULL;
    if (upstream == NULL || upstreams->mask_count == UPSTREAM_PATHS_MAX) {
        return false;
    }
    upstreams->masks[upstreams->mask_count++] =
        (struct path_mask){text_copy(upstreams->arena, start), upstream};
    return true;
}

/* Each of them, separated by spaces; the first that is wrong. */
static struct text read_all(struct upstreams *upstreams, struct text list,
                            bool (*read_one)(struct upstreams *, struct text))
{
    struct text rest = list;
    while (rest.data != NULL) {
        struct text entry;
        text_cut(rest, ' ', &entry, &rest);
        if (entry.bytes > 0 && !read_one(upstreams, entry)) {
            return entry;
        }
    }
    return NO_TEXT;
}

enum status upstreams_read(struct arena *arena, struct text list, struct text paths,
                           struct upstreams **upstreams_out, struct text *error_out)
{
    struct upstreams *upstreams = ARENA_NEW(arena, struct upstreams);
    upstreams->arena = arena;
    struct text wrong = read_all(upstreams, list, read_upstream);
    if (wrong.data != NULL) {
        *error_out =
            text_format(arena,
                        "gateway.upstreams: '%.*s' is not SERVICE=ADDRESS,ADDRESS... with "
                        "addresses like http://10.0.0.5:8480 or unix:/run/kontora.sock, or "
                        "stands there twice.",
                        TEXT_ARGS(wrong));
        return STATUS_MALFORMED;
    }
    wrong = read_all(upstreams, paths, read_mask);
    if (wrong.data != NULL) {
        *error_out = text_format(arena,
                                 "gateway.paths: '%.*s' is not /PATH=SERVICE with a service of "
                                 "gateway.upstreams.",
                                 TEXT_ARGS(wrong));
        return STATUS_MALFORMED;
    }
    *upstreams_out = upstreams;
    return STATUS_OK;
}

/* ---- looking up ---- */

struct upstream *upstreams_find(struct upstreams *upstreams, struct text name)
{
    for (size_t i = 0; i < upstreams->count; i++) {
        if (text_equals(text_of(upstreams->items[i].name), name)) {
            return &upstreams->items[i];
        }
    }
    return NULL;
}

struct upstream *upstreams_of_path(struct upstreams *upstreams, struct text path)
{
    const struct path_mask *found = NULL;
    for (size_t i = 0; i < upstreams->mask_count; i++) {
        const struct path_mask *mask = &upstreams->masks[i];
        if (text_starts_with(path, mask->start) &&
            (found == NULL || mask->start.bytes > found->start.bytes)) {
            found = mask;
        }
    }
    return found != NULL ? found->upstream : NULL;
}

bool upstreams_is_empty(const struct upstreams *upstreams)
{
    return upstreams->count == 0;
}

static bool serves(const struct upstream_address *address, struct text version)
{
    struct text rest = address->versions;
    bool serves = rest.data == NULL || version.data == NULL;
    while (!serves && rest.data != NULL) {
        struct text one;
        text_cut(rest, '+', &one, &rest);
        serves = text_equals(one, version);
    }
    return serves;
}

struct upstream_address *upstream_choose(struct upstream *upstream, struct text version,
                                         uint32_t *tried)
{
    unsigned first = atomic_fetch_add_explicit(&upstream->next, 1, memory_order_relaxed);
    for (size_t i = 0; i < upstream->address_count; i++) {
        size_t index = (first + i) % upstream->address_count;
        uint32_t bit = UINT32_C(1) << index;
        bool is_up = atomic_load(&upstream->addresses[index].is_up);
        if ((*tried & bit) == 0 && is_up && serves(&upstream->addresses[index], version)) {
            *tried |= bit;
            return &upstream->addresses[index];
        }
    }
    return NULL;
}

/* ---- how they are ---- */

static void on_answer(void *context, enum status status, const struct http_answer *answer)
{
    struct upstream_address *address = context;
    bool is_up = status == STATUS_OK && answer->status == 200;
    if (atomic_exchange(&address->is_up, is_up) != is_up) {
        log_line(is_up ? LOG_INFO : LOG_WARNING, "gateway",
                 is_up ? "a process is up again: requests are sent to it"
                       : "a process is not ready: nothing is sent to it",
                 LOG_TEXT("address",
                          text_of(address->unix_socket ? address->unix_socket : address->url)));
    }
}

static void look(struct upstreams *upstreams, struct upstream_address *address)
{
    char url[512];
    size_t bytes = strlen(address->url);
    MUST(bytes + sizeof "/readyz" <= sizeof url);
    memcpy(url, address->url, bytes);
    memcpy(url + bytes, "/readyz", sizeof "/readyz");
    http_client_send(upstreams->client,
                     &(struct http_client_request){
                         .method = "GET",
                         .url = url,
                         .unix_socket = address->unix_socket,
                         .deadline_ms = LOOK_DEADLINE_MS,
                         .answer_bytes_max = READY_BYTES_MAX,
                     },
                     on_answer, address);
}

static void *watch_main(void *argument)
{
    struct upstreams *upstreams = argument;
    while (!atomic_load(&upstreams->stops)) {
        for (size_t i = 0; i < upstreams->count; i++) {
            for (size_t k = 0; k < upstreams->items[i].address_count; k++) {
                look(upstreams, &upstreams->items[i].addresses[k]);
            }
        }
        mailbox_wait(&upstreams->mailbox, LOOK_MS);
    }
    return NULL;
}

void upstreams_watch(struct upstreams *upstreams, struct http_client *client)
{
    upstreams->client = client;
    mailbox_init(&upstreams->mailbox);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&upstreams->thread, NULL, watch_main, upstreams) != 0) {
        memory_refused();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(upstreams->thread, "upstreams");
    upstreams->is_watching = true;
}

void upstreams_end(struct upstreams *upstreams)
{
    uint64_t one = 1;
    if (!upstreams->is_watching) {
        return;
    }
    atomic_store(&upstreams->stops, true);
    ssize_t written = write(upstreams->mailbox.descriptor, &one, sizeof one);
    MUST(written == sizeof one);
    pthread_join(upstreams->thread, NULL);
    mailbox_finish(&upstreams->mailbox);
    upstreams->is_watching = false;
}
