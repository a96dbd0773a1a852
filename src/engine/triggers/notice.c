/* notice.c - what a process engine and a queue outside notify of, each once.
 *
 * "Something has happened" (on-event) and "its time has come" (on-task) are the same here: a kind,
 * a case, and a name by which a repetition is known. The service's trigger of that kind runs; if it
 * has none, the event SOURCE.KIND arrives at the case, as if a service had told it. What came of it
 * is noted in the same transaction.
 */
#include "engine/handlers.h"
#include "engine/recipe.h"
#include "engine/run/case_store.h"
#include "engine/run/early_store.h"
#include "engine/triggers/trigger_parts.h"
#include "engine/triggers/trigger_store.h"
#include "engine/triggers/triggers.h"
#include "runtime/input.h"
#include "runtime/problem.h"
#include "runtime/telling.h"

#include <string.h>

const struct refusal notice_differs = {
    "notice_differs", 409, "Something else was notified of by this id: give each its own."};
const struct refusal notice_bad_payload = {"bad_payload", 422,
                                           "The payload is not what this trigger takes."};

static const struct text outcome_applied = {"applied", 7};
static const struct text outcome_kept = {"kept", 4};
static const struct text outcome_not_now = {"not_now", 7};
static const struct text outcome_ignored = {"ignored", 7};

bool trigger_hears(const struct workflow *workflow, struct text event)
{
    struct text kind;
    struct text rest;
    bool is_split = text_cut(event, '.', &kind, &rest);
    bool is_outside = text_equals(kind, TEXT("procaas")) || text_equals(kind, TEXT("stq"));
    return is_split && is_outside && workflow_party(workflow, kind) != WORKFLOW_NOWHERE;
}

/* ---- an event of somebody else's ---- */

/* What a handler does by a notice is caused by whoever brought it. */
static struct call call_behind(const struct call *call, const struct message *message)
{
    struct call behind = *call;
    behind.message = message;
    behind.route = NULL;
    behind.exchange = NULL;
    behind.takes = NULL;
    behind.gives = NULL;
    behind.input = NULL;
    behind.stage = NULL;
    behind.gathered = NULL;
    behind.expected_revision = FIELD_NONE;
    return behind;
}

enum status case_hear(struct call *call, struct id case_id, const char *event, struct text data)
{
    char id[ID_TEXT_BYTES + 1];
    MUST(call->stage == NULL || call->stage->step == NULL);
    id_write(case_id, id);
    const struct message message = {
        .id = id_new(),
        .kind = message_event,
        .source = text_of(call->service->name),
        .name = text_of(event),
        .version = 1,
        .subject = text_copy(call->arena, text_of(id)),
        .revision = FIELD_NONE,
        .actor = telling_actor(call),
        .trace = telling_trace(call),
        .told_at = call->now_ms,
        .data = data,
    };
    struct call behind = call_behind(call, &message);
    enum status status = case_event(&behind);
    call->effects = behind.effects;
    call->refusal = behind.refusal;
    return status;
}

/* ---- what comes of a notice ---- */

struct noticing {
    struct call *call;
    const struct notice_input *input;
    struct text source;   /* "procaas" */
    struct text workflow; /* of the path */
    struct id case_id;
    struct text outcome;
};

/* "/flow/procaas/phoenix/on-event" */
static void read_path(struct noticing *noticing)
{
    struct text head;
    struct text rest = text_of(noticing->call->route->path + strlen("/flow/"));
    bool is_whole =
        text_cut(rest, '/', &noticing->source, &rest) && text_cut(rest, '/', &head, &rest);
    MUST(is_whole);
    noticing->workflow = head;
}

static const struct case_trigger *find_trigger(const struct noticing *noticing)
{
    const struct case_work *work = noticing->call->service->cases;
    for (size_t i = 0; i < work->trigger_count; i++) {
        if (text_equals(text_of(work->triggers[i].kind), noticing->input->kind)) {
            return &work->triggers[i];
        }
    }
    return NULL;
}

static struct text payload_of(const struct noticing *noticing)
{
    return text_is_given(noticing->input->payload) ? noticing->input->payload : TEXT("{}");
}

static enum status say_refusal(struct call *call, const struct refusal *refusal)
{
    problem_say(call->exchange, refusal->http_status, refusal->code, refusal->text);
    return STATUS_REFUSED;
}

