/* work_post.c - the same work for workers that are reached over a broker (docs/workers.md).
 *
 * Nobody asks: as long as fewer than each_max of a queue are out, what is due is leased to
 * work_sent_away and sent. Its name is the task id, so whoever gets it twice knows it. Answers are
 * settled as those over HTTP are; which queue they are of stands in the row.
 */
#include "base/json.h"
#include "engine/stages/work_id.h"
#include "engine/stages/work_parts.h"
#include "runtime/input.h"
#include "runtime/post/post.h"

enum { LETTER_BYTES_EXPECTED = 1024 };

const struct text work_sent_away = {"over AMQP", 9};

/* ---- out ---- */

struct collecting {
    struct call *call;
    const struct post_terms *terms;
    struct post_letter *letters;
    size_t count;
    bool is_full;
};

static struct text write_item(struct arena *arena, const struct work_item *item)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, LETTER_BYTES_EXPECTED + item->payload.bytes);
    json_put_struct(&writer, &work_item_shape, item);
    return json_written(&writer);
}

/* "1700000000000 case=...": what work_give_back needs. */
static struct text mark_of(struct arena *arena, const struct work_item *item)
{
    return text_format(arena, "%lld %.*s", (long long)item->lease_until, TEXT_ARGS(item->task_id));
}

static struct text id_of(struct arena *arena, const struct work_item *item)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(item->case_id, id);
    return text_format(arena, "%s %.*s %lld", id, TEXT_ARGS(item->command), (long long)item->visit);
}

static void add_letters(struct collecting *collecting, const struct taking *taking)
{
    struct arena *arena = collecting->call->arena;
    for (size_t i = 0; i < taking->count; i++) {
        const struct work_item *item = &taking->items[i];
        collecting->letters[collecting->count++] = (struct post_letter){
            .queue = taking->queue,
            .id = id_of(arena, item),
            .mark = mark_of(arena, item),
            .body = write_item(arena, item),
        };
    }
}

/* How many more may be sent; a look costs no write when there is nothing to send. */
static enum status room_in(struct collecting *collecting, struct text queue, size_t *room_out)
{
    struct call *call = collecting->call;
    int64_t count = 0;
    *room_out = 0;
    enum status status = work_count_due(call->store, call->arena, queue, call->now_ms, &count);
    if (status != STATUS_OK || count == 0) {
        return status;
    }
    status = work_count_of_worker(call->store, call->arena, queue, work_sent_away, &count);
    size_t most = collecting->terms->each_max;
    size_t held = count < 0 ? 0 : (size_t)count;
    *room_out = held < most ? most - held : 0;
    collecting->is_full = collecting->is_full || held >= most;
    return status;
}

static enum status collect_of(struct collecting *collecting, struct text queue)
{
    struct call *call = collecting->call;
    size_t room = 0;
    enum status status = room_in(collecting, queue, &room);
    if (status != STATUS_OK) {
        return status;
    }
    room = room < WORK_TAKE_MAX ? room : WORK_TAKE_MAX;
    struct taking taking = {
        .call = call,
        .queue = queue,
        .worker = work_sent_away,
        .until_ms = collecting->terms->until_ms,
        .items = ARENA_ARRAY(call->arena, struct work_item, room + 1),
        .max = room,
    };
    status = room > 0 ? work_take_some(&taking) : STATUS_OK;
    if (status == STATUS_OK) {
        add_letters(collecting, &taking);
    }
    return status;
}

static enum status collect(struct call *call, const struct post_terms *terms,
                           struct post_letters *letters_out)
{
    struct collecting collecting = {
        .call = call,
        .terms = terms,
        .letters =
            ARENA_ARRAY(call->arena, struct post_letter, terms->queue_count * WORK_TAKE_MAX + 1),
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < terms->queue_count && status == STATUS_OK; i++) {
        status = collect_of(&collecting, terms->queues[i]);
    }
    *letters_out = (struct post_letters){
        .items = collecting.letters, .count = collecting.count, .is_full = collecting.is_full};
    return status;
}

/* ---- back ---- */

