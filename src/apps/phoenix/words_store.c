/* words_store.c - which wordings were told. */
#include "apps/phoenix/words.h"

struct told_wording {
    int64_t wording;
};
static const struct field wording_fields[] = {
    {.name = "wording", .kind = FIELD_INTEGER, .offset = offsetof(struct told_wording, wording)},
};
static const struct shape wording_shape = {
    .name = "Wording",
    .fields = wording_fields,
    .field_count = COUNT_OF(wording_fields),
    .bytes = sizeof(struct told_wording),
};

static const struct statement find = {
    .sql = "SELECT wording FROM phoenix.wording WHERE wording = $1",
    .gives = &wording_shape,
};
static const struct statement note = {
    .sql = "INSERT INTO phoenix.wording (wording) VALUES ($1) ON CONFLICT DO NOTHING",
};

enum status wording_find(struct store *store, struct arena *arena, int64_t wording)
{
    struct told_wording told;
    return store_one(store, arena, &find, VALUES(value_integer(wording)), &told);
}

enum status wording_note(struct store *store, int64_t wording)
{
    return store_exec(store, &note, VALUES(value_integer(wording)), NULL);
}
