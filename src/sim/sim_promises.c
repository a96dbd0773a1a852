/* sim_promises.c - what else must be true of all rows: the checks of `kontora fsck`, and what only
 * somebody can know who has been there all the time.
 */
#include "base/clock.h"
#include "engine/case_told.h"
#include "engine/fsck/case_checks.h"
#include "engine/operations/operation_store.h"
#include "engine/run/case_store.h"
#include "engine/run/early.h"
#include "engine/run/stage_store.h"
#include "engine/run/step.h"
#include "engine/stages/work_id.h"
#include "runtime/fsck/fsck.h"
#include "runtime/intake/parked_store.h"
#include "runtime/telling.h"
#include "sim/sim_store.h"
#include "sim/sim_world.h"

#include <string.h>

static struct watched_case *find_watched(struct world *world, struct id id)
{
    for (size_t i = 0; i < world->case_count; i++) {
        if (id_equals(world->cases[i]->id, id)) {
            return world->cases[i];
        }
    }
    return NULL;
}

/* ---- the journal ---- */

/* Told once for each commit that moved the case, in their order, and never of what is undone. */
static void check_told(struct world *world, const struct message *message)
{
    struct id id;
    if (!id_read(message->subject, &id)) {
        return;
    }
    struct watched_case *watched = find_watched(world, id);
    if (watched == NULL || message->revision > watched->revision) {
        world_violated(world, "the journal tells of revision %lld of a case that is not there",
                       (long long)message->revision);
    } else if (message->revision <= watched->told_revision) {
        world_violated(world, "the journal tells of a case in another order than it moved");
    } else {
        watched->told_revision = message->revision;
    }
}

static bool is_case_changed(const struct world *world, const struct member *member,
                            const struct message *message)
{
    const struct service *service = member->host.service;
    return member == &world->members[0] &&
           text_equals(message->name, text_of(service->catalog->case_changed->name));
}

static void check_journal(struct world *world, struct member *member)
{
    struct messages messages;
    struct store *store = world_look(member);
    do {
        enum status status = journal_read(store, world->look, text_of(member->host.service->name),
                                          member->seen_position, &messages);
        MUST(status == STATUS_OK);
        for (size_t i = 0; i < messages.count; i++) {
            const struct message *message = &messages.items[i];
            if (message->position != member->seen_position + 1) {
                world_violated(world, "the journal of %s has a hole before position %lld",
                               member->host.service->name, (long long)message->position);
            }
            member->seen_position = message->position;
            if (is_case_changed(world, member, message)) {
                check_told(world, message);
            }
        }
    } while (messages.count > 0);
    world_looked(store);
}

/* A commit that is not told of is lost for whoever listens. */
static void check_all_told(struct world *world)
{
    for (size_t i = 0; i < world->case_count; i++) {
        if (world->cases[i]->told_revision != world->cases[i]->revision) {
            struct text name = world_case_name(world, world->cases[i]->id);
            world_violated(world, "the newest revision of %.*s was told to nobody",
                           TEXT_ARGS(name));
        }
    }
}

/* ---- what was done ---- */

/* "case=...&stage=...&visit=...": of a visit that the case has come to. */
static void check_work(struct world *world, const struct case_record *record,
                       const struct work_name *name, const struct effect *effect)
{
    int transition = workflow_transition(record->recipe->workflow, name->stage);
    const struct recipe *began = catalog_find(world_catalog(world), name->workflow, name->version);
    bool was_there =
        began != NULL && workflow_transition(began->workflow, name->stage) != WORKFLOW_NOWHERE;
    if (transition == WORKFLOW_NOWHERE && was_there) {
        return; /* the case has moved to a version without it */
    }
    if (!was_there || transition == WORKFLOW_NOWHERE || name->visit > record->visits[transition]) {
        world_violated(world, "something was done for a visit of \"%.*s\" that never was: %.*s",
                       TEXT_ARGS(name->stage), TEXT_ARGS(effect->work_id));
    }
}

static void check_effect(struct world *world, const struct effect *effect)
{
    struct work_name name;
    struct case_record *record = NULL;
    if (text_equals(effect->what, TEXT("half"))) {
        world_violated(world, "what a function wrote before it failed is in the store: %.*s",
                       TEXT_ARGS(effect->work_id));
        return;
    }
    if (effect->times != 1) {
        world_violated(world, "the same work was done %lld times: %.*s", (long long)effect->times,
                       TEXT_ARGS(effect->work_id));
        return;
    }
    enum status status =
        work_id_read(world->look, world_catalog(world)->signing_key, effect->work_id, &name);
    struct store *store = world_look(world_cases(world));
    if (status == STATUS_OK) {
        status = case_load(store, world->look, world_catalog(world), name.case_id, &record);
    }
    if (status == STATUS_OK) {
        check_work(world, record, &name, effect);
    } else {
        world_violated(world, "something was done for no case that there is: %.*s",
                       TEXT_ARGS(effect->work_id));
    }
    world_looked(store);
}

