/* post.c - which queues are offered to programs outside, and the post of each service with one.
 *
 *   work.QUEUE             what we send: durable, shared by whoever takes from it
 *   work.answers.SERVICE   what comes back; `reply-to` of every letter
 */
#include "runtime/post/post.h"

#include "base/clock.h"
#include "runtime/post/post_parts.h"
#include "runtime/start/wiring.h"
#include "runtime/waiting_room.h"

enum { UNANSWERED_MAX = 200 };

/* ---- the settings ---- */

static bool is_all(struct text setting)
{
    return text_equals(setting, TEXT("all"));
}

/* Is the name one of those in the setting, which are separated by spaces or commas? */
static bool names(struct text setting, struct text name)
{
    size_t start = 0;
    for (size_t i = 0; i <= setting.bytes; i++) {
        bool is_end = i == setting.bytes || setting.data[i] == ' ' || setting.data[i] == ',';
        if (is_end && text_equals(text_slice(setting, start, i), name)) {
            return true;
        }
        start = is_end ? i + 1 : start;
    }
    return false;
}

static bool is_known(const struct runtime_options *options, struct text name)
{
    for (size_t i = 0; i < options->known_count; i++) {
        const struct post_table *table = options->known[i]->post;
        for (size_t k = 0; table != NULL && k < table->queues.count; k++) {
            if (text_equals(table->queues.items[k], name)) {
                return true;
            }
        }
    }
    return false;
}

/* A name that is misspelt would be offered nowhere, and nobody would know. */
static enum status check_names(const struct runtime_options *options, struct arena *arena,
                               struct text setting, struct text *error_out)
{
    size_t start = 0;
    for (size_t i = 0; i <= setting.bytes; i++) {
        bool is_end = i == setting.bytes || setting.data[i] == ' ' || setting.data[i] == ',';
        struct text name = text_slice(setting, start, i);
        if (is_end && name.bytes > 0 && !is_known(options, name)) {
            *error_out = text_format(arena,
                                     "work.amqp: no workflow has a stage for the queue "
                                     "'%.*s'.",
                                     TEXT_ARGS(name));
            return STATUS_MALFORMED;
        }
        start = is_end ? i + 1 : start;
    }
    return STATUS_OK;
}

/* ---- the posts ---- */

static size_t add_queue(struct post_office *office, struct text name, bool is_heard)
{
    MUST(office->queue_count < COUNT_OF(office->queues));
    office->queues[office->queue_count] =
        (struct outside_queue){.name = name, .is_heard = is_heard};
    return office->queue_count++;
}

static void add_place(struct post *post, struct text name)
{
    MUST(post->place_count < POST_QUEUES_MAX);
    struct post_office *office = post->office;
    struct text full = text_format(office->arena, "work.%.*s", TEXT_ARGS(name));
    struct post_place *place = &post->places[post->place_count];
    post->names[post->place_count++] = name;
    *place = (struct post_place){
        .name = name,
        .queue = add_queue(office, full, false),
        .topic = waiting_room_topic(name),
    };
    post->topics |= place->topic;
}

static void add_post(struct post_office *office, struct host *host, struct text setting)
{
    const struct post_table *table = host->service->post;
    struct post *post = &office->posts[office->post_count];
    post->office = office;
    post->host = host;
    post->table = table;
    for (size_t i = 0; table != NULL && i < table->queues.count; i++) {
        struct text name = table->queues.items[i];
        if (is_all(setting) || names(setting, name)) {
            add_place(post, name);
        }
    }
    if (post->place_count > 0) {
        pthread_mutex_init(&post->lock, NULL);
        post->answers = text_format(office->arena, "work.answers.%s", host->service->name);
        post->answers_queue = add_queue(office, post->answers, true);
        office->post_count++;
    }
}

