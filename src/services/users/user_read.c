/* user_read.c - one person, or a page of the directory.
 *
 * A list goes on with the cursor it gave: the last person's id and, when the list is sorted by name
 * or address, that too. So a page costs the same however far one has come, and people who are added
 * meanwhile neither repeat nor hide anybody. offset is there for clients that count pages.
 */
#include "base/encode.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

#include <string.h>

enum { CURSOR_KEY_BYTES_MAX = 1024 };

enum status user_get_handle(struct call *call)
{
    const struct user_input *input = call->input;
    struct user user;
    enum status status = user_find(call->store, call->arena, input->user_id, &user);
    if (status == STATUS_ABSENT) {
        return refuse(call, &user_not_found);
    }
    return status == STATUS_OK ? answer(call, &user) : status;
}

static struct text cursor_write(struct arena *arena, struct id id, struct text key)
{
    struct text start = {(const char *)id.bytes, ID_BYTES};
    struct text plain = text_join(arena, start, key);
    return encode_base64url(arena, plain.data, plain.bytes);
}

static bool cursor_read(struct arena *arena, struct text cursor, struct user_filter *filter)
{
    struct text plain;
    if (!decode_base64url(arena, cursor, ID_BYTES + CURSOR_KEY_BYTES_MAX, &plain) ||
        plain.bytes < ID_BYTES) {
        return false;
    }
    memcpy(filter->after_id.bytes, plain.data, ID_BYTES);
    filter->after_key = text_slice(plain, ID_BYTES, plain.bytes);
    return text_is_utf8(filter->after_key) &&
           memchr(filter->after_key.data, '\0', filter->after_key.bytes) == NULL;
}

/* An exact key gives one person or none. */
static enum status list_one(struct call *call, const struct user_list_input *input)
{
    struct user user;
    enum status status =
        input->email.data != NULL
            ? user_find_by_email(call->store, call->arena, input->email, &user)
            : user_find_by_external_id(call->store, call->arena, input->external_id, &user);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    size_t count = status == STATUS_OK ? 1 : 0;
    return answer_list(call, &(struct list){
                                 .items = &user,
                                 .count = count,
                                 .total = input->total ? (int64_t)count : FIELD_NONE,
                             });
}

static struct text key_of(struct arena *arena, const struct user_filter *filter,
                          const struct user *user)
{
    if (filter->name_start.data != NULL) {
        return user_name_key(arena, user->full_name);
    }
    return filter->email_start.data != NULL ? user_email_key(arena, user->email) : NO_TEXT;
}

static enum status list_page(struct call *call, struct user_filter *filter, bool wants_total)
{
    struct rows rows;
    struct list list = {.total = FIELD_NONE};
    int64_t limit = filter->limit;
    filter->limit = limit + 1; /* one more, to know whether there is a next page */
    enum status status = user_list(call->store, call->arena, filter, &rows);
    if (status == STATUS_OK && wants_total) {
        status = user_count(call->store, call->arena, filter, &list.total);
        list.total_is_minimum = list.total > USER_COUNT_MAX;
        list.total = list.total_is_minimum ? USER_COUNT_MAX : list.total;
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct user *users = rows.items;
    list.items = users;
    list.count = rows.count;
    if ((int64_t)rows.count > limit) {
        list.count = (size_t)limit;
        const struct user *last = &users[limit - 1];
        list.next = cursor_write(call->arena, last->id, key_of(call->arena, filter, last));
    }
    return answer_list(call, &list);
}

enum status user_list_handle(struct call *call)
{
    const struct user_list_input *input = call->input;
    struct user_filter filter = {
        .type = input->type,
        .role = input->role,
        .status = input->status,
        .activated = input_has(call, "activated") ? input->activated : -1,
        .offset = input->offset,
        .limit = input->limit,
    };
    if (input->email.data != NULL || input->external_id.data != NULL) {
        return list_one(call, input);
    }
    if (input->cursor.data != NULL && !cursor_read(call->arena, input->cursor, &filter)) {
        return refuse_field(call, &user_bad_cursor, "cursor");
    }
    if (input->q.data != NULL) {
        struct text start = text_fold(call->arena, text_trim(input->q));
        bool is_address = memchr(start.data, '@', start.bytes) != NULL;
        *(is_address ? &filter.email_start : &filter.name_start) = start;
    }
    return list_page(call, &filter, input->total);
}
