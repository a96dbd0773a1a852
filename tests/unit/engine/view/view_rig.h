/* view_rig.h - looks for leaks: everybody, everywhere, with each field that he must not see.
 *
 * The example workflows of tests/workflows are taken one by one. For each party and each place
 * somebody is that party and nothing else; then one field he is not allowed gets another value, and
 * no byte of what he is told may be another. What is allowed is asked of the workflow here and not
 * of the view: two opinions, so that one of them can be wrong.
 */
#ifndef TESTS_UNIT_ENGINE_VIEW_VIEW_RIG_H
#define TESTS_UNIT_ENGINE_VIEW_VIEW_RIG_H

#include "tests/unit/engine/view/view_rig_case.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { VIEW_RIG_FILE_BYTES_MAX = 256 * 1024 };

struct view_rig_counts {
    unsigned long looks; /* at a hidden field */
    unsigned long leaks;
    unsigned long shown; /* a field that is seen was seen to change */
};

/* ---- what somebody is told ---- */

static inline struct text view_rig_told(const struct case_record *record,
                                        const struct participant *participant, size_t left_out)
{
    struct case_step steps[VIEW_RIG_STEPS];
    struct json_writer writer;
    uint64_t parties =
        view_parties_in(record, view_parties(record->recipe, participant), participant);
    struct bit_set fields = view_fields(record, parties);
    view_rig_history(record, left_out, steps);
    json_writer_init(&writer, view_rig_desk, 0);
    json_begin_object(&writer);
    json_key(&writer, "fields");
    view_put_fields(&writer, record, &fields);
    json_key(&writer, "places");
    view_put_places(&writer, record);
    json_key(&writer, "changed");
    bool is_any = view_put_changed(&writer, record, &fields, steps, VIEW_RIG_STEPS);
    json_key(&writer, "is_any");
    json_put_flag(&writer, is_any);
    json_end_object(&writer);
    return json_written(&writer);
}

/* ---- the other opinion ---- */

static inline bool view_rig_may_see(const struct workflow *workflow, size_t party, size_t place,
                                    size_t field)
{
    for (size_t i = 0; i < workflow->sight_count; i++) {
        const struct sight *sight = &workflow->sights[i];
        bool is_theirs =
            sight->party == (int)party || sight->party == workflow->parties[party].kind;
        bool is_here = sight->place == WORKFLOW_NOWHERE || sight->place == (int)place;
        if (is_theirs && is_here && bit_set_has(&sight->fields, field)) {
            return true;
        }
    }
    return false;
}

/* Is it by this field that he is the party? Then another value makes him somebody else. */
static inline bool view_rig_makes_him(const struct workflow *workflow, size_t party, size_t field)
{
    const struct party *his = &workflow->parties[party];
    return his->is_field == (int)field || workflow->parties[his->kind].is_field == (int)field;
}

static inline struct participant view_rig_participant(const struct workflow *workflow, size_t party)
{
    struct text *role = ARENA_NEW(view_rig_desk, struct text);
    *role = workflow->parties[party].name;
    return (struct participant){
        .person = view_rig_person,
        .kind = workflow->parties[workflow->parties[party].kind].name,
        .roles = {role, 1},
    };
}

/* ---- looking ---- */

/* Gives the field its other values, and none; and takes it out of the history. */
static inline void view_rig_look_at(const struct recipe *recipe, size_t party, size_t place,
                                    size_t field, struct view_rig_counts *counts)
{
    const struct workflow *workflow = recipe->workflow;
    const struct case_field *his = &workflow->fields[field];
    struct participant participant = view_rig_participant(workflow, party);
    struct case_record *record = view_rig_record(recipe, place);
    struct text before = view_rig_told(record, &participant, WORKFLOW_FIELDS_MAX);
    bool is_hidden = !view_rig_may_see(workflow, party, place, field);
    record->values[field] = view_rig_value(his, 2);
    struct text other = view_rig_told(record, &participant, WORKFLOW_FIELDS_MAX);
    record->values[field] = view_rig_value(his, 0);
    struct text none = view_rig_told(record, &participant, WORKFLOW_FIELDS_MAX);
    record->values[field] = view_rig_value(his, 1);
    struct text unchanged = view_rig_told(record, &participant, field);
    if (is_hidden) {
        counts->looks++;
        counts->leaks += !text_equals(before, other) || !text_equals(before, none) ||
                         !text_equals(before, unchanged);
    } else if (his->is_secret) {
        counts->looks++;
        counts->leaks += !text_equals(before, other);
    } else {
        counts->shown += !text_equals(before, none) && !text_equals(before, unchanged);
    }
}

/* A stranger with the same role is told nothing where the party is a matter of the case. */
static inline void view_rig_look_for_strangers(const struct recipe *recipe, size_t party,
                                               size_t place, struct view_rig_counts *counts)
{
    const struct workflow *workflow = recipe->workflow;
    const struct party *his = &workflow->parties[party];
    int is_field =
        his->is_field != WORKFLOW_NOWHERE ? his->is_field : workflow->parties[his->kind].is_field;
    if (is_field == WORKFLOW_NOWHERE) {
        return;
    }
    struct participant participant = view_rig_participant(workflow, party);
    struct case_record *record = view_rig_record(recipe, place);
    participant.person = view_rig_stranger;
    counts->looks++;
    counts->leaks +=
        view_parties_in(record, view_parties(recipe, &participant), &participant) >> party & 1;
}

static inline void view_rig_look_everywhere(const struct recipe *recipe,
                                            struct view_rig_counts *counts)
{
    const struct workflow *workflow = recipe->workflow;
    for (size_t party = 0; party < workflow->party_count; party++) {
        for (size_t place = 1; place < workflow->place_count; place++) {
            view_rig_look_for_strangers(recipe, party, place, counts);
            for (size_t field = 0; field < workflow->field_count; field++) {
                if (!view_rig_makes_him(workflow, party, field)) {
                    view_rig_look_at(recipe, party, place, field, counts);
                }
                arena_reset(view_rig_desk);
            }
        }
    }
}

static inline void view_rig_look_into(const char *name, struct view_rig_counts *counts)
{
    char path[300];
    static char yaml[VIEW_RIG_FILE_BYTES_MAX];
    snprintf(path, sizeof path, "tests/workflows/%s", name);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    size_t bytes = fread(yaml, 1, sizeof yaml, file);
    fclose(file);
    const struct recipe recipe = {.workflow = view_rig_read((struct text){yaml, bytes})};
    view_rig_look_everywhere(&recipe, counts);
    view_rig_end();
}

/* Tests are run from the root of the tree. Answers how many workflows there were. */
static inline int view_rig_look(struct view_rig_counts *counts_out)
{
    DIR *folder = opendir("tests/workflows");
    int count = 0;
    *counts_out = (struct view_rig_counts){0};
    CHECK(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".yaml") != NULL) {
            view_rig_look_into(entry->d_name, counts_out);
            count++;
        }
    }
    closedir(folder);
    return count;
}

#endif
