/* mend.c - a person puts a case right. */
#include "engine/stages/mend.h"

#include "engine/net.h"
#include "engine/soundness/reachable.h"
#include "engine/workflow_net.h"

enum { FIELDS_VALUES_MAX = 20000 };

static const struct workflow *workflow_of(const struct mending *mending)
{
    return mending->step->record->recipe->workflow;
}

static enum status no(struct mending *mending, struct text said)
{
    mending->said = said;
    return STATUS_REFUSED;
}

/* {"code": "skipped", "message": "the bank has done it by hand"} */
static struct text reason_of(const struct mending *mending, const char *what)
{
    return stage_reason(mending->step->call->arena,
                        &(struct stage_result){.code = text_of(what), .message = mending->why});
}

/* ---- stages ---- */

static enum status find_only(struct mending *mending, const struct rows *rows, int *transition_out)
{
    const struct stage_row *row = rows->items;
    size_t incidents = 0;
    const struct stage_row *found = rows->count == 1 ? row : NULL;
    for (size_t i = 0; i < rows->count; i++) {
        if (text_equals(row[i].state, stage_incident)) {
            incidents++;
            found = &row[i];
        }
    }
    if (found == NULL || incidents > 1) {
        return no(mending, rows->count == 0 ? TEXT("No stage of this case is under way.")
                                            : TEXT("Several stages are under way: say which."));
    }
    *transition_out = workflow_transition(workflow_of(mending), found->stage);
    return STATUS_OK;
}

enum status mend_find_stage(struct mending *mending, struct text given, int *transition_out)
{
    struct rows rows;
    struct call *call = mending->step->call;
    if (text_is_given(given)) {
        *transition_out = workflow_transition(workflow_of(mending), given);
        return *transition_out != WORKFLOW_NOWHERE
                   ? STATUS_OK
                   : no(mending,
                        text_format(call->arena, "There is no stage '%.*s'.", TEXT_ARGS(given)));
    }
    enum status status = stage_list(call->store, call->arena, mending->step->record->id, &rows);
    return status == STATUS_OK ? find_only(mending, &rows, transition_out) : status;
}

static enum status find_row(struct mending *mending, int transition, struct stage_row *row_out)
{
    struct call *call = mending->step->call;
    struct text stage = workflow_of(mending)->transitions[transition].name;
    enum status status =
        stage_find(call->store, call->arena, mending->step->record->id, stage, row_out);
    return status == STATUS_ABSENT
               ? no(mending, text_format(call->arena, "The stage '%.*s' is not under way.",
                                         TEXT_ARGS(stage)))
               : status;
}

static bool has_failed(const struct stage_row *row, int64_t now_ms)
{
    bool waits_to_be_tried =
        text_equals(row->state, stage_queued) && row->worker.data == NULL && row->due_at > now_ms;
    return text_equals(row->state, stage_incident) || text_equals(row->state, stage_retries) ||
           waits_to_be_tried;
}

enum status mend_retry(struct mending *mending, int transition)
{
    struct stage_row row;
    struct step *step = mending->step;
    enum status status = find_row(mending, transition, &row);
    if (status != STATUS_OK) {
        return status;
    }
    if (!has_failed(&row, step->call->now_ms)) {
        return no(mending, text_format(step->call->arena, "'%.*s' has not failed; it is under way.",
                                       TEXT_ARGS(row.stage)));
    }
    status = step_note(step, TEXT("retried"), reason_of(mending, "retried"));
    if (status != STATUS_OK) {
        return status;
    }
    if (!step->record->is_waiting[transition]) {
        return stage_undo_again(step, transition); /* it is the taking back that has failed */
    }
    if (row.handed.bytes == 0) {
        return stage_drop(step, transition); /* what follows decides once more */
    }
    row.state = stage_retries; /* as if it were new: its deadline counts from now */
    row.queue = NO_TEXT;
    row.attempt = 1;
    row.begun_at = step->call->now_ms;
    return stage_again(step, transition, &row);
}

enum status mend_skip(struct mending *mending, int transition, struct text result, struct text next)
{
    struct stage_row row;
    struct step *step = mending->step;
    struct text error = NO_TEXT;
    enum status status = find_row(mending, transition, &row);
    if (status != STATUS_OK) {
        return status;
    }
    if (!step->record->is_waiting[transition]) { /* what is not taken back stays as it is */
        status = stage_remove(step->call->store, step->record->id, row.stage);
        return status == STATUS_OK ? step_note(step, TEXT("skipped"), reason_of(mending, "skipped"))
                                   : status;
    }
    if (!stage_result_fits(step, transition, result, &error)) {
        return no(mending, text_format(step->call->arena, "The result %.*s.", TEXT_ARGS(error)));
    }
    step->reason = reason_of(mending, "skipped");
    status = stage_settle(step, transition, &(struct stage_result){.result = result, .next = next});
    return status == STATUS_MALFORMED
               ? no(mending, text_format(step->call->arena, "'%.*s' has no `next` to '%.*s'.",
                                         TEXT_ARGS(row.stage), TEXT_ARGS(next)))
               : status;
}

/* ---- fields ---- */

static enum status edit_one(struct mending *mending, const struct json *member)
{
    struct step *step = mending->step;
    const struct workflow *workflow = workflow_of(mending);
    int field = workflow_field(workflow, member->key);
    struct text error = NO_TEXT;
    if (field == WORKFLOW_NOWHERE) {
        return no(mending, text_format(step->call->arena, "There is no field '%.*s'.",
                                       TEXT_ARGS(member->key)));
    }
    if (!case_value_read(step->call->arena, &workflow->fields[field], member,
                         &step->record->values[field], &error)) {
        return no(mending, text_format(step->call->arena, "%.*s %.*s.", TEXT_ARGS(member->key),
                                       TEXT_ARGS(error)));
    }
    return STATUS_OK;
}

