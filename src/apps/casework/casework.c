/* casework.c - people's own business cases, on one page. */
#include "apps/casework/casework.h"

#include "apps/casework/casework_parts.h"
#include "apps/casework/casework_store.h"

WORKFLOW_TEXT(feeding);

static const struct workflow_file workflows[] = {
    WORKFLOW_FILE(feeding),
};

static const struct case_function functions[] = {
    {
        .name = "sign",
        .summary = "Sign an address with the key of this place",
        .takes = &sign_takes,
        .gives = &sign_gives,
        .run = feeding_sign,
    },
};

static const struct field state_fields[] = {
    {
        .name = "version",
        .kind = FIELD_TEXT,
        .offset = offsetof(struct casework_state, version),
    },
    {
        .name = "uptime",
        .kind = FIELD_INTEGER,
        .offset = offsetof(struct casework_state, uptime),
        .meaning = "Seconds that this process has been serving",
    },
};
const struct shape casework_state_shape = {
    .name = "CaseworkState",
    .fields = state_fields,
    .field_count = COUNT_OF(state_fields),
    .bytes = sizeof(struct casework_state),
};

enum status casework_state_handle(struct call *call)
{
    return answer(call, &(struct casework_state){.version = text_of(KONTORA_VERSION),
                                                 .uptime = call_uptime_ms(call) / 1000});
}

static const struct route routes[] = {
    {
        .method = HTTP_POST,
        .path = "/process",
        .operation = "start_process",
        .permission = "casework.start",
        .summary = "Start a process of a business case",
        .kind = ROUTE_WRITES,
        .handle = process_start_handle,
        .takes = &start_takes,
        .gives = &started_shape,
        .success_status = 201,
        .other_status = 200,
        .refusals = start_refusals,
        .refusal_count = 5,
    },
    {
        .method = HTTP_GET,
        .path = "/process/{processId}/status/",
        .operation = "get_process_status",
        .permission = "casework.read",
        .summary = "How a process is, and what came of it",
        .kind = ROUTE_READS_POINT,
        .handle = process_status_handle,
        .takes = &process_takes,
        .answer_schema = process_status_schema,
        .refusals = process_refusals,
        .refusal_count = 1,
    },
    {
        .method = HTTP_POST,
        .path = "/serviceQ",
        .operation = "answer_service_q",
        .permission = "casework.answer",
        .summary = "What came of a command",
        .kind = ROUTE_WRITES,
        .handle = service_answer_handle,
        .takes = &service_answer_takes,
        .gives = &service_accepted_shape,
        .refusals = service_answer_refusals,
        .refusal_count = 2,
    },
    {
        .method = HTTP_GET,
        .path = "/status",
        .operation = "get_casework_status",
        .permission = "casework.read",
        .summary = "Which program this is, and since when it serves",
        .kind = ROUTE_READS_POINT,
        .handle = casework_state_handle,
        .gives = &casework_state_shape,
    },
    {
        .method = HTTP_GET,
        .path = "/versions",
        .operation = "list_versions",
        .permission = "casework.read",
        .summary = "The versions of business cases that this process serves",
        .kind = ROUTE_READS,
        .handle = api_list_handle,
        .gives = &api_version_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_PUT,
        .path = "/versions/{businessCaseName}/{apiV}",
        .operation = "allow_version",
        .permission = "casework.change",
        .summary = "Say whether new processes of a version may begin",
        .kind = ROUTE_WRITES,
        .handle = api_allow_handle,
        .takes = &api_takes,
        .gives = &api_version_shape,
        .refusals = api_refusals,
        .refusal_count = 2,
    },
};

static const struct case_work cases = {
    .workflows = workflows,
    .workflow_count = COUNT_OF(workflows),
    .functions = functions,
    .function_count = COUNT_OF(functions),
    .takes_directory = true,
};

const struct service casework_service = {
    .name = "casework",
    .purpose = "People's own business cases: durable stages, done here or by services outside",
    .migrations = casework_migrations,
    .migration_count = 1,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .cases = &cases,
};
