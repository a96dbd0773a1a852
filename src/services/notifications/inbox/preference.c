/* preference.c - how a person wants to be told of what: at once, once a day, not at all. */
#include "services/notifications/inbox/inbox.h"

const struct text preference_on = {"on", 2};
const struct text preference_off = {"off", 3};
const struct text preference_daily = {"daily", 5};

static const char *const modes[] = {"on", "off", "daily"};

#define AT(member) .offset = offsetof(struct preference, member)

static const struct field set_fields[] = {
    {.name = "key",
     .kind = FIELD_TEXT,
     AT(key),
     .required = true,
     .bytes_max = TEMPLATE_KEY_BYTES_MAX,
     .meaning = "Of a template; * for all that have no row of their own"},
    {.name = "channel",
     .kind = FIELD_CHOICE,
     AT(channel),
     .required = true,
     .bytes_max = 16,
     .choices = channel_names,
     .choice_count = 3},
    {.name = "mode",
     .kind = FIELD_CHOICE,
     AT(mode),
     .required = true,
     .bytes_max = 16,
     .choices = modes,
     .choice_count = COUNT_OF(modes),
     .meaning = "daily: by mail, once a day, all together"},
};
#undef AT

const struct shape preference_set_takes = {
    .name = "SetNotificationPreference",
    .fields = set_fields,
    .field_count = COUNT_OF(set_fields),
    .bytes = sizeof(struct preference),
};

enum status preferences_list_handle(struct call *call)
{
    struct rows rows;
    if (id_is_none(call->caller.person)) {
        return refuse(call, &inbox_nobody);
    }
    enum status status = preference_list(call->store, call->arena, call->caller.person, &rows);
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

enum status preference_set_handle(struct call *call)
{
    struct preference preference = *(const struct preference *)call->input;
    if (id_is_none(call->caller.person)) {
        return refuse(call, &inbox_nobody);
    }
    preference.person_id = call->caller.person;
    preference.changed_at = call->now_ms;
    enum status status = preference_set(call->store, &preference);
    return status == STATUS_OK ? answer(call, &preference) : status;
}
