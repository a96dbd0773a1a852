/* hook_operations.c - hooks are made, listed and taken away; and what comes in by them.
 *
 * A secret is shown once, when the hook is made. It is kept as it is, since both sides need it to
 * sign: whoever can read the store can send in its name.
 */
#include "base/secret.h"
#include "services/gateway/hooks/hook.h"

enum { FORGET_AFTER_DAYS = 30, FORGET_EVERY_MS = 60 * 60 * 1000, SECRET_LETTERS = 51 };

static const struct refusal hook_exists = {"hook_exists", 409, "There is a hook of this name."};
static const struct refusal hook_not_found = {"hook_not_found", 404, "There is no such hook."};
static const struct refusal bad_signature = {
    "invalid_signature", 400,
    "The signature does not fit the body and the secret, or is not of now."};
static const struct refusal too_large = {"too_large", 413, "A hook takes at most 256 KiB."};
static const struct refusal no_text = {"not_utf8", 400, "The body must be UTF-8."};

static const char *const schemes[] = {"standard", "github", "telegram"};

#define AT(member) .offset = offsetof(struct hook, member)
static const struct field create_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .required = true,
     .is_name = true,
     .bytes_max = 64,
     .meaning = "It is reached at /hooks/NAME"},
    {.name = "scheme",
     .kind = FIELD_CHOICE,
     AT(scheme),
     .required = true,
     .bytes_max = 16,
     .choices = schemes,
     .choice_count = COUNT_OF(schemes),
     .meaning = "How its sender signs"},
    {.name = "secret",
     .kind = FIELD_TEXT,
     AT(secret),
     .bytes_max = 200,
     .meaning = "What the sender signs with, 16 bytes at least; without it one is made"},
    {.name = "meaning", .kind = FIELD_TEXT, AT(meaning), .bytes_max = 400},
};
static const struct shape create_takes = {
    .name = "HookNew",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct hook),
};

static const struct field name_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 64},
};
static const struct shape name_takes = {
    .name = "HookName",
    .fields = name_fields,
    .field_count = COUNT_OF(name_fields),
    .bytes = sizeof(struct hook),
};

static const struct field made_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name), .required = true},
    {.name = "scheme", .kind = FIELD_TEXT, AT(scheme), .required = true},
    {.name = "meaning", .kind = FIELD_TEXT, AT(meaning)},
    {.name = "secret", .kind = FIELD_TEXT, AT(secret), .is_optional = true},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .required = true},
};
static const struct shape hook_shown = {
    .name = "Hook",
    .fields = made_fields,
    .field_count = COUNT_OF(made_fields),
    .bytes = sizeof(struct hook),
};
#undef AT

/* ---- what is told ---- */

struct received {
    struct text hook;
    struct text delivery;
    struct text content_type;
    struct text body;
    int64_t received_at;
};
#define AT(member) .offset = offsetof(struct received, member)
static const struct field received_fields[] = {
    {.name = "hook", .kind = FIELD_TEXT, AT(hook), .required = true, .bytes_max = 64},
    {.name = "delivery",
     .kind = FIELD_TEXT,
     AT(delivery),
     .required = true,
     .bytes_max = HOOK_DELIVERY_BYTES_MAX,
     .meaning = "What its sender calls it: the same never comes twice"},
    {.name = "content_type", .kind = FIELD_TEXT, AT(content_type), .bytes_max = 200},
    {.name = "body",
     .kind = FIELD_TEXT,
     AT(body),
     .required = true,
     .may_be_empty = true,
     .bytes_max = HOOK_BODY_BYTES_MAX,
     .meaning = "As it came"},
    {.name = "received_at", .kind = FIELD_TIME, AT(received_at), .required = true},
};
#undef AT
const struct shape hook_received_shape = {
    .name = "HookReceived",
    .fields = received_fields,
    .field_count = COUNT_OF(received_fields),
    .bytes = sizeof(struct received),
};

/* ---- operations ---- */

static enum status create(struct call *call)
{
    struct hook hook = *(const struct hook *)call->input;
    hook.created_at = call->now_ms;
    if (!text_is_given(hook.secret)) {
        hook.secret = secret_letters(call->arena, SECRET_LETTERS);
    }
    enum status status = hook_insert(call->store, &hook);
    if (status == STATUS_EXISTS) {
        return refuse_field(call, &hook_exists, "name");
    }
    return status == STATUS_OK ? answer(call, &hook) : status;
}

static enum status list_all(struct call *call)
{
    struct rows rows;
    enum status status = hook_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    struct hook *hooks = ARENA_ARRAY(call->arena, struct hook, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        hooks[i] = ((const struct hook *)rows.items)[i];
        hooks[i].secret = NO_TEXT;
    }
    return answer_list(call,
                       &(struct list){.items = hooks, .count = rows.count, .total = FIELD_NONE});
}

