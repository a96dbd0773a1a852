/* board_notice.c - people are told that tasks have fallen on them. */
#include "apps/popug/board/board_notice.h"

#include "base/json.h"
#include "base/money.h"

#include <string.h>

struct notice {
    struct text template;
    struct id person_id;
    struct text payload;
    struct text dedup_key;
};
#define AT(member) .offset = offsetof(struct notice, member), .required = true
static const struct field notice_fields[] = {
    {.name = "template", .kind = FIELD_TEXT, AT(template), .bytes_max = 100},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .bytes_max = 4000},
    {.name = "dedup_key", .kind = FIELD_TEXT, AT(dedup_key), .bytes_max = 200},
};
#undef AT
static const struct shape notice_shape = {
    .name = "TellFallen",
    .fields = notice_fields,
    .field_count = COUNT_OF(notice_fields),
    .bytes = sizeof(struct notice),
};

/* A letter that comes late is better than none. */
#define PATIENCE_MS ((int64_t)365 * 24 * 60 * 60 * 1000)

const struct errand board_errands[BOARD_ERRAND_COUNT] = {
    [ERRAND_SEND_NOTICE] = {.service = "notifications",
                            .command = "notifications.send",
                            .data = &notice_shape,
                            .deadline_ms = PATIENCE_MS},
};

static enum status send(struct call *call, const struct notice *notice)
{
    return tell_to(call, &board_errands[ERRAND_SEND_NOTICE],
                   id_text(call->arena, notice->person_id), notice, NULL);
}

/* ---- of a new task ---- */

static void put_amount(struct json_writer *writer, const char *key, int64_t minor,
                       struct text currency)
{
    char amount[MONEY_TEXT_BYTES + 1];
    struct money money = {.minor = minor};
    MUST(currency.bytes < sizeof(money.currency));
    memcpy(money.currency, currency.data, currency.bytes);
    (void)money_write(money, amount);
    json_key(writer, key);
    json_put_text(writer, text_of(amount));
}

enum status notice_of_item(struct call *call, const struct work_item *item)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "title");
    json_put_text(&writer, item->title);
    put_amount(&writer, "fee", item->fee_minor, item->currency);
    put_amount(&writer, "reward", item->reward_minor, item->currency);
    json_key(&writer, "currency");
    json_put_text(&writer, item->currency);
    json_end_object(&writer);
    const struct notice notice = {
        .template = TEXT("board.task_assigned"),
        .person_id = item->assignee_id,
        .payload = json_written(&writer),
        .dedup_key =
            text_format(call->arena, "task-%.*s", TEXT_ARGS(id_text(call->arena, item->id))),
    };
    return send(call, &notice);
}

/* ---- of a shuffle ---- */

static enum status tell_one(struct chore_run *run, const struct untold *untold,
                            const struct fallen *fallen)
{
    struct json_writer writer;
    json_writer_init(&writer, run->arena, 32);
    json_begin_object(&writer);
    json_key(&writer, "count");
    json_put_integer(&writer, fallen->count);
    json_end_object(&writer);
    const struct notice notice = {
        .template = TEXT("board.tasks_shuffled"),
        .person_id = fallen->person_id,
        .payload = json_written(&writer),
        .dedup_key =
            text_format(run->arena, "shuffle-%.*s-%.*s", TEXT_ARGS(id_text(run->arena, untold->id)),
                        TEXT_ARGS(id_text(run->arena, fallen->person_id))),
    };
    return send(run->call, &notice);
}

enum status notice_chunk(struct chore_run *run)
{
    struct untold untold;
    struct rows rows;
    enum status status = untold_find(run->store, run->arena, &untold);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    status = fallen_list(run->store, run->arena, &untold, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct fallen *fallen = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        status = tell_one(run, &untold, &fallen[i]);
    }
    int64_t before = untold.told;
    untold.told += FALLEN_CHUNK_MAX;
    run->more = true;
    return status == STATUS_OK ? untold_update(run->store, &untold, before) : status;
}
