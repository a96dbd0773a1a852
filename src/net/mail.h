/* mail.h - a letter: written as RFC 5322 wants it, and given to a mail server (SMTP, by libcurl).
 *
 * What stands in the letter comes from anybody: no text of it can add a header or a recipient, for
 * whatever is not plain ASCII without controls is encoded, and an address that could be anything
 * else is MALFORMED. Who has a letter sent waits, so never on a loop or an executor.
 */
#ifndef NET_MAIL_H
#define NET_MAIL_H

#include "base/arena.h"
#include "base/id.h"
#include "base/status.h"
#include "base/text.h"

#include <stdatomic.h>

enum { MAIL_ADDRESS_BYTES_MAX = 254, MAIL_SUBJECT_BYTES_MAX = 998, MAIL_BYTES_MAX = 1024 * 1024 };

struct mail {
    struct text from; /* "Kontora <office@example.com>", or the address alone */
    struct text to;   /* one address */
    struct text subject;
    struct text plain;
    struct text html; /* NO_TEXT: there is only the plain one */
    /* Whose letter it is: the Message-ID is made of it, so a letter that is sent twice can be seen
     * to be one and the same. */
    struct id id;
    int64_t written_at;      /* wall ms; the Date */
    struct text unsubscribe; /* where to say no more: a URL; NO_TEXT: there is no such place */
};

/* One address and nothing else: "anna@example.com", ASCII, as it stands in an envelope. */
bool mail_is_address(struct text text);

/* Of "Name <address>" or "address". False: it is neither. The name may be NO_TEXT. */
bool mail_read_from(struct text from, struct text *name_out, struct text *address_out);

/* The whole letter, lines ended by CRLF. MALFORMED: an address is none. TOO_LARGE. */
NODISCARD enum status mail_write(struct arena *arena, const struct mail *mail,
                                 struct text *letter_out);

enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_WHEN_OFFERED, MAIL_TLS_OFF };

struct mail_server {
    struct text address; /* smtp://user:secret@host:587, smtps://host */
    enum mail_tls tls;
    struct text authorities;  /* PEM file of those who may vouch for it; NO_TEXT: the system's */
    int deadline_ms;          /* of one letter */
    const atomic_bool *stops; /* true: give up soon; may be NULL */
};

/* How it went, for who reads it later. */
struct mail_answer {
    int code;        /* the last the server has said: 250, 550; 0: it said nothing */
    struct text why; /* a sentence, unless OK; lives in the arena */
};

/* OK: the server has taken the letter over. REFUSED: it never will (5xx). BUSY: not now (4xx).
 * UNAVAILABLE: it has not been reached, or not trusted, or it does not know us; nothing was given.
 * UNCERTAIN: all was given, and no answer came. MALFORMED as above. */
NODISCARD enum status mail_send(struct arena *arena, const struct mail_server *server,
                                const struct mail *mail, struct mail_answer *answer_out);

#endif
