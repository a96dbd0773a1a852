/* fsck.c - goes through all checks for all services. */
#include "runtime/fsck/fsck.h"

#include "runtime/fsck/fsck_parts.h"
#include "runtime/fsck/fsck_store.h"
#include "runtime/start/series.h"

#include <stdarg.h>
#include <stdio.h>

enum { SENTENCE_BYTES_MAX = 600 };

static const struct fsck_check checks[] = {
    {"journal", "positions have no hole from the first to the last that is kept", fsck__journal},
    {"settled", "what was committed has its position within a minute", fsck__settled},
    {"cursors", "nobody has taken more of a journal than there is, or missed what is forgotten",
     fsck__cursors},
    {"followers", "a journal knows of nobody more than he knows himself", fsck__followers},
    {"outbox", "what was told is taken within ten minutes", fsck__outbox},
    {"commands", "every command told has the errand that waits for its reply", fsck__commands},
    {"replies", "every reply taken was waited for, or is kept as a stray", fsck__replies},
    {"errands", "an errand ends soon after its deadline", fsck__errands},
    {"strays", "no reply came to a command that nobody knows", fsck__strays},
    {"lines", "who waits behind another has another before him", fsck__lines},
    {"parked", "what waits for its next attempt has a time, and is tried at it", fsck__due},
    {"later", "timers, delayed commands and schedules run when they are due", fsck__later},
    {"dead", "nothing waits for a person", fsck__dead},
};

const char *fsck_verdict_word(enum fsck_verdict verdict)
{
    static const char *const words[] = {
        [FSCK_OK] = "ok", [FSCK_WARNING] = "warning", [FSCK_ERROR] = "error"};
    return words[verdict];
}

/* ---- what the checks use ---- */

__attribute__((format(printf, 3, 0))) static struct text add_line(struct arena *arena,
                                                                  struct text detail,
                                                                  const char *format,
                                                                  va_list values)
{
    char sentence[SENTENCE_BYTES_MAX];
    vsnprintf(sentence, sizeof sentence, format, values);
    return text_format(arena, "%.*s%s%s", TEXT_ARGS(detail), detail.bytes == 0 ? "" : "\n",
                       sentence);
}

void fsck__say(struct checking *checking, enum fsck_verdict verdict, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    checking->detail = add_line(checking->arena, checking->detail, format, values);
    va_end(values);
    checking->verdict = verdict > checking->verdict ? verdict : checking->verdict;
}

void fsck_say(struct fsck_look *look, enum fsck_verdict verdict, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    look->detail = add_line(look->arena, look->detail, format, values);
    va_end(values);
    look->verdict = verdict > look->verdict ? verdict : look->verdict;
}

struct fsck_place *fsck__place_of(const struct fsck *fsck, struct text service)
{
    for (size_t i = 0; i < fsck->place_count; i++) {
        struct fsck_place *place = &fsck->places[i];
        if (text_equals(service, text_of(place->service->name))) {
            return place->is_fit && place->store != NULL ? place : NULL;
        }
    }
    return NULL;
}

enum status fsck__enter(struct checking *checking, struct fsck_place *other,
                        struct store **store_out)
{
    *store_out = other->store;
    return other == checking->place ? STATUS_OK : store_begin(other->store, STORE_READ);
}

void fsck__leave(struct checking *checking, struct store *store)
{
    if (store != checking->store) {
        store_rollback(store);
    }
}

enum status fsck__cursor(struct checking *checking, struct fsck_place *other,
                         enum bus_channel channel, int64_t *position_out)
{
    struct store *store;
    enum status status = fsck__enter(checking, other, &store);
    if (status == STATUS_OK) {
        status = cursor_find(store, checking->arena, checking->name, channel, position_out);
        fsck__leave(checking, store);
    }
    return status;
}

/* ---- running them ---- */

void fsck_init(struct fsck *fsck)
{
    fsck->findings_max = fsck->place_count * (COUNT_OF(checks) + 3);
    for (size_t i = 0; i < fsck->place_count; i++) {
        fsck->findings_max += fsck->places[i].service->check_count;
    }
    fsck->findings = ARENA_ARRAY(fsck->arena, struct fsck_finding, fsck->findings_max + 1);
    fsck->finding_count = 0;
}

void fsck_find(struct fsck *fsck, const struct fsck_finding *finding)
{
    MUST(fsck->finding_count < fsck->findings_max);
    MUST(finding->detail.bytes > 0);
    fsck->findings[fsck->finding_count++] = *finding;
}

static void find_tables(struct fsck *fsck, const struct fsck_place *place,
                        enum fsck_verdict verdict, struct text detail)
{
    fsck_find(fsck, &(struct fsck_finding){.service = place->service->name,
                                           .check = "tables",
                                           .verdict = verdict,
                                           .detail = detail});
}

