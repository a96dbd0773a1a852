/* audit_verify.c - follows the chain from its beginning, with every seal and every head on its way.
 */
#include "services/audit/audit_verify.h"

#include "services/audit/audit_store.h"

enum { BATCH_BYTES_MAX = 256 * 1024 * 1024 };

struct verifying {
    struct store *store;
    struct arena *arena; /* of the report */
    struct arena *batch; /* of the rows at hand */
    const struct audit_verify_options *options;
    struct digest_key seal_key;
    struct proof_key signing_key;
    struct audit_head *heads; /* a page of them, in order */
    size_t head_count;
    size_t head_index;
    struct audit_report *report;
    char hash[AUDIT_HASH_DIGITS]; /* of the last sound record */
    int64_t position;
};

static struct text last_hash(const struct verifying *verifying)
{
    return (struct text){verifying->hash, AUDIT_HASH_DIGITS};
}

static void break_at(struct verifying *verifying, int64_t position, struct text why)
{
    if (verifying->report->complaint.data == NULL) {
        verifying->report->broken_at = position;
        verifying->report->complaint = text_copy(verifying->arena, why);
    }
}

static bool is_broken(const struct verifying *verifying)
{
    return verifying->report->complaint.data != NULL;
}

/* ---- heads ---- */

static enum status read_heads(struct verifying *verifying, int64_t after)
{
    struct rows rows;
    enum status status = audit_head_read(verifying->store, verifying->arena, after, &rows);
    verifying->heads = rows.items;
    verifying->head_count = status == STATUS_OK ? rows.count : 0;
    verifying->head_index = 0;
    return status;
}

static struct audit_head *next_head(struct verifying *verifying)
{
    return verifying->head_index < verifying->head_count ? &verifying->heads[verifying->head_index]
                                                         : NULL;
}

static enum status check_heads(struct verifying *verifying)
{
    enum status status = STATUS_OK;
    struct audit_head *head = next_head(verifying);
    while (head != NULL && head->position <= verifying->position && !is_broken(verifying)) {
        if (head->position == verifying->position) {
            if (!text_equals(head->hash, last_hash(verifying))) {
                break_at(verifying, head->position,
                         text_format(verifying->arena,
                                     "Up to record %lld it is not what was signed.",
                                     (long long)head->position));
            } else if (verifying->options->key != NULL &&
                       !audit_head_is_signed(verifying->batch, head,
                                             verifying->signing_key.public_key)) {
                break_at(verifying, head->position,
                         text_format(verifying->arena,
                                     "The head at record %lld is not signed by this installation.",
                                     (long long)head->position));
            }
        }
        verifying->report->heads++;
        verifying->head_index++;
        if (verifying->head_index == verifying->head_count) {
            status = read_heads(verifying, head->position);
        }
        head = status == STATUS_OK ? next_head(verifying) : NULL;
    }
    return status;
}

/* ---- records ---- */

static void check_noted(struct verifying *verifying)
{
    const struct audit_verify_options *options = verifying->options;
    if (options->noted_position == verifying->position && verifying->position > 0 &&
        !text_equals(options->noted_hash, last_hash(verifying))) {
        break_at(verifying, verifying->position,
                 text_format(verifying->arena,
                             "Up to record %lld it is not what was noted elsewhere.",
                             (long long)verifying->position));
    }
}

static void check_record(struct verifying *verifying, const struct audit_record *record)
{
    int64_t expected = verifying->position + 1;
    if (record->position != expected) {
        break_at(verifying, expected,
                 text_format(verifying->arena, "Record %lld is missing; the next is %lld.",
                             (long long)expected, (long long)record->position));
        return;
    }
    struct text hash = audit_hash(verifying->batch, last_hash(verifying), record);
    if (!text_equals(hash, record->hash)) {
        break_at(verifying, expected,
                 text_format(verifying->arena,
                             "Record %lld is not as it was written, or not where.",
                             (long long)expected));
        return;
    }
    if (verifying->options->key != NULL &&
        !text_equals(audit_seal(verifying->batch, &verifying->seal_key, hash), record->seal)) {
        break_at(verifying, expected,
                 text_format(verifying->arena, "Record %lld was not written by this installation.",
                             (long long)expected));
        return;
    }
    for (size_t i = 0; i < AUDIT_HASH_DIGITS; i++) {
        verifying->hash[i] = hash.data[i];
    }
    verifying->position = expected;
    verifying->report->records++;
    check_noted(verifying);
}

