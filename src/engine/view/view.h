/* view.h - who sees what of a case: the one projection that every way out goes through.
 *
 * State, lists, counts, history, pushes, errors and ETags are made of what this says and of nothing
 * else. What nobody allowed is not seen; what is not seen and what is not there look the same.
 */
#ifndef ENGINE_VIEW_VIEW_H
#define ENGINE_VIEW_VIEW_H

#include "engine/run/case_record.h"
#include "engine/run/case_store.h"
#include "runtime/call.h"

/* Somebody as he came in: /flow/KIND/... */
struct participant {
    struct id person;   /* none: a service */
    struct text kind;   /* "b2b" */
    struct texts roles; /* "admin.moderator": what he may be, of every kind */
};

/* Who calls, as one that came in by this kind. A service that calls for itself is "service" and
 * "service.NAME"; for whom else somebody calls was said with the call (runtime/access.h). Lives as
 * long as the call. */
void participant_of(struct call *call, struct text kind, struct participant *participant_out);

/* Bits of the workflow's parties that he is, whatever the case: who begins one is looked at so.
 * None: he may not come in so. A role opens its kind too, if the workflow knows the role. */
uint64_t view_parties(const struct recipe *recipe, const struct participant *participant);

/* Those of them that he is in this case: where a party `is` a field he must stand in it. Who is
 * not the kind in this case has no role of it either. */
uint64_t view_parties_in(const struct case_record *record, uint64_t parties,
                         const struct participant *participant);

/* The fields that these parties see where the case is. */
struct bit_set view_fields(const struct case_record *record, uint64_t parties);

/* {"first_day": "2026-03-31", ...}: what is seen and not null; secrets are "***". */
void view_put_fields(struct json_writer *writer, const struct case_record *record,
                     const struct bit_set *fields);

/* ["asked"]: where it is, without what is hidden. A case that is not begun is nowhere: []. */
void view_put_places(struct json_writer *writer, const struct case_record *record);

/* ["answer"]: the names of fields that changed in these steps and are seen, as the workflow orders
 * them. False: there are none, and [] was written. */
bool view_put_changed(struct json_writer *writer, const struct case_record *record,
                      const struct bit_set *fields, const struct case_step *steps, size_t count);

#endif
