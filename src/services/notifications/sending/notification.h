/* notification.h - one thing that is told to one person, and how far it has come.
 *
 *   pending ----> queued ----> processed    a mail server has taken it over
 *                  |  ^  \---> delivered    it is where the person reads it, or he has confirmed it
 *                  |  +--- not now: again later, a few times; then by the next channel
 *                  v
 *                failed                     no channel is left: somebody looks at it, and retries
 *
 * What is for the inbox stands there at once. The other channels are tried one after the other.
 */
#ifndef SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_H
#define SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_H

#include "services/notifications/templates/template.h"

enum {
    ADDRESS_BYTES_MAX = 254,
    DEDUP_KEY_BYTES_MAX = 200,
    TELEGRAM_ID_BYTES_MAX = 64,
    REASON_BYTES_MAX = 500,
};

struct notification {
    struct id id;
    struct text template;
    struct id person_id;     /* none: only an address is known */
    struct text address;     /* of a letter; NO_TEXT: the person's */
    struct text telegram_id; /* NO_TEXT: the person's */
    struct text locale;
    struct texts channels; /* in the order in which they are tried */
    struct text channel;   /* the one at hand */
    struct text payload;   /* a JSON object; {} once a secret one is sent */
    bool is_secret;
    struct text dedup_key;
    struct text status;
    int64_t attempts; /* by the channel at hand */
    int64_t due_at;   /* 0: it waits for nothing */
    int64_t lease;    /* grows with every lease: who notes shows that it is still his */
    bool waits_for_digest;
    struct text reason; /* why it was not taken the last time */
    struct text actor;
    int64_t created_at;
    int64_t changed_at;
    int64_t delivered_at;
};

extern const struct shape notification_row_shape; /* all of it */
extern const struct shape notification_shape;     /* what is answered */

extern const struct text notification_pending;
extern const struct text notification_queued;
extern const struct text notification_processed;
extern const struct text notification_delivered;
extern const struct text notification_failed;
extern const char *const notification_statuses[];
extern const size_t notification_status_count;

bool notification_is_over(const struct notification *notification);

/* Somebody this service knows the addresses of: a copy from the directory's events. */
struct recipient {
    struct id id;
    struct text email;
    struct text telegram_id;
    struct text full_name;
    struct text locale;
    struct text status;
    int64_t revision;
};
extern const struct shape recipient_shape;

/* ---- events ---- */

enum { TELLS_SENT, TELLS_FAILED, TELLS_INBOX, NOTIFICATION_EVENT_COUNT };
extern const struct event notification_events[NOTIFICATION_EVENT_COUNT];

NODISCARD enum status notification_tell_sent(struct call *call,
                                             const struct notification *notification);
NODISCARD enum status notification_tell_failed(struct call *call,
                                               const struct notification *notification);

/* ---- what is asked for ---- */

struct notification_wish {
    struct text template;
    struct id person_id;
    struct text address;
    struct text telegram_id;
    struct text channel;   /* only this one; NO_TEXT: those that reach him */
    struct texts channels; /* only these, in this order, each once; none: those that reach him */
    struct text locale;
    struct text payload;
    struct text dedup_key;
};

/* Writes the notification, in the inbox too, and tells what is over with it. OK, or a refusal that
 * says why nobody could be told. With a dedup_key that was used before nothing is written:
 * *is_old_out, and the notification is the old one. */
NODISCARD enum status notification_accept(struct call *call, const struct notification_wish *wish,
                                          struct notification *notification_out, bool *is_old_out);

extern const struct refusal notification_not_found;
extern const struct refusal notification_no_recipient;
extern const struct refusal notification_unreachable;
extern const struct refusal notification_duplicate;
extern const struct refusal notification_not_failed;
extern const struct refusal notification_bad_address;

#endif
