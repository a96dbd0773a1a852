/* status_link.c - the secret of a link, and what it opens. */
#include "apps/phoenix/status_link.h"

#include "apps/phoenix/funnel.h"
#include "base/encode.h"
#include "engine/cases.h"

#include <string.h>

enum {
    TIME_BYTES = 6,
    NAMED_BYTES = ID_BYTES + TIME_BYTES,
    MAC_BYTES = 16,
    SECRET_BYTES = NAMED_BYTES + MAC_BYTES,
    TEXT_BYTES_MAX = 64,
};
#define GOOD_FOR_MS (INT64_C(400) * 24 * 3600 * 1000)

const struct refusal status_link_not_good = {
    "link_not_good", 404, "This link is not whole, or too old. Ask for a new one, or sign in."};
const struct refusal status_link_no_case = {"case_not_found", 404, "You have no such request."};

/* ---- the secret ---- */

static void sign(const struct call *call, const uint8_t *named, uint8_t *mac_out)
{
    uint8_t signature[SIGNATURE_BYTES];
    struct text parts[] = {TEXT("phoenix status link"), {(const char *)named, NAMED_BYTES}};
    case_sign(call, (struct texts){parts, COUNT_OF(parts)}, signature);
    memcpy(mac_out, signature, MAC_BYTES);
}

static struct text secret_of(struct call *call, struct id case_id)
{
    uint8_t secret[SECRET_BYTES];
    int64_t until = call->now_ms + GOOD_FOR_MS;
    memcpy(secret, case_id.bytes, ID_BYTES);
    for (size_t i = 0; i < TIME_BYTES; i++) {
        secret[ID_BYTES + i] = (uint8_t)(until >> (8 * (TIME_BYTES - 1 - i)));
    }
    sign(call, secret, secret + NAMED_BYTES);
    return encode_base64url(call->arena, secret, SECRET_BYTES);
}

static bool open_secret(struct call *call, struct text text, struct id *case_out)
{
    uint8_t secret[SECRET_BYTES];
    uint8_t mac[MAC_BYTES];
    int64_t until = 0;
    if (!decode_base64url_exactly(text, secret, SECRET_BYTES)) {
        return false;
    }
    sign(call, secret, mac);
    for (size_t i = 0; i < TIME_BYTES; i++) {
        until = until << 8 | secret[ID_BYTES + i];
    }
    memcpy(case_out->bytes, secret, ID_BYTES);
    struct text shown = {(const char *)secret + NAMED_BYTES, MAC_BYTES};
    return digest_equals(shown, (struct text){(const char *)mac, MAC_BYTES}) &&
           until > call->now_ms;
}

struct text status_link_of(struct call *call, struct id case_id)
{
    struct text address = call_public_address(call);
    struct text secret = secret_of(call, case_id);
    return text_format(call->arena, "%.*s/app/phoenix/status#%.*s", TEXT_ARGS(address),
                       TEXT_ARGS(secret));
}

/* ---- what it opens ---- */

struct status_input {
    struct text link;
    struct id case_id;
};
static const struct field link_fields[] = {
    {.name = "link",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct status_input, link),
     .required = true,
     .bytes_max = TEXT_BYTES_MAX,
     .meaning = "What stands behind the # of the link"},
};
const struct shape status_link_takes = {
    .name = "StatusLinkShown",
    .fields = link_fields,
    .field_count = COUNT_OF(link_fields),
    .bytes = sizeof(struct status_input),
};

struct status_said {
    struct text place;
    struct text label_ru;
    struct text label_en;
    struct text waits_for;
    int64_t since;
    int64_t opened_at;
    int64_t closed_at;
};
static const char *const waits_for[] = {"customer", "moderator", "nobody"};

#define AT(member) .offset = offsetof(struct status_said, member)
static const struct field said_fields[] = {
    {.name = "place", .kind = FIELD_TEXT, AT(place), .meaning = "Where it is: moderation"},
    {.name = "label_ru", .kind = FIELD_TEXT, AT(label_ru)},
    {.name = "label_en", .kind = FIELD_TEXT, AT(label_en)},
    {.name = "waits_for",
     .kind = FIELD_CHOICE,
     AT(waits_for),
     .choices = waits_for,
     .choice_count = COUNT_OF(waits_for),
     .meaning = "Whose turn it is"},
    {.name = "since",
     .kind = FIELD_TIME,
     AT(since),
     .meaning = "When it came there; null: a moment ago"},
    {.name = "opened_at", .kind = FIELD_TIME, AT(opened_at)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(closed_at), .meaning = "null: it goes on"},
};
#undef AT
const struct shape status_link_gives = {
    .name = "RequestStatus",
    .fields = said_fields,
    .field_count = COUNT_OF(said_fields),
    .bytes = sizeof(struct status_said),
};

static struct text whose_turn(struct text place)
{
    bool is_form =
        text_equals(place, TEXT("company_form")) || text_equals(place, TEXT("contact_form"));
    return is_form                                  ? TEXT("customer")
           : text_equals(place, TEXT("moderation")) ? TEXT("moderator")
                                                    : TEXT("nobody");
}

static enum status say(struct call *call, struct id case_id, const struct case_glance *glance)
{
    struct funnel_case counted = {.revision = 0};
    struct status_said said = {
        .opened_at = glance->opened_at,
        .closed_at = glance->closed_at,
    };
    MUST(glance->places.count > 0);
    said.place = text_of(funnel_places[funnel_place_of(glance->places)]);
    said.waits_for = whose_turn(said.place);
    case_place_label(glance, said.place, &said.label_ru, &said.label_en);
    enum status status = funnel_case_find(call->store, call->arena, case_id, &counted);
    if (status == STATUS_OK && text_equals(counted.place, said.place)) {
        said.since = counted.since;
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer(call, &said) : status;
}

enum status status_link_handle(struct call *call)
{
    const struct status_input *input = call->input;
    struct case_glance glance;
    struct id case_id;
    if (!open_secret(call, input->link, &case_id)) {
        return refuse(call, &status_link_not_good);
    }
    enum status status = case_look(call, case_id, &glance);
    if (status == STATUS_ABSENT) {
        return refuse(call, &status_link_not_good);
    }
    return status == STATUS_OK ? say(call, case_id, &glance) : status;
}

/* ---- the customer passes it on ---- */

static const struct field asked_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct status_input, case_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .meaning = "His request"},
};
const struct shape status_link_asked = {
    .name = "StatusLinkAsked",
    .fields = asked_fields,
    .field_count = COUNT_OF(asked_fields),
    .bytes = sizeof(struct status_input),
};
static const struct field shown_fields[] = {
    {.name = "link",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct status_input, link),
     .meaning = "Good for 400 days; whoever has it sees where the request stands, nothing else"},
};
const struct shape status_link_shown = {
    .name = "StatusLink",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct status_input),
};

static bool is_his(struct call *call, const struct case_glance *glance)
{
    struct text id = id_text(call->arena, call->caller.person);
    struct text quoted = text_format(call->arena, "\"%.*s\"", TEXT_ARGS(id));
    return text_equals(case_glance_value(call->arena, glance, "owner_id"), quoted);
}

enum status status_link_show_handle(struct call *call)
{
    const struct status_input *input = call->input;
    struct case_glance glance;
    enum status status = case_look(call, input->case_id, &glance);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_his(call, &glance))) {
        return refuse(call, &status_link_no_case);
    }
    struct status_input shown = {.link = NO_TEXT};
    if (status == STATUS_OK) {
        shown.link = status_link_of(call, input->case_id);
    }
    return status == STATUS_OK ? answer(call, &shown) : status;
}
