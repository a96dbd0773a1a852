/* popug_board.c - the board on one page: tasks that fall on people by chance. */
#include "apps/popug/board/popug_board.h"

#include "apps/popug/board/board_notice.h"
#include "apps/popug/board/board_people.h"
#include "apps/popug/board/lottery.h"
#include "apps/popug/board/work_item.h"
#include "runtime/access.h"

static const struct refusal *const create_refusals[] = {&item_not_an_employee, &item_nobody_there};
static const struct refusal *const finish_refusals[] = {&item_not_found, &item_not_yours,
                                                        &item_is_done};
static const struct refusal *const colleague_refusals[] = {&item_not_an_employee};
static const struct refusal *const get_refusals[] = {&item_not_found};
static const struct refusal *const list_refusals[] = {&item_bad_assignee};
static const struct refusal *const shuffle_refusals[] = {&lottery_not_ready, &item_nobody_there};
static const struct refusal *const lottery_refusals[] = {&lottery_not_found};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/tasks",
        .operation = "list_tasks",
        .permission = PERMISSION_PERSON,
        .summary = "Tasks, newest first",
        .kind = ROUTE_READS,
        .handle = item_list_handle,
        .takes = &item_list_takes,
        .gives = &item_shape,
        .gives_list = true,
        .refusals = list_refusals,
        .refusal_count = COUNT_OF(list_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/tasks",
        .operation = "create_task",
        .permission = PERMISSION_PERSON,
        .summary = "Add a task; it falls on somebody at once",
        .kind = ROUTE_WRITES,
        .gather = item_create_gather,
        .handle = item_create_handle,
        .takes = &item_create_takes,
        .gives = &item_shape,
        .success_status = 201,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/tasks/{task_id}",
        .operation = "get_task",
        .permission = PERMISSION_PERSON,
        .summary = "One task",
        .kind = ROUTE_READS_POINT,
        .handle = item_get_handle,
        .takes = &item_id_takes,
        .gives = &item_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/tasks/{task_id}/finish",
        .operation = "finish_task",
        .permission = PERMISSION_PERSON,
        .summary = "My task is done",
        .kind = ROUTE_WRITES,
        .handle = item_finish_handle,
        .takes = &item_id_takes,
        .gives = &item_shape,
        .refusals = finish_refusals,
        .refusal_count = COUNT_OF(finish_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/internal/board/tasks",
        .operation = "get_task_titles",
        .permission = "board.read",
        .summary = "What some tasks are about, for who shows an account",
        .kind = ROUTE_READS,
        .handle = item_titles_handle,
        .takes = &item_titles_takes,
        .gives = &item_title_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/tasks/shuffle",
        .operation = "shuffle_tasks",
        .permission = "board.shuffle",
        .summary = "Let all open tasks fall anew",
        .kind = ROUTE_WRITES,
        .handle = shuffle_handle,
        .gives = &lottery_seen_shape,
        .success_status = 202,
        .refusals = shuffle_refusals,
        .refusal_count = COUNT_OF(shuffle_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/shuffles",
        .operation = "list_shuffles",
        .permission = PERMISSION_PERSON,
        .summary = "The next shuffle with its commitment, and those that were",
        .kind = ROUTE_READS,
        .handle = lottery_list_handle,
        .gives = &lottery_seen_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/shuffles/{shuffle_id}",
        .operation = "get_shuffle",
        .permission = PERMISSION_PERSON,
        .summary = "How far a shuffle has come; its seed, when it is done",
        .kind = ROUTE_READS_POINT,
        .handle = lottery_get_handle,
        .takes = &lottery_id_takes,
        .gives = &lottery_seen_shape,
        .refusals = lottery_refusals,
        .refusal_count = COUNT_OF(lottery_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/shuffles/{shuffle_id}/people",
        .operation = "list_shuffle_people",
        .permission = PERMISSION_PERSON,
        .summary = "On whom tasks could fall, in order",
        .kind = ROUTE_READS,
        .handle = lottery_people_handle,
        .takes = &lottery_people_takes,
        .gives = &lottery_person_shape,
        .gives_list = true,
        .refusals = lottery_refusals,
        .refusal_count = COUNT_OF(lottery_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/shuffles/{shuffle_id}/results",
        .operation = "list_shuffle_results",
        .permission = PERMISSION_PERSON,
        .summary = "On whom each task fell",
        .kind = ROUTE_READS,
        .handle = lottery_results_handle,
        .takes = &lottery_results_takes,
        .gives = &lottery_result_shape,
        .gives_list = true,
        .refusals = lottery_refusals,
        .refusal_count = COUNT_OF(lottery_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/colleagues",
        .operation = "list_colleagues",
        .permission = PERMISSION_PERSON,
        .summary = "Who works here, by name",
        .kind = ROUTE_READS,
        .handle = colleague_list_handle,
        .takes = &colleague_list_takes,
        .gives = &colleague_shape,
        .gives_list = true,
        .refusals = colleague_refusals,
        .refusal_count = COUNT_OF(colleague_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/colleagues/me",
        .operation = "get_me_as_colleague",
        .permission = PERMISSION_PERSON,
        .summary = "Whether I work here",
        .kind = ROUTE_READS_POINT,
        .handle = colleague_me_handle,
        .gives = &colleague_shape,
        .refusals = colleague_refusals,
        .refusal_count = COUNT_OF(colleague_refusals),
    },
};

static const struct stream streams[] = {
    {
        .path = "/api/tasks/events",
        .operation = "watch_tasks",
        .permission = PERMISSION_PERSON,
        .summary = "What happens on the board, as it happens",
        .shows = item_shows,
    },
};

#define HEARS(event_)                                                                              \
    {                                                                                              \
        .event = (event_), .version = 1, .takes = &board_person_heard, .handle = board_person_hear \
    }
static const struct subscription subscriptions[] = {
    HEARS("users.created"),
    HEARS("users.changed"),
    HEARS("users.activated"),
    HEARS("users.blocked"),
    HEARS("users.unblocked"),
    {.event = "users.forgotten",
     .version = 1,
     .takes = &board_person_forgotten,
     .handle = board_person_forget},
};

static const struct chore chores[] = {
    {.name = "shuffle", .run = shuffle_chunk, .every_ms = 1000, .heeds_alarms = true},
    {.name = "tell_shuffled", .run = notice_chunk, .every_ms = 1000, .heeds_alarms = true},
};

const struct service board_service = {
    .name = "board",
    .purpose = "The task board: tasks fall on people by chance, and are finished by them",
    .migrations = board_migrations,
    .migration_count = BOARD_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .events = item_events,
    .event_count = ITEM_EVENT_COUNT,
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
    .streams = streams,
    .stream_count = COUNT_OF(streams),
    .errands = board_errands,
    .errand_count = BOARD_ERRAND_COUNT,
    .asks = &item_ask_price,
    .ask_count = 1,
};
