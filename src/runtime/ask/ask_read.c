/* ask_read.c - what an answer means to the one who asked. */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "runtime/ask/ask_inside.h"

#include <string.h>

enum { VALUES_MAX = 100000, COMPLAIN_EVERY_MS = 1000, ROOM_BYTES = 65536 };

void ask_complain(const struct ask_run *run, const char *message, struct text detail)
{
    struct ask_target *target = run->plan->target;
    if (target != NULL) {
        long long now_ms = (long long)clock_monotonic_ms();
        long long before_ms = atomic_load(&target->complained_ms);
        if ((before_ms != 0 && now_ms - before_ms < COMPLAIN_EVERY_MS) ||
            !atomic_compare_exchange_strong(&target->complained_ms, &before_ms, now_ms)) {
            return;
        }
    }
    log_line(LOG_ERROR, run->plan->asking->name, message,
             LOG_TEXT("asked", text_of(run->plan->ask->service)),
             LOG_TEXT("operation", text_of(run->plan->ask->operation)), LOG_TEXT("detail", detail),
             LOG_NUMBER("http_status", run->answer.status));
}

struct text ask_problem_code(struct ask_run *run)
{
    const struct json *root;
    struct json_error error;
    struct arena *arena = run->desk->arena;
    if (json_read(arena, run->answer.body, VALUES_MAX, &root, &error) != STATUS_OK) {
        return NO_TEXT;
    }
    const struct json *code = json_member(root, TEXT("code"));
    return code != NULL && code->kind == JSON_STRING ? code->text : NO_TEXT;
}

/* ---- out of the desk's memory, into the call's ---- */

static bool is_text_kind(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_CHOICE || kind == FIELD_EMAIL ||
           kind == FIELD_PHONE || kind == FIELD_OBJECT || kind == FIELD_JSON;
}

static void keep_texts(struct arena *arena, struct texts *texts)
{
    struct text *items = ARENA_ARRAY(arena, struct text, texts->count + 1);
    for (size_t i = 0; i < texts->count; i++) {
        items[i] = text_copy(arena, texts->items[i]);
    }
    texts->items = items;
}

static void keep(struct arena *arena, const struct shape *shape, const void *found,
                 void *structure_out)
{
    memcpy(structure_out, found, shape->bytes);
    for (size_t i = 0; i < shape->field_count; i++) {
        void *member = (char *)structure_out + shape->fields[i].offset;
        struct text *text = member;
        if (is_text_kind(shape->fields[i].kind) && text->data != NULL) {
            *text = text_copy(arena, *text);
        } else if (shape->fields[i].kind == FIELD_TEXTS) {
            keep_texts(arena, member);
        }
    }
}

/* ---- the body ---- */

/* Texts take at most as much as the body has, and a little each. */
static bool has_room(const struct ask_run *run, size_t structures_bytes)
{
    size_t needed = run->answer.body.bytes * 4 + structures_bytes + ROOM_BYTES;
    bool has = arena_has_room(run->call->arena, needed);
    if (!has) {
        ask_complain(run, "the asking call has no memory left for the answer", TEXT(""));
    }
    return has;
}

static enum status read_one(struct ask_run *run, struct text json, void *structure_out)
{
    const struct shape *takes = run->plan->ask->takes;
    struct input_data data;
    struct text error = NO_TEXT;
    if (!arena_has_room(run->desk->arena, takes->bytes + json.bytes * 2 + ROOM_BYTES)) {
        ask_complain(run, "an answer is too large to be read", TEXT(""));
        return STATUS_UNAVAILABLE;
    }
    enum status status = input_read_data(run->desk->arena, takes, json, &data, &error);
    if (status != STATUS_OK) {
        ask_complain(run, "an answer does not fit what the asks table reads of it", error);
        return STATUS_UNAVAILABLE;
    }
    keep(run->call->arena, takes, data.structure, structure_out);
    return STATUS_OK;
}

