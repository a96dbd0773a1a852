/* status_link.h - where a request stands, for whoever has its link: no name, no form, no comment.
 *
 * The link's secret names the request and the day until which it is good, under a MAC; nothing of
 * it is kept, so there is nothing to use up. It stands behind the #, which browsers send to nobody:
 * a mail scanner that opens the link learns nothing, and spends nothing. The page sends it back.
 */
#ifndef APPS_PHOENIX_STATUS_LINK_H
#define APPS_PHOENIX_STATUS_LINK_H

#include "runtime/service.h"

/* "https://kontora.example/app/phoenix/status#..." */
struct text status_link_of(struct call *call, struct id case_id);

/* POST /api/phoenix/status: for whoever has the link. */
extern const struct shape status_link_takes;
extern const struct shape status_link_gives;
extern const struct refusal status_link_not_good;
NODISCARD enum status status_link_handle(struct call *call);

/* GET /api/phoenix/requests/{case_id}/status_link: for the customer, to pass it on. */
extern const struct shape status_link_asked;
extern const struct shape status_link_shown;
extern const struct refusal status_link_no_case;
NODISCARD enum status status_link_show_handle(struct call *call);

#endif
