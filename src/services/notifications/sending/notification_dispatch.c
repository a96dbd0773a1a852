/* notification_dispatch.c - takes what is due, has it sent, and writes how it went.
 *
 * A lease is one row whose time lies a little ahead: if nobody notes what came of it, it is due
 * again then. So a letter may go out twice, when the machine dies between sending and noting, or
 * when the mail server took it all and its answer was lost (uncertain). Both letters have the same
 * Message-ID, made of the notification's id.
 */
#include "services/notifications/sending/notification_dispatch.h"

#include "services/notifications/sending/notification_store.h"
#include "services/notifications/templates/template_store.h"

#include "base/config.h"
#include "net/mail.h"
#include "runtime/host.h"
#include "runtime/message_run.h"

enum { SEND_MS_MAX = 30 * 1000, LEASE_MS = SEND_MS_MAX + 15 * 1000 };

struct dispatching {
    struct notification notification; /* as it is leased */
    struct mail mail;
    struct mail_server server;
    bool is_mail;   /* else there is nothing to send, and `status` and `why` are set */
    bool may_retry; /* by this channel */

    /* What came of it. */
    enum status status;
    struct mail_answer answer;
    bool is_skipped; /* there is nobody who could carry it */
};

/* ---- lease ---- */

static void read_server(const struct config *config, struct dispatching *job)
{
    struct text tls = config_text(config, "mail.tls");
    job->server = (struct mail_server){
        .address = config_text(config, "mail.address"),
        .authorities = config_text(config, "mail.authorities"),
        .tls = text_equals(tls, TEXT("required"))       ? MAIL_TLS_REQUIRED
               : text_equals(tls, TEXT("when_offered")) ? MAIL_TLS_WHEN_OFFERED
                                                        : MAIL_TLS_OFF,
        .deadline_ms = SEND_MS_MAX,
    };
    job->mail.from = config_text(config, "mail.from");
    job->mail.unsubscribe = config_text(config, "mail.unsubscribe");
}

static void skip(struct dispatching *job, struct text why)
{
    job->is_skipped = true;
    job->status = STATUS_REFUSED;
    job->answer.why = why;
}

static enum status write_mail(struct chore_run *run, struct dispatching *job)
{
    const struct notification *notification = &job->notification;
    struct template template;
    struct rendering rendering;
    read_server(run->host->config, job);
    if (!text_is_given(job->server.address) || !text_is_given(job->mail.from)) {
        skip(job, TEXT("No mail server is set: mail.address and mail.from."));
        return STATUS_OK;
    }
    enum status status = template_choose(run->store, run->arena, notification->template,
                                         channel_email, notification->locale, &template);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    if (status == STATUS_ABSENT ||
        template_render(run->arena, &template, notification->payload, &rendering) != STATUS_OK) {
        skip(job, TEXT("Its template has changed, and fits no more."));
        return STATUS_OK;
    }
    job->is_mail = true;
    job->mail.to = notification->address;
    job->mail.subject = rendering.rendered.subject;
    job->mail.plain = rendering.rendered.plain;
    job->mail.html = rendering.rendered.html;
    job->mail.id = notification->id;
    job->mail.written_at = notification->created_at;
    job->mail.unsubscribe = template.is_urgent ? NO_TEXT : job->mail.unsubscribe;
    return STATUS_OK;
}

static enum status lease(struct chore_run *run, void **job_out)
{
    struct dispatching *job = ARENA_NEW(run->arena, struct dispatching);
    struct notification *notification = &job->notification;
    enum status status =
        notification_next(run->store, run->arena, run->now_ms, notification, &run->next_at);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    notification->status = notification_queued;
    notification->due_at = run->now_ms + LEASE_MS;
    notification->changed_at = run->now_ms;
    status = notification_update(run->store, run->arena, notification);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    notification->lease++;
    notification->attempts++;
    if (text_equals(notification->channel, channel_email)) {
        status = write_mail(run, job);
    } else {
        skip(job, TEXT("No Telegram bot is set up here."));
    }
    *job_out = status == STATUS_OK ? job : NULL;
    return status;
}

/* ---- work ---- */

static void work(struct sideline_work *work)
{
    struct dispatching *job = work->job;
    if (!job->is_mail) {
        return;
    }
    job->server.stops = work->stops;
    job->status = mail_send(work->arena, &job->server, &job->mail, &job->answer);
    job->may_retry = job->status != STATUS_REFUSED && job->status != STATUS_MALFORMED &&
                     job->status != STATUS_TOO_LARGE;
}

