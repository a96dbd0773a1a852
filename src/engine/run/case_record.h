/* case_record.h - one case in memory: where it is, what is known of it, what its stages are at.
 *
 * Read from its row, changed by steps, written back with a revision that has grown: the row is only
 * written if nobody else has written it meanwhile. Everything lives in the call's arena.
 */
#ifndef ENGINE_RUN_CASE_RECORD_H
#define ENGINE_RUN_CASE_RECORD_H

#include "base/id.h"
#include "base/json.h"
#include "engine/recipe.h"
#include "store/store.h"

/* Of a stage that the case came to in another version, and that this one has not. */
struct past_visits {
    struct text stage;
    int64_t count;
};

struct case_record {
    struct id id;
    const struct recipe *recipe;
    struct bit_set marking;
    int64_t revision;     /* 0: it does not exist yet */
    struct value *values; /* of the fields, by index, as condition.h holds them */
    int64_t *visits;      /* by transition: how many times its stage was begun */
    bool *is_waiting;     /* by transition: its stage is begun and has no result; stage_store.h */
    int64_t *began_in;    /* the version in which such a stage was begun; 0, NULL: the recipe's */
    struct past_visits *past; /* so that no visit ever has the number of another one */
    size_t past_count;
    int *done; /* transitions with `undo` that were done, in their order */
    size_t done_count;
    int64_t unbroken;     /* transitions since it waited last; it is being cut into pieces */
    struct text previous; /* the result of the newest stage, JSON; NO_TEXT: none */
    int64_t opened_at;
    int64_t changed_at;
    int64_t closed_at; /* 0: it is open */
    struct id opened_by;
    struct id operation; /* that is under way: it has happened, and what follows has not; none */
};

enum { CASE_DONE_MAX = 1000 }; /* stages to take back; a loop with more of them is cut off */

/* A new one, in `start`, its fields what `default` says. */
struct case_record *case_record_new(struct arena *arena, const struct recipe *recipe, struct id id);

/* The same once more: what is changed from here on can be compared with it. */
struct case_record *case_record_copy(struct arena *arena, const struct case_record *record);

/* The same case before anything was known of it. */
struct case_record *case_record_blank(struct arena *arena, const struct case_record *record);

/* No stage of it is under way. */
bool case_is_at_rest(const struct case_record *record);

/* The version that the work id of a stage under way names. It stays what it was when a case moves
 * to another version: whoever gets the same command again must know it again. */
int64_t case_work_version(const struct case_record *record, int transition);

/* The same, from the text that the row has. */
int64_t case_work_version_written(struct arena *arena, struct text stages, struct text stage,
                                  int64_t version);

/* What of a record is kept as JSON: ["asked"]; {"visits": {"book": 1}, "waiting": ["book"], "done":
 * ["book"]}, with "began_in": {"book": 1} when that is another version, "past_visits": {"pay": 2}
 * of stages that this version has not, and "unbroken": 100 between the pieces of a long chain;
 * {"first_day": "2026-03-31"}. */
struct text case_places_write(struct arena *arena, const struct case_record *record);
struct text case_stages_write(struct arena *arena, const struct case_record *record);
struct text case_fields_write(struct arena *arena, const struct case_record *record);

/* The other way round. CORRUPT: it is nothing that was written here. */
struct case_written {
    struct text places;
    struct text stages;
    struct text fields;
};
NODISCARD enum status case_record_read(struct arena *arena, const struct case_written *written,
                                       struct case_record *record);

/* ---- fields as JSON ---- */

/* Of one object; a case with many of them must be readable too. */
enum {
    CASE_OBJECT_BYTES_MAX = 64 * 1024,
    CASE_OBJECT_VALUES_MAX = 2000,
    CASE_OBJECT_DEPTH_MAX = 16
};

/* Of all fields of one case, as JSON. */
enum { CASE_FIELDS_BYTES_MAX = 256 * 1024 };

/* Reads one value by the field's kind and limits; JSON null gives VALUE_NULL. False: error_out says
 * what is wrong with it, without naming it ("must be a date: 2026-03-31"). */
bool case_value_read(struct arena *arena, const struct case_field *field, const struct json *json,
                     struct value *value_out, struct text *error_out);

/* What case_value_write has written some time, whatever the field's limits are today. False: it was
 * not. */
bool case_value_read_kept(struct arena *arena, const struct case_field *field,
                          const struct json *json, struct value *value_out);

/* A value that was computed, held against the field's limits. False: error_out as above. */
bool case_value_fit(struct arena *arena, const struct case_field *field, struct value *value_inout,
                    struct text *error_out);

/* The other way round. Secrets are for who keeps them; the view hides them. */
void case_value_write(struct json_writer *writer, const struct case_field *field,
                      const struct value *value);

bool case_value_equals(const struct value *left, const struct value *right);

#endif
