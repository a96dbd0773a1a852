/* event_proxy.c - the history of one case, page by page, for whoever keeps a copy of it.
 *
 * What has happened never changes, so a page that is full is the same for ever and says so; the
 * last one may grow and is asked for again. A reader of ours never sees less than one before it
 * did: each looks at the rows as they are now. If a caller knows of more than there is, they are
 * not, and he is told to come again.
 */
#include "engine/recipe.h"
#include "engine/run/case_store.h"
#include "engine/triggers/trigger_parts.h"

enum { PIECE = 20, PAGE_BYTES_MAX = 4 * 1024 * 1024, CHANGES_VALUES_MAX = 100000 };

static const struct text hidden = {"***", 3};

/* ---- what is told of a step ---- */

/* A field of another version may have been a secret there. */
static bool is_told(const struct workflow *workflow, struct text name)
{
    int field = workflow_field(workflow, name);
    return field != WORKFLOW_NOWHERE && !workflow->fields[field].is_secret;
}

static void put_fields(struct json_writer *writer, const struct workflow *workflow,
                       const struct json *fields)
{
    json_begin_object(writer);
    for (const struct json *field = fields->first; field != NULL; field = field->next) {
        json_key_text(writer, field->key);
        if (is_told(workflow, field->key)) {
            json_put_raw(writer, field->text);
            continue;
        }
        json_begin_array(writer);
        for (const struct json *value = field->first; value != NULL; value = value->next) {
            json_put_text(writer, value->kind == JSON_NULL ? NO_TEXT : hidden);
        }
        json_end_array(writer);
    }
    json_end_object(writer);
}

static void put_value(struct json_writer *writer, const struct json *value)
{
    switch (value->kind) {
    case JSON_NULL:
        json_put_null(writer);
        break;
    case JSON_FALSE:
    case JSON_TRUE:
        json_put_flag(writer, value->kind == JSON_TRUE);
        break;
    case JSON_STRING:
        json_put_text(writer, value->text);
        break;
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT:
        json_put_raw(writer, value->text);
        break;
    }
}

static enum status payload_of(struct arena *arena, const struct workflow *workflow,
                              struct text changes, struct text *payload_out)
{
    const struct json *root = NULL;
    struct json_error error;
    struct json_writer writer;
    if (json_read(arena, changes, CHANGES_VALUES_MAX, &root, &error) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    json_writer_init(&writer, arena, changes.bytes + 64);
    json_begin_object(&writer);
    for (const struct json *member = root->first; member != NULL; member = member->next) {
        json_key_text(&writer, member->key);
        if (text_equals(member->key, TEXT("fields"))) {
            put_fields(&writer, workflow, member);
        } else {
            put_value(&writer, member);
        }
    }
    json_end_object(&writer);
    *payload_out = json_written(&writer);
    return STATUS_OK;
}

static enum status tell_step(struct arena *arena, const struct workflow *workflow,
                             const struct case_step *step, struct event_answer *event_out)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(step->case_id, id);
    *event_out = (struct event_answer){
        .ticket_id = step->case_id,
        .event_id = text_format(arena, "%s-%lld", id, (long long)step->revision),
        .revision = step->revision,
        .kind = step->transition,
        .actor = step->actor,
        .author_kind = text_is_given(step->party) ? step->party : step->actor,
        .author_id = step->person,
        .created_at = step->at,
    };
    return payload_of(arena, workflow, step->changes, &event_out->payload);
}

/* ---- a page ---- */

struct page {
    struct id case_id;
    int64_t after;
    int64_t limit;
    struct event_answer *events;
    size_t count;
    size_t bytes;
};

static bool is_full(const struct page *page)
{
    return (int64_t)page->count >= page->limit || page->bytes >= PAGE_BYTES_MAX;
}

static enum status read_page(struct call *call, const struct workflow *workflow, struct page *page)
{
    enum status status = STATUS_OK;
    struct rows rows = {.count = PIECE};
    while (status == STATUS_OK && rows.count == PIECE && !is_full(page)) {
        int64_t last = page->count > 0 ? page->events[page->count - 1].revision : page->after;
        status = case_steps(call->store, call->arena, page->case_id, last, PIECE, &rows);
        const struct case_step *steps = rows.items;
        for (size_t i = 0; status == STATUS_OK && i < rows.count && !is_full(page); i++) {
            struct event_answer *event = &page->events[page->count++];
            status = tell_step(call->arena, workflow, &steps[i], event);
            page->bytes += event->payload.bytes;
        }
    }
    return status;
}

static enum status answer_page(struct call *call, const struct page *page)
{
    char id[ID_TEXT_BYTES + 1];
    bool has_more = is_full(page);
    int64_t last = page->count > 0 ? page->events[page->count - 1].revision : page->after;
    id_write(page->case_id, id);
    enum status status = answer_list(
        call, &(struct list){
                  .items = page->events,
                  .count = page->count,
                  .next = has_more ? text_format(call->arena, "%lld", (long long)last) : NO_TEXT,
                  .total = FIELD_NONE,
              });
    if (status == STATUS_OK) {
        struct http_answer *said = &call->exchange->answer;
        http_answer_header(said, "Cache-Control",
                           has_more ? TEXT("private, max-age=31536000, immutable")
                                    : TEXT("private, no-cache"));
        http_answer_header(said, "ETag",
                           text_format(call->arena, "\"%s-%lld-%lld-%lld\"", id,
                                       (long long)page->after, (long long)page->limit,
                                       (long long)last));
    }
    return status;
}

enum status events_handle(struct call *call)
{
    const struct events_input *input = call->input;
    struct page page = {.after = input->after_revision, .limit = input->limit};
    struct case_record *record;
    enum status status = ticket_read(call, &input->ticket, &page.case_id);
    if (status != STATUS_OK) {
        return status;
    }
    status = case_load(call->store, call->arena, catalog_of(call), page.case_id, &record);
    if (status == STATUS_ABSENT) {
        return refuse(call, &ticket_unknown);
    }
    if (status == STATUS_OK && record->revision < page.after) {
        return STATUS_UNAVAILABLE; /* what he has seen is not here, or not yet */
    }
    page.events = ARENA_ARRAY(call->arena, struct event_answer, (size_t)page.limit);
    if (status == STATUS_OK) {
        status = read_page(call, record->recipe->workflow, &page);
    }
    return status == STATUS_OK ? answer_page(call, &page) : status;
}
