/* identity.c - lists the identities of services: an operator looks whether somebody is among them
 * who should not be, and for what a key is good. Nothing can be refused. */
#include "services/iam/identities/identity.h"

#include "base/encode.h"
#include "runtime/ask/identities.h"

enum { ASKS_MAX = 64, IDENTITIES_MAX = 512 };

struct identity {
    struct text service;
    bool is_here;
    struct text key_id;
    struct text public_key;
    struct texts may_ask;
};

#define AT(member) .offset = offsetof(struct identity, member)
static const struct field fields[] = {
    {.name = "service", .kind = FIELD_TEXT, AT(service), .required = true},
    {.name = "is_here",
     .kind = FIELD_FLAG,
     AT(is_here),
     .meaning = "It runs in this process; else it comes with a credential of the key"},
    {.name = "key_id",
     .kind = FIELD_TEXT,
     AT(key_id),
     .required = true,
     .meaning = "As it stands in its credentials"},
    {.name = "public_key",
     .kind = FIELD_TEXT,
     AT(public_key),
     .required = true,
     .meaning = "As it stands in trusted.keys"},
    {.name = "may_ask",
     .kind = FIELD_TEXTS,
     AT(may_ask),
     .items_max = ASKS_MAX,
     .meaning = "SERVICE.OPERATION, as its table says; nothing else opens to it"},
};
#undef AT
const struct shape identity_shape = {
    .name = "ServiceIdentity",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct identity),
};

struct identity_list {
    struct arena *arena;
    const struct identities *all;
    struct identity *items;
    size_t count;
};

static struct texts asks_of(const struct identity_list *list, struct text name)
{
    struct text *asks = ARENA_ARRAY(list->arena, struct text, ASKS_MAX);
    struct texts found = {asks, 0};
    for (size_t i = 0; i < list->all->known_count; i++) {
        const struct service *service = list->all->known[i];
        bool is_it = text_equals(text_of(service->name), name);
        for (size_t j = 0; is_it && j < service->ask_count && found.count < ASKS_MAX; j++) {
            asks[found.count++] = text_format(list->arena, "%s.%s", service->asks[j].service,
                                              service->asks[j].operation);
        }
    }
    return found;
}

static void add(struct identity_list *list, struct text name, bool is_here, const char *key_id,
                const unsigned char *public_key)
{
    if (list->count < IDENTITIES_MAX) {
        list->items[list->count++] = (struct identity){
            .service = name,
            .is_here = is_here,
            .key_id = text_of(key_id),
            .public_key = encode_base64url(list->arena, public_key, PUBLIC_KEY_BYTES),
            .may_ask = asks_of(list, name),
        };
    }
}

static void add_trusted(struct identity_list *list, const struct trusted *trusted)
{
    struct text rest = trusted->services;
    while (rest.data != NULL) {
        struct text name;
        text_cut(rest, ',', &name, &rest);
        add(list, name, false, trusted->key_id, trusted->public_key);
    }
}

enum status identity_list_handle(struct call *call)
{
    const struct identities *all = call->host->identities;
    struct identity_list list = {
        .arena = call->arena,
        .all = all,
        .items = ARENA_ARRAY(call->arena, struct identity, IDENTITIES_MAX),
    };
    for (size_t i = 0; all != NULL && i < all->here_count; i++) {
        add(&list, text_of(all->here[i]->name), true, all->key->id, all->key->public_key);
    }
    for (size_t i = 0; all != NULL && all->trust != NULL && i < all->trust->count; i++) {
        add_trusted(&list, &all->trust->items[i]);
    }
    return answer_list(
        call, &(struct list){.items = list.items, .count = list.count, .total = FIELD_NONE});
}
