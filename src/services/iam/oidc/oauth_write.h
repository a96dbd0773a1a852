/* oauth_write.h - addresses and pages, written so that nothing in them is taken for anything else.
 */
#ifndef SERVICES_IAM_OIDC_OAUTH_WRITE_H
#define SERVICES_IAM_OIDC_OAUTH_WRITE_H

#include "runtime/service.h"

/* "a%20b" */
struct text oauth_escape(struct arena *arena, struct text value);

/* The address with one more parameter; NO_TEXT adds nothing. */
struct text oauth_with(struct arena *arena, struct text address, const char *name,
                       struct text value);

/* The page of single sign-on; `data`, a JSON object, says which of its faces it shows. Answers 200.
 */
NODISCARD enum status oauth_page(struct call *call, struct text data);

/* {"mode": "error", "message": ...} with its status. */
NODISCARD enum status oauth_error_page(struct call *call, int http_status, const char *message);

#endif
