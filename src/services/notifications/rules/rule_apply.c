/* rule_apply.c - something has happened: who is told of it, by the rules there are.
 *
 * What one rule wants is done together with what the others want, or not at all: then the event
 * waits among the dead letters, and is replayed when the rule is right.
 */
#include "services/notifications/rules/rule_store.h"
#include "services/notifications/sending/notification_store.h"

#include "base/json.h"

#include <string.h>

enum { VALUES_MAX = 5000, UNKNOWN_ATTEMPTS_MAX = 5 };

const struct refusal rule_path_missing = {
    "rule_path_missing", 422, "The event has no person, mailbox, or list of them at the path."};
const struct refusal rule_nobody = {"rule_nobody", 422,
                                    "Nobody who may come in has the role, or too many have it."};
const struct refusal rule_too_large = {
    "rule_too_large", 422, "The event is larger than what words can be filled with, 32 KiB."};

struct applying {
    struct call *call;
    const struct fact *fact;
    const struct json *root; /* the fact's data */
    const struct rule *rule;
};

/* ---- the word no ---- */

/* Whoever looks after the dead letters reads which rule it was; a program, what it can use. */
static enum status refuse_rule(const struct applying *applying, const struct refusal *refusal,
                               struct text why)
{
    struct call *call = applying->call;
    struct text words =
        text_format(call->arena, "The rule %.*s for %.*s: %.*s", TEXT_ARGS(applying->rule->name),
                    TEXT_ARGS(applying->fact->event), TEXT_ARGS(why));
    if (call->exchange == NULL) {
        struct refusal *told = ARENA_NEW(call->arena, struct refusal);
        *told = (struct refusal){refusal->code, refusal->http_status, words.data};
        return refuse(call, told);
    }
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "why");
    json_put_text(&writer, words);
    json_end_object(&writer);
    return refuse_with(call, refusal, json_written(&writer));
}

/* ---- one person ---- */

static enum status send(const struct applying *applying, struct id person, struct text address)
{
    struct call *call = applying->call;
    const struct rule *rule = applying->rule;
    struct notification notification;
    bool is_old = false;
    struct text who = id_is_none(person) ? address : id_text(call->arena, person);
    const struct notification_wish wish = {
        .template = rule->template,
        .person_id = person,
        .address = address,
        .channels = rule->channels,
        .payload = applying->fact->data,
        .dedup_key = digest_hex(
            call->arena, text_format(call->arena, "rule %.*s %.*s %.*s", TEXT_ARGS(rule->name),
                                     TEXT_ARGS(applying->fact->id), TEXT_ARGS(who))),
    };
    return notification_accept(call, &wish, &notification, &is_old);
}

/* The directory's event may be on its way: then this one waits for it a little. */
static enum status send_to_known(const struct applying *applying, struct id person)
{
    struct call *call = applying->call;
    struct recipient recipient;
    enum status status = send(applying, person, NO_TEXT);
    if (status != STATUS_REFUSED || call->exchange != NULL ||
        call->refusal != &notification_unreachable || call->attempt > UNKNOWN_ATTEMPTS_MAX) {
        return status;
    }
    enum status found = recipient_find(call->store, call->arena, person, &recipient);
    return found == STATUS_ABSENT ? STATUS_UNAVAILABLE : found == STATUS_OK ? status : found;
}

/* ---- at a path ---- */

/* "client.owner_id"; NULL: there is nothing. */
static const struct json *find_at(const struct json *root, struct text path)
{
    const struct json *found = root;
    struct text rest = path;
    while (found != NULL && rest.data != NULL) {
        struct text word;
        text_cut(rest, '.', &word, &rest);
        found = json_member(found, word);
    }
    return found;
}

static enum status send_to_value(const struct applying *applying, const struct json *value)
{
    struct id person;
    bool is_text = value->kind == JSON_STRING && value->text.bytes <= ADDRESS_BYTES_MAX;
    if (is_text && id_read(value->text, &person)) {
        return send_to_known(applying, person);
    }
    if (is_text && memchr(value->text.data, '@', value->text.bytes) != NULL) {
        return send(applying, (struct id){{0}}, value->text);
    }
    struct text why = text_format(applying->call->arena,
                                  "what stands at %.*s is neither a person's id nor a mailbox",
                                  TEXT_ARGS(applying->rule->to_path));
    return refuse_rule(applying, &rule_path_missing, why);
}

