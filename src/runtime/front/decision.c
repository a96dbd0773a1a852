/* decision.c - the fields of the question and of the answer. */
#include "runtime/front/decision.h"

#include "base/must.h"

#define ASKED(member) .offset = offsetof(struct decision_question, member)
#define AT(member)    .offset = offsetof(struct decision, member)

static const struct field question_fields[] = {
    {.name = "hash",
     .kind = FIELD_TEXT,
     ASKED(hash),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 64,
     .meaning = "The SHA-256 of a credential, in lower-case hexadecimal"},
};
const struct shape decision_sends = {
    .name = "DecisionQuestion",
    .fields = question_fields,
    .field_count = COUNT_OF(question_fields),
    .bytes = sizeof(struct decision_question),
};

static const struct field decision_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id), .may_be_null = true},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 129, .items_max = 32},
    {.name = "permissions",
     .kind = FIELD_TEXTS,
     AT(permissions),
     .bytes_max = 129,
     .items_max = 256},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .may_be_null = true, .bytes_max = 35},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .may_be_null = true, .bytes_max = 800},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at), .may_be_null = true},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind), .may_be_null = true, .bytes_max = 16},
};
const struct shape decision_takes = {
    .name = "Decision",
    .fields = decision_fields,
    .field_count = COUNT_OF(decision_fields),
    .bytes = sizeof(struct decision),
};
