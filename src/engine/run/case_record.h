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

struct case_record {
    struct id id;
    const struct recipe *recipe;
    struct bit_set marking;
    int64_t revision;     /* 0: it does not exist yet */
    struct value *values; /* of the fields, by index, as condition.h holds them */
    int64_t *visits;      /* by transition: how many times its stage was begun */
    struct text previous; /* the result of the newest stage, JSON; NO_TEXT: none */
    int64_t opened_at;
    int64_t changed_at;
    int64_t closed_at; /* 0: it is open */
    struct id opened_by;
    struct id operation; /* whose outcome is not known yet; none */
};

/* A new one, in `start`, its fields what `default` says. */
struct case_record *case_record_new(struct arena *arena, const struct recipe *recipe, struct id id);

/* ---- fields as JSON ---- */

/* Reads one value by the field's kind and limits; JSON null gives VALUE_NULL. False: error_out says
 * what is wrong with it, without naming it ("must be a date: 2026-03-31"). */
bool case_value_read(struct arena *arena, const struct case_field *field, const struct json *json,
                     struct value *value_out, struct text *error_out);

/* The other way round. Secrets are for who keeps them; the view hides them. */
void case_value_write(struct json_writer *writer, const struct case_field *field,
                      const struct value *value);

bool case_value_equals(const struct value *left, const struct value *right);

#endif
