/* workflows_move.c - whether cases could move to another version, and moving one. */
#include "engine/migration/case_cross.h"
#include "engine/migration/crossing_store.h"
#include "engine/migration/workflows_handle.h"
#include "engine/run/case_store.h"

#include <stdio.h>

enum { CASE_BYTES_MAX = 256 * 1024 * 1024 };

/* ---- what is wished ---- */

struct wish {
    struct call *call;
    const struct catalog *catalog;
    const struct recipe *to;
    struct texts without;
};

static bool has_workflow(const struct catalog *catalog, struct text workflow)
{
    for (size_t i = 0; i < catalog->recipe_count; i++) {
        if (text_equals(catalog->recipes[i]->workflow->name, workflow)) {
            return true;
        }
    }
    return false;
}

static bool is_a_field(const struct wish *wish, struct text field)
{
    for (size_t i = 0; i < wish->catalog->recipe_count; i++) {
        const struct workflow *one = wish->catalog->recipes[i]->workflow;
        if (text_equals(one->name, wish->to->workflow->name) &&
            workflow_field(one, field) != WORKFLOW_NOWHERE) {
            return true;
        }
    }
    return false;
}

/* "answer,note" */
static struct texts split(struct arena *arena, struct text names)
{
    struct text *items = ARENA_ARRAY(arena, struct text, names.bytes + 1);
    size_t count = 0;
    while (names.bytes > 0) {
        text_cut(names, ',', &items[count], &names);
        items[count] = text_trim(items[count]);
        count += items[count].bytes > 0;
    }
    return (struct texts){items, count};
}

/* OK, or REFUSED. */
static enum status make_wish(struct call *call, struct texts without, struct wish *wish_out)
{
    const struct workflows_input *input = call->input;
    const struct catalog *catalog = catalog_of(call);
    const struct recipe *to = catalog_find(catalog, input->workflow, input->to);
    *wish_out = (struct wish){.call = call, .catalog = catalog, .to = to, .without = without};
    if (to == NULL) {
        return refuse(call, has_workflow(catalog, input->workflow) ? &workflows_no_version
                                                                   : &workflows_no_workflow);
    }
    if (text_is_given(to->held_up)) {
        return refuse(call, &workflows_stands_still);
    }
    for (size_t i = 0; i < without.count; i++) {
        if (!is_a_field(wish_out, without.items[i])) {
            return refuse_field(call, &workflows_no_field, "without");
        }
    }
    return STATUS_OK;
}

/* ---- one case ---- */

static struct texts copy_reasons(struct arena *arena, const struct crossing_plan *plan)
{
    struct text *items = ARENA_ARRAY(arena, struct text, plan->because_count + 1);
    for (size_t i = 0; i < plan->because_count; i++) {
        items[i] = text_copy(arena, plan->because[i]);
    }
    return (struct texts){items, plan->because_count};
}

static struct crossing_entry entry_of(const struct wish *wish, const struct crossing *crossing,
                                      struct id case_id, const struct crossing_plan *plan)
{
    return (struct crossing_entry){
        .case_id = case_id,
        .version = crossing->from->workflow->version,
        .to = crossing->to->workflow->version,
        .verdict = text_of(crossing_words[plan->verdict]),
        .because = copy_reasons(wish->call->arena, plan),
    };
}

/* ---- all open cases, a page of them ---- */

struct page {
    const struct wish *wish;
    struct arena *scratch; /* of one case */
    struct crossing_entry *entries;
    size_t count;
    size_t limit;
    bool is_full;
    size_t recipe; /* of the catalog; it moves */
    struct open_cases cases;
};

/* "3/2/<case id>": of which version, at which place, after which case. */
static bool read_cursor(struct page *page, struct text cursor)
{
    struct text version;
    struct text place;
    struct text id;
    struct text rest;
    int64_t number = 0;
    int64_t at = 0;
    if (!text_cut(cursor, '/', &version, &rest) || !text_cut(rest, '/', &place, &id) ||
        !text_to_integer(version, &number) || !text_to_integer(place, &at) ||
        !id_read(id, &page->cases.after)) {
        return false;
    }
    const struct catalog *catalog = page->wish->catalog;
    for (size_t i = 0; i < catalog->recipe_count; i++) {
        const struct workflow *one = catalog->recipes[i]->workflow;
        if (text_equals(one->name, page->wish->to->workflow->name) && one->version == number) {
            page->recipe = i;
            page->cases.place = (int)at;
            return at >= 0 && at < (int64_t)one->place_count;
        }
    }
    return false;
}

static struct text write_cursor(const struct page *page, struct id last)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(last, id);
    return text_format(page->wish->call->arena, "%lld/%d/%s",
                       (long long)page->cases.recipe->workflow->version, page->cases.place, id);
}

