/* case_lab.c - moves cases by hand. */
#include "tests/lib/cases/case_lab.h"

#include "base/json.h"
#include "engine/engine.h"
#include "engine/handlers.h"
#include "engine/operations/operation_store.h"
#include "engine/run/case_store.h"
#include "engine/stages/work_id.h"
#include "runtime/later/schedule_run.h"
#include "runtime/later/timer_run.h"
#include "runtime/start/series.h"
#include "store/migrate.h"

#include <stdio.h>
#include <string.h>

struct lab lab;
lab_open_fn *lab_open_source;
const struct service *lab_other;

/* ---- opening ---- */

static void make_tables(const struct service *service)
{
    struct series series[SERIES_MAX];
    size_t count = series_of(service, series);
    struct text error = NO_TEXT;
    CHECK_STATUS(migrate_all(lab.store, series, count, lab.arena, &error), STATUS_OK);
}

static void must_be_fine(enum status status, struct text error)
{
    if (status != STATUS_OK) {
        fprintf(stderr, "%.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
}

/* Its tables are made, its definitions kept, its key read; as host_open does it. */
static void start(const struct service *const *services)
{
    const struct service *const *extended = NULL;
    struct text error = NO_TEXT;
    const struct engine_options options = {.services = services, .service_count = 2};
    must_be_fine(engine_extend(lab.arena, &options, &extended, &error), error);
    make_tables(extended[0]);
    must_be_fine(extended[0]->opened(extended[0], lab.store, lab.arena, &lab.made, &error), error);
    const struct zone *zone = NULL;
    CHECK_STATUS(zone_open(lab.arena, TEXT("Europe/Moscow"), &zone, &error), STATUS_OK);
    lab.host.service = lab.made;
    const struct later_options later = {
        .service = lab.made, .store = lab.store, .zone = zone, .now_ms = lab.now_ms};
    must_be_fine(later_open(&later, lab.arena, &lab.host.later, &error), error);
}

static void extend(void)
{
    const struct service *services[] = {&lab.service,
                                        lab_other != NULL ? lab_other : &shop_service};
    start(services);
}

void lab_open_all(const char *const *yamls, size_t count)
{
    lab = (struct lab){.arena = arena_create("lab", LAB_ARENA_MAX),
                       .work = arena_create("call", LAB_ARENA_MAX),
                       .source = lab_open_source("house"),
                       .now_ms = LAB_BEGIN,
                       .person = id_new()};
    script = (struct script){.letters = NULL, .gives = {.amount = FIELD_NONE}};
    CHECK_STATUS(lab.source->open(lab.source, STORE_WRITE, &lab.store), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        lab.files[i] = (struct workflow_file){"w.yaml", yamls[i], yamls[i] + strlen(yamls[i])};
    }
    lab.cases = (struct case_work){.workflows = lab.files,
                                   .workflow_count = count,
                                   .functions = house_functions,
                                   .function_count = house_function_count};
    lab.service = house_bare;
    lab.service.cases = &lab.cases;
    extend();
}

void lab_close(void)
{
    store_destroy(&lab.store);
    lab.source->destroy(lab.source);
    arena_destroy(&lab.work);
    arena_destroy(&lab.arena);
}

const char *lab_workflow(const char *name)
{
    static char text[64 * 1024];
    char path[200];
    snprintf(path, sizeof path, "tests/workflows/%s", name);
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* ---- one call ---- */

const struct message lab_request = {.actor = {"anna", 4},
                                    .trace = {"0123456789abcdef0123456789abcdef", 32}};

struct call lab_call(const struct message *message)
{
    return (struct call){.arena = lab.work,
                         .store = lab.store,
                         .service = lab.made,
                         .host = &lab.host,
                         .now_ms = lab.now_ms,
                         .attempt = 1,
                         .expected_revision = FIELD_NONE,
                         .message = message};
}

void lab_take_up(void)
{
    arena_reset(lab.work);
    CHECK_STATUS(store_begin(lab.store, STORE_WRITE), STATUS_OK);
}

enum status lab_lay_down(enum status status)
{
    if (status == STATUS_OK) {
        return store_commit(lab.store);
    }
    store_rollback(lab.store);
    return status;
}

/* ---- what people and others do ---- */

/* By the service's own code; the case is lab.case_id, also of one that was open already. */
enum status lab_begin(const char *workflow, const char *form)
{
    const struct case_start start = {
        .workflow = workflow, .form = text_of(form), .person = lab.person};
    struct text error = NO_TEXT;
    lab_take_up();
    struct call call = lab_call(&lab_request);
    enum status status = case_start(&call, &start, &lab.case_id, &error);
    lab.error = error.data != NULL ? text_copy(lab.arena, error) : NO_TEXT;
    return lab_lay_down(status);
}

static enum status operate(struct step *step, const char *name, const char *form)
{
    struct form_problems problems = {.count = 0};
    int transition = workflow_transition(step->record->recipe->workflow, text_of(name));
    CHECK(transition != WORKFLOW_NOWHERE);
    enum status status = case_form_read(step, transition, text_of(form), &problems);
    const struct way *way = status == STATUS_OK ? step_may(step, transition) : NULL;
    if (status != STATUS_OK || way == NULL) {
        lab.error = text_copy(lab.arena, case_form_sentence(lab.work, &problems));
        return status == STATUS_OK ? STATUS_REFUSED : status;
    }
    lab.operation = id_new();
    step->record->operation = lab.operation;
    status = operation_insert(step->call->store, &(struct operation_row){
                                                     .id = lab.operation,
                                                     .case_id = step->record->id,
                                                     .name = text_of(name),
                                                     .person = lab.person,
                                                     .party = TEXT("man"),
                                                     .nonce = id_new(),
                                                     .body_hash = TEXT("00"),
                                                     .status = operation_running,
                                                     .revision = step->record->revision,
                                                     .created_at = lab.now_ms,
                                                 });
    status = status == STATUS_OK ? step_fire(step, transition, way) : status;
    status = status == STATUS_OK ? case_move_end(step) : status;
    if (text_is_given(step->fault)) {
        lab.error = text_copy(lab.arena, step->fault);
    }
    return status;
}

/* What somebody does with the newest case. REFUSED: he may not now. */
enum status lab_do(const char *name, const char *form)
{
    lab_take_up();
    struct call call = lab_call(&lab_request);
    struct step step = {
        .call = &call, .person = lab.person, .party = TEXT("man"), .actor = TEXT("person")};
    enum status status = case_move_begin(&step, lab.case_id);
    status = status == STATUS_OK ? operate(&step, name, form) : status;
    return lab_lay_down(status);
}

enum status lab_event(const char *name, struct id subject, const char *data)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(subject, id);
    const struct message message = {.id = id_new(),
                                    .kind = message_event,
                                    .source = TEXT("shop"),
                                    .name = text_of(name),
                                    .version = 1,
                                    .subject = text_of(id),
                                    .actor = TEXT("boris"),
                                    .trace = lab_request.trace,
                                    .data = text_of(data)};
    lab_take_up();
    struct call call = lab_call(&message);
    enum status status = case_event(&call);
    lab.refused =
        call.refusal != NULL ? text_copy(lab.arena, text_of(call.refusal->text)) : NO_TEXT;
    return lab_lay_down(status);
}

/* One piece of a chore, as the executor does it. */
static enum status run_chore(chore_fn *chore)
{
    arena_reset(lab.work);
    struct chore_run run = {
        .host = &lab.host, .store = lab.store, .arena = lab.work, .now_ms = lab.now_ms};
    CHECK_STATUS(store_begin(lab.store, STORE_WRITE), STATUS_OK);
    enum status status = lab_lay_down(chore(&run));
    lab.more = run.more;
    return status;
}

/* It is later: everything that is due happens. */
void lab_at(int64_t now_ms)
{
    int pieces = 0;
    lab.now_ms = now_ms;
    do {
        CHECK_STATUS(run_chore(later_run_timers), STATUS_OK);
        CHECK(++pieces < 1000);
    } while (lab.more);
    do {
        CHECK_STATUS(run_chore(later_run_schedules), STATUS_OK);
        CHECK(++pieces < 1000);
    } while (lab.more);
}

void lab_wait(int64_t ms)
{
    lab_at(lab.now_ms + ms);
}

/* ---- replies and results ---- */

struct stage_row lab_row(const char *stage)
{
    struct stage_row row = {.visit = 0};
    CHECK_STATUS(store_begin(lab.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(stage_find(lab.store, lab.arena, lab.case_id, text_of(stage), &row), STATUS_OK);
    CHECK_STATUS(store_commit(lab.store), STATUS_OK);
    return row;
}

enum status lab_reply_to(struct id errand, struct text outcome, const char *data)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(lab.case_id, id);
    const struct message message = {.id = id_new(),
                                    .kind = message_reply,
                                    .source = TEXT("shop"),
                                    .addressee = TEXT("house"),
                                    .name = TEXT("shop.buy"),
                                    .version = 1,
                                    .subject = text_of(id),
                                    .answers = errand,
                                    .outcome = outcome,
                                    .actor = TEXT("boris"),
                                    .trace = lab_request.trace,
                                    .data = text_of(data)};
    lab_take_up();
    struct call call = lab_call(&message);
    return lab_lay_down(case_reply(&call));
}

enum status lab_reply(const char *stage, struct text outcome, const char *data)
{
    return lab_reply_to(lab_row(stage).errand, outcome, data);
}

enum status lab_answer(struct case_answer answer)
{
    struct text error = NO_TEXT;
    lab_take_up();
    struct call call = lab_call(&lab_request);
    enum status status = case_answer(&call, &answer, &error);
    lab.error = error.data != NULL ? text_copy(lab.arena, error) : NO_TEXT;
    return lab_lay_down(status);
}

struct text lab_work_id(const char *workflow, const char *stage, int64_t visit)
{
    return work_id_write(lab.arena, lab.made->catalog->signing_key,
                         &(struct work_name){.case_id = lab.case_id,
                                             .workflow = text_of(workflow),
                                             .version = 1,
                                             .stage = text_of(stage),
                                             .visit = visit});
}
