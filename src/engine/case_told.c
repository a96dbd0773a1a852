/* case_told.c - the tables of what cases say about themselves. */
#include "engine/case_told.h"

#include "base/must.h"
#include "engine/workflow.h"

enum { FIELDS_BYTES_MAX = 1024 * 1024, STATUS_BYTES_MAX = 40, PARTY_BYTES_MAX = 200 };

#define AT(member) .offset = offsetof(struct case_changed, member)
static const struct field changed_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .meaning = "The case"},
    {.name = "workflow",
     .kind = FIELD_TEXT,
     AT(workflow),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The workflow it is of"},
    {.name = "version", .kind = FIELD_INTEGER, AT(version), .meaning = "The workflow's version"},
    {.name = "places",
     .kind = FIELD_TEXTS,
     AT(places),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .items_max = WORKFLOW_PLACES_MAX,
     .meaning = "Where it is now"},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .meaning = "Grows by every change"},
    {.name = "operation_id",
     .kind = FIELD_ID,
     AT(operation_id),
     .meaning = "The operation whose outcome this is; null: of none"},
    {.name = "operation_status",
     .kind = FIELD_TEXT,
     AT(operation_status),
     .bytes_max = STATUS_BYTES_MAX,
     .meaning = "What has become of that operation"},
    {.name = "asked_by",
     .kind = FIELD_TEXT,
     AT(asked_by),
     .bytes_max = PARTY_BYTES_MAX,
     .meaning = "Who has asked for it: the participant kind, / and the person"},
    {.name = "shown_to",
     .kind = FIELD_TEXTS,
     AT(shown_to),
     .bytes_max = PARTY_BYTES_MAX,
     .items_max = 2 * WORKFLOW_PARTIES_MAX,
     .meaning = "Parties that see something of what has changed; behind a / the one person"},
};
#undef AT
const struct shape case_changed_shape = {
    .name = "CaseChanged",
    .fields = changed_fields,
    .field_count = COUNT_OF(changed_fields),
    .bytes = sizeof(struct case_changed),
};

#define AT(member) .offset = offsetof(struct case_viewed, member)
static const struct field viewed_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .meaning = "The case"},
    {.name = "workflow",
     .kind = FIELD_TEXT,
     AT(workflow),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The workflow it is of"},
    {.name = "version", .kind = FIELD_INTEGER, AT(version), .meaning = "The workflow's version"},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .meaning = "Of the case, by then"},
    {.name = "as",
     .kind = FIELD_TEXT,
     AT(as),
     .bytes_max = PARTY_BYTES_MAX,
     .meaning = "The participant kind, or kind.role, that he has looked as"},
};
#undef AT
const struct shape case_viewed_shape = {
    .name = "CaseViewedAs",
    .fields = viewed_fields,
    .field_count = COUNT_OF(viewed_fields),
    .bytes = sizeof(struct case_viewed),
};

#define AT(member) .offset = offsetof(struct case_forgotten, member)
static const struct field forgotten_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .meaning = "The case"},
    {.name = "workflow",
     .kind = FIELD_TEXT,
     AT(workflow),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The workflow it was of"},
    {.name = "version", .kind = FIELD_INTEGER, AT(version), .meaning = "The workflow's version"},
    {.name = "revision",
     .kind = FIELD_INTEGER,
     AT(revision),
     .meaning = "One more than the case had"},
    {.name = "shown_to",
     .kind = FIELD_TEXTS,
     AT(shown_to),
     .bytes_max = PARTY_BYTES_MAX,
     .items_max = 2 * WORKFLOW_PARTIES_MAX,
     .meaning = "Parties that saw it; behind a / the one person"},
};
#undef AT
const struct shape case_forgotten_shape = {
    .name = "CaseForgotten",
    .fields = forgotten_fields,
    .field_count = COUNT_OF(forgotten_fields),
    .bytes = sizeof(struct case_forgotten),
};

#define AT(member) .offset = offsetof(struct case_told, member)
static const struct field told_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .meaning = "The case"},
    {.name = "workflow",
     .kind = FIELD_TEXT,
     AT(workflow),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The workflow it is of"},
    {.name = "version", .kind = FIELD_INTEGER, AT(version), .meaning = "The workflow's version"},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .meaning = "Of the case, by then"},
    {.name = "fields",
     .kind = FIELD_OBJECT,
     AT(fields),
     .bytes_max = FIELDS_BYTES_MAX,
     .meaning = "What is known of the case"},
};
#undef AT
const struct shape case_told_shape = {
    .name = "CaseTold",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct case_told),
};
