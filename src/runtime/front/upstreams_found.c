/* upstreams_found.c - places of an upstream that are taken and given back. */
#include "runtime/front/upstreams_found.h"

#include "base/log.h"
#include "base/must.h"

#include <pthread.h>
#include <string.h>

/* Of all upstreams: found addresses come seldom. Who chooses one needs no lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_address(struct text url)
{
    struct text host = NO_TEXT;
    if (text_starts_with(url, TEXT("http://")) || text_starts_with(url, TEXT("https://"))) {
        size_t start = text_starts_with(url, TEXT("https://")) ? 8 : 7;
        host = text_slice(url, start, url.bytes);
    }
    bool is = url.bytes <= UPSTREAM_URL_BYTES_MAX &&
              (host.bytes > 0 || (url.bytes > 6 && text_starts_with(url, TEXT("unix:/"))));
    for (size_t i = 0; is && i < host.bytes; i++) {
        is = host.data[i] > ' ' && host.data[i] < 0x7F && strchr("/?#@\\", host.data[i]) == NULL;
    }
    return is && memchr(url.data, '\0', url.bytes) == NULL;
}

static const char *place_of(const struct upstream_address *address)
{
    return address->unix_socket != NULL ? address->unix_socket : address->url;
}

static struct text place_in(struct text url)
{
    return text_starts_with(url, TEXT("unix:/")) ? text_slice(url, 5, url.bytes) : url;
}

static bool is_at(const struct upstream_address *address, struct text url)
{
    return text_equals(text_of(place_of(address)), place_in(url));
}

static void copy(char *room, size_t room_bytes, struct text text)
{
    MUST(text.bytes < room_bytes);
    if (text.bytes > 0) {
        memcpy(room, text.data, text.bytes);
    }
    room[text.bytes] = '\0';
}

static struct found *make(const struct heard_address *heard)
{
    struct found *found = memory_take(sizeof *found);
    bool is_unix = text_starts_with(heard->url, TEXT("unix:/"));
    bool has_versions = heard->versions.bytes > 0;
    copy(found->url, sizeof found->url, place_in(heard->url));
    copy(found->versions, sizeof found->versions, heard->versions);
    found->by = heard->by;
    found->address = (struct upstream_address){
        .url = is_unix ? "http://localhost" : found->url,
        .unix_socket = is_unix ? found->url : NULL,
        .versions = has_versions ? (struct text){found->versions, heard->versions.bytes} : NO_TEXT,
        .found = found,
    };
    return found;
}

static struct found *find(struct upstream *upstream, const struct heard_address *heard)
{
    for (struct found *found = upstream->known; found != NULL; found = found->next) {
        bool is_same = found->by == heard->by && is_at(&found->address, heard->url) &&
                       text_equals(text_of(found->versions),
                                   heard->versions.data ? heard->versions : TEXT(""));
        if (is_same) {
            return found;
        }
    }
    return NULL;
}

/* Where it stands, or NULL. */
static _Atomic(struct upstream_address *) *place(struct upstream *upstream,
                                                 const struct upstream_address *address)
{
    for (size_t i = 0; i < UPSTREAM_ADDRESSES_MAX; i++) {
        if (atomic_load(&upstream->addresses[i]) == address) {
            return &upstream->addresses[i];
        }
    }
    return NULL;
}

static bool is_set(struct upstream *upstream, struct text url)
{
    bool is = false;
    for (size_t i = 0; i < UPSTREAM_ADDRESSES_MAX && !is; i++) {
        const struct upstream_address *address = atomic_load(&upstream->addresses[i]);
        is = address != NULL && address->found == NULL && is_at(address, url);
    }
    return is;
}

static void say(const struct upstream *upstream, const struct upstream_address *address,
                const char *message)
{
    log_line(LOG_INFO, "gateway", message, LOG_TEXT("service", text_of(upstream->name)),
             LOG_TEXT("address", text_of(place_of(address))),
             LOG_TEXT("versions", address->versions.data ? address->versions : TEXT("any")));
}

static bool take_in(struct upstream *upstream, struct found *found)
{
    if (place(upstream, &found->address) != NULL) {
        return true;
    }
    _Atomic(struct upstream_address *) *free_place = place(upstream, NULL);
    if (free_place == NULL) {
        return false;
    }
    atomic_store(&found->address.is_up, true); /* it says so itself */
    atomic_store(free_place, &found->address);
    say(upstream, &found->address, "a process was found: requests are sent to it");
    return true;
}

static void let_go(struct upstream *upstream, struct found *found)
{
    _Atomic(struct upstream_address *) *taken = place(upstream, &found->address);
    if (taken != NULL) {
        atomic_store(taken, NULL);
        say(upstream, &found->address, "a process is gone or leaving: nothing is sent to it");
    }
}

bool upstream_hear(struct upstream *upstream, const struct heard_address *heard)
{
    if (!is_address(heard->url) || heard->versions.bytes > UPSTREAM_VERSIONS_BYTES_MAX) {
        return false;
    }
    pthread_mutex_lock(&lock);
    struct found *found = find(upstream, heard);
    if (found == NULL && upstream->known_count < UPSTREAM_FOUND_MAX) {
        found = make(heard);
        found->next = upstream->known;
        upstream->known = found;
        upstream->known_count++;
    }
    bool is_taken = found != NULL && (is_set(upstream, heard->url) || take_in(upstream, found));
    if (is_taken) {
        found->until_ms = heard->until_ms;
    }
    pthread_mutex_unlock(&lock);
    return is_taken;
}

void upstream_let_go(struct upstream *upstream, enum found_by by, int64_t now_ms)
{
    pthread_mutex_lock(&lock);
    for (struct found *found = upstream->known; found != NULL; found = found->next) {
        if (found->by == by && found->until_ms <= now_ms) {
            let_go(upstream, found);
        }
    }
    pthread_mutex_unlock(&lock);
}

void upstream_let_leave(struct upstream *upstream, enum found_by by, struct text url)
{
    pthread_mutex_lock(&lock);
    for (struct found *found = upstream->known; found != NULL; found = found->next) {
        if (found->by == by && is_at(&found->address, url)) {
            let_go(upstream, found);
        }
    }
    pthread_mutex_unlock(&lock);
}

void upstreams_forget_found(struct upstreams *upstreams)
{
    struct upstream *upstream;
    for (size_t i = 0; (upstream = upstreams_at(upstreams, i)) != NULL; i++) {
        while (upstream->known != NULL) {
            struct found *found = upstream->known;
            upstream->known = found->next;
            memory_free(found);
        }
    }
}
