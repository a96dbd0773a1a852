/* payment_dispatch.c - gives payments to the provider, on a thread of its own.
 *
 *   POST {provider}/transfers       Idempotency-Key: the payment's id
 *   GET  {provider}/transfers/{id}  what came of it; 404: it never came
 *
 * Both answer {"status": "done" | "failed" | "pending", "reference": ..., "reason": ...}. A lost or
 * broken answer makes the payment unknown, and from then on it is asked for before it is sent
 * again; a process that dies in between leaves a lease that runs out, with the same meaning.
 */
#include "apps/popug/payments/payment_job.h"

#include "base/config.h"
#include "base/fault.h"
#include "base/json.h"
#include "net/http_client.h"
#include "runtime/host.h"

enum {
    LEASE_TIMES = 3, /* as long as an answer may take: nobody who lives is overtaken */
    WAIT_MS_MIN = 1000,
    WAIT_MS_MAX = 10 * 60 * 1000,
    ANSWER_BYTES_MAX = 16 * 1024,
};

/* ---- lease ---- */

static enum status lease(struct chore_run *run, void **job_out)
{
    struct payment_job *job = ARENA_NEW(run->arena, struct payment_job);
    struct payment *payment = &job->payment;
    job->provider = config_text(run->host->config, "payments.provider");
    if (!text_is_given(job->provider)) {
        return STATUS_OK;
    }
    enum status status = payment_next(run->store, run->arena, run->now_ms, payment);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    job->is_lookup =
        !text_equals(payment->status, payment_pending) && !SEEDED_BUG("payment_never_looked_up");
    payment->status = payment_sending;
    job->timeout_ms = config_integer(run->host->config, "payments.timeout");
    payment->due_at = run->now_ms + LEASE_TIMES * job->timeout_ms;
    payment->attempts++;
    payment->changed_at = run->now_ms;
    status = payment_update(run->store, payment);
    payment->lease++;
    *job_out = status == STATUS_OK ? job : NULL;
    return status;
}

/* ---- work ---- */

static struct text body_of(struct arena *arena, const struct payment *payment)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "id");
    json_put_text(&writer, id_text(arena, payment->id));
    json_key(&writer, "channel");
    json_put_text(&writer, payment->channel);
    json_key(&writer, "destination");
    json_put_text(&writer, payment->destination);
    json_key(&writer, "amount_minor");
    json_put_integer(&writer, payment->amount_minor);
    json_key(&writer, "currency");
    json_put_text(&writer, payment->currency);
    json_end_object(&writer);
    return json_written(&writer);
}

static struct text member_text(struct arena *arena, const struct json *object, const char *key)
{
    const struct json *member = json_member(object, text_of(key));
    return member != NULL && member->kind == JSON_STRING
               ? text_copy(arena, text_start(member->text, REASON_BYTES_MAX))
               : NO_TEXT;
}

static void read_answer(struct arena *arena, struct text body, struct payment_job *job)
{
    enum { VALUES_MAX = 100 };
    const struct json *object = NULL;
    struct json_error error;
    if (json_read(arena, body, VALUES_MAX, &object, &error) != STATUS_OK ||
        object->kind != JSON_OBJECT) {
        job->reason = TEXT("The provider's answer cannot be read.");
        return;
    }
    struct text status = member_text(arena, object, "status");
    job->reference = member_text(arena, object, "reference");
    job->reason = member_text(arena, object, "reason");
    if (!text_is_given(status)) {
        return;
    }
    job->outcome = text_equals(status, payment_done)      ? OUTCOME_DONE
                   : text_equals(status, payment_failed)  ? OUTCOME_FAILED
                   : text_equals(status, payment_pending) ? OUTCOME_WAITS
                                                          : OUTCOME_UNKNOWN;
}

/* Only what the provider has said clearly counts; the rest is unknown. */
static void judge(struct arena *arena, const struct http_answer *answer, struct payment_job *job)
{
    if (answer->status >= 200 && answer->status < 300) {
        read_answer(arena, answer->body, job);
    } else if (job->is_lookup && answer->status == 404) {
        job->outcome = OUTCOME_ABSENT;
    } else if (!job->is_lookup && (answer->status == 400 || answer->status == 422)) {
        read_answer(arena, answer->body, job);
        job->outcome = OUTCOME_FAILED;
    } else {
        job->reason = text_format(arena, "The provider has answered %d.", answer->status);
    }
}