static enum status read_batch(struct verifying *verifying, struct rows *rows_out)
{
    enum status status = audit_read(verifying->store, verifying->batch, verifying->position,
                                    AUDIT_READ_MAX, rows_out);
    if (status == STATUS_TOO_LARGE) { /* large ones come one by one */
        arena_reset(verifying->batch);
        status = audit_read(verifying->store, verifying->batch, verifying->position, 1, rows_out);
    }
    return status;
}

static enum status check_batch(struct verifying *verifying, bool *is_end_out)
{
    struct rows rows;
    enum status status = read_batch(verifying, &rows);
    *is_end_out = status != STATUS_OK || rows.count == 0;
    for (size_t i = 0; status == STATUS_OK && i < rows.count && !is_broken(verifying); i++) {
        check_record(verifying, &((const struct audit_record *)rows.items)[i]);
        if (!is_broken(verifying)) {
            status = check_heads(verifying);
        }
    }
    return status;
}

/* ---- the end ---- */

static enum status check_end(struct verifying *verifying)
{
    struct audit_end end;
    const struct audit_head *head = next_head(verifying);
    int64_t noted = verifying->options->noted_position;
    enum status status = audit_end_find(verifying->store, verifying->arena, &end);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    int64_t promised = status == STATUS_OK ? end.position : -1;
    promised = head != NULL && head->position > promised ? head->position : promised;
    promised = noted > promised ? noted : promised;
    if (promised > verifying->position) {
        break_at(verifying, verifying->position + 1,
                 text_format(verifying->arena, "It ends with record %lld, and there were %lld.",
                             (long long)verifying->position, (long long)promised));
    } else if (status == STATUS_ABSENT || end.position < verifying->position ||
               !text_equals(end.hash, last_hash(verifying))) {
        break_at(verifying, verifying->position,
                 text_format(verifying->arena,
                             "Record %lld is not where the record is said to end.",
                             (long long)verifying->position));
    }
    return STATUS_OK;
}

/* How many there should be; 0: nothing says. */
static int64_t expected_records(const struct verifying *verifying)
{
    struct audit_end end;
    bool is_known = verifying->options->tell != NULL &&
                    audit_end_find(verifying->store, verifying->arena, &end) == STATUS_OK;
    return is_known ? end.position : 0;
}

static enum status follow(struct verifying *verifying)
{
    const struct audit_verify_options *options = verifying->options;
    int64_t expected = expected_records(verifying);
    bool is_end = false;
    enum status status = read_heads(verifying, 0);
    while (status == STATUS_OK && !is_end && !is_broken(verifying)) {
        status = check_batch(verifying, &is_end);
        arena_reset(verifying->batch);
        if (options->tell != NULL) {
            options->tell(options->tell_context, verifying->position, expected);
        }
    }
    if (status == STATUS_OK && !is_broken(verifying)) {
        status = check_end(verifying);
    }
    return status;
}

enum status audit_verify(struct store *store, struct arena *arena,
                         const struct audit_verify_options *options,
                         struct audit_report *report_out)
{
    struct verifying verifying = {
        .store = store, .arena = arena, .options = options, .report = report_out};
    *report_out = (struct audit_report){.is_sound = false};
    for (size_t i = 0; i < AUDIT_HASH_DIGITS; i++) {
        verifying.hash[i] = '0';
    }
    if (options->key != NULL) {
        verifying.seal_key = audit_seal_key(options->key);
        verifying.signing_key = audit_signing_key(options->key);
    }
    verifying.batch = arena_create("audit verify", BATCH_BYTES_MAX);
    enum status status = store_begin(store, STORE_READ);
    if (status == STATUS_OK) {
        status = follow(&verifying);
        store_rollback(store);
    }
    arena_destroy(&verifying.batch);
    report_out->is_sound = status == STATUS_OK && !is_broken(&verifying);
    report_out->hash = text_copy(arena, last_hash(&verifying));
    return status;
}
