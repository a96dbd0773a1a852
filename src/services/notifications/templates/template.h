/* template.h - the words of a notification, with holes for what it is about.
 *
 * One template for each key, channel and locale. `{{name}}` and `{{client.name}}` are holes; they
 * are filled from the payload, a JSON object, with its texts, numbers and flags. A hole that the
 * payload has nothing for is an error that names it: nobody gets a letter with a hole in it. In
 * HTML what is filled in is escaped; there is no way around that.
 *
 * Some templates come with the program (template_shipped.c). A row of the store with the same key,
 * channel and locale takes the place of the shipped one.
 */
#ifndef SERVICES_NOTIFICATIONS_TEMPLATES_TEMPLATE_H
#define SERVICES_NOTIFICATIONS_TEMPLATES_TEMPLATE_H

#include "runtime/service.h"

enum {
    TEMPLATE_KEY_BYTES_MAX = 100,
    TEMPLATE_LOCALE_BYTES_MAX = 8,
    TEMPLATE_SUBJECT_BYTES_MAX = 300,
    TEMPLATE_BODY_BYTES_MAX = 20000,
    TEMPLATE_METADATA_BYTES_MAX = 4000,
    RENDERED_BYTES_MAX = 200000,
    HOLES_MAX = 200,
    PAYLOAD_BYTES_MAX = 32768,
};

struct template
{
    struct id id; /* none: it comes with the program */
    struct text key;
    struct text channel;
    struct text locale;
    struct text subject; /* of a letter; the title in the inbox */
    struct text body;
    struct text html;     /* of a letter; NO_TEXT: made from the body */
    struct text metadata; /* JSON of whoever made it; NO_TEXT: none */
    struct text status;   /* template_active or template_inactive */
    bool is_secret;       /* what it is filled with is forgotten as soon as it is sent */
    bool is_urgent;       /* nobody may mute it */
    struct text origin;   /* "app": defined by a service; "person" */
    int64_t revision;
    int64_t created_at;
    int64_t changed_at;
};

extern const struct text template_active;
extern const struct text template_inactive;
extern const struct text template_from_app;
extern const struct text template_from_person;

extern const struct shape template_shape; /* its answer */

extern const struct text channel_email;
extern const struct text channel_inbox;
extern const struct text channel_telegram;
extern const struct text channel_webhook;

/* The channels as a field takes them; "sse" is another name of the inbox. */
extern const char *const channel_names[];
extern const size_t channel_name_count;
struct text channel_of(struct text name);

/* What a template has become. */
struct rendered {
    struct text subject;
    struct text plain;
    struct text html;
};

/* Payload is a JSON object. ABSENT: missing_out says what it lacks, each once, sorted as the text
 * has it. MALFORMED: `why_out`, of the template's text itself. TOO_LARGE. */
struct rendering {
    struct rendered rendered;
    struct texts missing;
    struct text why;
};
NODISCARD enum status template_render(struct arena *arena, const struct template *from,
                                      struct text payload, struct rendering *rendering_out);

/* Is every {{ closed, and every hole a name? NO_TEXT: yes; else a sentence. */
struct text template_complaint(struct arena *arena, const struct template *from);

/* Those that come with the program. */
extern const struct template templates_shipped[];
extern const size_t templates_shipped_count;

extern const struct refusal template_not_found;
extern const struct refusal template_conflict;
extern const struct refusal template_malformed;
extern const struct refusal template_revision_changed;
extern const struct refusal template_values_missing;

#endif
