/* forwarded.c - reads X-Forwarded-For from its end on. */
#include "runtime/front/forwarded.h"

#include "base/must.h"

#include <arpa/inet.h>
#include <string.h>

enum { PROXIES_MAX = 32, ADDRESS_TEXT_BYTES = 64, ADDRESS_BYTES = 16 };

struct network {
    unsigned char bytes[ADDRESS_BYTES]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;
};

struct proxies {
    struct network networks[PROXIES_MAX];
    size_t count;
};

static bool read_address(struct text text, unsigned char bytes_out[ADDRESS_BYTES], bool *is_v4_out)
{
    char address[ADDRESS_TEXT_BYTES];
    if (text.bytes == 0 || text.bytes >= sizeof address) {
        return false;
    }
    memcpy(address, text.data, text.bytes);
    address[text.bytes] = '\0';
    memset(bytes_out, 0, ADDRESS_BYTES);
    *is_v4_out = inet_pton(AF_INET, address, bytes_out + 12) == 1;
    if (*is_v4_out) {
        bytes_out[10] = bytes_out[11] = 0xFF;
        return true;
    }
    return inet_pton(AF_INET6, address, bytes_out) == 1;
}

static bool read_network(struct text text, struct network *network_out)
{
    struct text address;
    struct text length;
    bool is_v4 = false;
    int64_t bits = 0;
    bool has_length = text_cut(text, '/', &address, &length);
    if (!read_address(address, network_out->bytes, &is_v4)) {
        return false;
    }
    int64_t bits_max = is_v4 ? 32 : 128;
    if (has_length && (!text_to_integer(length, &bits) || bits < 0 || bits > bits_max)) {
        return false;
    }
    bits = has_length ? bits : bits_max;
    network_out->bits = (unsigned)(is_v4 ? bits + 96 : bits);
    return true;
}

struct proxies *proxies_read(struct arena *arena, struct text list, struct text *error_out)
{
    struct proxies *proxies = ARENA_NEW(arena, struct proxies);
    struct text rest = list;
    while (rest.data != NULL) {
        struct text entry;
        text_cut(rest, ' ', &entry, &rest);
        if (entry.bytes == 0) {
            continue;
        }
        if (proxies->count == PROXIES_MAX ||
            !read_network(entry, &proxies->networks[proxies->count])) {
            *error_out = text_format(arena,
                                     "gateway.proxies: '%.*s' is no address or network like "
                                     "10.0.0.1 or 10.0.0.0/8, or there are more than %d.",
                                     TEXT_ARGS(entry), PROXIES_MAX);
            return NULL;
        }
        proxies->count++;
    }
    return proxies;
}

static bool is_within(const unsigned char *bytes, const struct network *network)
{
    unsigned whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    unsigned char mask = (unsigned char)(0xFF << (8 - rest));
    return memcmp(bytes, network->bytes, whole) == 0 &&
           (rest == 0 || ((bytes[whole] ^ network->bytes[whole]) & mask) == 0);
}

static bool is_ours(const struct proxies *proxies, struct text address)
{
    unsigned char bytes[ADDRESS_BYTES];
    bool is_v4;
    bool is = false;
    if (!read_address(address, bytes, &is_v4)) {
        return false;
    }
    for (size_t i = 0; !is && i < proxies->count; i++) {
        is = is_within(bytes, &proxies->networks[i]);
    }
    return is;
}

/* What stands behind the last comma, and what is left before it. */
static struct text take_last(struct text *list)
{
    size_t at = list->bytes;
    while (at > 0 && list->data[at - 1] != ',') {
        at--;
    }
    struct text last = text_trim(text_slice(*list, at, list->bytes));
    *list = at > 0 ? text_slice(*list, 0, at - 1) : NO_TEXT;
    return last;
}

/* The last header of that name is the one that the nearest proxy has written or added to. */
static struct text last_value(const struct http_request *request, struct text name)
{
    struct text value = NO_TEXT;
    for (size_t i = 0; i < request->header_count; i++) {
        if (text_equals_ignoring_case(request->headers[i].name, name)) {
            value = request->headers[i].value;
        }
    }
    return value;
}

void forwarded_see_through(const struct proxies *proxies, struct http_exchange *exchange)
{
    struct http_request *request = &exchange->request;
    if (proxies->count == 0 || request->door == HTTP_DOOR_UNIX ||
        !is_ours(proxies, request->peer)) {
        return;
    }
    struct text list = last_value(request, TEXT("X-Forwarded-For"));
    struct text proto = last_value(request, TEXT("X-Forwarded-Proto"));
    while (list.data != NULL && is_ours(proxies, request->peer)) {
        unsigned char bytes[ADDRESS_BYTES];
        bool is_v4;
        struct text address = take_last(&list);
        if (!read_address(address, bytes, &is_v4)) {
            break; /* what a proxy of ours did not write is no address */
        }
        request->peer = address;
    }
    if (text_equals_ignoring_case(text_trim(proto), TEXT("https"))) {
        request->door = HTTP_DOOR_TLS;
    }
}