static void work(struct sideline_work *work)
{
    struct payment_job *job = work->job;
    char id[ID_TEXT_BYTES + 1];
    struct http_answer answer;
    id_write(job->payment.id, id);
    const struct http_header headers[] = {
        {TEXT("Content-Type"), TEXT("application/json")},
        {TEXT("Idempotency-Key"), text_of(id)},
    };
    struct text url =
        job->is_lookup ? text_format(work->arena, "%.*s/transfers/%s", TEXT_ARGS(job->provider), id)
                       : text_format(work->arena, "%.*s/transfers", TEXT_ARGS(job->provider));
    const struct http_client_request request = {
        .method = job->is_lookup ? "GET" : "POST",
        .url = url.data,
        .headers = headers,
        .header_count = job->is_lookup ? 0 : COUNT_OF(headers),
        .body = job->is_lookup ? NO_TEXT : body_of(work->arena, &job->payment),
        .deadline_ms = (int)job->timeout_ms,
        .answer_bytes_max = ANSWER_BYTES_MAX,
    };
    enum status status = http_client_ask(work->context, work->arena, &request, &answer);
    if (status == STATUS_OK) {
        judge(work->arena, &answer, job);
    } else {
        job->reason = status == STATUS_UNCERTAIN ? TEXT("The provider's answer was lost.")
                                                 : TEXT("The provider cannot be reached.");
    }
}

/* ---- note ---- */

static int64_t wait_ms(int64_t attempts)
{
    int64_t wait = WAIT_MS_MIN;
    for (int64_t i = 1; i < attempts && wait < WAIT_MS_MAX; i++) {
        wait *= 2;
    }
    return wait < WAIT_MS_MAX ? wait : WAIT_MS_MAX;
}

static void decide(const struct chore_run *run, const struct payment_job *job,
                   struct payment *payment)
{
    payment->changed_at = run->now_ms;
    payment->reason = job->reason;
    payment->due_at = 0;
    if (job->outcome == OUTCOME_DONE) {
        payment->status = payment_done;
        payment->reference = job->reference;
    } else if (job->outcome == OUTCOME_FAILED || SEEDED_BUG("unknown_payment_failed")) {
        payment->status = payment_failed;
    } else {
        bool was_never_there = job->outcome == OUTCOME_ABSENT;
        payment->status = was_never_there ? payment_pending : payment_unknown;
        payment->due_at = run->now_ms + (was_never_there ? 0 : wait_ms(payment->attempts));
    }
}

static enum status note(struct chore_run *run, void *context)
{
    const struct payment_job *job = context;
    struct call *call = run->call;
    struct payment payment = job->payment; /* it may run twice */
    decide(run, job, &payment);
    if (payment.due_at != 0) {
        run->next_at = payment.due_at;
    }
    struct payment now;
    enum status status = payment_find(run->store, run->arena, payment.id, &now);
    if (status == STATUS_OK && now.lease != payment.lease) {
        return STATUS_OK; /* the lease has run out, and another has it in hand */
    }
    if (status == STATUS_OK) {
        status = payment_update(run->store, &payment);
    }
    if (status == STATUS_OK && text_equals(payment.status, payment_done)) {
        status = payment_tell(call, TELLS_TRANSFERRED, &payment);
    } else if (status == STATUS_OK && text_equals(payment.status, payment_failed)) {
        status = payment_tell(call, TELLS_FAILED, &payment);
    }
    return status;
}

static void *open_client(struct host *host)
{
    (void)host;
    return http_client_create();
}

static void close_client(void *context)
{
    struct http_client *client = context;
    http_client_destroy(&client);
}

const struct sideline payment_dispatch = {
    .name = "payments",
    .threads = 2,
    .lease = lease,
    .work = work,
    .note = note,
    .open = open_client,
    .close = close_client,
};