static enum status take_away(struct call *call)
{
    const struct hook *input = call->input;
    enum status status = hook_delete(call->store, input->name);
    if (status == STATUS_ABSENT) {
        return refuse(call, &hook_not_found);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

static enum status note_and_tell(struct call *call, const struct hook *hook, struct text delivery)
{
    const struct http_request *request = &call->exchange->request;
    struct text type = http_header_value(request, "Content-Type");
    enum status status = hook_note(call->store, hook->name, delivery, call->now_ms);
    if (status == STATUS_EXISTS) {
        return STATUS_OK; /* its sender has not heard that it came: now he does */
    }
    if (status != STATUS_OK) {
        return status;
    }
    return tell(call, hook_received, hook->name, FIELD_NONE,
                &(struct received){
                    .hook = hook->name,
                    .delivery = delivery,
                    .content_type = text_is_utf8(type) ? text_slice(type, 0, 200) : NO_TEXT,
                    .body = request->body.data != NULL ? request->body : TEXT(""),
                    .received_at = call->now_ms,
                });
}

static enum status receive_as(struct call *call, struct text name)
{
    const struct http_request *request = &call->exchange->request;
    struct hook hook;
    struct text delivery = NO_TEXT;
    if (request->body.bytes > HOOK_BODY_BYTES_MAX) {
        return refuse(call, &too_large);
    }
    enum status status = hook_find(call->store, call->arena, name, &hook);
    if (status == STATUS_ABSENT) {
        return refuse(call, &hook_not_found);
    }
    if (status == STATUS_OK) {
        status = hook_check(call->arena, &hook, request, call->now_ms, &delivery);
    }
    if (status == STATUS_REFUSED) {
        return refuse(call, &bad_signature);
    }
    if (status == STATUS_OK && !text_is_utf8(request->body)) {
        return refuse(call, &no_text);
    }
    if (status == STATUS_OK) {
        status = note_and_tell(call, &hook, delivery);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

static enum status receive(struct call *call)
{
    const struct hook *input = call->input;
    return receive_as(call, input->name);
}

/* The same at the address that bots know. */
static enum status receive_telegram(struct call *call)
{
    return receive_as(call, TEXT("telegram"));
}

static enum status forget(struct chore_run *run)
{
    int64_t forgotten = 0;
    int64_t before_ms = run->now_ms - FORGET_AFTER_DAYS * INT64_C(86400000);
    return hook_forget(run->store, before_ms, &forgotten);
}

const struct chore hook_chores[HOOK_CHORE_COUNT] = {
    {.name = "forget_deliveries", .run = forget, .every_ms = FORGET_EVERY_MS},
};

static const struct refusal *const create_refusals[] = {&hook_exists};
static const struct refusal *const delete_refusals[] = {&hook_not_found};
static const struct refusal *const receive_refusals[] = {&hook_not_found, &bad_signature,
                                                         &too_large, &no_text};

const struct route hook_routes[HOOK_ROUTE_COUNT] = {
    {
        .method = HTTP_GET,
        .path = "/api/hooks",
        .operation = "list_hooks",
        .permission = "gateway.hooks",
        .summary = "The doors for programs of others; their secrets are not shown",
        .kind = ROUTE_READS,
        .handle = list_all,
        .gives = &hook_shown,
        .gives_list = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/hooks",
        .operation = "create_hook",
        .permission = "gateway.hooks",
        .summary = "A door for a program of others; its secret is shown only now",
        .kind = ROUTE_WRITES,
        .handle = create,
        .takes = &create_takes,
        .gives = &hook_shown,
        .success_status = 201,
        .keeps_no_reply = true,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/hooks/{name}",
        .operation = "delete_hook",
        .permission = "gateway.hooks",
        .summary = "Close a door for programs of others",
        .kind = ROUTE_WRITES,
        .handle = take_away,
        .takes = &name_takes,
        .refusals = delete_refusals,
        .refusal_count = COUNT_OF(delete_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/hooks/{name}",
        .operation = "receive_hook",
        .summary = "What a program of others has to say, signed; it is told to whoever listens",
        .kind = ROUTE_WRITES,
        .handle = receive,
        .takes = &name_takes,
        .body_is_raw = true,
        .keeps_no_reply = true,
        .success_status = 202,
        .refusals = receive_refusals,
        .refusal_count = COUNT_OF(receive_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/telegram/webhook",
        .operation = "receive_telegram",
        .summary = "An update of a Telegram bot, by the hook called telegram",
        .kind = ROUTE_WRITES,
        .handle = receive_telegram,
        .body_is_raw = true,
        .keeps_no_reply = true,
        .success_status = 202,
        .refusals = receive_refusals,
        .refusal_count = COUNT_OF(receive_refusals),
    },
};