/* Every series is as this program would have made it. */
static void compare_series(struct fsck *fsck, struct fsck_place *place)
{
    struct series series[SERIES_MAX];
    size_t count = series_of(place->service, series);
    for (size_t i = 0; i < count; i++) {
        struct text error = NO_TEXT;
        enum status status = migrate_compare(place->store, series[i].name, series[i].migrations,
                                             series[i].count, fsck->arena, &error);
        if (status == STATUS_ABSENT) {
            find_tables(fsck, place, FSCK_WARNING,
                        text_format(fsck->arena, "%.*s The next start applies the others.",
                                    TEXT_ARGS(error)));
            return;
        }
        if (status != STATUS_OK) {
            find_tables(fsck, place, FSCK_ERROR, error);
            return;
        }
    }
    place->is_fit = true;
    find_tables(fsck, place, FSCK_OK,
                text_format(fsck->arena,
                            "all migrations of %zu series are applied as they are "
                            "written",
                            count));
}

static enum status look_for_tables(struct fsck *fsck, struct fsck_place *place, int64_t *count_out)
{
    enum status status = place->source->open(place->source, STORE_READ, &place->store);
    if (status == STATUS_OK) {
        status = store_begin(place->store, STORE_READ);
    }
    if (status == STATUS_OK) {
        status = fsck_count_tables(place->store, fsck->arena, count_out);
        store_rollback(place->store);
    }
    return status;
}

static void open_place(struct fsck *fsck, struct fsck_place *place)
{
    int64_t count = 0;
    enum status status = look_for_tables(fsck, place, &count);
    if (status != STATUS_OK) {
        find_tables(fsck, place, FSCK_ERROR,
                    text_format(fsck->arena, "they cannot be read: %s", status_text(status)));
    } else if (count == 0) {
        find_tables(fsck, place, FSCK_OK,
                    TEXT("there are none yet; the first start of the service makes them"));
    } else if (count < FSCK_TABLE_COUNT) {
        find_tables(fsck, place, FSCK_ERROR,
                    TEXT("not all are there, so nothing else was looked at. If a first start was "
                         "interrupted, start again; if somebody has deleted them, restore a "
                         "backup."));
    } else {
        compare_series(fsck, place);
    }
}

/* False: the rows cannot be read, and there is no use in asking on. */
static bool check_one(struct fsck *fsck, struct fsck_place *place, const struct fsck_check *check)
{
    struct checking checking = {
        .fsck = fsck,
        .place = place,
        .store = place->store,
        .arena = fsck->arena,
        .name = text_of(place->service->name),
        .detail = TEXT(""),
    };
    enum status status = check->run(&checking);
    if (status != STATUS_OK) {
        fsck__say(&checking, FSCK_ERROR, "it cannot be looked at: %s", status_text(status));
    }
    if (checking.detail.bytes == 0) {
        fsck__say(&checking, FSCK_OK, "%s", check->meaning);
    }
    fsck_find(fsck, &(struct fsck_finding){.service = place->service->name,
                                           .check = check->name,
                                           .verdict = checking.verdict,
                                           .detail = checking.detail});
    return status == STATUS_OK;
}

/* The same with a check that the service has brought. */
static bool check_own(struct fsck *fsck, struct fsck_place *place, const struct own_check *check)
{
    struct fsck_look look = {
        .service = place->service,
        .store = place->store,
        .arena = fsck->arena,
        .now_ms = fsck->now_ms,
        .detail = TEXT(""),
    };
    enum status status = check->run(&look);
    if (status != STATUS_OK) {
        fsck_say(&look, FSCK_ERROR, "it cannot be looked at: %s", status_text(status));
    }
    if (look.detail.bytes == 0) {
        fsck_say(&look, FSCK_OK, "%s", check->meaning);
    }
    fsck_find(fsck, &(struct fsck_finding){.service = place->service->name,
                                           .check = check->name,
                                           .verdict = look.verdict,
                                           .detail = look.detail});
    return status == STATUS_OK;
}

static void check_place(struct fsck *fsck, struct fsck_place *place)
{
    bool goes_on = true;
    enum status status = store_begin(place->store, STORE_READ);
    if (status != STATUS_OK) {
        find_tables(fsck, place, FSCK_ERROR,
                    text_format(fsck->arena, "they cannot be read: %s", status_text(status)));
        return;
    }
    for (size_t i = 0; i < COUNT_OF(checks) && goes_on; i++) {
        goes_on = check_one(fsck, place, &checks[i]);
    }
    for (size_t i = 0; i < place->service->check_count && goes_on; i++) {
        goes_on = check_own(fsck, place, &place->service->checks[i]);
    }
    store_rollback(place->store);
}

void fsck_run(struct fsck *fsck)
{
    MUST(fsck->findings != NULL && fsck->now_ms > 0);
    for (size_t i = 0; i < fsck->place_count; i++) {
        if (fsck->places[i].source != NULL) {
            open_place(fsck, &fsck->places[i]);
        }
    }
    for (size_t i = 0; i < fsck->place_count; i++) {
        if (fsck->places[i].is_fit) {
            check_place(fsck, &fsck->places[i]);
        }
        if (fsck->tell != NULL) {
            fsck->tell(fsck->tell_context, i + 1, fsck->place_count);
        }
    }
    for (size_t i = 0; i < fsck->place_count; i++) {
        store_destroy(&fsck->places[i].store);
    }
}

bool fsck_is_sound(const struct fsck *fsck)
{
    for (size_t i = 0; i < fsck->finding_count; i++) {
        if (fsck->findings[i].verdict == FSCK_ERROR) {
            return false;
        }
    }
    return true;
}
