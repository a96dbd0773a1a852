/* rule.h - when this happens, these words go to that person: a row, so that no program says it.
 *
 *   new_device    iam.new_device -> the words iam.new_device, by email, to the person at person_id
 *   late          orders.late    -> the words orders.late, by telegram or else email, to everybody
 *                                   with the role dispatcher
 *
 * What is heard is what services tell (docs/events.md), and what is told from outside by
 * POST /api/notifications/events. The event's own data fills the words. Some rules come with the
 * program (rule_shipped.c); a row of the same name takes the place of the shipped one.
 *
 * One event is told once by one rule to one person, however often it comes. A rule that cannot be
 * carried out, since the event has nothing at its path, or the words a hole that the event does
 * not fill, leaves the event with the dead letters, with a sentence; replayed, it is done.
 */
#ifndef SERVICES_NOTIFICATIONS_RULES_RULE_H
#define SERVICES_NOTIFICATIONS_RULES_RULE_H

#include "runtime/service.h"

enum {
    RULE_NAME_BYTES_MAX = 64,
    RULE_EVENT_BYTES_MAX = 100,
    RULE_PATH_BYTES_MAX = 100,
    RULE_ROLE_BYTES_MAX = 64,
    RULE_CHANNELS_MAX = 3,
    RULES_MAX = 500,
    RULES_OF_EVENT_MAX = 50,
    RULE_PEOPLE_MAX = 500, /* of one role */
};

struct rule {
    struct id id; /* none: it comes with the program */
    struct text name;
    struct text event;
    struct text template;
    struct texts channels; /* in this order; none: whichever reach him */
    struct text to_path;   /* one of these three says who is told */
    struct text to_role;
    struct id to_person;
    struct text status; /* template_active or template_inactive */
    struct text origin; /* "shipped", "person" */
    int64_t revision;
    int64_t created_at;
    int64_t changed_at;
};

extern const struct shape rule_shape; /* its row and its answer */

/* Those that come with the program. */
extern const struct rule rules_shipped[];
extern const size_t rules_shipped_count;

/* Something has happened. */
struct fact {
    struct text event;
    struct text data; /* a JSON object */
    struct text id;   /* it is the same when it comes again */
};

/* Has people told of it as the rules say; how many rules there were is in *count_out. REFUSED with
 * words that name the rule. */
NODISCARD enum status rules_apply(struct call *call, const struct fact *fact, size_t *count_out);

/* A handler: of every event. */
enum status rules_hear(struct call *call);

/* What else is kept of somebody whom the directory tells of: his roles. */
NODISCARD enum status rules_keep_roles(struct call *call, struct id person);

extern const struct service_part rules_part;

extern const struct refusal rule_path_missing;
extern const struct refusal rule_nobody;
extern const struct refusal rule_too_large;

#endif