static enum status run_trigger(struct noticing *noticing, const struct case_trigger *trigger)
{
    struct call *call = noticing->call;
    const struct message cause = {.actor = telling_actor(call), .trace = telling_trace(call)};
    struct call behind = call_behind(call, &cause);
    struct input_data data = {.structure = NULL};
    struct text error = NO_TEXT;
    if (trigger->takes != NULL && input_read_data(call->arena, trigger->takes, payload_of(noticing),
                                                  &data, &error) != STATUS_OK) {
        return refuse_field(call, &notice_bad_payload, "payload");
    }
    struct outside_run outside = {
        .case_id = noticing->case_id,
        .work_id = noticing->input->id,
        .trigger = noticing->input->kind,
    };
    struct stage_run run = {.outside = &outside};
    behind.stage = &run;
    behind.input = data.structure;
    behind.given = data.given;
    behind.takes = trigger->takes;
    behind.attempt = (unsigned)noticing->input->attempt;
    enum status status = trigger->run(&behind);
    call->effects = behind.effects;
    noticing->outcome = outcome_applied;
    return status == STATUS_REFUSED ? say_refusal(call, behind.refusal) : status;
}

/* Does any version of the workflow wait for it? */
static bool is_awaited(const struct noticing *noticing, struct text event)
{
    const struct catalog *catalog = catalog_of(noticing->call);
    for (size_t i = 0; i < catalog->recipe_count; i++) {
        const struct workflow *workflow = catalog->recipes[i]->workflow;
        bool is_it = text_equals(workflow->name, noticing->workflow);
        for (size_t k = 0; is_it && k < workflow->transition_count; k++) {
            const struct transition *rules = &workflow->transitions[k];
            if (rules->kind == TRANSITION_EVENT && text_equals(rules->event.event, event)) {
                return true;
            }
        }
    }
    return false;
}

/* How far the case is. */
struct heard {
    int64_t revision;
    size_t early_count;
};

static enum status look(const struct noticing *noticing, struct heard *heard_out)
{
    struct case_glance glance;
    struct rows rows = {.count = 0};
    struct call *call = noticing->call;
    enum status status = case_look(call, noticing->case_id, &glance);
    if (status == STATUS_OK) {
        status = early_list(call->store, call->arena, noticing->case_id, &rows);
        *heard_out = (struct heard){glance.revision, rows.count};
    }
    return status;
}

static enum status let_hear(struct noticing *noticing)
{
    struct call *call = noticing->call;
    struct heard before = {.revision = 0};
    struct heard after = {.revision = 0};
    struct text event = text_format(call->arena, "%.*s.%.*s", TEXT_ARGS(noticing->source),
                                    TEXT_ARGS(noticing->input->kind));
    noticing->outcome = outcome_ignored;
    if (!is_awaited(noticing, event)) {
        return STATUS_OK;
    }
    enum status status = look(noticing, &before);
    if (status == STATUS_OK) {
        status = case_hear(call, noticing->case_id, event.data, payload_of(noticing));
    }
    if (status == STATUS_REFUSED) {
        return say_refusal(call, call->refusal);
    }
    if (status == STATUS_OK) {
        status = look(noticing, &after);
    }
    noticing->outcome = after.early_count > before.early_count ? outcome_kept
                        : after.revision > before.revision     ? outcome_applied
                                                               : outcome_not_now;
    return status;
}

/* ---- once ---- */

static enum status answer_again(struct noticing *noticing, const struct notice_row *row)
{
    bool is_same =
        id_equals(row->case_id, noticing->case_id) && text_equals(row->kind, noticing->input->kind);
    return is_same ? answer(noticing->call, &(struct notice_answer){.outcome = row->outcome})
                   : refuse(noticing->call, &notice_differs);
}

static enum status keep(const struct noticing *noticing)
{
    return notice_keep(noticing->call->store, &(struct notice_row){
                                                  .source = noticing->source,
                                                  .id = noticing->input->id,
                                                  .case_id = noticing->case_id,
                                                  .kind = noticing->input->kind,
                                                  .outcome = noticing->outcome,
                                                  .came_at = noticing->call->now_ms,
                                              });
}

static enum status find_case(const struct noticing *noticing)
{
    struct case_glance glance;
    enum status status = case_look(noticing->call, noticing->case_id, &glance);
    bool is_other = status == STATUS_OK && !text_equals(glance.workflow, noticing->workflow);
    return status == STATUS_ABSENT || is_other ? refuse(noticing->call, &ticket_unknown) : status;
}

enum status notice_handle(struct call *call)
{
    struct noticing noticing = {.call = call, .input = call->input};
    struct notice_row row;
    read_path(&noticing);
    enum status status = ticket_read(call, &noticing.input->ticket, &noticing.case_id);
    if (status != STATUS_OK) {
        return status;
    }
    status = notice_find(call->store, call->arena, noticing.source, noticing.input->id, &row);
    if (status == STATUS_OK) {
        return answer_again(&noticing, &row);
    }
    status = status == STATUS_ABSENT ? find_case(&noticing) : status;
    if (status != STATUS_OK) {
        return status;
    }
    const struct case_trigger *trigger = find_trigger(&noticing);
    status = trigger != NULL ? run_trigger(&noticing, trigger) : let_hear(&noticing);
    if (status == STATUS_OK) {
        status = keep(&noticing);
    }
    return status == STATUS_OK ? answer(call, &(struct notice_answer){.outcome = noticing.outcome})
                               : status;
}
