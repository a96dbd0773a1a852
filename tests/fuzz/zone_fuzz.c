/* zone_fuzz.c - any bytes as the file of a time zone: refused with a sentence, or a zone whose
 * answers fit each other.
 */
#include "base/must.h"
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { ARENA_BYTES = 256 * 1024 };

/* What the clock shows at a moment, it shows at that moment. */
static void check_moment(const struct zone *zone, int64_t second)
{
    struct civil civil = zone_civil(zone, second * 1000);
    struct zone_moment found = zone_when(zone, civil);
    MUST(found.times != ZONE_NEVER);
    MUST(found.first_ms <= second * 1000 && second * 1000 <= found.second_ms);
    MUST(civil.weekday >= 0 && civil.weekday <= 6);
}

static void check_midnights(const struct zone *zone, int year)
{
    for (int month = 1; month <= 12; month++) {
        struct civil civil = {.year = year, .month = month, .day = 1};
        struct zone_moment found = zone_when(zone, civil);
        struct civil shown = zone_civil(zone, found.first_ms);
        MUST(found.first_ms <= found.second_ms);
        MUST(found.times == ZONE_NEVER ||
             (shown.year == year && shown.month == month && shown.day == 1 && shown.hour == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena *arena = arena_create("zone", ARENA_BYTES);
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    struct text file = {(const char *)data, bytes};
    enum status status = zone_read(arena, TEXT("Any/Zone"), file, &zone, &error);
    MUST((status == STATUS_OK) == (zone != NULL));
    MUST((status == STATUS_MALFORMED) == (error.data != NULL));
    if (zone != NULL) {
        for (int64_t second = -4000000000; second < 8000000000; second += 77777777) {
            check_moment(zone, second);
        }
        check_midnights(zone, 1916);
        check_midnights(zone, 2026);
        check_midnights(zone, 2100);
    }
    arena_destroy(&arena);
    return 0;
}
