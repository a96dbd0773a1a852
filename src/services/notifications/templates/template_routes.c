/* template_routes.c - the words of this house: whoever may change them sees them first. */
#include "services/notifications/templates/template_routes.h"

#include "services/notifications/templates/template_store.h"

#include "base/json.h"

/* ---- what is taken ---- */

struct template_input {
    struct id template_id;
    struct text key;
    struct text channel;
    struct text locale;
    struct text subject;
    struct text body;
    struct text html;
    struct text metadata;
    struct text status;
    bool is_secret;
    bool is_urgent;
    struct text payload; /* of a preview */
};

static const char *const statuses[] = {"active", "inactive"};

#define AT(member) .offset = offsetof(struct template_input, member)

#define KEY_FIELDS                                                                                 \
    {.name = "key",                                                                                \
     .kind = FIELD_TEXT,                                                                           \
     AT(key),                                                                                      \
     .required = true,                                                                             \
     .bytes_max = TEMPLATE_KEY_BYTES_MAX},                                                         \
        {.name = "channel",                                                                        \
         .kind = FIELD_CHOICE,                                                                     \
         AT(channel),                                                                              \
         .required = true,                                                                         \
         .bytes_max = 16,                                                                          \
         .choices = channel_names,                                                                 \
         .choice_count = 5,                                                                        \
         .meaning = "sse is another name of inbox"},                                               \
    {                                                                                              \
        .name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = TEMPLATE_LOCALE_BYTES_MAX,  \
        .meaning = "en when absent"                                                                \
    }

#define WORD_FIELDS(body_is_required)                                                              \
    {.name = "subject",                                                                            \
     .kind = FIELD_TEXT,                                                                           \
     AT(subject),                                                                                  \
     .may_be_null = true,                                                                          \
     .may_be_empty = true,                                                                         \
     .bytes_max = TEMPLATE_SUBJECT_BYTES_MAX,                                                      \
     .meaning = "Of a letter; the title in the inbox"},                                            \
        {.name = "body",                                                                           \
         .kind = FIELD_TEXT,                                                                       \
         AT(body),                                                                                 \
         .required = (body_is_required),                                                           \
         .bytes_max = TEMPLATE_BODY_BYTES_MAX,                                                     \
         .meaning = "With holes: {{name}}"},                                                       \
        {.name = "html",                                                                           \
         .kind = FIELD_TEXT,                                                                       \
         AT(html),                                                                                 \
         .may_be_null = true,                                                                      \
         .bytes_max = TEMPLATE_BODY_BYTES_MAX,                                                     \
         .meaning = "Of a letter; made from the body when absent"},                                \
        {.name = "metadata",                                                                       \
         .kind = FIELD_OBJECT,                                                                     \
         AT(metadata),                                                                             \
         .may_be_null = true,                                                                      \
         .bytes_max = TEMPLATE_METADATA_BYTES_MAX},                                                \
        {.name = "status",                                                                         \
         .kind = FIELD_CHOICE,                                                                     \
         AT(status),                                                                               \
         .bytes_max = 16,                                                                          \
         .choices = statuses,                                                                      \
         .choice_count = COUNT_OF(statuses)},                                                      \
        {.name = "is_secret",                                                                      \
         .kind = FIELD_FLAG,                                                                       \
         AT(is_secret),                                                                            \
         .meaning = "What fills it is forgotten when it is sent, and not shown in the inbox"},     \
    {                                                                                              \
        .name = "is_urgent", .kind = FIELD_FLAG, AT(is_urgent), .meaning = "Nobody may mute it"    \
    }

static const struct field create_fields[] = {KEY_FIELDS, WORD_FIELDS(true)};

static const struct field change_fields[] = {
    {.name = "template_id",
     .kind = FIELD_ID,
     AT(template_id),
     .place = FIELD_IN_PATH,
     .required = true},
    WORD_FIELDS(false),
};

static const struct field id_fields[] = {
    {.name = "template_id",
     .kind = FIELD_ID,
     AT(template_id),
     .place = FIELD_IN_PATH,
     .required = true},
};

