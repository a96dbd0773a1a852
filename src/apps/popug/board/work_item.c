/* work_item.c - what is known of a task, what is said of it, and the word no. */
#include "apps/popug/board/work_item.h"

const struct text item_open = {"open", 4};
const struct text item_done = {"done", 4};
const char *const item_statuses[2] = {"open", "done"};

#define ROW(name_, kind_, member_)                                                                 \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct work_item, member_)            \
    }

static const struct field fields[] = {
    ROW("id", FIELD_ID, id),
    ROW("title", FIELD_TEXT, title),
    ROW("description", FIELD_TEXT, description),
    ROW("status", FIELD_TEXT, status),
    ROW("assignee_id", FIELD_ID, assignee_id),
    {.name = "assignment",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct work_item, assignment),
     .meaning = "Which assignment this is: 1, 2, 3 ..."},
    {.name = "fee_minor",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct work_item, fee_minor),
     .meaning = "What each assignment takes from whom it falls on"},
    {.name = "reward_minor",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct work_item, reward_minor),
     .meaning = "What it gives to whoever finishes it"},
    {.name = "price_minor",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct work_item, price_minor),
     .meaning = "The same as reward_minor"},
    ROW("currency", FIELD_TEXT, currency),
    ROW("author_id", FIELD_ID, author_id),
    ROW("created_at", FIELD_TIME, created_at),
    ROW("assigned_at", FIELD_TIME, assigned_at),
    ROW("finished_at", FIELD_TIME, finished_at),
};
const struct shape item_shape = {
    .name = "Task",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct work_item),
};

const struct refusal item_not_found = {"task_not_found", 404, "There is no such task."};
const struct refusal item_nobody_there = {"nobody_to_assign", 409,
                                          "There is nobody yet whom a task could be given to."};
const struct refusal item_not_yours = {"task_not_yours", 403,
                                       "Only the one who has the task may finish it."};
const struct refusal item_is_done = {"task_is_done", 409, "The task is done already."};
const struct refusal item_not_an_employee = {"not_an_employee", 403,
                                             "The board is for people who work here."};

/* ---- events ---- */

#define TELLS(name_, kind_, member_)                                                               \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct work_item, member_),           \
        .required = true, .bytes_max = TITLE_BYTES_MAX                                             \
    }

static const struct field created_fields[] = {
    TELLS("task_id", FIELD_ID, id),
    TELLS("title", FIELD_TEXT, title),
    TELLS("fee_minor", FIELD_INTEGER, fee_minor),
    TELLS("reward_minor", FIELD_INTEGER, reward_minor),
    TELLS("currency", FIELD_TEXT, currency),
    TELLS("created_at", FIELD_TIME, created_at),
};
static const struct field assigned_fields[] = {
    TELLS("task_id", FIELD_ID, id),
    TELLS("user_id", FIELD_ID, assignee_id),
    TELLS("assign_time", FIELD_TIME, assigned_at),
    TELLS("assignment", FIELD_INTEGER, assignment),
    TELLS("fee_minor", FIELD_INTEGER, fee_minor),
    TELLS("currency", FIELD_TEXT, currency),
    TELLS("title", FIELD_TEXT, title),
};
static const struct field finished_fields[] = {
    TELLS("task_id", FIELD_ID, id),
    TELLS("user_id", FIELD_ID, assignee_id),
    TELLS("finish_time", FIELD_TIME, finished_at),
    TELLS("assignment", FIELD_INTEGER, assignment),
    TELLS("reward_minor", FIELD_INTEGER, reward_minor),
    TELLS("currency", FIELD_TEXT, currency),
};

#define TOLD(name_, fields_)                                                                       \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct work_item)                                                          \
    }
static const struct shape created_shape = TOLD("TaskCreated", created_fields);
static const struct shape assigned_shape = TOLD("TaskAssigned", assigned_fields);
static const struct shape finished_shape = TOLD("TaskFinished", finished_fields);

const struct event item_events[ITEM_EVENT_COUNT] = {
    [ITEM_CREATED] = {.name = "board.task_created",
                      .version = 1,
                      .data = &created_shape,
                      .summary = "There is a new task, with its price",
                      .alias = "TaskCreated"},
    [ITEM_ASSIGNED] = {.name = "board.task_assigned",
                       .version = 1,
                       .data = &assigned_shape,
                       .summary = "A task has fallen on somebody",
                       .alias = "TaskAssigned"},
    [ITEM_FINISHED] = {.name = "board.task_finished",
                       .version = 1,
                       .data = &finished_shape,
                       .summary = "A task is done",
                       .alias = "TaskFinished"},
};

/* To whoever may read tasks, all of it. */
bool item_shows(const struct stream *stream, const struct caller *reader,
                const struct message *message, struct arena *arena, struct text *data_out)
{
    (void)stream;
    (void)reader;
    (void)arena;
    *data_out = message->data;
    return text_starts_with(message->name, TEXT("board.task_"));
}

enum status item_tell(struct call *call, size_t event, const struct work_item *item)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(item->id, id);
    return tell(call, &item_events[event], text_of(id), FIELD_NONE, item);
}