static void check_effects(struct world *world, struct member *member)
{
    struct rows rows = {.count = 0};
    struct store *store = world_look(member);
    enum status status = played_list(store, world->look, &rows);
    MUST(status == STATUS_OK);
    world_looked(store);
    const struct effect *effects = rows.items;
    for (size_t i = 0; i < rows.count && !text_is_given(world->violation); i++) {
        check_effect(world, &effects[i]);
    }
}

/* ---- operations ---- */

static const struct operation_row *find_operation(const struct rows *rows, struct id id)
{
    const struct operation_row *items = rows->items;
    for (size_t i = 0; i < rows->count; i++) {
        if (id_equals(items[i].id, id)) {
            return &items[i];
        }
    }
    return NULL;
}

/* Once terminal, always the same. */
static void check_operation(struct world *world, const struct operation_row *then,
                            const struct rows *rows)
{
    const struct operation_row *row = find_operation(rows, then->id);
    bool was_over = !text_equals(then->status, operation_running);
    if (row == NULL) {
        world_violated(world, "the operation %.*s that was committed is gone",
                       TEXT_ARGS(then->name));
    } else if (was_over &&
               (!text_equals(row->status, then->status) || row->finished_at != then->finished_at)) {
        world_violated(world, "the operation %.*s was %.*s, and now it is %.*s",
                       TEXT_ARGS(row->name), TEXT_ARGS(then->status), TEXT_ARGS(row->status));
    }
}

static void keep_operations(struct world *world, const struct rows *rows)
{
    const struct operation_row *items = rows->items;
    struct operation_row *kept = ARENA_ARRAY(world->arena, struct operation_row, rows->count + 1);
    for (size_t i = 0; i < rows->count; i++) {
        kept[i] = (struct operation_row){
            .id = items[i].id,
            .name = text_copy(world->arena, items[i].name),
            .status = text_copy(world->arena, items[i].status),
            .finished_at = items[i].finished_at,
        };
    }
    world->operations = (struct rows){kept, rows->count};
}

static void check_operations(struct world *world)
{
    struct rows rows = {.count = 0};
    const struct operation_row *then = world->operations.items;
    struct store *store = world_look(world_cases(world));
    enum status status = sim_operations(store, world->look, &rows);
    MUST(status == STATUS_OK);
    world_looked(store);
    for (size_t i = 0; i < world->operations.count; i++) {
        check_operation(world, &then[i], &rows);
    }
    keep_operations(world, &rows);
}

/* ---- all of it ---- */

static void check_cases(struct world *world)
{
    struct member *member = world_cases(world);
    struct store *store = world_look(member);
    struct fsck_look look = {.service = member->host.service,
                             .store = store,
                             .arena = world->look,
                             .now_ms = clock_wall_ms()};
    enum status status = case_checks_run(&look);
    world_looked(store);
    if (status != STATUS_OK || look.verdict == FSCK_ERROR) {
        world_violated(world, "kontora fsck: %s %.*s", status_text(status), TEXT_ARGS(look.detail));
    }
}

/* Is it its turn? One that cannot be computed stays, and the log has said why. */
static bool is_its_turn(struct step *step, const struct early_row *row, int transition)
{
    if (step_way(step, transition, WAY_ON) == NULL) {
        return false;
    }
    step->event = row->data;
    bool may = step_may(step, transition) != NULL;
    enum status status = may ? step_set_fields(step, transition) : STATUS_OK;
    return step->undecided == NULL && status == STATUS_OK;
}

/* What came early waits for what can still be, and no longer than it must. */
static void check_early(struct world *world, struct store *store,
                        const struct watched_case *watched)
{
    struct rows rows = {.count = 0};
    struct call call = world_call(world, world_cases(world), "nobody");
    struct step step = {.call = &call, .actor = TEXT("nobody")};
    struct text name = world_case_name(world, watched->id);
    enum status status = early_list(store, world->look, watched->id, &rows);
    const struct early_row *items = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        int transition = workflow_transition(watched->recipe->workflow, items[i].transition);
        status = case_load(store, world->turn, world_catalog(world), watched->id, &step.record);
        if (status == STATUS_OK && step.record->unbroken > 0) {
            continue; /* it is on its way, in the next transaction */
        }
        if (watched->is_closed || transition == WORKFLOW_NOWHERE ||
            !early_may_come(watched->recipe, transition, &watched->marking)) {
            world_violated(world, "the event %.*s waits for %.*s, which cannot come to it",
                           TEXT_ARGS(items[i].event), TEXT_ARGS(name));
        } else if (status == STATUS_OK && is_its_turn(&step, &items[i], transition)) {
            world_violated(world, "the event %.*s came early, and waits although %.*s is there",
                           TEXT_ARGS(items[i].event), TEXT_ARGS(name));
        }
    }
    MUST(status == STATUS_OK);
}