static const struct field preview_fields[] = {
    KEY_FIELDS,
    {.name = "subject",
     .kind = FIELD_TEXT,
     AT(subject),
     .may_be_empty = true,
     .bytes_max = TEMPLATE_SUBJECT_BYTES_MAX},
    {.name = "body",
     .kind = FIELD_TEXT,
     AT(body),
     .bytes_max = TEMPLATE_BODY_BYTES_MAX,
     .meaning = "Words that are not kept yet; those that are used now when absent"},
    {.name = "html", .kind = FIELD_TEXT, AT(html), .bytes_max = TEMPLATE_BODY_BYTES_MAX},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .bytes_max = PAYLOAD_BYTES_MAX},
};
#undef AT

static const struct field list_fields[] = {
    {.name = "key",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct template_input, key),
     .place = FIELD_IN_QUERY,
     .bytes_max = TEMPLATE_KEY_BYTES_MAX},
};

#define TAKES(name_, fields_)                                                                      \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct template_input)                                                     \
    }

const struct shape template_list_takes = TAKES("ListTemplates", list_fields);
const struct shape template_id_takes = TAKES("TemplateId", id_fields);
const struct shape template_create_takes = TAKES("CreateTemplate", create_fields);
const struct shape template_change_takes = TAKES("ChangeTemplate", change_fields);
const struct shape template_preview_takes = TAKES("PreviewTemplate", preview_fields);

static const struct field rendered_fields[] = {
    {.name = "subject", .kind = FIELD_TEXT, .offset = offsetof(struct rendered, subject)},
    {.name = "plain", .kind = FIELD_TEXT, .offset = offsetof(struct rendered, plain)},
    {.name = "html", .kind = FIELD_TEXT, .offset = offsetof(struct rendered, html)},
};
const struct shape template_rendered_shape = {
    .name = "RenderedTemplate",
    .fields = rendered_fields,
    .field_count = COUNT_OF(rendered_fields),
    .bytes = sizeof(struct rendered),
};

/* ---- read ---- */

static bool stands_in(const struct template *rows, size_t count, const struct template *shipped)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equals(rows[i].key, shipped->key) &&
            text_equals(rows[i].channel, shipped->channel) &&
            text_equals(rows[i].locale, shipped->locale)) {
            return true;
        }
    }
    return false;
}

/* The rows, and those shipped that no row has taken the place of. */
enum status template_list_handle(struct call *call)
{
    const struct template_input *input = call->input;
    struct rows rows;
    enum status status = template_list(call->store, call->arena, input->key, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct template *found = rows.items;
    struct template *all =
        ARENA_ARRAY(call->arena, struct template, rows.count + templates_shipped_count);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        all[count++] = found[i];
    }
    for (size_t i = 0; i < templates_shipped_count; i++) {
        const struct template *shipped = &templates_shipped[i];
        bool is_asked = !text_is_given(input->key) || text_equals(input->key, shipped->key);
        if (is_asked && !stands_in(found, rows.count, shipped)) {
            all[count++] = *shipped;
        }
    }
    return answer_list(call, &(struct list){.items = all, .count = count, .total = FIELD_NONE});
}

static enum status find_asked(struct call *call, struct template *template_out)
{
    const struct template_input *input = call->input;
    enum status status = template_find(call->store, call->arena, input->template_id, template_out);
    return status == STATUS_ABSENT ? refuse(call, &template_not_found) : status;
}

enum status template_get_handle(struct call *call)
{
    struct template template;
    enum status status = find_asked(call, &template);
    return status == STATUS_OK ? answer(call, &template) : status;
}

/* ---- made ---- */

static struct template template_new(const struct call *call, struct text origin)
{
    const struct template_input *input = call->input;
    return (struct template){
        .id = id_new(),
        .key = input->key,
        .channel = channel_of(input->channel),
        .locale = text_is_given(input->locale) ? input->locale : TEXT("en"),
        .subject = text_is_given(input->subject) ? input->subject : TEXT(""),
        .body = input->body,
        .html = input->html,
        .metadata = input->metadata,
        .status = text_is_given(input->status) ? input->status : template_active,
        .is_secret = input->is_secret,
        .is_urgent = input->is_urgent,
        .origin = origin,
        .revision = 1,
        .created_at = call->now_ms,
        .changed_at = call->now_ms,
    };
}

static enum status refuse_malformed(struct call *call, struct text why)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "why");
    json_put_text(&writer, why);
    json_end_object(&writer);
    return refuse_with(call, &template_malformed, json_written(&writer));
}