static enum status give_back(struct call *call, struct text mark)
{
    struct text until;
    struct text task_id;
    struct work_name name;
    struct work_hold hold = {.worker = work_sent_away};
    if (!text_cut(mark, ' ', &until, &task_id) || !text_to_integer(until, &hold.until_ms) ||
        work_id_read(call->arena, catalog_of(call)->signing_key, task_id, &name) != STATUS_OK) {
        return STATUS_MALFORMED;
    }
    hold.case_id = name.case_id;
    hold.stage = name.stage;
    hold.visit = name.visit;
    enum status status = work_give_back(call->store, &hold, call->now_ms);
    return status == STATUS_ABSENT ? STATUS_OK : status; /* an answer was faster */
}

/* ---- in ---- */

struct note { /* what a worker writes */
    struct answer_input answer;
    int64_t lease_ms; /* FIELD_NONE: it is an answer; else it only takes longer */
};

#define AT(member) .offset = offsetof(struct note, member)
static const struct field note_fields[] = {
    {.name = "task_id",
     .kind = FIELD_TEXT,
     AT(answer.task_id),
     .bytes_max = WORK_ID_BYTES_MAX,
     .meaning = "As it was given; it or taskId"},
    {.name = "taskId",
     .kind = FIELD_TEXT,
     AT(answer.task_id_too),
     .bytes_max = WORK_ID_BYTES_MAX,
     .meaning = "The same as task_id"},
    {.name = "result",
     .kind = FIELD_JSON,
     AT(answer.result),
     .bytes_max = WORK_RESULT_BYTES_MAX,
     .meaning = "Any JSON; nothing is null"},
    {.name = "error",
     .kind = FIELD_OBJECT,
     AT(answer.error),
     .bytes_max = 4000,
     .meaning = "It has failed: {\"code\": text, \"message\": text, \"final\": flag}; unless it is "
                "final it is tried again, as the stage's `retry` says"},
    {.name = "next",
     .kind = FIELD_TEXT,
     AT(answer.next),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The stage to go on with, one of the stage's own `next`"},
    {.name = "lease_ms",
     .kind = FIELD_INTEGER,
     AT(lease_ms),
     .minimum = WORK_LEASE_MS_MIN,
     .maximum = WORK_LEASE_MS_MAX,
     .otherwise = FIELD_NONE,
     .meaning = "It is no answer: it takes longer, so much from now on"},
};
#undef AT
static const struct shape note_shape = {
    .name = "WorkNote",
    .fields = note_fields,
    .field_count = COUNT_OF(note_fields),
    .bytes = sizeof(struct note),
    .has_foreign_names = true,
};

static enum status hold_longer(struct call *call, const struct note *note, bool *accepted_out)
{
    struct heartbeat_said said = {.held = false};
    enum status status = work_hold_longer(call,
                                          &(struct heartbeat_input){
                                              .task_id = note->answer.task_id,
                                              .task_id_too = note->answer.task_id_too,
                                              .worker = work_sent_away,
                                              .lease_ms = note->lease_ms,
                                          },
                                          &said);
    *accepted_out = said.held;
    return status;
}

static enum status settle(struct call *call, const struct note *note, bool *accepted_out)
{
    struct answer_input input = note->answer;
    struct answer_said said = {.accepted = false};
    input.worker = work_sent_away;
    enum status status = work_settle(call, &input, &said);
    *accepted_out = said.accepted;
    return status;
}

static enum status receive(struct call *call, struct text body, bool *accepted_out,
                           struct text *why_out)
{
    struct input_data data;
    enum status status = input_read_data(call->arena, &note_shape, body, &data, why_out);
    if (status != STATUS_OK) {
        return status;
    }
    const struct note *note = data.structure;
    status = note->lease_ms != FIELD_NONE ? hold_longer(call, note, accepted_out)
                                          : settle(call, note, accepted_out);
    if (status == STATUS_REFUSED) {
        *why_out = text_of(call->refusal->text);
    }
    return status;
}

const struct post_table *work_post(struct arena *arena, const struct catalog *catalog)
{
    struct post_table *post = ARENA_NEW(arena, struct post_table);
    *post = (struct post_table){
        .queues = work_queues(arena, catalog),
        .letter = &work_item_shape,
        .answer = &note_shape,
        .collect = collect,
        .give_back = give_back,
        .receive = receive,
    };
    return post->queues.count > 0 ? post : NULL;
}
