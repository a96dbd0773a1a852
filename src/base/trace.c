/* trace.c - writes what the program does to the end of a file; empty in a shipped build. */
#include "base/trace.h"

#ifdef FAULTS

#include "base/arena.h"
#include "base/must.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 16 * 1024, FIELD_BYTES_MAX = 1024, CONTROL_MAX = 0x20 };

/* The transaction of a thread. */
struct transaction {
    const void *name; /* NULL: there is none */
    char *lines;
    size_t bytes;
    size_t room;
    size_t marked_bytes;
    size_t part_bytes; /* before its newest part */
    unsigned long number;
    bool has_told; /* its lines are written; nobody knows yet whether it commits */
};

struct line {
    char text[LINE_BYTES_MAX];
    size_t bytes;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int file = -1;

static void forget_thread(void *value)
{
    struct transaction *transaction = value;
    memory_free(transaction->lines);
    memory_free(transaction);
}

static void open_file(void)
{
    const char *path = getenv("KONTORA_BUS_TRACE");
    if (path != NULL && path[0] != '\0') {
        file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        MUST(file >= 0); /* a test that believes it looks must not look at nothing */
        MUST(pthread_key_create(&key, forget_thread) == 0);
    }
}

bool trace_is_on(void)
{
    pthread_once(&once, open_file);
    return file >= 0;
}

static struct transaction *transaction_of_thread(void)
{
    struct transaction *transaction = pthread_getspecific(key);
    if (transaction == NULL) {
        transaction = memory_take(sizeof *transaction);
        MUST(pthread_setspecific(key, transaction) == 0);
    }
    return transaction;
}

/* ---- a line ---- */

static void put(struct line *line, const char *text, size_t bytes)
{
    MUST(line->bytes + bytes < sizeof line->text);
    memcpy(line->text + line->bytes, text, bytes);
    line->bytes += bytes;
}

static void put_escaped(struct line *line, struct text text)
{
    MUST(text.bytes <= FIELD_BYTES_MAX);
    put(line, "\"", 1);
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < CONTROL_MAX || byte == '"' || byte == '\\') {
            char escape[8];
            int written = snprintf(escape, sizeof escape, "\\u%04x", byte);
            put(line, escape, (size_t)written);
        } else {
            put(line, &text.data[i], 1);
        }
    }
    put(line, "\"", 1);
}

static void put_field(struct line *line, const struct trace_field *field)
{
    put(line, ",", 1);
    put_escaped(line, text_of(field->name));
    put(line, ":", 1);
    if (field->text.data != NULL) {
        put_escaped(line, field->text);
        return;
    }
    char number[32];
    int written = snprintf(number, sizeof number, "%lld", (long long)field->number);
    put(line, number, (size_t)written);
}

static void begin(struct line *line, const char *step)
{
    char actor[64];
    int written =
        snprintf(actor, sizeof actor, "%ld/%ld", (long)getpid(), (long)syscall(SYS_gettid));
    line->bytes = 0;
    put(line, "{\"step\":", 8);
    put_escaped(line, text_of(step));
    put_field(line, &(struct trace_field){.name = "actor", .text = {actor, (size_t)written}});
}

static void end(struct line *line)
{
    put(line, "}\n", 2);
}

static void tell(const char *line, size_t bytes)
{
    MUST(write(file, line, bytes) == (ssize_t)bytes);
}

static void keep(struct transaction *transaction, const struct line *line)
{
    if (transaction->bytes + line->bytes > transaction->room) {
        transaction->room = 2 * transaction->room + LINE_BYTES_MAX;
        transaction->lines = memory_resize(transaction->lines, transaction->room);
    }
    memcpy(transaction->lines + transaction->bytes, line->text, line->bytes);
    transaction->bytes += line->bytes;
}

static void enter(struct transaction *transaction, const void *name)
{
    if (transaction->name == NULL) {
        transaction->name = name;
        transaction->bytes = transaction->marked_bytes = transaction->part_bytes = 0;
        transaction->number++;
    }
    MUST(transaction->name == name);
}

void trace_step(const void *transaction, const char *step, const struct trace_field *fields,
                size_t count)
{
    struct line line;
    if (!trace_is_on()) {
        return;
    }
    begin(&line, step);
    for (size_t i = 0; i < count; i++) {
        put_field(&line, &fields[i]);
    }
    if (transaction == NULL) {
        end(&line);
        tell(line.text, line.bytes);
        return;
    }
    struct transaction *own = transaction_of_thread();
    enter(own, transaction);
    put_field(&line, &(struct trace_field){.name = "transaction", .number = (int64_t)own->number});
    end(&line);
    keep(own, &line);
}

/* ---- transactions ---- */

static struct transaction *find(const void *name)
{
    if (!trace_is_on()) {
        return NULL;
    }
    struct transaction *transaction = pthread_getspecific(key);
    return transaction != NULL && transaction->name == name ? transaction : NULL;
}

bool trace_has_kept(const void *transaction)
{
    const struct transaction *own = find(transaction);
    return own != NULL && own->bytes > 0;
}

void trace_marked(const void *transaction)
{
    struct transaction *own = find(transaction);
    if (own != NULL) {
        own->marked_bytes = own->bytes;
    }
}

void trace_undone(const void *transaction)
{
    struct transaction *own = find(transaction);
    if (own != NULL) {
        own->bytes = own->marked_bytes;
    }
}

void trace_part_begun(const void *transaction)
{
    struct transaction *own = find(transaction);
    if (own != NULL) {
        own->part_bytes = own->bytes;
    }
}

void trace_part_undone(const void *transaction)
{
    struct transaction *own = find(transaction);
    if (own != NULL) {
        own->bytes = own->part_bytes;
    }
}

void trace_commits(const void *transaction)
{
    struct transaction *own = find(transaction);
    if (own == NULL) {
        return;
    }
    size_t told = 0;
    while (told < own->bytes) {
        const char *stop = memchr(own->lines + told, '\n', own->bytes - told);
        size_t bytes = (size_t)(stop - (own->lines + told)) + 1;
        tell(own->lines + told, bytes);
        told += bytes;
    }
    own->has_told = told > 0;
    own->name = NULL;
}

void trace_committed(enum status status)
{
    struct transaction *own = trace_is_on() ? pthread_getspecific(key) : NULL;
    if (own != NULL && own->has_told && status != STATUS_OK) {
        trace_step(NULL, status == STATUS_UNCERTAIN ? "unsure" : "undone", NULL, 0);
    }
    if (own != NULL) {
        own->has_told = false;
    }
}

void trace_rolled_back(const void *transaction)
{
    struct transaction *own = find(transaction);
    if (own != NULL) {
        own->name = NULL;
    }
}

#else

typedef int trace_is_not_built_in_fn(void); /* a translation unit may not be empty */

#endif