static enum status check_words(struct call *call, const struct template *template)
{
    struct text why = template_complaint(call->arena, template);
    return text_is_given(why) ? refuse_malformed(call, why) : STATUS_OK;
}

enum status template_create_handle(struct call *call)
{
    struct template template = template_new(call, template_from_person);
    enum status status = check_words(call, &template);
    if (status == STATUS_OK) {
        status = template_insert(call->store, &template);
    }
    if (status == STATUS_EXISTS) {
        return refuse(call, &template_conflict);
    }
    return status == STATUS_OK ? answer(call, &template) : status;
}

/* An app says at its start which words it uses. What a person has changed since stays his. */
enum status template_define_handle(struct call *call)
{
    struct template wanted = template_new(call, template_from_app);
    struct template old;
    enum status status = check_words(call, &wanted);
    if (status == STATUS_OK) {
        status = template_find_exactly(call->store, call->arena, &wanted, &old);
    }
    if (status == STATUS_ABSENT) {
        status = template_insert(call->store, &wanted);
        status = status == STATUS_EXISTS ? STATUS_CONFLICT : status;
    } else if (status == STATUS_OK && text_equals(old.origin, template_from_app)) {
        wanted.id = old.id;
        wanted.revision = old.revision + 1;
        status = template_update(call->store, &wanted);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- changed ---- */

static void change(const struct call *call, struct template *template)
{
    const struct template_input *input = call->input;
    struct {
        const char *name;
        struct text *old;
        struct text given;
    } texts[] = {
        {"subject", &template->subject, input->subject},
        {"body", &template->body, input->body},
        {"html", &template->html, input->html},
        {"metadata", &template->metadata, input->metadata},
        {"status", &template->status, input->status},
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (input_has(call, texts[i].name)) {
            *texts[i].old = texts[i].given;
        }
    }
    if (template->subject.data == NULL) {
        template->subject = TEXT("");
    }
    template->is_secret = input_has(call, "is_secret") ? input->is_secret : template->is_secret;
    template->is_urgent = input_has(call, "is_urgent") ? input->is_urgent : template->is_urgent;
    template->origin = template_from_person;
    template->revision++;
    template->changed_at = call->now_ms;
}

enum status template_change_handle(struct call *call)
{
    struct template template;
    enum status status = find_asked(call, &template);
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != template.revision) {
        return refuse(call, &template_revision_changed);
    }
    change(call, &template);
    status = check_words(call, &template);
    if (status == STATUS_OK) {
        status = template_update(call->store, &template);
    }
    return status == STATUS_OK ? answer(call, &template) : status;
}

enum status template_delete_handle(struct call *call)
{
    struct template template;
    enum status status = find_asked(call, &template);
    if (status == STATUS_OK) {
        status = template_delete(call->store, template.id);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- tried out ---- */

static enum status find_words(struct call *call, struct template *template_out)
{
    const struct template_input *input = call->input;
    *template_out = template_new(call, template_from_person);
    if (text_is_given(input->body)) {
        return STATUS_OK;
    }
    enum status status = template_choose(call->store, call->arena, input->key,
                                         channel_of(input->channel), input->locale, template_out);
    return status == STATUS_ABSENT ? refuse(call, &template_not_found) : status;
}

enum status template_preview_handle(struct call *call)
{
    const struct template_input *input = call->input;
    struct template template;
    struct rendering rendering;
    enum status status = find_words(call, &template);
    if (status != STATUS_OK) {
        return status;
    }
    status =
        template_render(call->arena, &template,
                        text_is_given(input->payload) ? input->payload : TEXT("{}"), &rendering);
    if (status == STATUS_ABSENT) {
        struct json_writer writer;
        json_writer_init(&writer, call->arena, 256);
        json_begin_object(&writer);
        json_key(&writer, "missing");
        json_begin_array(&writer);
        for (size_t i = 0; i < rendering.missing.count; i++) {
            json_put_text(&writer, rendering.missing.items[i]);
        }
        json_end_array(&writer);
        json_end_object(&writer);
        return refuse_with(call, &template_values_missing, json_written(&writer));
    }
    return status == STATUS_OK ? answer(call, &rendering.rendered)
                               : refuse_malformed(call, rendering.why);
}
