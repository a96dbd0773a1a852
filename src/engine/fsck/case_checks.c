/* case_checks.c - the checks of cases, and what to do about what they find. */
#include "engine/fsck/case_checks.h"

#include "engine/fsck/case_walk.h"
#include "engine/net.h"
#include "engine/run/case_store.h"
#include "engine/run/case_time.h"
#include "engine/run/stage_store.h"

#define NUMBER(value) (long long)(value)

#define SEE "Look at it with: kontora case history "

/* ---- where they are ---- */

static bool has_ended(const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    for (int i = net_next(&record->marking, 0); i >= 0; i = net_next(&record->marking, i + 1)) {
        if (!workflow->places[i].is_end) {
            return false;
        }
    }
    return true;
}

static enum status check_place(struct case_walk *walk, const struct walked_row *row,
                               const struct case_record *record)
{
    struct arena *arena = walk->look->arena;
    if (record == NULL) {
        case_fault(&walk->faults, arena, row->id,
                   "its places %.*s, stages or fields are none of %.*s version %lld",
                   TEXT_ARGS(row->places), TEXT_ARGS(row->workflow), NUMBER(row->version));
    } else if (bit_set_is_empty(&record->marking)) {
        case_fault(&walk->faults, arena, row->id, "it is nowhere");
    } else if (has_ended(record) != (row->closed_at != 0)) {
        case_fault(&walk->faults, arena, row->id, "it is in %.*s and %s", TEXT_ARGS(row->places),
                   row->closed_at != 0 ? "closed" : "open");
    } else if (!case_walk_reaches(walk, record)) {
        case_fault(&walk->faults, arena, row->id,
                   "no case of %.*s version %lld ever comes to %.*s together",
                   TEXT_ARGS(row->workflow), NUMBER(row->version), TEXT_ARGS(row->places));
    }
    return STATUS_OK;
}

static enum status check_cases(struct fsck_look *look)
{
    struct case_walk walk = {.look = look, .visit = check_place};
    enum status status = case_walk_all(&walk);
    if (status == STATUS_OK && walk.faults.count > 0) {
        fsck_say(
            look, FSCK_ERROR,
            "%lld cases are where no case can be, or cannot be read, first %s: %.*s. Rows were "
            "changed by hand, or the workflow under the same version. " SEE "ID; move it with: "
            "kontora case move ID",
            NUMBER(walk.faults.count), case_fault_id(&walk.faults, look->arena),
            TEXT_ARGS(walk.faults.why));
    }
    return status;
}

/* ---- what is under way ---- */

static const struct stage_row *find_row(const struct rows *rows, struct text stage)
{
    const struct stage_row *items = rows->items;
    for (size_t i = 0; i < rows->count; i++) {
        if (text_equals(items[i].stage, stage)) {
            return &items[i];
        }
    }
    return NULL;
}

/* Who will end the waiting? NO_TEXT: somebody will. */
static enum status complain_of_row(struct case_walk *walk, const struct stage_row *row,
                                   struct text *complaint_out)
{
    bool is_there = true;
    char id[ID_TEXT_BYTES + 1];
    enum status status = STATUS_OK;
    *complaint_out = NO_TEXT;
    id_write(row->case_id, id);
    if (text_equals(row->state, stage_retries)) {
        struct text subject = text_format(walk->piece, "%s/%.*s", id, TEXT_ARGS(row->stage));
        status = check_has_timer(walk->look->store, walk->piece, subject, &is_there);
        *complaint_out = is_there ? NO_TEXT : TEXT("is to be tried again, and no timer is set");
    } else if (text_equals(row->state, stage_asked)) {
        status = check_has_errand(walk->look->store, walk->piece, row->errand, &is_there);
        *complaint_out = is_there ? NO_TEXT : TEXT("waits for a reply to a command nobody told");
    } else if (text_equals(row->state, stage_queued) && !text_is_given(row->queue)) {
        *complaint_out = TEXT("waits for a worker, and stands in no queue");
    }
    return status;
}

