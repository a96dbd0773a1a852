/* house_crowd.h - many ask a house at once. */
#ifndef TESTS_UNIT_RUNTIME_ASK_HOUSE_CROWD_H
#define TESTS_UNIT_RUNTIME_ASK_HOUSE_CROWD_H

#include "tests/unit/runtime/ask/house.h"

#include <pthread.h>

enum { HOUSE_CROWD = 6 };

struct house_asker {
    struct house *house;
    size_t from;
    int times;
    int good;
};

static inline void *house_ask_often(void *argument)
{
    struct arena *arena = arena_create("asker's", 64 * 1024 * 1024);
    struct house_asker *asker = argument;
    for (int i = 0; i < asker->times; i++) {
        struct call call = house_call(asker->house, asker->from);
        const struct person_input input = {.name = i % 3 ? TEXT("anna") : TEXT("nobody")};
        struct client client = {.age = 0};
        call.arena = arena;
        enum status status = ask(&call, &orders_asks[0], &input, &client);
        asker->good +=
            status == (i % 3 ? STATUS_OK : STATUS_ABSENT) && client.age == (i % 3 ? 30 : 0);
    }
    arena_destroy(&arena);
    return NULL;
}

/* Each of the crowd asks so often, and is answered what is right. */
static inline void house_ask_by_many(struct house *house, size_t from, int times)
{
    pthread_t threads[HOUSE_CROWD];
    struct house_asker askers[HOUSE_CROWD];
    for (size_t i = 0; i < HOUSE_CROWD; i++) {
        askers[i] = (struct house_asker){.house = house, .from = from, .times = times};
        CHECK_INT(pthread_create(&threads[i], NULL, house_ask_often, &askers[i]), 0);
    }
    for (size_t i = 0; i < HOUSE_CROWD; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
        CHECK_INT(askers[i].good, times);
    }
}

#endif
