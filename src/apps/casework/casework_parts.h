/* casework_parts.h - what the files of casework share: who is refused, and who answers what. */
#ifndef APPS_CASEWORK_CASEWORK_PARTS_H
#define APPS_CASEWORK_CASEWORK_PARTS_H

#include "engine/cases.h"

/* Names in what is asked and answered here are those of the framework that this takes the place
 * of; so are the types of its errors. */
enum { BUSINESS_CASE_NAME_BYTES_MAX = 64, PAYLOAD_BYTES_MAX = 65536, CLIENT_KEY_BYTES_MAX = 200 };

extern const struct refusal business_case_not_found;
extern const struct refusal business_case_api_not_found;
extern const struct refusal api_is_not_allowed;
extern const struct refusal payload_is_wrong;
extern const struct refusal client_key_is_taken;
extern const struct refusal business_process_not_found;
extern const struct refusal incorrect_message;
extern const struct refusal stage_not_found;

/* Of a request; options are a JSON object. */
NODISCARD enum status casework_refuse(struct call *call, const struct refusal *refusal,
                                      struct text options);

/* ---- POST /process ---- */

struct start_input {
    struct text name;
    struct text payload; /* JSON, the form of what begins it */
    int64_t api;         /* FIELD_NONE: the newest that is allowed */
    struct text client_key;
};
struct started {
    struct id id;
};
extern const struct shape start_takes;
extern const struct shape started_shape;
extern const struct refusal *const start_refusals[];
NODISCARD enum status process_start_handle(struct call *call);

/* ---- GET /process/{processId}/status/ ---- */

struct process_name {
    struct text id;
};
extern const struct shape process_takes;
extern const struct refusal *const process_refusals[];
extern const char process_status_schema[];
NODISCARD enum status process_status_handle(struct call *call);

/* ---- GET /status ---- */

struct casework_state {
    struct text version;
    int64_t uptime; /* seconds */
};
extern const struct shape casework_state_shape;
NODISCARD enum status casework_state_handle(struct call *call);

/* ---- GET /versions, PUT /versions/{businessCaseName}/{apiV} ---- */

struct api_version {
    struct text name;
    int64_t api;
    bool is_allowed; /* new ones may begin */
    bool is_newest;
};
struct api_input {
    struct text name;
    int64_t api;
    bool is_allowed;
};
extern const struct shape api_version_shape;
extern const struct shape api_takes;
extern const struct refusal *const api_refusals[];
NODISCARD enum status api_list_handle(struct call *call);
NODISCARD enum status api_allow_handle(struct call *call);

/* ---- POST /serviceQ ---- */

struct service_answer {
    struct text task_id;
    struct text result; /* JSON */
    struct text error;  /* a JSON object; NO_TEXT: it has not failed */
    struct text next;
};
struct service_accepted {
    bool is_accepted;
};
extern const struct shape service_answer_takes;
extern const struct shape service_accepted_shape;
extern const struct refusal *const service_answer_refusals[];
NODISCARD enum status service_answer_handle(struct call *call);

/* ---- functions of the example ---- */

extern const struct shape sign_takes;
extern const struct shape sign_gives;
NODISCARD enum status feeding_sign(struct call *call);

#endif