enum status mend_edit(struct mending *mending, struct text fields)
{
    const struct json *root = NULL;
    struct json_error error;
    struct step *step = mending->step;
    if (json_read(step->call->arena, fields, FIELDS_VALUES_MAX, &root, &error) != STATUS_OK ||
        root->kind != JSON_OBJECT || root->count == 0) {
        return no(mending, TEXT("Say which fields get which values: an object."));
    }
    for (const struct json *member = root->first; member != NULL; member = member->next) {
        enum status status = edit_one(mending, member);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return step_note(step, TEXT("edited"), reason_of(mending, "edited"));
}

/* ---- places ---- */

static enum status check_reach(struct mending *mending, const struct bit_set *target)
{
    struct arena *arena = mending->step->call->arena;
    const struct net *net = &workflow_net(arena, workflow_of(mending))->net;
    const struct reachable *reachable = reachable_make(arena, net);
    struct text names = net_place_names(arena, net, target);
    bool is_alone = bit_set_count(target) == 1;
    return reachable_has(reachable, target)
               ? STATUS_OK
               : no(mending,
                    text_format(arena, "No case of this workflow is ever in %.*s%s.",
                                TEXT_ARGS(names), is_alone ? " alone" : " and nowhere else"));
}

static bool is_over(const struct mending *mending)
{
    const struct case_record *record = mending->step->record;
    return bit_set_contains(&record->recipe->ends, &record->marking);
}

static enum status undo_where_it_says_so(struct mending *mending, const struct bit_set *entered)
{
    for (int i = net_next(entered, 0); i >= 0; i = net_next(entered, i + 1)) {
        if (workflow_of(mending)->places[i].undoes) {
            return stage_undo_all(mending->step);
        }
    }
    return STATUS_OK;
}

static enum status go_to(struct mending *mending, const struct bit_set *target, const char *what)
{
    struct step *step = mending->step;
    struct bit_set entered;
    enum status status = check_reach(mending, target);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        entered.words[i] = target->words[i] & ~step->record->marking.words[i];
    }
    step->record->marking = *target;
    bit_set_join(&step->entered, &entered);
    status = stage_forget_left(step);
    status =
        status == STATUS_OK ? step_note(step, text_of(what), reason_of(mending, what)) : status;
    status = status == STATUS_OK ? undo_where_it_says_so(mending, &entered) : status;
    if (status == STATUS_OK && !is_over(mending)) {
        step->record->closed_at = 0;
    }
    return status;
}

enum status mend_move(struct mending *mending, struct texts places)
{
    struct bit_set target = {0};
    const struct workflow *workflow = workflow_of(mending);
    for (size_t i = 0; i < places.count; i++) {
        int place = workflow_place(workflow, places.items[i]);
        if (place == WORKFLOW_NOWHERE || place == WORKFLOW_START) {
            return no(mending, text_format(mending->step->call->arena, "There is no place '%.*s'.",
                                           TEXT_ARGS(places.items[i])));
        }
        bit_set_add(&target, (size_t)place);
    }
    return places.count > 0 ? go_to(mending, &target, "moved")
                            : no(mending, TEXT("Say to which places."));
}

/* The one that is named so; else the only end; else the only end where things are taken back. */
static int only_end(const struct workflow *workflow)
{
    int end = WORKFLOW_NOWHERE;
    int undoing = WORKFLOW_NOWHERE;
    size_t ends = 0;
    size_t undoings = 0;
    for (size_t i = 0; i < workflow->place_count; i++) {
        if (!workflow->places[i].is_end) {
            continue;
        }
        if (text_equals_ignoring_case(workflow->places[i].name, TEXT("cancelled"))) {
            return (int)i;
        }
        end = (int)i;
        ends++;
        undoing = workflow->places[i].undoes ? (int)i : undoing;
        undoings += workflow->places[i].undoes;
    }
    return ends == 1 ? end : undoings == 1 ? undoing : WORKFLOW_NOWHERE;
}

static struct text names_of_ends(const struct mending *mending)
{
    const struct workflow *workflow = workflow_of(mending);
    struct text names = TEXT("");
    for (size_t i = 0; i < workflow->place_count; i++) {
        if (workflow->places[i].is_end) {
            names = text_format(mending->step->call->arena, "%.*s%s%.*s", TEXT_ARGS(names),
                                names.bytes > 0 ? ", " : "", TEXT_ARGS(workflow->places[i].name));
        }
    }
    return names;
}

enum status mend_cancel(struct mending *mending, struct text place)
{
    struct step *step = mending->step;
    struct bit_set target = {0};
    const struct workflow *workflow = workflow_of(mending);
    int end = text_is_given(place) ? workflow_place(workflow, place) : only_end(workflow);
    if (step->record->closed_at != 0) {
        return no(mending, TEXT("This case has ended."));
    }
    if (end == WORKFLOW_NOWHERE || !workflow->places[end].is_end) {
        struct text ends = names_of_ends(mending);
        return no(mending,
                  text_format(step->call->arena, "Say to which end: %.*s.", TEXT_ARGS(ends)));
    }
    bit_set_add(&target, (size_t)end);
    step->failure =
        reason_of(mending, "cancelled"); /* of the operation under way, if there is one */
    return go_to(mending, &target, "cancelled");
}
