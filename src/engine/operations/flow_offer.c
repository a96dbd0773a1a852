/* flow_offer.c - judges each operation of a workflow for one participant. */
#include "engine/operations/flow_offer.h"

#include "base/fault.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/operation_form.h"
#include "engine/operations/operation_token.h"

bool offer_is_for(const struct transition *rules, uint64_t parties)
{
    return rules->kind == TRANSITION_OPERATION && (rules->operation.who & parties) != 0;
}

/* Nobody knows before what will be filled in. */
static bool form_decides(const struct recipe *recipe, int transition)
{
    const struct condition *when = recipe->transitions[transition].when;
    const struct operation_rules *rules = &recipe->workflow->transitions[transition].operation;
    struct condition_fields fields = {.count = 0};
    if (when != NULL) {
        fields = condition_fields(when);
    }
    for (size_t i = 0; i < fields.count; i++) {
        for (size_t k = 0; k < rules->ask_count; k++) {
            if (fields.items[i] == (size_t)rules->asks[k].field) {
                return true;
            }
        }
    }
    return false;
}

const char *offer_refusal(struct step *step, int transition, const struct operation_row *under_way)
{
    const struct case_record *record = step->record;
    const struct transition *rules = &record->recipe->workflow->transitions[transition];
    if (record->closed_at != 0) {
        return "case_closed";
    }
    if (!id_is_none(under_way->id) && text_equals(under_way->name, rules->name)) {
        return "operation_in_progress";
    }
    if (step_way(step, transition, WAY_ON) == NULL) {
        return "wrong_stage";
    }
    bool may = form_decides(record->recipe, transition) || step_may(step, transition) != NULL;
    return may ? NULL : step->undecided != NULL ? "expression_failed" : "condition";
}

enum status offer_under_way(const struct flow *flow, const struct case_record *record,
                            struct operation_row *row_out)
{
    struct call *call = flow->call;
    *row_out = (struct operation_row){.finished_at = 0};
    if (id_is_none(record->operation)) {
        return STATUS_OK;
    }
    enum status status = operation_find(call->store, call->arena, record->operation, row_out);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* ---- JSON ---- */

void offer_put_details(struct json_writer *writer, const struct transition *rules, const char *code)
{
    json_begin_object(writer);
    if (text_equals(text_of(code), TEXT("condition"))) {
        flow_put_label(writer, "because", &rules->operation.because);
    }
    json_end_object(writer);
}

static struct text message_of(const struct transition *rules, const char *code)
{
    const struct fail_reason *reason = fail_reason_find(text_of(code));
    MUST(reason != NULL); /* the registry has all */
    bool has_words =
        text_equals(text_of(code), TEXT("condition")) && text_is_given(rules->operation.because.en);
    return has_words ? rules->operation.because.en : text_of(reason->meaning);
}

void offer_put_refusal(struct json_writer *writer, const struct transition *rules, const char *code)
{
    json_begin_object(writer);
    json_key(writer, "code");
    json_put_text(writer, text_of(code));
    json_key(writer, "message");
    json_put_text(writer, message_of(rules, code));
    json_key(writer, "details");
    offer_put_details(writer, rules, code);
    json_end_object(writer);
}

static struct text write_token(const struct flow *flow, const struct case_record *record,
                               const struct transition *rules)
{
    const struct workflow *workflow = record->recipe->workflow;
    bool is_new = record->revision == 0;
    int64_t good_ms = SEEDED_BUG("tokens_expire_at_once") ? 1 : OPERATION_TOKEN_MS;
    return operation_token_write(flow->call->arena, catalog_of(flow->call)->signing_key,
                                 &(struct operation_claim){
                                     .case_id = is_new ? (struct id){{0}} : record->id,
                                     .revision = record->revision,
                                     .good_until = flow->call->now_ms + good_ms,
                                     .nonce = id_new(),
                                     .person = flow->participant.person,
                                     .kind = flow->kind,
                                     .workflow = workflow->name,
                                     .version = workflow->version,
                                     .operation = rules->name,
                                 });
}

struct offering {
    struct json_writer *writer;
    const struct flow *flow;
    struct step step;
    const struct operation_row *under_way;
    bool with_tokens;
};

/* Exactly one of token and disable_reason (A8). */
static void put_offer(struct offering *offering, int transition)
{
    struct json_writer *writer = offering->writer;
    const struct case_record *record = offering->step.record;
    const struct transition *rules = &record->recipe->workflow->transitions[transition];
    const char *code = offer_refusal(&offering->step, transition, offering->under_way);
    json_begin_object(writer);
    json_key(writer, "operation");
    json_put_text(writer, rules->name);
    flow_put_label(writer, "label", &rules->label);
    if (code != NULL) {
        json_key(writer, "disable_reason");
        offer_put_refusal(writer, rules, code);
    } else if (offering->with_tokens) {
        json_key(writer, "token");
        json_put_text(writer, write_token(offering->flow, record, rules));
    }
    json_key(writer, "form");
    operation_form_put(writer, record->recipe->workflow, rules);
    json_end_object(writer);
}

void offer_put_all(struct json_writer *writer, const struct flow *flow,
                   const struct flow_case *seen, const struct operation_row *under_way,
                   bool with_tokens)
{
    const struct workflow *workflow = seen->record->recipe->workflow;
    bool is_new = seen->record->revision == 0;
    struct offering offering = {
        .writer = writer,
        .flow = flow,
        .step = flow_step(flow, seen->record),
        .under_way = under_way,
        .with_tokens = with_tokens,
    };
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        bool is_there = case_begins(rules) == is_new && (!is_new || flow->recipe->is_newest);
        if (is_there && offer_is_for(rules, seen->parties)) {
            put_offer(&offering, (int)i);
        }
    }
    json_end_array(writer);
}
