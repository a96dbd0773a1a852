/* dropped.c - the fields of what is told when somebody is dropped. */
#include "runtime/front/dropped.h"

#define AT(member) .offset = offsetof(struct dropped, member)

static const struct field fields[] = {
    {.name = "person_id",
     .kind = FIELD_ID,
     AT(person_id),
     .may_be_null = true,
     .meaning = "Whose credentials are asked about anew; none: whoever has the session"},
    {.name = "session_id",
     .kind = FIELD_ID,
     AT(session_id),
     .may_be_null = true,
     .meaning = "Only this session of his; none: all"},
    {.name = "keeps_out", .kind = FIELD_FLAG, AT(keeps_out), .meaning = "He may not come in now"},
    {.name = "lets_in", .kind = FIELD_FLAG, AT(lets_in), .meaning = "He may come in again"},
    {.name = "is_over",
     .kind = FIELD_FLAG,
     AT(is_over),
     .meaning = "He has left, so what he watches ends"},
    {.name = "ends_streams",
     .kind = FIELD_FLAG,
     AT(ends_streams),
     .meaning = "What he watches ends, so that he says anew who he is"},
};
const struct shape dropped_shape = {
    .name = "Dropped",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct dropped),
};
