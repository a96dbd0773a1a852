/* json.c - looking into values that were read. */
#include "base/json.h"

const struct json *json_member(const struct json *object, struct text key)
{
    if (object->kind != JSON_OBJECT) {
        return NULL;
    }
    const struct json *member = object->first;
    while (member != NULL && !text_equals(member->key, key)) {
        member = member->next;
    }
    return member;
}

bool json_to_integer(const struct json *value, int64_t *number_out)
{
    return value->kind == JSON_NUMBER && text_to_integer(value->text, number_out);
}
