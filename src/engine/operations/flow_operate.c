/* flow_operate.c - POST operations/NAME: what somebody does to a case, once (A12, A15-A17, A22).
 *
 * In this order: the token is ours and for this. If it was used, the same body gets the same
 * answer, and another body none. What its owner has seen is still so. The form is right. Then one
 * transaction has all of it: the operation, what it moves, what follows by itself, what is told.
 *
 * What its owner has not seen cannot have misled him: a case that changed where he may not look
 * leaves his token good.
 */
#include "base/encode.h"
#include "base/fault.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow_handlers.h"
#include "engine/operations/flow_offer.h"
#include "engine/operations/operation_run.h"
#include "engine/operations/operation_token.h"
#include "engine/run/case_store.h"
#include "runtime/problem.h"

#include <sodium.h>

enum { TOKEN_BYTES_MAX = 256, FORM_BYTES_MAX = 256 * 1024, HASH_BYTES = 16 };

#define AT(member) .offset = offsetof(struct operate_input, member)
static const struct field operate_fields[] = {
    {.name = "token",
     .kind = FIELD_TEXT,
     AT(token_text),
     .required = true,
     .bytes_max = TOKEN_BYTES_MAX,
     .meaning = "Of the newest state, good once"},
    {.name = "form",
     .kind = FIELD_OBJECT,
     AT(form),
     .bytes_max = FORM_BYTES_MAX,
     .meaning = "What the operation asks for"},
};
#undef AT
const struct shape flow_operate_takes = {
    .name = "FlowOperate",
    .fields = operate_fields,
    .field_count = COUNT_OF(operate_fields),
    .bytes = sizeof(struct operate_input),
};

struct operating {
    struct flow flow;
    struct text name;
    struct operation_claim claim;
    struct text form;
    struct text hash; /* of the form */
    struct step step;
    struct flow_case seen;
    int transition;
};

/* ---- no ---- */

/* What its owner is told of a token that is good no more: where the case is and which fields have
 * changed, of what he sees. Nothing is known of a case: nothing is told. */
struct staleness {
    const struct flow_case *seen; /* NULL */
    const struct case_step *steps;
    size_t step_count;
    const struct transition *rules;
    const char *code; /* why it is not offered; NULL */
};

static enum status refuse_token(struct call *call, const struct staleness *staleness)
{
    struct json_writer writer;
    const struct flow_case *seen = staleness->seen;
    json_writer_init(&writer, call->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "changed");
    if (seen != NULL) {
        (void)view_put_changed(&writer, seen->record, &seen->fields, staleness->steps,
                               staleness->step_count);
    } else {
        json_put_raw(&writer, TEXT("[]"));
    }
    json_key(&writer, "places");
    if (seen != NULL) {
        view_put_places(&writer, seen->record);
    } else {
        json_put_raw(&writer, TEXT("[]"));
    }
    json_key(&writer, "disable_reason");
    if (staleness->code != NULL) {
        offer_put_refusal(&writer, staleness->rules, staleness->code);
    } else {
        json_put_null(&writer);
    }
    json_end_object(&writer);
    return refuse_with(call, &flow_invalid_token, json_written(&writer));
}

static enum status refuse_unknown_token(struct call *call)
{
    return refuse_token(call, &(struct staleness){.seen = NULL});
}

/* The names of the form's fields are below "form". */
static enum status refuse_form(struct call *call, const struct form_problems *problems)
{
    struct field_problem fields[PROBLEM_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < problems->count && count < PROBLEM_FIELDS_MAX; i++) {
        struct text shown = text_slice(problems->items[i].field, 0, WORKFLOW_NAME_BYTES_MAX);
        while (shown.bytes > 0 && !text_is_utf8(shown)) {
            shown.bytes--;
        }
        fields[count++] = (struct field_problem){
            .field = text_format(call->arena, "form.%.*s", TEXT_ARGS(shown)).data,
            .code = problems->items[i].code,
            .message = problems->items[i].message,
        };
    }
    MUST(count > 0); /* otherwise it would not be wrong */
    problem_answer(call->exchange,
                   &(struct problem){
                       .http_status = 400,
                       .code = "validation_error",
                       .message = text_format(call->arena, "%s %.*s.", fields[0].field,
                                              TEXT_ARGS(fields[0].message)),
                       .fields = fields,
                       .field_count = count,
                   });
    return STATUS_REFUSED;
}

static enum status refuse_condition(struct call *call, const struct transition *rules)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    offer_put_details(&writer, rules, flow_condition.code);
    return refuse_with(call, &flow_condition, json_written(&writer));
}

