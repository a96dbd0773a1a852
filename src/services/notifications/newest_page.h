/* newest_page.h - a page of rows that grow older, as every list of this service answers it. */
#ifndef SERVICES_NOTIFICATIONS_NEWEST_PAGE_H
#define SERVICES_NOTIFICATIONS_NEWEST_PAGE_H

#include "runtime/call.h"

/* Of `limit` + 1 rows that were asked for the last one only says that there is a next page; that
 * begins behind the id, `id_offset` in its struct, of the last one shown. */
NODISCARD enum status answer_newest_page(struct call *call, const struct rows *rows, int64_t limit,
                                         size_t item_bytes, size_t id_offset);

#endif
