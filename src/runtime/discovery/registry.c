/* registry.c - places in the cache, and what is written there. */
#include "runtime/discovery/registry.h"

#include "base/json.h"

#include <stdio.h>

enum { VALUES_MAX = 10000, KEY_BYTES = 32, COUNT_KEPT_DAYS = 30 };

/* ---- a record ---- */

static void put_versions(struct json_writer *writer, struct text versions)
{
    struct text rest = versions;
    json_begin_array(writer);
    while (rest.data != NULL) {
        struct text one;
        text_cut(rest, '+', &one, &rest);
        json_put_text(writer, one);
    }
    json_end_array(writer);
}

struct text registered_write(struct arena *arena, const struct registered *registered)
{
    char id[ID_TEXT_BYTES + 1];
    struct json_writer writer;
    id_write(registered->id, id);
    json_writer_init(&writer, arena, 1024);
    json_begin_object(&writer);
    json_key(&writer, "id");
    json_put_text(&writer, text_of(id));
    json_key(&writer, "address");
    json_put_text(&writer, registered->address);
    json_key(&writer, "is_leaving");
    json_put_flag(&writer, registered->is_leaving);
    json_key(&writer, "services");
    json_begin_object(&writer);
    for (size_t i = 0; i < registered->service_count; i++) {
        json_key_text(&writer, registered->services[i].name);
        put_versions(&writer, registered->services[i].versions);
    }
    json_end_object(&writer);
    json_end_object(&writer);
    return json_written(&writer);
}

static struct text read_versions(struct arena *arena, const struct json *list)
{
    struct text versions = NO_TEXT;
    for (const struct json *one = list->first; one != NULL; one = one->next) {
        if (one->kind == JSON_STRING && one->text.bytes > 0) {
            versions = versions.data == NULL ? one->text
                                             : text_format(arena, "%.*s+%.*s", TEXT_ARGS(versions),
                                                           TEXT_ARGS(one->text));
        }
    }
    return versions;
}

bool registered_read(struct arena *arena, struct text json, struct registered *registered_out)
{
    const struct json *root;
    struct json_error error;
    if (json_read(arena, json, VALUES_MAX, &root, &error) != STATUS_OK) {
        return false;
    }
    const struct json *id = json_member(root, TEXT("id"));
    const struct json *address = json_member(root, TEXT("address"));
    const struct json *leaving = json_member(root, TEXT("is_leaving"));
    const struct json *services = json_member(root, TEXT("services"));
    *registered_out = (struct registered){.is_leaving = leaving && leaving->kind == JSON_TRUE};
    bool is_whole = id != NULL && id->kind == JSON_STRING &&
                    id_read(id->text, &registered_out->id) && address != NULL &&
                    address->kind == JSON_STRING && services != NULL &&
                    services->kind == JSON_OBJECT && services->count <= REGISTRY_SERVICES_MAX;
    if (!is_whole) {
        return false;
    }
    registered_out->address = address->text;
    for (const struct json *one = services->first; one != NULL; one = one->next) {
        registered_out->services[registered_out->service_count++] =
            (struct registered_service){.name = one->key, .versions = read_versions(arena, one)};
    }
    return true;
}

/* ---- places ---- */

static struct text key_of(char room[KEY_BYTES], unsigned number)
{
    int bytes = snprintf(room, KEY_BYTES, "registry:%u", number);
    return (struct text){room, (size_t)bytes};
}

enum status registry_read(struct cache *cache, struct arena *arena, unsigned number,
                          struct registered *registered_out)
{
    char room[KEY_BYTES];
    struct text json;
    MUST(number < REGISTRY_PLACES);
    enum status status = cache_get(cache, arena, key_of(room, number), &json);
    if (status == STATUS_OK && !registered_read(arena, json, registered_out)) {
        return STATUS_ABSENT;
    }
    return status;
}

/* Numbers are given once each, so two that begin together do not take the same place. */
static enum status take_place(struct cache *cache, struct arena *arena,
                              struct registry_place *place)
{
    enum status status = STATUS_OK;
    struct registered *other = ARENA_NEW(arena, struct registered);
    for (int i = 0; i < REGISTRY_PLACES && status == STATUS_OK; i++) {
        int64_t number = 0;
        status = cache_add(cache, TEXT("registry:count"), 1, INT64_C(86400000) * COUNT_KEPT_DAYS,
                           &number);
        if (status == STATUS_OK) {
            place->number = (unsigned)(number % REGISTRY_PLACES);
            status = registry_read(cache, arena, place->number, other);
        }
    }
    if (status == STATUS_ABSENT) {
        place->is_taken = true;
        return STATUS_OK;
    }
    return status == STATUS_OK ? STATUS_FULL : status;
}

enum status registry_write(struct cache *cache, struct arena *arena, struct registry_place *place,
                           const struct registered *registered)
{
    char room[KEY_BYTES];
    enum status status = STATUS_OK;
    struct registered *before = ARENA_NEW(arena, struct registered);
    if (place->is_taken) { /* somebody may have it, when the cache was emptied */
        status = registry_read(cache, arena, place->number, before);
        place->is_taken = status != STATUS_OK || id_equals(before->id, registered->id);
        status = status == STATUS_ABSENT ? STATUS_OK : status;
    }
    if (status == STATUS_OK && !place->is_taken) {
        status = take_place(cache, arena, place);
    }
    if (status == STATUS_OK) {
        status = cache_put(cache, key_of(room, place->number), registered_write(arena, registered),
                           REGISTRY_KEEP_MS);
    }
    return status;
}