static enum status send_to_path(const struct applying *applying)
{
    const struct json *value = find_at(applying->root, applying->rule->to_path);
    enum status status = STATUS_OK;
    if (value == NULL || value->kind == JSON_NULL ||
        (value->kind == JSON_ARRAY && value->count > RULE_PEOPLE_MAX)) {
        struct text why = text_format(applying->call->arena, "it has nothing at %.*s",
                                      TEXT_ARGS(applying->rule->to_path));
        return refuse_rule(applying, &rule_path_missing, why);
    }
    if (value->kind != JSON_ARRAY) {
        return send_to_value(applying, value);
    }
    for (const struct json *item = value->first; item != NULL && status == STATUS_OK;
         item = item->next) {
        status = send_to_value(applying, item);
    }
    return status;
}

/* ---- everybody with a role ---- */

/* One of many who cannot be reached keeps nothing from the others. */
static enum status send_to_role(const struct applying *applying)
{
    struct call *call = applying->call;
    struct rows rows;
    size_t told = 0;
    enum status status = role_holders(call->store, call->arena, applying->rule->to_role, &rows);
    if (status == STATUS_OK && rows.count <= RULE_PEOPLE_MAX) {
        const struct role_holder *holders = rows.items;
        for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
            status = send(applying, holders[i].id, NO_TEXT);
            told += status == STATUS_OK;
            bool is_skipped =
                status == STATUS_REFUSED && call->refusal == &notification_unreachable;
            status = is_skipped ? STATUS_OK : status;
        }
    }
    if (status == STATUS_OK && told == 0) {
        struct text why = text_format(call->arena, "%zu people have the role %.*s, %s", rows.count,
                                      TEXT_ARGS(applying->rule->to_role),
                                      rows.count == 0                ? "and may come in"
                                      : rows.count > RULE_PEOPLE_MAX ? "which are too many"
                                                                     : "and none can be reached");
        return refuse_rule(applying, &rule_nobody, why);
    }
    return status;
}

/* ---- all of it ---- */

static enum status apply(struct applying *applying)
{
    if (applying->fact->data.bytes > PAYLOAD_BYTES_MAX) {
        return refuse_rule(applying, &rule_too_large, TEXT("its data are more than 32 KiB"));
    }
    if (text_is_given(applying->rule->to_path)) {
        return send_to_path(applying);
    }
    return text_is_given(applying->rule->to_role)
               ? send_to_role(applying)
               : send_to_known(applying, applying->rule->to_person);
}

/* What the words could not be filled with, or that there are none, said with the rule's name. */
static enum status explain(const struct applying *applying, enum status status)
{
    const struct refusal *refusal = applying->call->refusal;
    bool is_named = applying->call->exchange != NULL || refusal == NULL ||
                    text_starts_with(text_of(refusal->text), TEXT("The rule "));
    return status == STATUS_REFUSED && !is_named
               ? refuse_rule(applying, refusal, text_of(refusal->text))
               : status;
}

enum status rules_apply(struct call *call, const struct fact *fact, size_t *count_out)
{
    struct rows rows;
    struct json_error error;
    struct applying applying = {.call = call, .fact = fact};
    enum status status = rule_list_of_event(call->store, call->arena, fact->event, &rows);
    *count_out = status == STATUS_OK ? rows.count : 0;
    if (status != STATUS_OK || rows.count == 0) {
        return status;
    }
    status = json_read(call->arena, fact->data, VALUES_MAX, &applying.root, &error);
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        applying.rule = &((const struct rule *)rows.items)[i];
        status = explain(&applying, apply(&applying));
    }
    return status;
}

enum status rules_hear(struct call *call)
{
    size_t count;
    const struct fact fact = {
        .event = call->message->name,
        .data = call->message->data,
        .id = id_text(call->arena, call->message->id),
    };
    enum status status = rules_apply(call, &fact, &count);
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status rules_keep_roles(struct call *call, struct id person)
{
    const struct json *root = NULL;
    struct json_error error;
    enum status status = json_read(call->arena, call->message->data, VALUES_MAX, &root, &error);
    const struct json *list = status == STATUS_OK ? json_member(root, TEXT("roles")) : NULL;
    struct text *roles = ARENA_ARRAY(call->arena, struct text, list != NULL ? list->count + 1 : 1);
    size_t count = 0;
    for (const struct json *item = list != NULL ? list->first : NULL; item != NULL;
         item = item->next) {
        if (item->kind == JSON_STRING && item->text.bytes <= RULE_ROLE_BYTES_MAX) {
            roles[count++] = item->text;
        }
    }
    return status == STATUS_OK ? role_keep(call->store, person, (struct texts){roles, count})
                               : status;
}