static void read_page(struct ask_run *run, const struct json *root, struct list *list)
{
    struct arena *arena = run->call->arena;
    const struct json *next = json_member(root, TEXT("next"));
    const struct json *total = json_member(root, TEXT("total"));
    const struct json *minimum = json_member(root, TEXT("total_is_minimum"));
    if (next != NULL && next->kind == JSON_STRING) {
        list->next = text_copy(arena, next->text);
    }
    if (total == NULL || !json_to_integer(total, &list->total)) {
        list->total = FIELD_NONE;
    }
    list->total_is_minimum = minimum != NULL && minimum->kind == JSON_TRUE;
}

static enum status read_list(struct ask_run *run, struct list *list_out)
{
    const struct json *root;
    struct json_error error;
    size_t each = run->plan->ask->takes->bytes;
    enum status status = json_read(run->desk->arena, run->answer.body, VALUES_MAX, &root, &error);
    const struct json *items = status == STATUS_OK ? json_member(root, TEXT("items")) : NULL;
    if (items == NULL || items->kind != JSON_ARRAY) {
        ask_complain(run, "an answer is no list", TEXT(""));
        return STATUS_UNAVAILABLE;
    }
    if (!has_room(run, items->count * each)) {
        return STATUS_TOO_LARGE;
    }
    char *structures = arena_take_array(run->call->arena, items->count + 1, each);
    size_t count = 0;
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        status = read_one(run, item->text, structures + count * each);
        if (status != STATUS_OK) {
            return status;
        }
        count++;
    }
    *list_out = (struct list){.items = structures, .count = count};
    read_page(run, root, list_out);
    return STATUS_OK;
}

static enum status read_body(struct ask_run *run, void *answer_out)
{
    if (run->plan->ask->takes == NULL) {
        return STATUS_OK;
    }
    if (run->plan->route->gives_list) {
        return read_list(run, answer_out);
    }
    return has_room(run, 0) ? read_one(run, run->answer.body, answer_out) : STATUS_TOO_LARGE;
}

/* ---- the status ---- */

static struct text header_of(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        if (text_equals_ignoring_case(answer->headers[i].name, text_of(name))) {
            return answer->headers[i].value;
        }
    }
    return NO_TEXT;
}

/* A 404 of somebody else (the wrong process, a proxy) must not be taken for "there is no such
 * thing": whoever answers a service says which operation has spoken. */
static bool is_its_answer(const struct ask_run *run)
{
    return run->plan->host != NULL || text_equals(header_of(&run->answer, "Kontora-Operation"),
                                                  text_of(run->plan->ask->operation));
}

static enum status say_refused(struct ask_run *run)
{
    log_line(LOG_WARNING, run->plan->asking->name, "an ask was refused",
             LOG_TEXT("asked", text_of(run->plan->ask->service)),
             LOG_TEXT("operation", text_of(run->plan->ask->operation)),
             LOG_TEXT("code", ask_problem_code(run)),
             LOG_NUMBER("http_status", run->answer.status));
    return STATUS_REFUSED;
}

enum status ask_read(struct ask_run *run, void *answer_out)
{
    int status = run->answer.status;
    if (status == 401) {
        ask_complain(run,
                     "our credential is not accepted: is our key in its trusted.keys, and are both "
                     "clocks right?",
                     TEXT(""));
        return STATUS_UNAVAILABLE;
    }
    if (!is_its_answer(run)) {
        ask_complain(run, "somebody else answered: does ask.addresses lead to the right process?",
                     TEXT(""));
        return STATUS_UNAVAILABLE;
    }
    if (status >= 200 && status < 300) {
        return read_body(run, answer_out);
    }
    if (status == 404) {
        return STATUS_ABSENT;
    }
    if (status >= 400 && status < 500) {
        return say_refused(run);
    }
    ask_complain(run, "the other side has failed", ask_problem_code(run));
    return STATUS_UNAVAILABLE;
}