/* ---- the token ---- */

/* It was signed for one version of the workflow, and does not say for which. */
static enum status read_claim(struct operating *operating, struct text written)
{
    const struct flow *flow = &operating->flow;
    const struct catalog *catalog = catalog_of(flow->call);
    enum status status = STATUS_MALFORMED;
    for (size_t i = 0; i < catalog->recipe_count && status == STATUS_MALFORMED; i++) {
        const struct workflow *workflow = catalog->recipes[i]->workflow;
        if (text_equals(workflow->name, flow->workflow)) {
            operating->claim = (struct operation_claim){
                .person = flow->participant.person,
                .kind = flow->kind,
                .workflow = flow->workflow,
                .version = workflow->version,
                .operation = operating->name,
            };
            status = operation_token_read(catalog->signing_key, written, flow->call->now_ms,
                                          &operating->claim);
        }
    }
    return status;
}

static struct text hash_of(struct arena *arena, struct text form)
{
    unsigned char hash[HASH_BYTES];
    struct text whole = text_is_given(form) ? form : TEXT("{}");
    crypto_generichash(hash, sizeof hash, (const unsigned char *)whole.data, whole.bytes, NULL, 0);
    return encode_hex(arena, hash, sizeof hash);
}

/* ABSENT: it has not been used. */
static enum status answer_used(struct operating *operating)
{
    struct call *call = operating->flow.call;
    struct operation_row row;
    enum status status =
        operation_find_by_nonce(call->store, call->arena, operating->claim.nonce, &row);
    if (status != STATUS_OK || SEEDED_BUG("nonce_not_looked_at")) {
        return status == STATUS_OK ? STATUS_ABSENT : status;
    }
    return text_equals(row.body_hash, operating->hash) ? operation_answer(call, &row)
                                                       : refuse_unknown_token(call);
}

/* ---- what he has seen ---- */

/* steps[0] is what his token was made for, the others came later. */
static bool has_moved(const struct operating *operating, const struct rows *rows)
{
    struct json_writer writer;
    const struct case_step *steps = rows->items;
    const struct flow_case *seen = &operating->seen;
    if (rows->count == 0 || steps[0].revision != operating->claim.revision) {
        return true; /* nobody knows any more what it was like */
    }
    json_writer_init(&writer, operating->flow.call->arena, 256);
    struct text then = flow_places_then(writer.arena, seen->record, &steps[0]);
    for (size_t i = 1; i < rows->count; i++) {
        if (!text_equals(flow_places_then(writer.arena, seen->record, &steps[i]), then)) {
            return true;
        }
    }
    return view_put_changed(&writer, seen->record, &seen->fields, steps + 1, rows->count - 1);
}