static enum status check_waiting_stage(struct case_walk *walk, const struct case_record *record,
                                       size_t transition, const struct rows *rows)
{
    struct text stage = record->recipe->workflow->transitions[transition].name;
    const struct stage_row *row = find_row(rows, stage);
    struct text complaint = NO_TEXT;
    enum status status = STATUS_OK;
    if (row == NULL) {
        complaint = TEXT("is under way, and its row is gone");
    } else if (row->visit != record->visits[transition]) {
        complaint = TEXT("is under way, and its row is of another visit");
    } else {
        status = complain_of_row(walk, row, &complaint);
    }
    if (status == STATUS_OK && text_is_given(complaint)) {
        case_fault(&walk->faults, walk->look->arena, record->id, "'%.*s' %.*s", TEXT_ARGS(stage),
                   TEXT_ARGS(complaint));
    }
    return status;
}

static void check_other_rows(struct case_walk *walk, const struct case_record *record,
                             const struct rows *rows)
{
    const struct workflow *workflow = record->recipe->workflow;
    const struct stage_row *items = rows->items;
    for (size_t i = 0; i < rows->count; i++) {
        int transition = workflow_transition(workflow, items[i].stage);
        bool is_waited_for = transition != WORKFLOW_NOWHERE && record->is_waiting[transition];
        if (!is_waited_for && !text_equals(items[i].state, stage_incident)) {
            case_fault(&walk->others, walk->look->arena, record->id, "'%.*s'",
                       TEXT_ARGS(items[i].stage));
        }
    }
}

static enum status check_waiting(struct case_walk *walk, const struct walked_row *row,
                                 const struct case_record *record)
{
    struct rows rows = {.count = 0};
    if (record == NULL) {
        return STATUS_OK; /* another check has told of it */
    }
    if (row->closed_at != 0) {
        case_fault(&walk->faults, walk->look->arena, row->id, "it is over, and stages are not");
    }
    enum status status = stage_list(walk->look->store, walk->piece, row->id, &rows);
    for (size_t i = 0; status == STATUS_OK && i < record->recipe->workflow->transition_count; i++) {
        if (record->is_waiting[i]) {
            status = check_waiting_stage(walk, record, i, &rows);
        }
    }
    if (status == STATUS_OK) {
        check_other_rows(walk, record, &rows);
    }
    return status;
}

/* Rows that were listed, as faults. */
static void count_rows(struct case_faults *faults, struct arena *arena, const struct rows *rows)
{
    const struct checked_row *items = rows->items;
    for (size_t i = 0; i < rows->count; i++) {
        case_fault(faults, arena, items[i].id, "'%.*s'", TEXT_ARGS(items[i].what));
    }
}

/* ---- what has become of lists ---- */

typedef enum status list_rows_fn(struct store *store, struct arena *arena, struct rows *rows_out);

/* The sentence takes how many, the first one's id, and what. */
struct listed {
    list_rows_fn *list;
    const char *before; /* "%lld" is before it */
    const char *after;
};

