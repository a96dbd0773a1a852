/* redis_address.c - reads redis://user:secret@host:6379/0 and unix:/path?db=0. */
#include "cache/redis_address.h"

#include "base/must.h"

#include <string.h>
#include <sys/un.h>

enum {
    ADDRESS_BYTES_MAX = 2000,
    DATABASE_MAX = 9999,
    DEADLINE_MS_DEFAULT = 50,
    DEADLINE_MS_MAX = 10000,
};

/* What is being read; `trouble` is the first thing that is wrong. */
struct reading {
    struct arena *arena;
    struct redis_address address;
    struct text trouble;
};

static void refuse(struct reading *reading, const char *trouble)
{
    if (!text_is_given(reading->trouble)) {
        reading->trouble = text_of(trouble);
    }
}

static int digit_of(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* "%40" is "@"; a NUL has no place in any of these words. */
static struct text decode(struct reading *reading, struct text word)
{
    char *bytes = arena_take(reading->arena, word.bytes + 1);
    size_t count = 0;
    for (size_t i = 0; i < word.bytes; i++) {
        bytes[count] = word.data[i];
        if (word.data[i] == '%') {
            int high = i + 2 < word.bytes ? digit_of(word.data[i + 1]) : -1;
            int low = i + 2 < word.bytes ? digit_of(word.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                refuse(reading, "a % is not followed by two hexadecimal digits");
                return TEXT("");
            }
            bytes[count] = (char)(high * 16 + low);
            i += 2;
        }
        if (bytes[count] == '\0') {
            refuse(reading, "there is a NUL in it");
        }
        count++;
    }
    if (count > REDIS_WORD_BYTES_MAX) {
        refuse(reading, "user, secret, host and path have at most 512 bytes each");
    }
    return (struct text){bytes, count};
}

static int64_t read_number(struct reading *reading, struct text digits, int64_t min, int64_t max)
{
    int64_t number = 0;
    if (!text_to_integer(digits, &number) || number < min || number > max) {
        refuse(reading, "a port is 1 to 65535, a database 0 to 9999, deadline_ms 1 to 10000");
        return min;
    }
    return number;
}

/* "?db=1&deadline_ms=50" without the question mark. */
static void read_settings(struct reading *reading, struct text settings)
{
    struct redis_address *address = &reading->address;
    while (settings.bytes > 0) {
        struct text setting = NO_TEXT;
        struct text name = NO_TEXT;
        struct text value = TEXT("");
        struct text rest = TEXT("");
        text_cut(settings, '&', &setting, &rest);
        text_cut(setting, '=', &name, &value);
        if (text_equals(name, TEXT("db"))) {
            address->database = (int)read_number(reading, value, 0, DATABASE_MAX);
        } else if (text_equals(name, TEXT("deadline_ms"))) {
            address->deadline_ms = (int)read_number(reading, value, 1, DEADLINE_MS_MAX);
        } else {
            refuse(reading, "behind the ? only db=N and deadline_ms=N are known");
        }
        settings = rest;
    }
}

/* Cuts "user:secret@" off the front. The last @ counts: a secret may have one in it. */
static struct text read_who(struct reading *reading, struct text place)
{
    size_t end = place.bytes;
    while (end > 0 && place.data[end - 1] != '@') {
        end--;
    }
    if (end == 0) {
        return place;
    }
    struct text user = NO_TEXT;
    struct text secret = NO_TEXT;
    bool has_secret = text_cut(text_slice(place, 0, end - 1), ':', &user, &secret);
    if (!has_secret || secret.bytes == 0) {
        refuse(reading, "before the @ there must be user:secret, or :secret");
    } else {
        reading->address.secret = decode(reading, secret);
        reading->address.user = user.bytes > 0 ? decode(reading, user) : NO_TEXT;
    }
    return text_slice(place, end, place.bytes);
}

/* "host", "host:port", "[::1]:port" */
static void read_host(struct reading *reading, struct text place)
{
    struct text host = NO_TEXT;
    struct text port = TEXT("");
    bool has_port;
    if (place.bytes > 0 && place.data[0] == '[') {
        bool is_closed = text_cut(text_slice(place, 1, place.bytes), ']', &host, &port);
        has_port = port.bytes > 0;
        if (!is_closed || (has_port && port.data[0] != ':')) {
            refuse(reading, "behind a [ there must be an IPv6 address and a ]");
        }
        port = text_slice(port, 1, port.bytes);
    } else {
        has_port = text_cut(place, ':', &host, &port);
    }
    if (host.bytes == 0) {
        refuse(reading, "there is no host");
    }
    int64_t number = has_port ? read_number(reading, port, 1, 65535) : 6379;
    reading->address.host = decode(reading, host);
    reading->address.port = text_format(reading->arena, "%d", (int)number);
}

static void read_redis(struct reading *reading, struct text rest)
{
    struct text settings = TEXT("");
    struct text place = NO_TEXT;
    struct text database = TEXT("");
    text_cut(rest, '?', &rest, &settings);
    rest = read_who(reading, rest);
    if (text_cut(rest, '/', &place, &database) && database.bytes > 0) {
        reading->address.database = (int)read_number(reading, database, 0, DATABASE_MAX);
    }
    read_host(reading, place);
    read_settings(reading, settings);
    const struct redis_address *address = &reading->address;
    reading->address.shown = text_format(reading->arena, "%.*s:%.*s/%d", TEXT_ARGS(address->host),
                                         TEXT_ARGS(address->port), address->database);
}

static void read_unix(struct reading *reading, struct text rest)
{
    struct text settings = TEXT("");
    text_cut(rest, '?', &rest, &settings);
    if (text_starts_with(rest, TEXT("//"))) {
        rest = read_who(reading, text_slice(rest, 2, rest.bytes));
    }
    if (rest.bytes < 2 || rest.data[0] != '/') {
        refuse(reading, "the path of the socket must begin with a /");
    }
    if (rest.bytes >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        refuse(reading, "the path of the socket is longer than the system allows");
    }
    reading->address.path = decode(reading, rest);
    read_settings(reading, settings);
    reading->address.shown = text_format(
        reading->arena, "%.*s/%d", TEXT_ARGS(reading->address.path), reading->address.database);
}

enum status redis_address_read(struct arena *arena, struct text text,
                               struct redis_address *address_out, struct text *error_out)
{
    struct reading reading = {
        .arena = arena,
        .address = {.deadline_ms = DEADLINE_MS_DEFAULT},
    };
    if (text.bytes > ADDRESS_BYTES_MAX) {
        refuse(&reading, "it has more than 2000 bytes");
    } else if (text_starts_with(text, TEXT("redis://"))) {
        read_redis(&reading, text_slice(text, strlen("redis://"), text.bytes));
    } else if (text_starts_with(text, TEXT("unix:"))) {
        read_unix(&reading, text_slice(text, strlen("unix:"), text.bytes));
    } else if (text_starts_with(text, TEXT("rediss://"))) {
        refuse(&reading, "TLS is not spoken to it; use a tunnel, or a unix socket");
    } else {
        refuse(&reading, "it must begin with redis:// or unix:");
    }
    if (text_is_given(reading.trouble)) {
        *error_out = text_format(arena, "the address of the Redis is wrong: %.*s",
                                 TEXT_ARGS(reading.trouble));
        return STATUS_MALFORMED;
    }
    MUST(address_out != NULL && text_is_given(reading.address.shown));
    *address_out = reading.address;
    return STATUS_OK;
}
