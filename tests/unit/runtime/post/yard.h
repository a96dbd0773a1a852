/* yard.h - the yard opened and closed: its host, its office, and rows that wait. */
#ifndef TESTS_UNIT_RUNTIME_POST_YARD_H
#define TESTS_UNIT_RUNTIME_POST_YARD_H

#include "tests/unit/runtime/post/yard_service.h"

static inline enum status yard_open_faulty(struct store_source *source, enum store_access mode,
                                           struct store **store_out)
{
    (void)source;
    enum status status = yard.inner->open(yard.inner, mode, store_out);
    if (status == STATUS_OK && mode == STORE_WRITE) {
        *store_out = store_fault_create(*store_out, &yard.fault);
    }
    return status;
}

static inline void yard_destroy_source(struct store_source *source)
{
    (void)source;
    yard.inner->destroy(yard.inner);
}

static inline struct store_source *yard_source(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "yard"};
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &yard.inner, &error), STATUS_OK);
    yard.source = (struct store_source){
        .open = yard_open_faulty, .destroy = yard_destroy_source, .schema = "yard"};
    return &yard.source;
}

static inline const struct config *yard_config(const char *queues)
{
    const struct config *config = NULL;
    struct text error = NO_TEXT;
    struct text flag = text_format(yard.arena, "--work.amqp=%s", queues);
    const char *const flags[] = {flag.data, "--bus.kind=rabbitmq", "--work.amqp_max=5",
                                 "--work.amqp_lease=10s"};
    const struct config_sources sources = {.settings = runtime_settings,
                                           .setting_count = runtime_setting_count,
                                           .flags = flags,
                                           .flag_count = COUNT_OF(flags)};
    CHECK_STATUS(config_load(yard.arena, &sources, &config, &error), STATUS_OK);
    return config;
}

/* The office of these queues; MALFORMED with a sentence when they are none. */
static inline enum status yard_make_office(const char *queues, struct text *error_out)
{
    yard.options = (struct runtime_options){.services = yard_services,
                                            .service_count = 1,
                                            .known = yard_services,
                                            .known_count = 1,
                                            .config = yard_config(queues)};
    return post_office_create(&yard.options, yard.arena, &yard.host, 1, &yard.office, error_out);
}

static inline void yard_open_host(void)
{
    struct text error = NO_TEXT;
    memset(&yard.host, 0, sizeof yard.host);
    yard.arena = arena_create("yard", YARD_ARENA_BYTES);
    atomic_store(&yard.accepts, true);
    const struct host_options options = {.service = &yard_service,
                                         .source = yard_source(),
                                         .writers = 1,
                                         .waiting_max = 1000,
                                         .waiting_ms_max = 60000};
    CHECK_STATUS(host_open(&yard.host, &options, yard.arena, &error), STATUS_OK);
}

static inline void yard_begin(void)
{
    struct text error = NO_TEXT;
    yard_open_host();
    CHECK_STATUS(yard_make_office("all", &error), STATUS_OK);
    CHECK_STATUS(post_office_start(yard.office, &error), STATUS_OK);
    CHECK(atomic_load(&yard.host.post) != NULL);
}

static inline struct post *yard_box(void)
{
    return atomic_load(&yard.host.post);
}

/* The executor looks at the rest only when it sees the calls. */
static inline void yard_fail_next_commit(enum status status)
{
    yard.fault.countdown = 0;
    yard.fault.repeat = 1;
    yard.fault.status = status;
    atomic_store(&yard.fault.calls, STORE_FAULT_COMMIT);
}

/* So many rows more wait, and it is told. */
static inline void yard_stir(int count)
{
    atomic_fetch_add(&yard.to_make, count);
    post_stir(yard_box(), waiting_room_topic(TEXT("lift")));
}

static inline struct post_counts yard_counts(void)
{
    struct post_counts counts;
    post_count(yard_box(), &counts);
    return counts;
}

static inline void yard_end(void)
{
    atomic_store(&yard.gate_is_closed, false);
    post_office_stop(yard.office);
    host_finish_waiting(&yard.host);
    post_office_destroy(&yard.office);
    host_close(&yard.host);
    arena_destroy(&yard.arena);
}

#endif