/* ---- note ---- */

static struct text outcome_of(const struct dispatching *job)
{
    if (job->is_skipped) {
        return TEXT("skipped");
    }
    if (job->status == STATUS_OK) {
        return TEXT("taken");
    }
    if (job->status == STATUS_UNCERTAIN) {
        return TEXT("uncertain");
    }
    return job->may_retry ? TEXT("later") : TEXT("refused");
}

static struct text reason_of(struct arena *arena, const struct dispatching *job)
{
    struct text why = job->answer.why;
    struct text code =
        job->answer.code > 0 ? text_format(arena, "%d: ", job->answer.code) : NO_TEXT;
    return text_join(arena, code, text_slice(why, 0, REASON_BYTES_MAX - 16));
}

/* The channel behind the one at hand; NO_TEXT: it was the last. The inbox never fails. */
static struct text next_channel(const struct notification *notification)
{
    bool is_behind = false;
    for (size_t i = 0; i < notification->channels.count; i++) {
        struct text channel = notification->channels.items[i];
        if (is_behind && !text_equals(channel, channel_inbox)) {
            return channel;
        }
        is_behind = is_behind || text_equals(channel, notification->channel);
    }
    return NO_TEXT;
}

static bool stands_in_inbox(const struct notification *notification)
{
    return notification->channels.count > 0 &&
           text_equals(notification->channels.items[0], channel_inbox);
}

/* It did not go out by this channel and never will. */
static void give_up_channel(struct notification *notification, int64_t now_ms)
{
    struct text next = next_channel(notification);
    notification->attempts = 0;
    if (text_is_given(next)) {
        notification->channel = next;
        notification->due_at = now_ms;
    } else {
        notification->due_at = 0;
        notification->status = notification_failed;
    }
}

static void decide(struct chore_run *run, struct dispatching *job)
{
    struct notification *notification = &job->notification;
    int64_t retries = config_integer(run->host->config, "notifications.retries");
    int64_t pause_ms = config_integer(run->host->config, "notifications.retry_after");
    notification->changed_at = run->now_ms;
    if (job->status == STATUS_OK) {
        notification->due_at = 0;
        notification->status = notification_processed;
        notification->reason = NO_TEXT;
        return;
    }
    notification->reason = reason_of(run->arena, job);
    if (job->may_retry && notification->attempts <= retries) {
        notification->due_at = run->now_ms + pause_ms;
        return;
    }
    give_up_channel(notification, run->now_ms);
    if (text_equals(notification->status, notification_failed) && job->is_skipped &&
        stands_in_inbox(notification)) { /* he has it there, and nobody is there to send it */
        notification->channel = channel_inbox;
        notification->status = notification_delivered;
        notification->delivered_at = notification->created_at;
    }
}

static enum status note(struct chore_run *run, void *context)
{
    struct dispatching *kept = context;
    struct dispatching job = *kept; /* it may run twice */
    struct notification *notification = &job.notification;
    const struct attempt attempt = {
        .id = id_new(),
        .notification_id = notification->id,
        .channel = notification->channel,
        .number = notification->attempts,
        .at = run->now_ms,
        .outcome = outcome_of(&job),
        .code = job.answer.code,
        .detail = job.status == STATUS_OK ? NO_TEXT : reason_of(run->arena, &job),
    };
    decide(run, &job);
    if (notification->is_secret && (text_equals(notification->status, notification_processed))) {
        notification->payload = TEXT("{}");
    }
    enum status status = notification_update(run->store, run->arena, notification);
    if (status == STATUS_ABSENT) {
        return STATUS_OK; /* the lease ran out, and another has it in hand */
    }
    if (status == STATUS_OK) {
        status = attempt_insert(run->store, &attempt);
    }
    if (status == STATUS_OK && text_equals(notification->status, notification_failed)) {
        status = notification_tell_failed(run->call, notification);
    } else if (status == STATUS_OK && notification_is_over(notification)) {
        status = notification_tell_sent(run->call, notification);
    }
    return status;
}

const struct sideline notification_dispatch = {
    .name = "mail",
    .threads = 2,
    .lease = lease,
    .work = work,
    .note = note,
};
