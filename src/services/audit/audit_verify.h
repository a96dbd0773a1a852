/* audit_verify.h - is the record as it was written? Reads all of it, and changes nothing. */
#ifndef SERVICES_AUDIT_AUDIT_VERIFY_H
#define SERVICES_AUDIT_AUDIT_VERIFY_H

#include "services/audit/audit_record.h"

struct audit_verify_options {
    const struct digest_key *key; /* of the installation; NULL: seals and heads are not looked at */
    /* A head that somebody has noted elsewhere; 0 and NO_TEXT: none. */
    int64_t noted_position;
    struct text noted_hash;
    /* NULL, or told how far it is, after each batch; expected is what the end says there are. */
    void (*tell)(void *context, int64_t records, int64_t expected);
    void *tell_context;
};

struct audit_report {
    bool is_sound;
    int64_t records;       /* that were read, up to the first that is broken */
    int64_t heads;         /* that were checked */
    int64_t broken_at;     /* the position of the first record that is not as it was; 0: none */
    struct text complaint; /* a sentence */
    struct text hash;      /* of the last sound record */
};

/* OK with a report that lives in the arena, whatever it says; else a fault of the world. The store
 * is idle before and after. */
NODISCARD enum status audit_verify(struct store *store, struct arena *arena,
                                   const struct audit_verify_options *options,
                                   struct audit_report *report_out);

#endif
