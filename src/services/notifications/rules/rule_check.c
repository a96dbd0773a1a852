/* rule_check.c - each complaint names the field that is to blame. */
#include "services/notifications/rules/rule_check.h"

#include "runtime/access.h"
#include "runtime/ask/identities.h"
#include "services/notifications/sending/notification_store.h"
#include "services/notifications/templates/template_store.h"

#include <string.h>

const struct refusal rule_bad_name = {"rule_bad_name", 422,
                                      "A name is made of a-z, 0-9, _ and dots: orders.late."};
const struct refusal rule_event_unknown = {
    "rule_event_unknown", 422,
    "That service tells no such event. Those there are stand in /asyncapi.json."};
const struct refusal rule_event_hidden = {
    "rule_event_hidden", 403,
    "What this service tells may only be sent on by who may read it (SERVICE.read)."};
const struct refusal rule_template_unknown = {"rule_template_unknown", 422,
                                              "There are no words of this key."};
const struct refusal rule_channel_twice = {"rule_channel_twice", 422,
                                           "Each channel is named once, in the order of trying."};
const struct refusal rule_recipient_unclear = {
    "rule_recipient_unclear", 422,
    "Say who is told by exactly one of to_path, to_role and to_person."};
const struct refusal rule_path_unknown = {
    "rule_path_unknown", 422, "The event has no such field, or none that could name a person."};
const struct refusal rule_person_unknown = {"rule_person_unknown", 422, "There is no such person."};

/* "orders.late": words with dots between them. */
static bool is_dotted(struct text name, const char *more)
{
    bool is_between = true;
    bool is = name.bytes > 0;
    for (size_t i = 0; is && i < name.bytes; i++) {
        char letter = name.data[i];
        bool is_of_word = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                          letter == '_' || (letter >= 'A' && letter <= 'Z' && *more != '\0');
        is = is_of_word || (letter == '.' && !is_between);
        is_between = letter == '.';
    }
    return is && !is_between;
}

/* ---- the event ---- */

static struct text service_of(struct text event)
{
    struct text service;
    struct text rest;
    (void)text_cut(event, '.', &service, &rest);
    return service;
}

static const struct service *find_in(const struct service *const *services, size_t count,
                                     struct text name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equals(text_of(services[i]->name), name)) {
            return services[i];
        }
    }
    return NULL;
}

/* As it runs here, with what its workflows tell; NULL: somebody outside. */
static const struct service *teller_of(const struct call *call, struct text event)
{
    const struct identities *all = call->host->identities;
    const struct service *here =
        all == NULL ? NULL : find_in(all->here, all->here_count, service_of(event));
    return all == NULL || here != NULL ? here
                                       : find_in(all->known, all->known_count, service_of(event));
}

static const struct event *find_event(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->event_count; i++) {
        if (text_equals(text_of(service->events[i].name), name)) {
            return &service->events[i];
        }
    }
    return NULL;
}

static bool may_hear(const struct call *call, const struct service *teller)
{
    return access_may(&call->caller, text_format(call->arena, "%s.read", teller->name).data);
}

/* What a workflow tells may be known where it runs only. */
static enum status check_event(struct call *call, const struct rule *rule,
                               const struct event **event_out)
{
    const struct service *teller = teller_of(call, rule->event);
    *event_out = teller != NULL ? find_event(teller, rule->event) : NULL;
    if (!is_dotted(rule->event, "A-Z") ||
        (teller != NULL && *event_out == NULL && teller->cases == NULL)) {
        return refuse_field(call, &rule_event_unknown, "event");
    }
    if (teller != NULL && !may_hear(call, teller)) {
        return refuse_field(call, &rule_event_hidden, "event");
    }
    return STATUS_OK;
}

/* ---- who is told ---- */

/* What stands inside an object is not described. */
static bool could_name(const struct shape *data, struct text path)
{
    struct text first;
    struct text rest;
    (void)text_cut(path, '.', &first, &rest);
    for (size_t i = 0; data != NULL && i < data->field_count; i++) {
        const struct field *field = &data->fields[i];
        if (text_equals(text_of(field->name), first)) {
            bool is_open = field->kind == FIELD_OBJECT || field->kind == FIELD_JSON;
            bool is_text = field->kind == FIELD_ID || field->kind == FIELD_TEXT ||
                           field->kind == FIELD_EMAIL || field->kind == FIELD_TEXTS;
            return is_open || (is_text && rest.data == NULL);
        }
    }
    return false;
}

static enum status check_recipient(struct call *call, const struct rule *rule,
                                   const struct event *event)
{
    struct recipient recipient;
    int ways =
        text_is_given(rule->to_path) + text_is_given(rule->to_role) + !id_is_none(rule->to_person);
    if (ways != 1) {
        return refuse_field(call, &rule_recipient_unclear, "to_path");
    }
    if (text_is_given(rule->to_path) &&
        (!is_dotted(rule->to_path, "A-Z") ||
         (event != NULL && !could_name(event->data, rule->to_path)))) {
        return refuse_field(call, &rule_path_unknown, "to_path");
    }
    if (id_is_none(rule->to_person)) {
        return STATUS_OK;
    }
    enum status status = recipient_find(call->store, call->arena, rule->to_person, &recipient);
    return status == STATUS_ABSENT ? refuse_field(call, &rule_person_unknown, "to_person") : status;
}

/* ---- all of it ---- */

static bool has_twice(struct texts texts)
{
    bool has = false;
    for (size_t i = 0; i < texts.count; i++) {
        for (size_t k = 0; k < i; k++) {
            has = has || text_equals(texts.items[i], texts.items[k]);
        }
    }
    return has;
}

enum status rule_check(struct call *call, const struct rule *rule)
{
    const struct event *event = NULL;
    bool is_known = false;
    if (!is_dotted(rule->name, "")) {
        return refuse_field(call, &rule_bad_name, "name");
    }
    if (has_twice(rule->channels)) {
        return refuse_field(call, &rule_channel_twice, "channels");
    }
    enum status status = check_event(call, rule, &event);
    if (status == STATUS_OK) {
        status = check_recipient(call, rule, event);
    }
    if (status == STATUS_OK) {
        status = template_is_known(call->store, call->arena, rule->template, &is_known);
    }
    return status == STATUS_OK && !is_known ? refuse_field(call, &rule_template_unknown, "template")
                                            : status;
}