/* It may have moved or ended since it was listed: then it is not of this list any more. */
static enum status add_case(struct page *page, struct crossing *crossing, struct id case_id)
{
    struct call *call = page->wish->call;
    struct case_record *record = NULL;
    struct crossing_plan plan;
    arena_reset(page->scratch);
    enum status status =
        case_load(call->store, page->scratch, page->wish->catalog, case_id, &record);
    if (status == STATUS_OK && (record->recipe != crossing->from || record->closed_at != 0)) {
        return STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = case_cross_plan(call, page->scratch, crossing, record, &plan);
    }
    if (status == STATUS_OK) {
        page->entries[page->count++] = entry_of(page->wish, crossing, case_id, &plan);
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* All of one version, or as many as there is room for. */
static enum status add_version(struct page *page, struct text *next_out)
{
    struct call *call = page->wish->call;
    struct crossing crossing = {
        .from = page->cases.recipe, .to = page->wish->to, .without = page->wish->without};
    crossing_begin(call->arena, &crossing);
    enum status status = open_cases_next(call->store, call->arena, &page->cases);
    while (status == STATUS_OK && page->cases.count > 0) {
        for (size_t i = 0; i < page->cases.count && status == STATUS_OK; i++) {
            if (page->count == page->limit) {
                page->is_full = true;
                return STATUS_OK;
            }
            status = add_case(page, &crossing, page->cases.ids[i]);
            *next_out = write_cursor(page, page->cases.ids[i]);
        }
        if (status == STATUS_OK) {
            status = open_cases_next(call->store, call->arena, &page->cases);
        }
    }
    return status;
}

static enum status add_all(struct page *page, struct text *next_out)
{
    const struct catalog *catalog = page->wish->catalog;
    enum status status = STATUS_OK;
    for (; page->recipe < catalog->recipe_count && status == STATUS_OK && !page->is_full;
         page->recipe++) {
        const struct recipe *from = catalog->recipes[page->recipe];
        page->cases.recipe = from;
        if (from != page->wish->to &&
            text_equals(from->workflow->name, page->wish->to->workflow->name)) {
            status = add_version(page, next_out);
        }
        page->cases.place = WORKFLOW_START;
        page->cases.after = (struct id){0};
    }
    return status;
}

enum status workflows_plan_handle(struct call *call)
{
    const struct workflows_input *input = call->input;
    struct wish wish;
    struct text next = NO_TEXT;
    enum status status = make_wish(call, split(call->arena, input->without), &wish);
    if (status != STATUS_OK) {
        return status;
    }
    struct page page = {
        .wish = &wish,
        .entries = ARENA_ARRAY(call->arena, struct crossing_entry, (size_t)input->limit),
        .limit = (size_t)input->limit,
    };
    if (text_is_given(input->cursor) && !read_cursor(&page, input->cursor)) {
        return refuse_field(call, &workflows_bad_cursor, "cursor");
    }
    page.scratch = arena_create("case", CASE_BYTES_MAX);
    status = add_all(&page, &next);
    arena_destroy(&page.scratch);
    return status == STATUS_OK
               ? answer_list(call, &(struct list){.items = page.entries,
                                                  .count = page.count,
                                                  .next = page.is_full ? next : NO_TEXT,
                                                  .total = FIELD_NONE})
               : status;
}

/* ---- moving ---- */

static enum status cross(const struct wish *wish, const struct case_record *record,
                         struct crossing_entry *entry_out)
{
    struct call *call = wish->call;
    const struct workflows_input *input = call->input;
    struct crossing crossing = {.from = record->recipe, .to = wish->to, .without = wish->without};
    struct crossing_plan plan;
    crossing_begin(call->arena, &crossing);
    enum status status = case_cross_plan(call, call->arena, &crossing, record, &plan);
    if (status != STATUS_OK) {
        return status;
    }
    *entry_out = entry_of(wish, &crossing, record->id, &plan);
    if (plan.verdict == CROSSING_MOVES && !input->is_plan) {
        status = case_cross(call, &crossing, record, &plan);
        entry_out->has_moved = status == STATUS_OK;
    }
    return status;
}

/* Of a case that need not move any more, or never will. */
static struct crossing_entry entry_at_rest(const struct wish *wish,
                                           const struct case_record *record)
{
    static const struct text ended = {"it has ended, as a case of the version it is of", 47};
    int64_t version = record->recipe->workflow->version;
    bool has_moved = record->recipe == wish->to;
    return (struct crossing_entry){
        .case_id = record->id,
        .version = version,
        .to = wish->to->workflow->version,
        .verdict = text_of(crossing_words[has_moved ? CROSSING_MOVES : CROSSING_STAYS]),
        .because = {&ended, has_moved ? 0 : 1},
        .has_moved = has_moved,
    };
}

enum status workflows_move_handle(struct call *call)
{
    const struct workflows_input *input = call->input;
    struct wish wish;
    struct crossing_entry entry;
    struct case_record *record = NULL;
    enum status status = make_wish(call, input->give_up, &wish);
    if (status != STATUS_OK) {
        return status;
    }
    status = case_load(call->store, call->arena, wish.catalog, input->case_id, &record);
    bool is_of_it =
        status == STATUS_OK && text_equals(record->recipe->workflow->name, wish.to->workflow->name);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_of_it)) {
        return refuse_field(call, &workflows_no_case, "case_id");
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (record->recipe == wish.to || record->closed_at != 0) {
        entry = entry_at_rest(&wish, record);
    } else {
        status = cross(&wish, record, &entry);
    }
    return status == STATUS_OK ? answer(call, &entry) : status;
}