/* OK: nothing that he sees has changed since his token was made, and he may still do it. */
static enum status check_freshness(struct operating *operating)
{
    struct call *call = operating->flow.call;
    struct case_record *record = operating->step.record;
    struct rows rows = {.count = 0};
    struct operation_row under_way;
    struct staleness staleness = {
        .seen = &operating->seen,
        .rules = &record->recipe->workflow->transitions[operating->transition],
    };
    enum status status = offer_under_way(&operating->flow, record, &under_way);
    if (status == STATUS_OK && record->revision > operating->claim.revision) {
        status = case_steps(call->store, call->arena, record->id, operating->claim.revision - 1,
                            CASE_STEPS_MAX, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    bool is_later = record->revision > operating->claim.revision;
    if (rows.count > 1) {
        staleness.steps = (const struct case_step *)rows.items + 1;
        staleness.step_count = rows.count - 1;
    }
    staleness.code = offer_refusal(&operating->step, operating->transition, &under_way);
    bool is_stale = rows.count == CASE_STEPS_MAX ||
                    record->recipe->workflow->version != operating->claim.version ||
                    (is_later && has_moved(operating, &rows));
    if (SEEDED_BUG("stale_is_fresh")) {
        is_stale = false;
    }
    return is_stale || staleness.code != NULL ? refuse_token(call, &staleness) : STATUS_OK;
}

/* ---- doing it ---- */

/* The form is read into the case; what it decides by itself is looked at now. */
static enum status take_form(struct operating *operating)
{
    struct call *call = operating->flow.call;
    struct form_problems problems;
    enum status status =
        case_form_read(&operating->step, operating->transition, operating->form, &problems);
    if (status == STATUS_MALFORMED) {
        return refuse_form(call, &problems);
    }
    if (status == STATUS_OK && step_may(&operating->step, operating->transition) == NULL) {
        const struct workflow *workflow = operating->step.record->recipe->workflow;
        if (operating->step.undecided != NULL) {
            return refuse(call, &flow_expression_failed);
        }
        return refuse_condition(call, &workflow->transitions[operating->transition]);
    }
    return status;
}

static struct operation_row new_row(const struct operating *operating)
{
    const struct flow *flow = &operating->flow;
    return (struct operation_row){
        .id = id_new(),
        .case_id = operating->step.record->id,
        .name = operating->name,
        .person = flow->participant.person,
        .party = flow->kind,
        .nonce = operating->claim.nonce,
        .body_hash = operating->hash,
        .status = operation_running,
        .revision = operating->step.record->revision,
        .created_at = flow->call->now_ms,
    };
}

static enum status run(struct operating *operating)
{
    struct call *call = operating->flow.call;
    struct operation_row row = new_row(operating);
    enum status status = operation_run(&operating->step, operating->transition, &row);
    if (status == STATUS_EXISTS) {
        return refuse(call, &flow_already_open);
    }
    return status == STATUS_OK ? operation_answer(call, &row) : status;
}

static enum status operate_on_case(struct operating *operating)
{
    struct step *step = &operating->step;
    *step = flow_step(&operating->flow, NULL);
    enum status status = case_move_begin(step, operating->claim.case_id);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? refuse_unknown_token(step->call) : status;
    }
    const struct workflow *workflow = step->record->recipe->workflow;
    operating->transition = workflow_transition(workflow, operating->name);
    bool may = flow_look(&operating->flow, step->record, &operating->seen) &&
               operating->transition != WORKFLOW_NOWHERE &&
               offer_is_for(&workflow->transitions[operating->transition], operating->seen.parties);
    if (!may) {
        return refuse_unknown_token(step->call);
    }
    status = check_freshness(operating);
    status = status == STATUS_OK ? take_form(operating) : status;
    return status == STATUS_OK ? run(operating) : status;
}

/* One is open already: work goes on in that one (A36). */
static enum status answer_open(struct operating *operating, struct id case_id)
{
    struct call *call = operating->flow.call;
    struct operation_row row = new_row(operating);
    row.case_id = case_id;
    row.status = operation_succeeded;
    row.finished_at = call->now_ms;
    enum status status = operation_insert(call->store, &row);
    if (status == STATUS_EXISTS) { /* the same token, just now */
        return STATUS_CONFLICT;
    }
    return status == STATUS_OK ? operation_answer(call, &row) : status;
}

static enum status operate_from_start(struct operating *operating)
{
    const struct flow *flow = &operating->flow;
    const struct workflow *workflow = flow->recipe->workflow;
    operating->step = flow_step(flow, case_record_new(flow->call->arena, flow->recipe, id_new()));
    operating->transition = workflow_transition(workflow, operating->name);
    bool may = flow->recipe->is_newest && workflow->version == operating->claim.version &&
               operating->transition != WORKFLOW_NOWHERE &&
               offer_is_for(&workflow->transitions[operating->transition],
                            view_parties(flow->recipe, &flow->participant)) &&
               case_begins(&workflow->transitions[operating->transition]);
    if (!may) {
        return refuse_unknown_token(flow->call);
    }
    step_begin(&operating->step);
    struct id open = {{0}};
    enum status status = take_form(operating);
    if (status == STATUS_OK) {
        status = case_find_rival(&operating->step, operating->transition, &open);
    }
    if (status == STATUS_OK) {
        return answer_open(operating, open);
    }
    return status == STATUS_ABSENT ? run(operating) : status;
}

enum status flow_operate_handle(struct call *call)
{
    const struct operate_input *input = call->input;
    struct operating operating = {.form = input->form};
    struct text folder;
    enum status status = flow_enter(call, &operating.flow);
    if (status != STATUS_OK) {
        return status;
    }
    bool is_named = text_cut(operating.flow.rest, '/', &folder, &operating.name);
    MUST(is_named); /* "operations/approve" */
    operating.hash = hash_of(call->arena, input->form);
    enum status written = read_claim(&operating, input->token_text);
    if (written == STATUS_MALFORMED) {
        return refuse_unknown_token(call);
    }
    status = answer_used(&operating);
    if (status != STATUS_ABSENT) {
        return status;
    }
    if (written != STATUS_OK) { /* it was good once */
        return refuse_unknown_token(call);
    }
    return id_is_none(operating.claim.case_id) ? operate_from_start(&operating)
                                               : operate_on_case(&operating);
}
