/* schedule_fuzz.c - any text as a schedule: refused with a sentence, or a schedule that has one
 * form and whose moments grow.
 */
#include "base/must.h"
#include "base/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { ARENA_BYTES = 256 * 1024, MOMENTS = 5 };

static void check_form(struct arena *arena, const struct schedule *schedule)
{
    struct schedule again;
    struct text error = NO_TEXT;
    struct text form = schedule_text(arena, schedule);
    MUST(schedule_read(arena, form, &again, &error) == STATUS_OK);
    MUST(text_equals(schedule_text(arena, &again), form));
}

static void check_moments(struct arena *arena, const struct schedule *schedule)
{
    const struct zone *utc = NULL;
    struct text error = NO_TEXT;
    MUST(zone_open(arena, TEXT("UTC"), &utc, &error) == STATUS_OK);
    int64_t at_ms = 1795243920123; /* 2026-11-21 */
    for (int i = 0; i < MOMENTS; i++) {
        int64_t next_ms = 0;
        if (!schedule_next(schedule, utc, at_ms, &next_ms)) {
            break;
        }
        int64_t same_ms = 0;
        MUST(next_ms > at_ms && next_ms % 1000 == 0);
        MUST(schedule_next(schedule, utc, next_ms - 1, &same_ms) && same_ms == next_ms);
        at_ms = next_ms;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena *arena = arena_create("schedule", ARENA_BYTES);
    struct schedule schedule;
    struct text error = NO_TEXT;
    struct text text = {(const char *)data, bytes};
    enum status status = schedule_read(arena, text, &schedule, &error);
    MUST((status == STATUS_MALFORMED) == (error.data != NULL));
    if (status == STATUS_OK) {
        check_form(arena, &schedule);
        check_moments(arena, &schedule);
    }
    arena_destroy(&arena);
    return 0;
}
