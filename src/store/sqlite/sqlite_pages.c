/* sqlite_pages.c - stands before SQLite's own cache and spares it needless truncations. */
#include "store/sqlite/sqlite_pages.h"

#include <sqlite3.h>
#include <stddef.h>

enum { LOCKED_BYTE = 0x40000000 }; /* SQLite's PENDING_BYTE: its page holds no data */

struct cache {
    sqlite3_pcache *own; /* SQLite's */
    unsigned locking_page;
    unsigned highest; /* of the pages that may be in it, but for the locking page */
};

static sqlite3_pcache_methods2 own;

static struct cache *cache_of(sqlite3_pcache *handle)
{
    return (struct cache *)(void *)handle;
}

static void note(struct cache *cache, unsigned number)
{
    if (number > cache->highest && number != cache->locking_page) {
        cache->highest = number;
    }
}

static sqlite3_pcache *on_create(int page_bytes, int extra_bytes, int is_purgeable)
{
    struct cache *cache = sqlite3_malloc(sizeof *cache);
    if (cache == NULL) {
        return NULL;
    }
    *cache = (struct cache){
        .own = own.xCreate(page_bytes, extra_bytes, is_purgeable),
        .locking_page = LOCKED_BYTE / (unsigned)page_bytes + 1,
    };
    if (cache->own == NULL) {
        sqlite3_free(cache);
        return NULL;
    }
    return (sqlite3_pcache *)(void *)cache;
}

static void on_size(sqlite3_pcache *handle, int pages)
{
    own.xCachesize(cache_of(handle)->own, pages);
}

static int on_count(sqlite3_pcache *handle)
{
    return own.xPagecount(cache_of(handle)->own);
}

static sqlite3_pcache_page *on_fetch(sqlite3_pcache *handle, unsigned number, int create)
{
    struct cache *cache = cache_of(handle);
    if (create != 0) {
        note(cache, number);
    }
    return own.xFetch(cache->own, number, create);
}

static void on_unpin(sqlite3_pcache *handle, sqlite3_pcache_page *page, int discard)
{
    own.xUnpin(cache_of(handle)->own, page, discard);
}

static void on_rekey(sqlite3_pcache *handle, sqlite3_pcache_page *page, unsigned before,
                     unsigned after)
{
    struct cache *cache = cache_of(handle);
    note(cache, after);
    own.xRekey(cache->own, page, before, after);
}

static void on_truncate(sqlite3_pcache *handle, unsigned limit)
{
    struct cache *cache = cache_of(handle);
    if (limit <= cache->highest) {
        own.xTruncate(cache->own, limit);
        cache->highest = limit > 0 ? limit - 1 : 0;
    }
}

static void on_destroy(sqlite3_pcache *handle)
{
    struct cache *cache = cache_of(handle);
    own.xDestroy(cache->own);
    sqlite3_free(cache);
}

static void on_shrink(sqlite3_pcache *handle)
{
    own.xShrink(cache_of(handle)->own);
}

void sqlite_pages_install(void)
{
    if (own.xCreate != NULL || sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &own) != SQLITE_OK) {
        return;
    }
    sqlite3_pcache_methods2 ours = own;
    ours.xCreate = on_create;
    ours.xCachesize = on_size;
    ours.xPagecount = on_count;
    ours.xFetch = on_fetch;
    ours.xUnpin = on_unpin;
    ours.xRekey = on_rekey;
    ours.xTruncate = on_truncate;
    ours.xDestroy = on_destroy;
    ours.xShrink = on_shrink;
    (void)sqlite3_config(SQLITE_CONFIG_PCACHE2, &ours);
}