static void check_all_early(struct world *world)
{
    struct store *store = world_look(world_cases(world));
    for (size_t i = 0; i < world->case_count && !text_is_given(world->violation); i++) {
        check_early(world, store, world->cases[i]);
    }
    world_looked(store);
}

void world_watch_all(struct world *world)
{
    for (size_t i = 0; i < world->member_count && !text_is_given(world->violation); i++) {
        check_journal(world, &world->members[i]);
        check_effects(world, &world->members[i]);
    }
    check_all_told(world);
    check_operations(world);
    if (!text_is_given(world->violation)) {
        check_cases(world);
        check_all_early(world);
    }
}

/* ---- the end ---- */

static const struct way *goes_by_itself(struct step *step, int transition)
{
    const struct case_record *record = step->record;
    const struct workflow *workflow = record->recipe->workflow;
    if (workflow->transitions[transition].kind != TRANSITION_STAGE) {
        return NULL;
    }
    const struct way *way = step_may(step, transition);
    if (step->undecided != NULL) { /* an incident, or the case must not stand still */
        transition = (int)(step->undecided - workflow->transitions);
        way = step_way(step, transition, WAY_ON);
    }
    for (size_t i = 0; way != NULL && i < workflow->transition_count; i++) {
        const struct way *other = record->is_waiting[i] ? step_way(step, (int)i, WAY_ON) : NULL;
        if (other != NULL && bit_set_meets(&other->takes, &way->takes)) {
            return NULL;
        }
    }
    return way;
}

static void check_rests(struct world *world, struct store *store, struct watched_case *watched)
{
    struct call call = world_call(world, world_cases(world), "nobody");
    struct step step = {.call = &call, .actor = TEXT("nobody")};
    struct text name = world_case_name(world, watched->id);
    enum status status =
        case_load(store, world->turn, world_catalog(world), watched->id, &step.record);
    MUST(status == STATUS_OK);
    step_begin(&step);
    const struct workflow *workflow = watched->recipe->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (goes_by_itself(&step, (int)i) != NULL) {
            world_violated(world, "%.*s could go on with \"%.*s\" by itself, and does not",
                           TEXT_ARGS(name), TEXT_ARGS(workflow->transitions[i].name));
        }
    }
}

/* What a person sees in `kontora dead list` is a reason to stand still. */
static bool has_dead_message(struct world *world, struct id id)
{
    struct rows rows = {.count = 0};
    char text[ID_TEXT_BYTES + 1];
    id_write(id, text);
    for (size_t i = 0; i < world->member_count; i++) {
        struct store *store = world_look(&world->members[i]);
        enum status status = parked_list(store, world->look, parked_dead, 0, 200, &rows);
        MUST(status == STATUS_OK);
        world_looked(store);
        const struct parked *parked = rows.items;
        for (size_t k = 0; k < rows.count; k++) {
            if (text_starts_with(parked[k].subject, text_of(text))) {
                return true;
            }
        }
    }
    return false;
}

static void check_waits(struct world *world, const struct stage_row *row)
{
    struct text name = world_case_name(world, row->case_id);
    if (!text_equals(row->state, stage_incident) && !has_dead_message(world, row->case_id)) {
        world_violated(world,
                       "everybody is friendly and all is delivered, and yet \"%.*s\" of %.*s is "
                       "%.*s, for no reason that a person could see",
                       TEXT_ARGS(row->stage), TEXT_ARGS(name), TEXT_ARGS(row->state));
    }
}

static void check_services(struct world *world)
{
    struct fsck_place places[CAST_SERVICES_MAX];
    struct fsck fsck = {.arena = world->look, .places = places, .now_ms = clock_wall_ms()};
    for (size_t i = 0; i < world->member_count; i++) {
        places[fsck.place_count++] = (struct fsck_place){.service = world->members[i].host.service,
                                                         .source = world->members[i].source};
    }
    fsck_init(&fsck);
    fsck_run(&fsck);
    for (size_t i = 0; i < fsck.finding_count; i++) {
        const struct fsck_finding *finding = &fsck.findings[i];
        if (finding->verdict == FSCK_ERROR && strcmp(finding->check, "dead") != 0) {
            world_violated(world, "kontora fsck: %s of %s: %.*s", finding->check, finding->service,
                           TEXT_ARGS(finding->detail));
        }
    }
}

void world_watch_end(struct world *world)
{
    struct rows rows = {.count = 0};
    struct store *store = world_look(world_cases(world));
    enum status status = sim_stages(store, world->look, &rows);
    MUST(status == STATUS_OK);
    for (size_t i = 0; i < world->case_count && !text_is_given(world->violation); i++) {
        if (!world->cases[i]->is_closed) {
            check_rests(world, store, world->cases[i]);
        }
    }
    world_looked(store);
    const struct stage_row *stages = rows.items;
    for (size_t i = 0; i < rows.count && !text_is_given(world->violation); i++) {
        check_waits(world, &stages[i]);
    }
    if (!text_is_given(world->violation)) {
        check_services(world);
    }
}