static enum status say_listed(struct fsck_look *look, const struct listed *listed)
{
    struct rows rows;
    struct case_faults faults = {.count = 0};
    enum status status = listed->list(look->store, look->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    count_rows(&faults, look->arena, &rows);
    if (faults.count > 0) {
        fsck_say(look, FSCK_ERROR, "%lld%s %s, first %s (%.*s). %s", NUMBER(faults.count),
                 faults.count == CHECK_IDS_MAX ? " or more" : "", listed->before,
                 case_fault_id(&faults, look->arena), TEXT_ARGS(faults.why), listed->after);
    }
    return STATUS_OK;
}

static enum status check_stages(struct fsck_look *look)
{
    static const struct listed early = {check_lost_early,
                                        "events wait for cases that do not wait for them",
                                        "They came early, and their case is over or gone: delete "
                                        "these rows of engine_early."};
    struct rows rows;
    struct case_walk walk = {.look = look, .visit = check_waiting};
    enum status status = case_walk_waiting(&walk);
    if (status == STATUS_OK) {
        status = check_unwaited_stages(look->store, look->arena, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    count_rows(&walk.others, look->arena, &rows);
    status = say_listed(look, &early);
    if (walk.faults.count > 0) {
        fsck_say(look, FSCK_ERROR,
                 "%lld stages wait for what never comes, first of case %s: %.*s. Rows were deleted "
                 "or changed by hand. Do the stage again with: kontora case retry ID; or move the "
                 "case on with: kontora case move ID",
                 NUMBER(walk.faults.count), case_fault_id(&walk.faults, look->arena),
                 TEXT_ARGS(walk.faults.why));
    }
    if (walk.others.count > 0) {
        fsck_say(look, FSCK_ERROR,
                 "%lld rows of engine_stage are of stages that no case waits for, first of case "
                 "%s: %.*s. What comes of them is ignored; delete them when you know where they "
                 "are from.",
                 NUMBER(walk.others.count), case_fault_id(&walk.others, look->arena),
                 TEXT_ARGS(walk.others.why));
    }
    return status;
}

static enum status say_all(struct fsck_look *look, const struct listed *listed, size_t count)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = say_listed(look, &listed[i]);
    }
    return status;
}

static enum status check_history(struct fsck_look *look)
{
    static const struct listed listed[] = {
        {check_broken_histories, "cases have not one row of history for each revision",
         "Rows of engine_history were deleted or put in, or an older engine_case came back: "
         "compare with a backup."},
        {check_strange_histories, "cases are elsewhere than their newest step has left them",
         "engine_case was changed without a step: move the case back with: kontora case move ID"},
        {check_lost_histories, "histories are of no case",
         "Rows of engine_case were deleted: put them back from a backup."},
        {check_lost_rows, "cases that are gone have left rows",
         "engine_case was changed by hand: put its rows back from a backup, or delete these too."},
    };
    return say_all(look, listed, COUNT_OF(listed));
}

static enum status check_operations(struct fsck_look *look)
{
    static const struct listed listed[] = {
        {check_endless_operations, "operations are under way in cases that are over",
         "Whoever asked for them waits in vain: rows were changed by hand."},
        {check_lost_operations, "operations are under way that their cases know nothing of",
         "They will never end: rows were changed by hand."},
        {check_awaited_operations, "cases are about an operation that is not under way",
         "Rows of engine_operation were deleted or changed: compare with a backup."},
    };
    return say_all(look, listed, COUNT_OF(listed));
}

static enum status check_definitions(struct fsck_look *look)
{
    static const struct listed listed[] = {
        {check_lost_definitions, "open cases have no definition in engine_definition",
         "It is written again at the next start if a file has that version; otherwise put the "
         "file back into the directory of workflows and start."},
    };
    return say_all(look, listed, COUNT_OF(listed));
}

/* ---- what cases are found by ---- */

static enum status look_for_word(struct case_walk *walk, const struct found_word *word)
{
    bool has = true;
    enum status status = check_has_word(walk->look->store, walk->piece, word, &has);
    if (status == STATUS_OK && !has) {
        case_fault(&walk->faults, walk->look->arena, word->case_id, "by %.*s = %.*s",
                   TEXT_ARGS(word->key), TEXT_ARGS(word->value));
    }
    return status;
}

static enum status check_words(struct case_walk *walk, const struct walked_row *row,
                               const struct case_record *record)
{
    enum status status = STATUS_OK;
    if (record == NULL) {
        return STATUS_OK;
    }
    const struct workflow *workflow = record->recipe->workflow;
    struct found_word word = {
        .workflow = row->workflow, .key = case_found_by_place, .case_id = row->id};
    for (int i = net_next(&record->marking, 1); i >= 0 && status == STATUS_OK;
         i = net_next(&record->marking, i + 1)) {
        word.value = workflow->places[i].name;
        status = look_for_word(walk, &word);
    }
    const struct bit_set *keys = &record->recipe->keys;
    for (int i = net_next(keys, 0); i >= 0 && status == STATUS_OK; i = net_next(keys, i + 1)) {
        if (record->values[i].kind != VALUE_NULL) {
            word.key = workflow->fields[i].name;
            word.value = case_key_value(walk->piece, &workflow->fields[i], &record->values[i]);
            status = look_for_word(walk, &word);
        }
    }
    return status;
}

static enum status check_found_by(struct fsck_look *look)
{
    static const struct listed stale = {check_stale_words,
                                        "rows of engine_found_by say of a case what is not so",
                                        "Lists show it where it is not: delete these rows."};
    struct case_walk walk = {.look = look, .visit = check_words};
    enum status status = case_walk_all(&walk);
    if (status == STATUS_OK && walk.faults.count > 0) {
        fsck_say(
            look, FSCK_ERROR,
            "%lld rows of engine_found_by are missing, first of case %s: it is not found %.*s. "
            "Events and lists pass it by: put the row back, or restore a backup.",
            NUMBER(walk.faults.count), case_fault_id(&walk.faults, look->arena),
            TEXT_ARGS(walk.faults.why));
    }
    return status == STATUS_OK ? say_listed(look, &stale) : status;
}

/* ---- what there is one of ---- */

static enum status check_key(struct case_walk *walk, const struct walked_row *row,
                             const struct case_record *record)
{
    if (record == NULL) {
        return STATUS_OK;
    }
    struct text expected = case_open_key(walk->piece, record);
    if (text_is_given(expected) != text_is_given(row->open_key) ||
        !text_equals(expected, row->open_key)) {
        case_fault(&walk->faults, walk->look->arena, row->id, "%.*s in the place of %.*s",
                   TEXT_ARGS(text_is_given(row->open_key) ? row->open_key : TEXT("nothing")),
                   TEXT_ARGS(text_is_given(expected) ? expected : TEXT("nothing")));
    }
    return STATUS_OK;
}

static enum status check_one_open(struct fsck_look *look)
{
    static const struct listed twice = {
        check_twice_open, "cases are open beside another with the same one_open_per",
        "The unique index engine_case_open is gone: make it again after one of them was ended."};
    struct case_walk walk = {.look = look, .visit = check_key};
    enum status status = case_walk_all(&walk);
    if (status == STATUS_OK && walk.faults.count > 0) {
        fsck_say(
            look, FSCK_ERROR,
            "%lld cases have a wrong open_key, first %s: %.*s. A second one could begin beside "
            "them, or none where one may: any operation on the case writes it anew.",
            NUMBER(walk.faults.count), case_fault_id(&walk.faults, look->arena),
            TEXT_ARGS(walk.faults.why));
    }
    return status == STATUS_OK ? say_listed(look, &twice) : status;
}

/* ---- all of them ---- */

const struct own_check case_checks[] = {
    {"cases", "every case is where a case of its workflow can be, and over when it has ended",
     check_cases},
    {"stages", "what a case waits for will come, and nothing else is under way", check_stages},
    {"history", "each revision of each case has its row, and the newest is where the case is",
     check_history},
    {"found_by", "a case is found by its places and keys, and by nothing else", check_found_by},
    {"one_open", "there is one open case where there may be one", check_one_open},
    {"operations", "what is under way is what its case is about", check_operations},
    {"definition", "the definition of every open case is kept", check_definitions},
};
const size_t case_check_count = COUNT_OF(case_checks);

enum status case_checks_run(struct fsck_look *look)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < case_check_count && status == STATUS_OK; i++) {
        struct fsck_look one = *look;
        one.detail = TEXT("");
        one.verdict = FSCK_OK;
        status = case_checks[i].run(&one);
        if (status == STATUS_OK && one.detail.bytes > 0) {
            fsck_say(look, one.verdict, "%s: %.*s", case_checks[i].name, TEXT_ARGS(one.detail));
        }
    }
    return status;
}