enum status post_office_create(const struct runtime_options *options, struct arena *arena,
                               struct host *hosts, size_t host_count,
                               struct post_office **office_out, struct text *error_out)
{
    struct text setting = config_text(options->config, "work.amqp");
    *office_out = NULL;
    if (setting.bytes == 0) {
        return STATUS_OK;
    }
    enum status status =
        is_all(setting) ? STATUS_OK : check_names(options, arena, setting, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    struct post_office *office = ARENA_NEW(arena, struct post_office);
    office->options = options;
    office->arena = arena;
    office->each_max = (size_t)config_integer(options->config, "work.amqp_max");
    office->lease_ms = config_integer(options->config, "work.amqp_lease");
    office->posts = ARENA_ARRAY(arena, struct post, host_count + 1);
    for (size_t i = 0; i < host_count; i++) {
        add_post(office, &hosts[i], setting);
    }
    *office_out = office->post_count > 0 ? office : NULL;
    return STATUS_OK;
}

enum status post_office_start(struct post_office *office, struct text *error_out)
{
    if (office == NULL) {
        return STATUS_OK;
    }
    struct outside *outside = NULL;
    const struct outside_options options = {
        .queues = office->queues,
        .queue_count = office->queue_count,
        .unanswered_max = UNANSWERED_MAX,
        .context = office,
        .arrived = post__arrived,
        .sent = post__sent,
    };
    enum status status =
        wiring_outside(office->options->config, office->arena, &options, &outside, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    atomic_store(&office->outside, outside);
    for (size_t i = 0; i < office->post_count; i++) {
        atomic_store(&office->posts[i].host->post, &office->posts[i]);
    }
    return STATUS_OK;
}

void post_office_stop(struct post_office *office)
{
    if (office != NULL) {
        atomic_store(&office->stops, true);
    }
}

void post_office_destroy(struct post_office **place)
{
    struct post_office *office = *place;
    if (office == NULL) {
        return;
    }
    struct outside *outside = atomic_load(&office->outside);
    outside_destroy(&outside);
    for (size_t i = 0; i < office->post_count; i++) {
        post__forget_put_off(&office->posts[i]);
        pthread_mutex_destroy(&office->posts[i].lock);
    }
    *place = NULL;
}

/* ---- one post ---- */

void post_stir(struct post *post, uint64_t topics)
{
    if (post != NULL && (post->topics & topics) != 0) {
        post__collect(post);
    }
}

void post_tend(struct post *post)
{
    if (post == NULL || atomic_load(&post->office->stops)) {
        return;
    }
    outside_tend(atomic_load(&post->office->outside));
    post__try_put_off(post);
    post__collect(post);
}

static enum post_lease judge(const struct post *post, const struct post_place *place,
                             int64_t ended_at)
{
    const struct outside *outside = atomic_load(&post->office->outside);
    int64_t since_ms = clock_monotonic_ms() - (clock_wall_ms() - ended_at);
    if (!outside_is_up(outside)) {
        return POST_LEASE_HOLDS;
    }
    int64_t work = outside_waiting(outside, place->queue, since_ms);
    int64_t answers = outside_waiting(outside, post->answers_queue, since_ms);
    if (work < 0 || answers < 0) {
        return POST_LEASE_UNKNOWN;
    }
    return work > 0 || answers > 0 ? POST_LEASE_HOLDS : POST_LEASE_ENDED;
}

enum post_lease post_judge_lease(const struct post *post, struct text queue, int64_t ended_at)
{
    for (size_t i = 0; post != NULL && i < post->place_count; i++) {
        if (text_equals(post->places[i].name, queue)) {
            return judge(post, &post->places[i], ended_at);
        }
    }
    return POST_LEASE_ENDED;
}

int64_t post_lease_ms(const struct post *post)
{
    return post->office->lease_ms;
}

void post_count(const struct post *post, struct post_counts *counts_out)
{
    *counts_out = (struct post_counts){
        .sent = atomic_load(&post->sent),
        .unsent = atomic_load(&post->unsent),
        .accepted = atomic_load(&post->accepted),
        .late = atomic_load(&post->late),
        .refused = atomic_load(&post->refused),
        .put_off = atomic_load(&post->put_off_count),
    };
}
