/* ask_there.c - asks a service of another process, over HTTP, in the time there is. */
#include "base/chance.h"
#include "base/clock.h"
#include "base/log.h"
#include "runtime/ask/ask_inside.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    ANSWER_BYTES_MAX = 4 * 1024 * 1024,
    CREDENTIAL_MARGIN_MS = 15000, /* the clocks may differ, and the request takes its time */
    TRY_AGAIN_MS = 20,
    TELLING_MS = 100, /* no answer within less says nothing about the other side */
};

/* ---- what is sent ---- */

static struct text credential_of(struct ask_run *run)
{
    struct ask_plan *plan = run->plan;
    struct arena *arena = run->desk->arena;
    int64_t now_ms = clock_wall_ms();
    pthread_mutex_lock(&plan->lock);
    bool is_good = now_ms < plan->credential_until_ms &&
                   now_ms > plan->credential_until_ms - CREDENTIAL_SECONDS * 1000LL;
    if (!is_good) {
        struct text made = credential_write(arena, &run->asker->key, text_of(plan->asking->name),
                                            text_of(plan->ask->service), now_ms);
        MUST(made.bytes < sizeof plan->credential);
        memcpy(plan->credential, made.data, made.bytes + 1);
        plan->credential_until_ms = now_ms + CREDENTIAL_SECONDS * 1000LL - CREDENTIAL_MARGIN_MS;
    }
    struct text header = text_format(arena, "Bearer %s", plan->credential);
    pthread_mutex_unlock(&plan->lock);
    return header;
}

static struct text traceparent_of(struct ask_run *run)
{
    unsigned long long span = chance_number();
    return text_format(run->desk->arena, "00-%.*s-%016llx-01", TEXT_ARGS(run->trace),
                       span ? span : 1);
}

static enum status send_once(struct ask_run *run, int left_ms)
{
    struct arena *arena = run->desk->arena;
    const struct ask_target *target = run->plan->target;
    const struct http_header headers[] = {
        {TEXT("Authorization"), credential_of(run)},
        {TEXT("Kontora-Deadline-Ms"), text_format(arena, "%d", left_ms)},
        {TEXT("traceparent"), run->trace.data ? traceparent_of(run) : NO_TEXT},
    };
    struct text path = ask_target_of(run);
    const struct http_client_request request = {
        .method = "GET",
        .url = text_format(arena, "%s%.*s", target->url, TEXT_ARGS(path)).data,
        .headers = headers,
        .header_count = run->trace.data ? COUNT_OF(headers) : COUNT_OF(headers) - 1,
        .deadline_ms = left_ms,
        .answer_bytes_max = ANSWER_BYTES_MAX,
        .unix_socket = target->unix_socket,
    };
    return http_client_ask(run->asker->client, arena, &request, &run->answer);
}

/* ---- what it means ---- */

static int64_t left_ms(const struct ask_run *run)
{
    return run->give_up_at_ms - clock_monotonic_ms();
}

/* For now it cannot answer: it is starting, stopping, has too much to do, or stands behind somebody
 * who cannot reach it. */
static bool is_for_now(const struct http_answer *answer)
{
    return answer->status == 502 || answer->status == 503 || answer->status == 504;
}

static void tell_of_change(const struct ask_run *run, enum circuit_change change)
{
    const struct ask_target *target = run->plan->target;
    if (change == CIRCUIT_OPENED) {
        log_line(LOG_WARNING, run->plan->asking->name,
                 "a service does not answer: it is asked seldom until it does",
                 LOG_TEXT("asked", text_of(target->service)),
                 LOG_TEXT("address", text_of(target->url)));
    } else if (change == CIRCUIT_CLOSED) {
        log_line(LOG_INFO, run->plan->asking->name, "a service answers again",
                 LOG_TEXT("asked", text_of(target->service)));
    }
}

static void report(struct ask_run *run, enum status status, int64_t had_ms)
{
    struct circuit *circuit = &run->plan->target->circuit;
    int64_t now_ms = clock_monotonic_ms();
    bool answered = status == STATUS_TOO_LARGE || status == STATUS_MALFORMED ||
                    (status == STATUS_OK && !is_for_now(&run->answer));
    if (!answered && had_ms < TELLING_MS && left_ms(run) <= 0) {
        circuit_report_nothing(circuit);
    } else {
        tell_of_change(run, circuit_report(circuit, answered, now_ms));
    }
}

/* OK: answered. UNAVAILABLE, TIMEOUT, BUSY: one more try may help. CONFLICT: none will. */
static enum status try_once(struct ask_run *run)
{
    int64_t had_ms = left_ms(run);
    if (had_ms <= 0) {
        return STATUS_TIMEOUT;
    }
    if (!circuit_lets_pass(&run->plan->target->circuit, clock_monotonic_ms())) {
        return STATUS_CONFLICT;
    }
    enum status status = send_once(run, (int)had_ms);
    report(run, status, had_ms);
    if (status == STATUS_OK && is_for_now(&run->answer)) {
        bool is_busy = text_equals(ask_problem_code(run), TEXT("overloaded"));
        return is_busy ? STATUS_BUSY : STATUS_UNAVAILABLE;
    }
    if (status == STATUS_TOO_LARGE || status == STATUS_MALFORMED) {
        ask_complain(run, "an answer cannot be read", text_of(status_text(status)));
        return STATUS_CONFLICT;
    }
    return status == STATUS_UNCERTAIN ? STATUS_UNAVAILABLE : status; /* a read changes nothing */
}

static void rest(void)
{
    struct timespec pause = {.tv_nsec = (long)(TRY_AGAIN_MS / 2 + chance_number() % TRY_AGAIN_MS) *
                                        1000000};
    nanosleep(&pause, NULL);
}

enum status ask_run_there(struct ask_run *run)
{
    struct ask_target *target = run->plan->target;
    enum status status = try_once(run);
    bool may_help =
        status == STATUS_UNAVAILABLE || status == STATUS_TIMEOUT || status == STATUS_BUSY;
    if (may_help && left_ms(run) > 2 * TRY_AGAIN_MS) {
        rest();
        status = try_once(run);
    }
    if (status == STATUS_OK) {
        atomic_fetch_add_explicit(&target->answered, 1, memory_order_relaxed);
        return STATUS_OK;
    }
    atomic_fetch_add_explicit(&target->failed, 1, memory_order_relaxed);
    if (status == STATUS_UNAVAILABLE && left_ms(run) <= 0) {
        return STATUS_TIMEOUT;
    }
    return status == STATUS_CONFLICT ? STATUS_UNAVAILABLE : status;
}
