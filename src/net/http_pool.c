/* http_pool.c - what connections borrow while a request is under way.
 *
 * The pools are stacks, so the memory that was just used (and is in the processor's cache) is used
 * next; beyond a small number things are given back to the system.
 */
#include "net/http_core.h"

#include <string.h>

enum {
    HOSTED_KEPT_MAX = 256,
    INPUT_KEPT_MAX = 256,
    ARENA_BODIES = 8, /* what a handler may take for each byte of the largest body */
    ARENA_EXTRA_BYTES = 64 * 1024 * 1024,
};

static struct hosted *make_hosted(const struct http_limits *limits)
{
    struct hosted *hosted =
        memory_take(sizeof *hosted + limits->header_count_max * sizeof hosted->headers[0]);
    hosted->exchange.arena =
        arena_create("exchange", ARENA_BODIES * limits->body_bytes_max + ARENA_EXTRA_BYTES);
    return hosted;
}

struct hosted *hosted__take(struct connection *connection)
{
    struct hall *hall = connection->hall;
    struct hosted *hosted = hall->hosted_pool;
    if (hosted == NULL) {
        hosted = make_hosted(&hall->server->limits);
    } else {
        hall->hosted_pool = hosted->next;
        hall->hosted_pool_count--;
    }
    struct arena *arena = hosted->exchange.arena;
    memset(hosted, 0, sizeof *hosted);
    hosted->connection = connection;
    hosted->exchange.arena = arena;
    hosted->exchange.loop_index = hall->index;
    hosted->exchange.reserved = hosted;
    return hosted;
}

void hosted__give_back(struct hall *hall, struct hosted *hosted)
{
    MUST(!hosted->in_handler);
    gathered__free(&hosted->body);
    if (hall->hosted_pool_count >= HOSTED_KEPT_MAX) {
        arena_destroy(&hosted->exchange.arena);
        memory_free(hosted);
        return;
    }
    arena_reset(hosted->exchange.arena);
    hosted->next = hall->hosted_pool;
    hall->hosted_pool = hosted;
    hall->hosted_pool_count++;
}

void input__take(struct connection *connection)
{
    MUST(connection->input == NULL);
    struct hall *hall = connection->hall;
    if (hall->input_pool != NULL) {
        connection->input = hall->input_pool;
        memcpy(&hall->input_pool, connection->input, sizeof hall->input_pool);
        hall->input_pool_count--;
    } else {
        connection->input = memory_take(INPUT_BYTES);
    }
    connection->input_start = 0;
    connection->input_end = 0;
    connection->input_room = INPUT_BYTES;
}

static void give_buffer_back(struct hall *hall, char *buffer, size_t room)
{
    if (room != INPUT_BYTES || hall->input_pool_count >= INPUT_KEPT_MAX) {
        memory_free(buffer);
        return;
    }
    memcpy(buffer, &hall->input_pool, sizeof hall->input_pool);
    hall->input_pool = buffer;
    hall->input_pool_count++;
}

void input__give_back(struct connection *connection)
{
    if (connection->input != NULL) {
        give_buffer_back(connection->hall, connection->input, connection->input_room);
        connection->input = NULL;
        connection->input_start = 0;
        connection->input_end = 0;
        connection->input_room = 0;
    }
}

/* There is one larger size: the longest head and a good piece of body behind it. */
void input__grow(struct connection *connection)
{
    MUST(connection->input != NULL);
    size_t room = connection->hall->server->limits.head_bytes_max + INPUT_BYTES;
    MUST(room > connection->input_room);
    size_t bytes = connection->input_end - connection->input_start;
    char *larger = memory_take(room);
    memcpy(larger, connection->input + connection->input_start, bytes);
    input__give_back(connection);
    connection->input = larger;
    connection->input_end = (uint32_t)bytes;
    connection->input_room = (uint32_t)room;
}

void pools__empty(struct hall *hall)
{
    while (hall->hosted_pool != NULL) {
        struct hosted *hosted = hall->hosted_pool;
        hall->hosted_pool = hosted->next;
        arena_destroy(&hosted->exchange.arena);
        memory_free(hosted);
    }
    while (hall->input_pool != NULL) {
        char *buffer = hall->input_pool;
        memcpy(&hall->input_pool, buffer, sizeof hall->input_pool);
        memory_free(buffer);
    }
}

void gathered__reserve(struct gathered *gathered, size_t room)
{
    if (room > gathered->room) {
        gathered->data = memory_resize(gathered->data, room);
        gathered->room = room;
    }
}

void gathered__add(struct gathered *gathered, struct text bytes)
{
    if (bytes.bytes == 0) {
        return;
    }
    size_t needed = gathered->bytes + bytes.bytes;
    if (needed > gathered->room) {
        gathered__reserve(gathered, needed > gathered->room * 2 ? needed : gathered->room * 2);
    }
    memcpy(gathered->data + gathered->bytes, bytes.data, bytes.bytes);
    gathered->bytes = needed;
}

void gathered__free(struct gathered *gathered)
{
    memory_free(gathered->data);
    *gathered = (struct gathered){.data = NULL};
}
