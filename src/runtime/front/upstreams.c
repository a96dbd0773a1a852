/* upstreams.c - reads the addresses, and asks how they are. */
#include "runtime/front/upstreams.h"

#include "base/log.h"
#include "base/mailbox.h"
#include "base/must.h"
#include "base/thread.h"

#include <pthread.h>
#include <string.h>

enum {
    LOOK_MS = 2000,
    LOOK_DEADLINE_MS = 1500,
    READY_BYTES_MAX = 64 * 1024,
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
    bool finds;
    struct http_client *client;
    upstreams_look_fn *on_look;
    void *context;
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
    return text.bytes <= UPSTREAM_URL_BYTES_MAX &&
           (is_unix || (is_url && host.bytes > 0 && memchr(host.data, '/', host.bytes) == NULL));
}

static struct upstream *add_upstream(struct upstreams *upstreams, struct text name)
{
    if (upstreams->count == UPSTREAMS_MAX || name.bytes == 0 ||
        upstreams_find(upstreams, name) != NULL) {
        return NULL;
    }
    struct upstream *upstream = &upstreams->items[upstreams->count++];
    upstream->name = text_copy(upstreams->arena, name).data;
    return upstream;
}

/* "casework=http://...,http://..."; the name alone: its addresses are found. */
static bool read_upstream(struct upstreams *upstreams, struct text entry)
{
    struct text name;
    struct text rest;
    size_t count = 0;
    bool has_addresses = text_cut(entry, '=', &name, &rest);
    struct upstream *upstream =
        has_addresses || upstreams->finds ? add_upstream(upstreams, name) : NULL;
    while (upstream != NULL && rest.data != NULL) {
        struct text text;
        struct upstream_address *address = ARENA_NEW(upstreams->arena, struct upstream_address);
        text_cut(rest, ',', &text, &rest);
        if (count == UPSTREAM_ADDRESSES_MAX || !read_address(upstreams->arena, text, address)) {
            return false;
        }
        atomic_init(&upstream->addresses[count++], address);
    }
    return upstream != NULL;
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

static enum status complain(const struct upstreams_options *options, const char *format,
                            struct text wrong, struct text *error_out)
{
    struct text place = text_format(options->arena, "'%.*s'", TEXT_ARGS(wrong));
    *error_out = text_join(options->arena, text_of(format), place);
    return STATUS_MALFORMED;
}

enum status upstreams_read(const struct upstreams_options *options,
                           struct upstreams **upstreams_out, struct text *error_out)
{
    struct upstreams *upstreams = ARENA_NEW(options->arena, struct upstreams);
    upstreams->arena = options->arena;
    upstreams->finds = options->finds;
    struct text wrong = read_all(upstreams, options->upstreams, read_upstream);
    if (wrong.data != NULL) {
        return complain(
            options,
            "gateway.upstreams is not SERVICE=ADDRESS,ADDRESS... with addresses like "
            "http://10.0.0.5:8480 or unix:/run/kontora.sock, or names a service twice: ",
            wrong, error_out);
    }
    for (size_t i = 0; i < options->found_name_count; i++) {
        add_upstream(upstreams, text_of(options->found_names[i]));
    }
    wrong = read_all(upstreams, options->paths, read_mask);
    if (wrong.data != NULL) {
        return complain(options,
                        "gateway.paths is not /PATH=SERVICE with a service of gateway.upstreams: ",
                        wrong, error_out);
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

struct upstream *upstreams_at(struct upstreams *upstreams, size_t index)
{
    return index < upstreams->count ? &upstreams->items[index] : NULL;
}

/* "feeding.2": what is behind the dot; NO_TEXT: there is none. */
static struct text number_of(struct text version)
{
    size_t dot = version.bytes;
    while (dot > 0 && version.data[dot - 1] != '.') {
        dot--;
    }
    return dot > 0 ? text_slice(version, dot, version.bytes) : NO_TEXT;
}

/* Who names no business case means any of them, and so does who serves a number of none. */
static bool is_meant(struct text served, struct text version)
{
    struct text served_number = number_of(served);
    struct text number = number_of(version);
    return text_equals(served, version) ||
           (number.data != NULL && served_number.data == NULL && text_equals(served, number)) ||
           (number.data == NULL && served_number.data != NULL &&
            text_equals(served_number, version));
}

static bool serves(const struct upstream_address *address, struct text version)
{
    struct text rest = address->versions;
    bool serves = rest.data == NULL || version.data == NULL;
    while (!serves && rest.data != NULL) {
        struct text one;
        text_cut(rest, '+', &one, &rest);
        serves = is_meant(one, version);
    }
    return serves;
}

static bool is_served(struct upstream *upstream, struct text version)
{
    bool is = false;
    for (size_t i = 0; i < UPSTREAM_ADDRESSES_MAX && !is; i++) {
        const struct upstream_address *address = atomic_load(&upstream->addresses[i]);
        is = address != NULL && serves(address, version);
    }
    return is;
}

struct upstream_address *upstream_choose(struct upstream *upstream, struct text version,
                                         uint32_t *tried)
{
    struct upstream_address *choice[UPSTREAM_ADDRESSES_MAX];
    size_t places[UPSTREAM_ADDRESSES_MAX];
    size_t count = 0;
    bool is_nobodys = !is_served(upstream, version);
    for (size_t i = 0; i < UPSTREAM_ADDRESSES_MAX; i++) {
        struct upstream_address *address = atomic_load(&upstream->addresses[i]);
        if (address != NULL && (*tried & UINT32_C(1) << i) == 0 && atomic_load(&address->is_up) &&
            (serves(address, version) || (is_nobodys && address->found != NULL))) {
            choice[count] = address;
            places[count++] = i;
        }
    }
    if (count == 0) {
        return NULL;
    }
    size_t turn = atomic_fetch_add_explicit(&upstream->next, 1, memory_order_relaxed) % count;
    *tried |= UINT32_C(1) << places[turn];
    return choice[turn];
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
        if (upstreams->on_look != NULL) {
            upstreams->on_look(upstreams->context);
        }
        for (size_t i = 0; i < upstreams->count * UPSTREAM_ADDRESSES_MAX; i++) {
            struct upstream *upstream = &upstreams->items[i / UPSTREAM_ADDRESSES_MAX];
            struct upstream_address *address =
                atomic_load(&upstream->addresses[i % UPSTREAM_ADDRESSES_MAX]);
            if (address != NULL) {
                look(upstreams, address);
            }
        }
        mailbox_wait(&upstreams->mailbox, LOOK_MS);
    }
    return NULL;
}

void upstreams_watch(struct upstreams *upstreams, struct http_client *client,
                     upstreams_look_fn *on_look, void *context)
{
    upstreams->client = client;
    upstreams->on_look = on_look;
    upstreams->context = context;
    mailbox_init(&upstreams->mailbox);
    thread_start(&upstreams->thread, watch_main, upstreams, "upstreams");
    upstreams->is_watching = true;
}

void upstreams_end(struct upstreams *upstreams)
{
    if (!upstreams->is_watching) {
        return;
    }
    atomic_store(&upstreams->stops, true);
    mailbox_ring(&upstreams->mailbox);
    pthread_join(upstreams->thread, NULL);
    mailbox_finish(&upstreams->mailbox);
    upstreams->is_watching = false;
}
